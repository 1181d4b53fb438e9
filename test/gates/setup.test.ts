import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { expect, it } from "vitest";
import { isNodeNewEnough, whyInstall } from "../../.ci/setup.mjs";
import { plantTree } from "./planted-tree.ts";

const PATIENCE_MS = 60_000;
const LOCKED = {
  packages: {
    "": {},
    "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
    "node_modules/b": { version: "2.0.0", integrity: "sha512-b", optional: true },
  },
};

it.each([
  { name: "nothing installed", installed: undefined, why: "nothing is installed yet" },
  { name: "the same", installed: LOCKED, why: undefined },
  {
    name: "an optional package of another platform",
    installed: { packages: { "node_modules/a": LOCKED.packages["node_modules/a"] } },
    why: undefined,
  },
  { name: "a missing package", installed: { packages: {} }, why: "node_modules/a is missing" },
  {
    name: "another version",
    installed: { packages: { "node_modules/a": { version: "1.0.1", integrity: "sha512-a" } } },
    why: "node_modules/a is not the locked version 1.0.0",
  },
  {
    name: "other bytes",
    installed: { packages: { "node_modules/a": { version: "1.0.0", integrity: "sha512-x" } } },
    why: "node_modules/a is not the locked version 1.0.0",
  },
])("why install: $name", ({ installed, why }) => {
  expect(whyInstall(LOCKED, installed)).toBe(why);
});

it.each([
  { version: "20.18.9", isEnough: false },
  { version: "20.19.0", isEnough: true },
  { version: "24.0.0", isEnough: true },
  { version: "18.20.0", isEnough: false },
])("Node $version new enough: $isEnough", ({ version, isEnough }) => {
  expect(isNodeNewEnough(version)).toBe(isEnough);
});

it(
  "takes over from a set-up that died, and says nothing when there is nothing to do",
  { timeout: PATIENCE_MS },
  () => {
    using tree = plantTree({});
    const lock = join(tree.root, ".setup-lock");
    const gone = spawnSync(process.execPath, ["-e", ""]).pid;
    mkdirSync(lock);
    writeFileSync(join(lock, "pid"), String(gone));
    const run = (): ReturnType<typeof spawnSync> =>
      spawnSync(process.execPath, [join(tree.root, ".ci/setup.mjs")], {
        stdio: ["ignore", "pipe", "pipe"],
      });
    const first = run();
    expect(String(first.stderr)).toContain("waiting for another set-up");
    expect(first.status).toBe(0);
    expect(existsSync(lock)).toBe(false);
    const second = run();
    expect(`${String(second.stdout)}${String(second.stderr)}`).toBe("");
  },
);
