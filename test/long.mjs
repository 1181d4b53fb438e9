// Runs what takes too long for the suite: `npm run long -- NAME...`, or all of it without a name.

import { spawnSync } from "node:child_process";
import process from "node:process";

/** Name -> test file that runs its whole table where FLEET_LONG names it. */
const LONG = new Map([["hollow", "test/e2e/hollow-relays.test.ts"]]);

const names = process.argv.length > 2 ? process.argv.slice(2) : [...LONG.keys()];
const unknown = names.find((name) => !LONG.has(name));
if (unknown !== undefined) {
  process.stderr.write(`${unknown}: not one of ${[...LONG.keys()].join(", ")}\n`);
  process.exitCode = 64;
}
for (const name of unknown === undefined ? names : []) {
  const vitest = ["vitest", "run", "--config", "test/vitest.config.ts", LONG.get(name) ?? ""];
  const { status } = spawnSync("npx", vitest, {
    stdio: "inherit",
    env: { ...process.env, FLEET_LONG: name },
  });
  if (status !== 0) process.exitCode = status ?? 1;
}
