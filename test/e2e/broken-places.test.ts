// Places that give way under the built program: a full disk behind its output, a folder that is gone.
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
/** Linux's device that is always full. */
const FULL = "/dev/full";
const EXAMPLE = fileURLToPath(new URL("../../fleet.example.yaml", import.meta.url));

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-broken-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs the built program with its standard output on a full device. */
function intoFull(...argv: readonly string[]): SpawnSyncReturns<string> {
  const out = openSync(FULL, "w");
  try {
    return spawnSync(process.execPath, [MAIN, ...argv], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", out, "pipe"],
    });
  } finally {
    closeSync(out);
  }
}

describe("output that cannot be written", () => {
  for (const argv of [["--help"], ["--version"], ["validate", EXAMPLE], ["plan", "--help"]]) {
    it(`F14: is no success of fleet ${argv[0]}`, (ctx) => {
      if (!existsSync(FULL)) return ctx.skip("only Linux has a device that is always full");
      expect(intoFull(...argv).status).toBe(1);
    });
  }

  it("F14: is said where somebody can still read it", (ctx) => {
    if (!existsSync(FULL)) return ctx.skip("only Linux has a device that is always full");
    expect(intoFull("plan", "--help").stderr).toBe(
      "error: standard output cannot be written to the end (ENOSPC)\n",
    );
  });
});

describe("a working folder that is gone", () => {
  it("F14: is named, and not told as our mistake", (ctx) => {
    if (process.platform === "win32") return ctx.skip("Windows removes no folder that is in use");
    const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" validate';
    const { status, stderr } = spawnSync("sh", ["-c", script, process.execPath, MAIN], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(stderr).toContain("the working folder is not there any more [cli/no-folder]");
    expect(status).toBe(64);
  });
});
