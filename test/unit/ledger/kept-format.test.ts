// What is kept beside a ledger counts for one format number: a gathering that changes must raise it.
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { digestOfBytes, utf8 } from "../../../src/core/index.ts";
import { FleetState, readKeyFile, readLedger } from "../../../src/ledger/index.ts";
import { KEPT_FORMAT } from "../../../src/ledger/log/kept/kept-file.ts";
import { encodeShared } from "../../../src/ledger/log/kept/shared-json.ts";
import { nodeFiles } from "../../../src/platform/index.ts";
import { HistoryFold } from "../../../src/reconcile/index.ts";

const HOME = fileURLToPath(new URL("../../vectors/stored-0.1.0/home", import.meta.url));

it("13.13: the gatherings of a fixed ledger are those of this format number", async () => {
  const keys = await readKeyFile({
    files: nodeFiles,
    path: `${HOME}/config/operator.json`,
    passphrase: async () => await Promise.resolve(undefined),
    isModeChecked: false,
  });
  const folder = `${HOME}/state/ledgers/${keys.feed}`;
  const ledger = await readLedger({ files: nodeFiles, folder, feed: keys.feed, keys });
  const history = new HistoryFold("embedded", keys.feed);
  const fleet = new FleetState();
  for await (const record of ledger.records()) {
    history.next(record);
    fleet.next(record);
  }
  const digests = [history, fleet].map((fold) =>
    digestOfBytes(utf8(encodeShared(fold.state()))).slice(0, 23),
  );
  // Another digest under the same number: raise KEPT_FORMAT of kept-file.ts, and write both here.
  expect([KEPT_FORMAT, ...digests]).toEqual([
    1,
    "sha256:afdaf13801d2f5fa",
    "sha256:5c546acd93e6c648",
  ]);
});
