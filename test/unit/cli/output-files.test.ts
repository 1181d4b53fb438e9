import { mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runInFolder } from "../../support/folder-cli.ts";
import { manifest } from "../../support/manifest-text.ts";

let folder = "";

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "fleet-outputs-")));
  await writeFile(join(folder, "fleet.yaml"), manifest("visors:\n  desk: { key: $desk }\n"));
  await writeFile(join(folder, "seen.json"), "{}");
  await symlink("fleet.yaml", join(folder, "same.yaml"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

it.each([
  [
    "an observation over the manifest",
    "observe --out fleet.yaml",
    "error: fleet.yaml is read, and would be written over [",
  ],
  [
    "a plan over the manifest",
    "plan --out fleet.yaml",
    "error: fleet.yaml is read, and would be written over [",
  ],
  ["a plan over the manifest by a link", "plan --out same.yaml", "is read as fleet.yaml"],
  ["a report over the manifest", "plan --output markdown=fleet.yaml", "error: fleet.yaml is read,"],
  [
    "a report over the observation",
    "plan --from-observation seen.json --trust t.yaml --output text=seen.json",
    "error: seen.json is read, and would be written over [",
  ],
  [
    "a plan over the operator's secret",
    "plan --operator-secret-file key --out key",
    "key is read, and",
  ],
  [
    "an observation over the secret",
    "observe --operator-secret-file key --out key",
    "key is read, and",
  ],
  [
    "an entry over the manifest",
    "ledger proof 0 --entry-out fleet.yaml",
    "fleet.yaml is read, and",
  ],
  [
    "a checkpoint over the manifest",
    "ledger witness kim --out fleet.yaml",
    "fleet.yaml is read, and",
  ],
  ["a report in a folder that is not there", "plan --output markdown=none/x.md", "no folder"],
  ["an observation in a folder that is a file", "observe --out seen.json/x", "no folder"],
])("refuses to write %s, and asks no visor", async (_, line, says) => {
  const { code, err, dials } = await runInFolder(folder, ...line.split(" "));
  expect([code, dials]).toEqual([64, 0]);
  expect(err).toContain(says);
});
