import { spawn } from "node:child_process";
import process from "node:process";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

const REPORT_COST = fileURLToPath(new URL("./report-cost.cjs", import.meta.url));
const COST_DESCRIPTOR = 3;

/** One run of a program, from spawn to exit. */
export interface TimedRun {
  readonly seconds: number;
  readonly out: string;
  /** Of that process alone. */
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  /** How long it was ready and others had the processors; 0 where the system does not tell. */
  readonly waitedSeconds: number;
}

type Cost = Pick<TimedRun, "peakBytes" | "cpuSeconds" | "waitedSeconds">;

/** The middle one of an odd number of values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Runs a Node program that must end with a code of these, and says what it cost. */
export async function timeNode(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  codes: readonly number[] = [0],
): Promise<TimedRun> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ["--require", REPORT_COST, ...args], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const texts = [1, 2, COST_DESCRIPTOR].map((descriptor) =>
    textOf(child.stdio[descriptor] as Readable),
  );
  let seconds = 0;
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => {
      seconds = (performance.now() - startedMs) / 1000;
    });
    child.once("close", resolve);
  });
  const [out = "", err = "", cost = ""] = await Promise.all(texts);
  if (code === null || !codes.includes(code))
    throw new Error(`${args.join(" ")} ended with ${code}:\n${err}${out}`);
  return { seconds, out, ...parseCost(cost) };
}

/** Seconds from spawn to exit, with nothing preloaded and nobody listening. */
export function timeStart(args: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolve((performance.now() - startedMs) / 1000);
      else reject(new Error(`${args.join(" ")} ended with ${code}`));
    });
  });
}

async function textOf(stream: Readable): Promise<string> {
  let text = "";
  stream.setEncoding("utf8");
  for await (const part of stream) text += String(part);
  return text;
}

function parseCost(text: string): Cost {
  return JSON.parse(text) as Cost;
}
