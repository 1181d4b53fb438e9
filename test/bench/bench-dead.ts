// What dead visors cost a plan, beside the time that the local visor waits for them.
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { startBenchFleet } from "./bench-fleet.ts";
import type { TableRow } from "./table.ts";

const VISORS = 2_000;
/** Of ten visors behind the two controllers. */
const DEAD_OF_TEN = 3;
/** How long a local visor waits for a far one. */
const LIMIT_SECONDS = 15;
/** The longest that a first answer is waited for. */
const LONGEST_LIMIT_SECONDS = 20;
const SLACK_SECONDS = 10;
const INCOMPLETE = 3;

/** The plan of 2,000 visors of which 600 are dead, by how many dials may wait at once. */
export async function benchDead(program: string): Promise<readonly TableRow[]> {
  const fleet = await startBenchFleet(program, VISORS, 0, { isPatient: true });
  try {
    const dead = fleet.visors.slice(2).filter((_, index) => index % 10 < DEAD_OF_TEN);
    await fleet.makeDead(dead);
    const rows: TableRow[] = [];
    for (const dials of [256, 1_024]) {
      const words = ["plan", fleet.manifest, "--rpc", fleet.rpc, "--dials", String(dials)];
      const seconds = await timePlan(
        [program, ...words],
        join(fleet.manifest, "..", `home-${dials}`),
      );
      const rounds = Math.ceil(dead.length / dials);
      const limits = rounds * LIMIT_SECONDS;
      const secondsMax = rounds * LONGEST_LIMIT_SECONDS + SLACK_SECONDS;
      rows.push({
        name: `plan, 2,000 visors, ${dead.length} dead, ${dials} dials`,
        ours: seconds,
        unit: "s",
        peerName: "the limits of the rounds",
        peer: limits,
        ratio: limits / seconds,
        goals: [{ text: `<= ${secondsMax} s`, isMet: seconds <= secondsMax }],
      });
    }
    return rows;
  } finally {
    await fleet.stop();
  }
}

async function timePlan(args: readonly string[], home: string): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: "ignore",
    env: { ...process.env, FLEET_HOME: home },
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  if (code !== INCOMPLETE) throw new Error(`the plan ended with ${code}`);
  return (performance.now() - startedMs) / 1000;
}
