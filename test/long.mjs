// Runs what takes too long for the suite: `npm run long -- NAME [ROW...]`, or all of it without a name. Rows are
// named as the test of that name says. A row is printed when it is done; with FLEET_LONG_TABLE=FILE it is also kept there,
// and does not run again: what was stopped goes on.

import { spawnSync } from "node:child_process";
import process from "node:process";

/** Name -> test file that runs its whole table where FLEET_LONG names it. */
const LONG = new Map([
  ["hollow", "test/e2e/hollow-relays.test.ts"],
  ["shells", "test/e2e/completion.test.ts"],
]);

const [name, ...rows] = process.argv.slice(2);
if (name !== undefined && !LONG.has(name)) {
  process.stderr.write(`${name}: not one of ${[...LONG.keys()].join(", ")}\n`);
  process.exitCode = 64;
} else {
  for (const [each, file] of LONG) {
    if (name !== undefined && name !== each) continue;
    const vitest = ["run", "--config", "test/vitest.config.ts", file, "--reporter", "verbose"];
    const { status } = spawnSync("npx", ["vitest", ...vitest], {
      stdio: "inherit",
      env: { ...process.env, FLEET_LONG: each, FLEET_LONG_ROWS: rows.join(" ") },
    });
    if (status !== 0) process.exitCode = status ?? 1;
  }
}
