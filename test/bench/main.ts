import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { benchApply } from "./bench-apply.ts";
import { benchDead } from "./bench-dead.ts";
import { benchGob } from "./bench-gob.ts";
import { benchHistory } from "./bench-history.ts";
import { benchLedger } from "./bench-ledger.ts";
import { benchObservation } from "./bench-observation.ts";
import { benchPlan, type PlanCase } from "./bench-plan.ts";
import { benchRelays } from "./bench-relays.ts";
import { benchHelp, benchValidate, goVersion } from "./bench-start.ts";
import { benchWatch } from "./bench-watch.ts";
import { pageWith } from "./page.ts";
import { type TableRow, tableText } from "./table.ts";

const PAGE = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));
const BUILT_PROGRAM = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const RUNS = 5;

/** The goals stand where the round trip is real; without one they hold all the more. */
const PLAN_CASES: readonly PlanCase[] = [
  { visors: 100, rttMs: 0 },
  { visors: 100, rttMs: 50, secondsMax: 0.8 },
  { visors: 1_000, rttMs: 0 },
  { visors: 1_000, rttMs: 50, secondsMax: 3, peakMBMax: 250 },
  { visors: 10_000, rttMs: 0 },
  { visors: 10_000, rttMs: 50, secondsMax: 30, peakMBMax: 768 },
];

const USAGE = `Usage: npm run bench -- [--write] [--visors N,N] [--rtt MS,MS] [--runs N] [--quick] [--long] [--only plan|start|gob|relays|ledger|history|observation|watch|dead|apply]
`;

/** What was asked for on the command line. */
interface Wanted {
  readonly write: boolean;
  readonly program: string;
  readonly runs: number;
  /** Shorter ledgers: what is promised of a million entries is not judged. */
  readonly quick: boolean;
  /** Also the history of a million entries, which takes minutes to make. */
  readonly long: boolean;
  readonly cases: readonly PlanCase[];
  readonly isWanted: (part: string) => boolean;
}

function wanted(): Wanted {
  const { values } = parseArgs({
    options: {
      write: { type: "boolean", default: false },
      visors: { type: "string" },
      rtt: { type: "string" },
      runs: { type: "string", default: String(RUNS) },
      quick: { type: "boolean", default: false },
      long: { type: "boolean", default: false },
      only: { type: "string", multiple: true },
      program: { type: "string", default: BUILT_PROGRAM },
    },
  });
  const numbers = (text: string | undefined): readonly number[] | undefined =>
    text?.split(",").map(Number);
  const sizes = numbers(values.visors);
  const distances = numbers(values.rtt);
  return {
    write: values.write,
    program: values.program,
    runs: Number(values.runs),
    quick: values.quick,
    long: values.long,
    cases: PLAN_CASES.filter(
      ({ visors, rttMs }) =>
        (sizes === undefined || sizes.includes(visors)) &&
        (distances === undefined || distances.includes(rttMs)),
    ),
    isWanted: (part) => values.only === undefined || values.only.includes(part),
  };
}

function machineText(): string {
  const [first] = cpus();
  const go = goVersion();
  return [
    `${availableParallelism()} processors (${first?.model.trim() ?? "unknown"})`,
    `${(totalmem() / 2 ** 30).toFixed(0)} GiB of memory`,
    `${process.platform} ${process.arch}`,
    `Node ${process.versions.node}`,
    go === undefined ? "no Go" : `Go ${go}`,
  ].join(", ");
}

async function measureRows({
  program,
  runs,
  quick,
  long,
  cases,
  isWanted,
}: Wanted): Promise<readonly TableRow[]> {
  const rows: TableRow[] = [];
  const add = (...more: readonly TableRow[]): void => {
    rows.push(...more);
    for (const row of more) process.stderr.write(`measured ${row.name}, beside ${row.peerName}\n`);
  };
  // These run in this process, so they come before what fills its memory.
  if (isWanted("gob")) {
    for (const row of await benchGob()) {
      const goals = [{ text: ">= 1.0x", isMet: row.ratio >= 1 }];
      add({ ...row, peerName: "Go", goals });
    }
  }
  if (isWanted("relays")) add(...(await benchRelays(program)));
  if (isWanted("ledger")) add(...(await benchLedger(program, quick)));
  if (isWanted("history")) add(...(await benchHistory(program, runs, long)));
  if (isWanted("start")) {
    add(await benchHelp(program));
    add(await benchValidate(program, runs));
  }
  if (isWanted("observation")) add(await benchObservation(program, runs));
  if (isWanted("dead")) add(...(await benchDead(program)));
  if (isWanted("apply")) add(...(await benchApply(program, runs)));
  if (isWanted("watch")) add(await benchWatch(program));
  if (isWanted("plan")) for (const one of cases) add(...(await benchPlan(program, runs, one)).rows);
  return rows;
}

async function main(): Promise<void> {
  let options: Wanted;
  try {
    options = wanted();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exitCode = 64;
    return;
  }
  const startedAt = new Date(Date.now());
  const table = tableText(await measureRows(options));
  const machine = `${startedAt.toISOString().slice(0, 10)}, ${machineText()}. Median of ${options.runs} runs.`;
  process.stdout.write(`${table}\n${machine}\n`);
  if (options.write) {
    writeFileSync(PAGE, pageWith(readFileSync(PAGE, "utf8"), `${machine}\n\n${table}`));
    process.stdout.write("kept in docs/performance.md\n");
  }
}

await main();
