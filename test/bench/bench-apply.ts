// What applying many changes takes, beside the same writes made by a bare loop.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type ApplyCase, applyManifest, type LoopWork, loopVisors } from "./apply-manifest.ts";
import { type BenchFleet, startBenchFleet } from "./bench-fleet.ts";
import type { TableRow } from "./table.ts";
import { median, type TimedRun, timeNode } from "./timed-run.ts";

const WRITE_VISORS = fileURLToPath(new URL("./write-visors.mjs", import.meta.url));
const RTT_MS = 50;
/** An apply changes what it finds, so each run is of the other manifest; more than these say little more. */
const RUNS_MAX = 3;
/** As long as an apply waits for apps. */
const APP_WAITS = { pollMs: 250, settleMs: 1_500 };

const CASES: readonly ApplyCase[] = [
  {
    name: "apply, 1,000 visors, 50 ms, 2,832 changes",
    visors: 1_000,
    atOnce: 64,
    kind: "apps",
    changes: 2_832,
    secondsMax: 40,
    timesLoopMax: 3,
  },
  {
    name: "apply, the same with routing.min_hops",
    visors: 1_000,
    atOnce: 8,
    kind: "routes",
    changes: 2_832,
    timesLoopMax: 3,
  },
  {
    name: "apply, 100 visors of 296, 50 ms, one setting each",
    visors: 296,
    atOnce: 64,
    kind: "one",
    changes: 100,
    secondsMax: 1.5,
  },
];

/** Times applies of every case; `only` names the kinds that are wanted, all when it is not given. */
export async function benchApply(
  program: string,
  runs: number,
  only?: readonly string[],
): Promise<readonly TableRow[]> {
  const rows: TableRow[] = [];
  for (const each of CASES) {
    if (only !== undefined && !only.includes(each.kind)) continue;
    rows.push(await benchCase(program, Math.min(runs, RUNS_MAX), each));
  }
  return rows;
}

async function benchCase(program: string, runs: number, theCase: ApplyCase): Promise<TableRow> {
  const fleet = await startBenchFleet(program, theCase.visors, RTT_MS);
  try {
    const home = join(fleet.manifest, "..", "home");
    await mkdir(home);
    const operator = await keygen(program, home);
    const applies: (TimedRun & { readonly visorSeconds: number })[] = [];
    for (let turn = 0; turn < runs; turn += 1) {
      await writeFile(fleet.manifest, applyManifest(fleet.visors, theCase, operator, turn));
      applies.push(await applyOnce(program, fleet, home, theCase));
    }
    const loop = await loopOnce(program, fleet, theCase, runs);
    const seconds = median(applies.map((run) => run.seconds));
    const { secondsMax, timesLoopMax } = theCase;
    return {
      name: theCase.name,
      ours: seconds,
      unit: "s",
      peerName: "the same writes by a bare loop",
      peer: loop.seconds,
      ratio: loop.seconds / seconds,
      peakMB: median(applies.map((run) => run.peakBytes)) / 1e6,
      cpuSeconds: median(applies.map((run) => run.cpuSeconds)),
      waitedSeconds: median(applies.map((run) => run.waitedSeconds)),
      visorSeconds: median(applies.map((run) => run.visorSeconds)),
      goals: [
        ...(secondsMax === undefined
          ? []
          : [{ text: `<= ${secondsMax} s`, isMet: seconds <= secondsMax }]),
        ...(timesLoopMax === undefined
          ? []
          : [
              {
                text: `<= ${timesLoopMax}x its time`,
                isMet: seconds <= timesLoopMax * loop.seconds,
              },
            ]),
      ],
    };
  } finally {
    await fleet.stop();
  }
}

/** Makes a key and its ledger, and gives the operator's map for a manifest. */
async function keygen(program: string, home: string): Promise<string> {
  const { out } = await timeNode([program, "keygen", "--json"], { FLEET_HOME: home });
  const { key, seal, feed } = JSON.parse(out) as Readonly<Record<string, string>>;
  return `{ key: "${key}", seal: "${seal}", feed: "${feed}", may: [plan, apply] }`;
}

async function applyOnce(
  program: string,
  fleet: BenchFleet,
  home: string,
  { changes }: ApplyCase,
): Promise<TimedRun & { readonly visorSeconds: number }> {
  const before = fleet.cpuSeconds();
  const waitedBefore = fleet.waitedSeconds();
  const words = ["apply", fleet.manifest, "--yes", "--rpc", fleet.rpc];
  const run = await timeNode([program, ...words], { FLEET_HOME: home });
  if (!run.out.includes(`Applied: ${changes} of ${changes} `))
    throw new Error(`the apply did not make ${changes} changes:\n${run.out.slice(-2_000)}`);
  const waitedSeconds = run.waitedSeconds + fleet.waitedSeconds() - waitedBefore;
  return { ...run, waitedSeconds, visorSeconds: fleet.cpuSeconds() - before };
}

/** The same writes of the next turn, by a bare loop in one process. */
async function loopOnce(
  program: string,
  fleet: BenchFleet,
  theCase: ApplyCase,
  turn: number,
): Promise<TimedRun> {
  const work: LoopWork = {
    ...APP_WAITS,
    atOnce: theCase.atOnce,
    visors: loopVisors(fleet.visors, theCase, turn),
  };
  const file = join(fleet.manifest, "..", "loop.json");
  await writeFile(file, JSON.stringify(work));
  const folder = pathToFileURL(join(program, "../..")).href;
  return await timeNode([WRITE_VISORS, folder, fleet.rpc, file]);
}
