import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startBenchFleet } from "./bench-fleet.ts";
import { median, type TimedRun, timeNode } from "./timed-run.ts";
import type { TableRow } from "./table.ts";

const VISORS = 1_000;
const SECONDS_MAX = 1.2;

/** Plans by a recorded observation, once the visors are gone, beside the plan that reads them on the same machine. */
export async function benchObservation(program: string, runs: number): Promise<TableRow> {
  const fleet = await startBenchFleet(program, VISORS, 0);
  try {
    const folder = join(fleet.manifest, "..");
    const env = { FLEET_HOME: join(folder, "home") };
    const keygen = await timeNode([program, "keygen", "--json", "--name", "bench"], env);
    const { key } = JSON.parse(keygen.out) as { readonly key: string };
    const text = await readFile(fleet.manifest, "utf8");
    const proposed = `${text}operators:\n  bench: { key: "${key}", may: [plan, apply] }\n`;
    await writeFile(fleet.manifest, proposed);
    // A pull request's manifest is another one than its base, so both have to be read.
    const trusted = join(folder, "trusted.yaml");
    await writeFile(trusted, `# as merged last\n${proposed}`);
    const observed = join(folder, "observed.json");
    const seen = ["--rpc", fleet.rpc];
    await timeNode([program, "observe", fleet.manifest, "--out", observed, ...seen], env);
    const recorded = ["--from-observation", observed, "--trust", trusted];
    const ours: TimedRun[] = [];
    const theirs: TimedRun[] = [];
    for (let run = 0; run < runs; run += 1) {
      // No key and no ledger, as on the machine that checks a pull request.
      const nobody = { FLEET_HOME: join(folder, "nobody") };
      ours.push(await timePlan([program, "plan", fleet.manifest, ...recorded], nobody));
      theirs.push(await timePlan([program, "plan", fleet.manifest, ...seen], env));
    }
    const seconds = median(ours.map((run) => run.seconds));
    const peer = median(theirs.map((run) => run.seconds));
    return {
      name: `plan from an observation, ${VISORS.toLocaleString("en")} visors`,
      ours: seconds,
      unit: "s",
      peerName: "reading them, 0 ms",
      peer,
      ratio: peer / seconds,
      peakMB: median(ours.map((run) => run.peakBytes)) / 1e6,
      cpuSeconds: median(ours.map((run) => run.cpuSeconds)),
      waitedSeconds: median(ours.map((run) => run.waitedSeconds)),
      goals: [{ text: `<= ${SECONDS_MAX.toFixed(1)} s`, isMet: seconds <= SECONDS_MAX }],
    };
  } finally {
    await fleet.stop();
  }
}

async function timePlan(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<TimedRun> {
  const run = await timeNode(args, env);
  if (!run.out.includes("No changes.")) throw new Error(`the plan found changes:\n${run.out}`);
  return run;
}
