import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { type BenchFleet, cpuSecondsOf, startBenchFleet } from "./bench-fleet.ts";
import type { TableRow } from "./table.ts";
import { timeNode } from "./timed-run.ts";

const VISORS = 1_000;
/** What is promised is of one pass a minute. */
const PASS_SECONDS = 60;
const SHARE_MAX = 3;
/** Passes that are not measured: the first ones also start the program. */
const WARM_UP = 2;
const MEASURED = 6;
/** Between passes, so that the row takes no six minutes; what a pass costs does not hang on it. */
const INTERVAL = "5s";

/** What a pass over visors that are as wanted costs a watch, beside a plan in a process of its own. */
export async function benchWatch(program: string): Promise<TableRow> {
  const fleet = await startBenchFleet(program, VISORS, 0);
  try {
    const env = { FLEET_HOME: join(fleet.manifest, "..", "home") };
    const plan = await timeNode([program, "plan", fleet.manifest, "--rpc", fleet.rpc], env);
    const { cpuSeconds, peakMB } = await watchPasses(program, fleet, env);
    const share = (cpuSeconds / PASS_SECONDS) * 100;
    return {
      name: `watch, ${VISORS.toLocaleString("en")} visors in sync, a pass a minute`,
      ours: share,
      unit: "% of a core",
      peerName: "a plan a minute",
      peer: (plan.cpuSeconds / PASS_SECONDS) * 100,
      ratio: plan.cpuSeconds / cpuSeconds,
      peakMB,
      cpuSeconds,
      goals: [{ text: `<= ${SHARE_MAX}% of a core, no write`, isMet: share <= SHARE_MAX }],
    };
  } finally {
    await fleet.stop();
  }
}

/** Processor time of one pass, the average of some. @throws Error when the watch found or wrote anything */
export async function watchPasses(
  program: string,
  fleet: BenchFleet,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly cpuSeconds: number; readonly peakMB: number }> {
  const words = ["watch", fleet.manifest, "--rpc", fleet.rpc, "--json", "--interval", INTERVAL];
  const child = spawn(process.execPath, [program, ...words], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  try {
    const costs: number[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      const { decision, message } = JSON.parse(line) as Readonly<Record<string, string>>;
      if (decision === "pass") costs.push(cpuSecondsOf(child.pid));
      else if (!["started", "resumed", "manifest"].includes(decision ?? ""))
        throw new Error(`the watch of a fleet in sync said ${decision}: ${message}`);
      if (costs.length > WARM_UP + MEASURED) break;
    }
    const first = costs[WARM_UP] ?? Number.NaN;
    const last = costs[WARM_UP + MEASURED] ?? Number.NaN;
    return { cpuSeconds: (last - first) / MEASURED, peakMB: peakMBOf(child.pid) };
  } finally {
    await stopped(child);
  }
}

function peakMBOf(pid: number | undefined): number {
  if (process.platform !== "linux") return Number.NaN;
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return (Number(found?.[1]) * 1024) / 1e6;
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}
