import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL, fileURLToPath } from "node:url";
import { loadManifest } from "../../src/manifest/index.ts";
import { wantsOf } from "../../src/reconcile/observe/index.ts";
import { type BenchFleet, type BenchVisor, startBenchFleet } from "./bench-fleet.ts";
import { median, type TimedRun, timeNode } from "./timed-run.ts";
import type { TableRow } from "./table.ts";

const READ_VISORS = fileURLToPath(new URL("./read-visors.mjs", import.meta.url));
/** `fleet` reads this many visors at once unless told otherwise. */
const PARALLEL_READS = 64;
/** A visor is read in two writes, each a round trip. */
const ROUND_TRIPS = 2;
/** Enough for the fan-out to keep every processor busy. */
const PROCESSES_AT_ONCE = 16;
const FAN_OUT_SAMPLE = 48;
const LOOP_SAMPLE = 40;

/** One size of fleet at one distance. */
export interface PlanCase {
  readonly visors: number;
  readonly rttMs: number;
  /** The goal, where there is one. */
  readonly secondsMax?: number;
  readonly peakMBMax?: number;
}

/** What a plan of one case took. */
export interface PlanResult {
  readonly peakMB: number;
  readonly rows: readonly TableRow[];
}

interface Peer {
  readonly name: string;
  readonly seconds: number;
}

/** Times plans that find no change, beside the other ways to read the same visors. */
export async function benchPlan(
  program: string,
  runs: number,
  theCase: PlanCase,
): Promise<PlanResult> {
  const fleet = await startBenchFleet(program, theCase.visors, theCase.rttMs);
  try {
    const plans: (TimedRun & { readonly visorSeconds: number })[] = [];
    for (let run = 0; run < runs; run += 1) plans.push(await planOnce(program, fleet));
    const seconds = median(plans.map((plan) => plan.seconds));
    const peakMB = median(plans.map((plan) => plan.peakBytes)) / 1e6;
    const cpuSeconds = median(plans.map((plan) => plan.cpuSeconds));
    const waitedSeconds = median(plans.map((plan) => plan.waitedSeconds));
    const visorSeconds = median(plans.map((plan) => plan.visorSeconds));
    const peers = await peersOf(program, fleet, theCase);
    const rows = peers.map((peer, index) => ({
      name: `plan, ${theCase.visors.toLocaleString("en")} visors, ${theCase.rttMs} ms`,
      ours: seconds,
      unit: "s",
      peerName: peer.name,
      peer: peer.seconds,
      ratio: peer.seconds / seconds,
      ...(index === 0
        ? {
            peakMB,
            cpuSeconds,
            waitedSeconds,
            visorSeconds,
            goals: goalsOf(theCase, seconds, peakMB),
          }
        : {}),
    }));
    return { peakMB, rows };
  } finally {
    await fleet.stop();
  }
}

async function planOnce(
  program: string,
  fleet: BenchFleet,
): Promise<TimedRun & { readonly visorSeconds: number }> {
  const before = fleet.cpuSeconds();
  const waitedBefore = fleet.waitedSeconds();
  const run = await timeNode([program, "plan", fleet.manifest, "--rpc", fleet.rpc], {
    FLEET_HOME: join(fleet.manifest, "..", "home"),
  });
  if (!run.out.includes("No changes.")) throw new Error(`the plan found changes:\n${run.out}`);
  const waitedSeconds = run.waitedSeconds + fleet.waitedSeconds() - waitedBefore;
  return { ...run, waitedSeconds, visorSeconds: fleet.cpuSeconds() - before };
}

async function peersOf(
  program: string,
  fleet: BenchFleet,
  { visors, rttMs }: PlanCase,
): Promise<readonly Peer[]> {
  const wants = JSON.stringify(wantsOfManifest(fleet.manifest));
  const read = (some: readonly BenchVisor[]): Promise<TimedRun> =>
    timeNode([
      READ_VISORS,
      pathToFileURL(join(program, "../..")).href,
      fleet.rpc,
      wants,
      ...some.map(({ key, port }) => `${key}:${port}`),
    ]);
  const others = fleet.visors.slice(2);
  const fanOut = await fanOutSeconds(read, others);
  const loop = await loopSeconds(read, others, visors);
  const waves = Math.ceil(visors / PARALLEL_READS);
  const limit = (waves * ROUND_TRIPS * rttMs) / 1000;
  return [
    { name: "a process for each visor", seconds: fanOut * visors },
    { name: "one process, one by one", seconds: loop },
    ...(limit === 0 ? [] : [{ name: "limit of the round trips", seconds: limit }]),
  ];
}

/** Seconds for each visor when every one has a process of its own, some at a time. */
async function fanOutSeconds(
  read: (some: readonly BenchVisor[]) => Promise<TimedRun>,
  visors: readonly BenchVisor[],
): Promise<number> {
  const sample = visors.slice(0, FAN_OUT_SAMPLE);
  const queue = [...sample];
  const startedMs = performance.now();
  const lane = async (): Promise<void> => {
    for (let visor = queue.shift(); visor !== undefined; visor = queue.shift()) await read([visor]);
  };
  await Promise.all(Array.from({ length: PROCESSES_AT_ONCE }, lane));
  return (performance.now() - startedMs) / 1000 / sample.length;
}

/** Seconds for the whole fleet, one visor after the other: the start, and what a sample says of the rest. */
async function loopSeconds(
  read: (some: readonly BenchVisor[]) => Promise<TimedRun>,
  visors: readonly BenchVisor[],
  count: number,
): Promise<number> {
  const sample = visors.slice(0, LOOP_SAMPLE);
  const run = await read(sample);
  const readingSeconds = Number(run.out) / 1000;
  return run.seconds - readingSeconds + (readingSeconds / sample.length) * count;
}

function wantsOfManifest(path: string): ReturnType<typeof wantsOf> {
  const { desired } = loadManifest(readFileSync(path), path);
  if (desired === undefined) throw new Error("the benchmark's manifest is not valid");
  return wantsOf(desired.visors.flatMap((visor) => [...visor.leaves.keys()]));
}

function goalsOf(
  { secondsMax, peakMBMax }: PlanCase,
  seconds: number,
  peakMB: number,
): NonNullable<TableRow["goals"]> {
  return [
    ...(secondsMax === undefined
      ? []
      : [{ text: `<= ${secondsMax.toFixed(1)} s`, isMet: seconds <= secondsMax }]),
    ...(peakMBMax === undefined
      ? []
      : [{ text: `<= ${peakMBMax} MB`, isMet: peakMB <= peakMBMax }]),
  ];
}
