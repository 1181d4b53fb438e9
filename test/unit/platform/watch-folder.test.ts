import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sleep } from "../../../src/core/index.ts";
import { type FolderWatch, nodeWatchFolder } from "../../../src/platform/index.ts";
import { realClock } from "../../support/clocks.ts";

let folder: string;
let changes: number;
let watching: FolderWatch;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-folder-"));
  await writeFile(join(folder, "fleet.yaml"), "one\n");
  await mkdir(join(folder, "deep"));
  changes = 0;
  watching = await nodeWatchFolder(folder, () => (changes += 1));
});
afterEach(async () => {
  await watching.close();
  await rm(folder, { recursive: true });
});

async function seesChange(): Promise<boolean> {
  for (let turn = 0; turn < 200 && changes === 0; turn += 1) await sleep(realClock, 20);
  return changes > 0;
}

describe("watching a folder", () => {
  it("sees a file that is written in place", async () => {
    await writeFile(join(folder, "fleet.yaml"), "two\n");
    expect(await seesChange()).toBe(true);
  });

  it("sees a file that is replaced by renaming, as editors do, more than once", async () => {
    for (const text of ["two\n", "three\n"]) {
      changes = 0;
      await writeFile(join(folder, ".fleet.yaml.new"), text);
      await rename(join(folder, ".fleet.yaml.new"), join(folder, "fleet.yaml"));
      expect(await seesChange()).toBe(true);
      await sleep(realClock, 200);
    }
  });

  it("says nothing of folders below, and nothing once it is closed", async () => {
    await writeFile(join(folder, "deep", "other"), "x");
    await sleep(realClock, 300);
    expect(changes).toBe(0);
    await watching.close();
    await writeFile(join(folder, "fleet.yaml"), "two\n");
    await sleep(realClock, 300);
    expect(changes).toBe(0);
  });
});
