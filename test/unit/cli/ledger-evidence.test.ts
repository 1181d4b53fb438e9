import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, test } from "vitest";
import { assert, fromUtf8 } from "../../../src/core/index.ts";
import { formatEvidence, makeEvidence } from "../../../src/ledger/index.ts";
import { cliWorld } from "../../support/cli-world.ts";
import { HEARTBEAT, MemoryFeed } from "../../support/memory-feed.ts";
import { signedState } from "../../support/signed-states.ts";

const VISOR = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

const REGISTER = fileURLToPath(new URL("../../../.ci/typescript.mjs", import.meta.url));
const MAIN = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));

const told = new MemoryFeed("kim");
while (told.size < 6) told.append(HEARTBEAT);
const made = makeEvidence(told.feed, [
  signedState(told, 4, { seq: 9n }),
  signedState(told, 6, { seq: 8n }),
]);
assert(made !== undefined, "the states contradict each other");
const text = fromUtf8(formatEvidence(made));

it("is checked in an empty folder, with no home, step by step", async () => {
  const nobody = cliWorld();
  delete nobody.env["FLEET_HOME"];
  await nobody.write("evidence.json", text);
  const ran = await nobody.run("ledger", "evidence", "evidence.json");
  expect([ran.code, ran.err]).toEqual([0, ""]);
  expect(ran.last).toBe(
    "Proved: the feed's key signed 6 entries in state 8, and only 4 in the later state 9.",
  );
  const lines = ran.out.split("\n");
  expect(lines.filter((line) => line.startsWith("  + "))).toHaveLength(4);
  expect(lines[0]).toMatch(
    new RegExp(`^  \\+ Root 8 of sequence 1, hash [0-9a-f]{64}, is signed by feed ${told.feed}$`),
  );
  expect(ran.out).toContain(`  ? whose feed ${told.feed} is, the document cannot say`);
  expect([...nobody.files.files.keys()]).toEqual(["/desk/evidence.json"]);
});

it("is checked by the program in an empty folder of a machine without a home", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fleet-evidence-"));
  try {
    await writeFile(join(folder, "evidence.json"), text);
    const argv = ["--import", REGISTER, MAIN, "ledger", "evidence", "evidence.json"];
    const env = { PATH: process.env["PATH"] ?? "" };
    const ran = spawnSync(process.execPath, argv, { cwd: folder, env, encoding: "utf8" });
    expect([ran.status, ran.stderr]).toEqual([0, ""]);
    expect(ran.stdout).toMatch(/\nProved: [^\n]*only 4 in the later state 9\.\n$/);
    expect(await readdir(folder)).toEqual(["evidence.json"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it("says whose feed it is where a manifest names it", async () => {
  const user = cliWorld();
  await user.write("evidence.json", text);
  await user.write(
    "fleet.yaml",
    `apiVersion: fleet.skywire/v1\nfleet: home\ncontrollers: [laptop]\noperators:\n  kim: { key: "${told.keys.operator}", feed: "${told.feed}", may: [apply] }\nledger: { seal: false }\nvisors:\n  laptop: { key: "${VISOR}" }\n`,
  );
  expect((await user.run("ledger", "evidence", "evidence.json")).out).toContain(
    `feed ${told.feed} is that of operator kim in fleet.yaml`,
  );
  const { out } = await user.run("ledger", "evidence", "evidence.json", "--json");
  expect(JSON.parse(out)).toMatchObject({
    format: "fleet.skywire/evidence-verdict/v1",
    proved: true,
    kind: "shrunk",
    feed: told.feed,
    operator: { name: "kim", key: told.keys.operator },
  });
});

it("that proves nothing ends with 4", async () => {
  const user = cliWorld();
  const { feed } = new MemoryFeed("ann");
  await user.write("evidence.json", text.replaceAll(told.feed, feed));
  const ran = await user.run("ledger", "evidence", "evidence.json");
  expect([ran.code, ran.last.startsWith("Not proved: ")]).toEqual([4, true]);
});

test.each([
  { name: "no document named", argv: [], err: "no document named" },
  { name: "no such file", argv: ["gone.json"], err: "no such file" },
  { name: "another document", argv: ["other.json"], err: "is no evidence document" },
])("$name is bad usage", async ({ argv, err }) => {
  const user = cliWorld();
  await user.write("other.json", '{"format":"x"}\n');
  const ran = await user.run("ledger", "evidence", ...argv);
  expect([ran.code, ran.out]).toEqual([64, ""]);
  expect(ran.err).toContain(err);
});
