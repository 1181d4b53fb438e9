// A process of its own that appends to a ledger: `ledger-writer.ts FOLDER NAME COUNT`. Prints the
// index of each intent once it was reported durable.
import { nodeClock, nodeFiles, nodeProcess, nodeRandom } from "../../src/platform/index.ts";
import { openLedger } from "../../src/ledger/index.ts";
import { testIntent, testKeys } from "./ledger-world.ts";

const [folder = "", name = "", count = "0"] = process.argv.slice(2);
for (let round = 0; round < Number(count); round += 1) {
  const ledger = await openLedger({
    files: nodeFiles,
    clock: nodeClock,
    random: nodeRandom,
    process: nodeProcess(),
    folder,
    keys: testKeys("owner"),
    lockTimeoutMs: 60_000,
  });
  const [record] = await ledger.append([testIntent("home", name)]);
  process.stdout.write(`${record?.index}\n`);
  await ledger.close();
}
