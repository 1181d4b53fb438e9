// What a longer ledger costs the commands that go by it: the same fleet after 100, 100,000 and 1,000,000 entries.
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type BenchFleet, startBenchFleet } from "./bench-fleet.ts";
import { watchPasses } from "./bench-watch.ts";
import type { TableRow } from "./table.ts";
import { median, type TimedRun, timeNode } from "./timed-run.ts";

const WORK = fileURLToPath(new URL("./history-work.mjs", import.meta.url));
const VISORS = 20;
const SIZES: readonly number[] = [100, 100_000];
const LONG_SIZES: readonly number[] = [...SIZES, 1_000_000];
/** A history costs a command at most a tenth of its time, and so much memory. */
const TIMES_MAX = 1.1;
const MORE_MB_MAX = 30;
const APPEND_SECONDS_MAX = 0.3;

/** What one thing cost at one size. */
interface Cost {
  readonly seconds: number;
  readonly peakMB: number;
}

/** What all things cost at one size. */
type Costs = Readonly<Record<"plan" | "drift" | "first append" | "watch pass", Cost>>;

/**
 * Times a plan, a drift with one difference, the first append after opening and an idle pass of a watch, of one fleet
 * whose ledger grows between them by applies of one field of one visor. The shortest history stands beside each.
 */
export async function benchHistory(
  program: string,
  runs: number,
  isLong: boolean,
): Promise<readonly TableRow[]> {
  const fleet = await startBenchFleet(program, VISORS, 0);
  try {
    const env = { FLEET_HOME: join(fleet.manifest, "..", "home") };
    await beginLedger(program, fleet, env);
    const rows: TableRow[] = [];
    let few: Costs | undefined;
    for (const size of isLong ? LONG_SIZES : SIZES) {
      const grown = await work(program, "grow", env, size);
      process.stderr.write(`a ledger of ${count(size)} entries, made in ${grown.out.trim()}\n`);
      const costs = await costsOf(program, runs, fleet, env);
      few ??= costs;
      rows.push(...rowsOf(costs, few, size));
    }
    return rows;
  } finally {
    await fleet.stop();
  }
}

/** Makes an operator, names it in the manifest and applies that, so that the ledger has a keyset and a plan. */
async function beginLedger(
  program: string,
  fleet: BenchFleet,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const keygen = await timeNode([program, "keygen", "--json", "--name", "bench"], env);
  const { key, seal } = JSON.parse(keygen.out) as Readonly<Record<"key" | "seal", string>>;
  const text = await readFile(fleet.manifest, "utf8");
  const line = `  bench: { key: "${key}", seal: "${seal}", may: [plan, apply] }`;
  await writeFile(fleet.manifest, `${text}operators:\n${line}\n`);
  await timeNode([program, "apply", fleet.manifest, "--yes", "--rpc", fleet.rpc], env);
}

async function work(
  program: string,
  what: string,
  { FLEET_HOME: home = "" }: Readonly<Record<string, string>>,
  size = 0,
): Promise<TimedRun> {
  return await timeNode([WORK, join(dirname(program), ".."), what, home, String(size)]);
}

async function costsOf(
  program: string,
  runs: number,
  fleet: BenchFleet,
  env: Readonly<Record<string, string>>,
): Promise<Costs> {
  const words = [fleet.manifest, "--rpc", fleet.rpc];
  const change = async (level: string): Promise<void> => {
    const visors = join(dirname(fleet.manifest), "visors");
    const [visor] = fleet.visors;
    const what = ["change", visor?.name ?? "", "config", "log_level", level, "--dir", visors];
    await timeNode([program, "embedded", ...what], env);
  };
  const plan = await costOf(runs, () => timeNode([program, "plan", ...words], env));
  await change("error");
  const drift = await costOf(runs, () => timeNode([program, "drift", ...words], env, [0, 2]));
  await change("info");
  const append = await costOf(runs, async () => {
    const run = await work(program, "append", env);
    const { seconds } = JSON.parse(run.out) as { readonly seconds: number };
    return { ...run, seconds };
  });
  const pass = await watchPasses(program, fleet, env);
  return {
    plan,
    drift,
    "first append": append,
    "watch pass": { seconds: pass.cpuSeconds, peakMB: pass.peakMB },
  };
}

/** Once unmeasured: what is kept beside a ledger is brought up to date by the first who needs it. */
async function costOf(runs: number, run: () => Promise<TimedRun>): Promise<Cost> {
  const first = await run();
  process.stderr.write(`the first time: ${first.seconds.toFixed(2)} s\n`);
  const all: TimedRun[] = [];
  for (let left = runs; left > 0; left -= 1) all.push(await run());
  return {
    seconds: median(all.map(({ seconds }) => seconds)),
    peakMB: median(all.map(({ peakBytes }) => peakBytes)) / 1e6,
  };
}

function rowsOf(costs: Costs, few: Costs, size: number): readonly TableRow[] {
  return (["plan", "drift", "first append", "watch pass"] as const).map((what) => {
    const { seconds, peakMB } = costs[what];
    const beside = few[what];
    return {
      name: `history: ${what}, ${count(size)} entries`,
      ours: seconds * 1000,
      unit: what === "watch pass" ? "ms of CPU" : "ms",
      peerName: `after ${count(SIZES[0] ?? 0)}, ${beside.peakMB.toFixed(0)} MB`,
      peer: beside.seconds * 1000,
      ratio: beside.seconds / seconds,
      peakMB,
      goals: goalsOf(what, costs[what], beside),
    };
  });
}

function goalsOf(what: keyof Costs, cost: Cost, few: Cost): NonNullable<TableRow["goals"]> {
  if (cost === few) return [];
  if (what === "first append") {
    const isMet = cost.seconds < APPEND_SECONDS_MAX;
    return [{ text: `< ${APPEND_SECONDS_MAX} s`, isMet }];
  }
  if (what !== "plan") return [];
  return [
    { text: `<= ${TIMES_MAX}x its time`, isMet: cost.seconds <= TIMES_MAX * few.seconds },
    { text: `<= ${MORE_MB_MAX} MB more`, isMet: cost.peakMB <= few.peakMB + MORE_MB_MAX },
  ];
}

function count(entries: number): string {
  return entries.toLocaleString("en");
}
