import process from "node:process";
import {
  dialTcp,
  type Interrupt,
  nodeFiles,
  onInterrupt,
  openFilesMax,
  processTerminal,
  nodeClock,
  nodeMonoMs,
  nodeRandom,
  nodeWatchFolder,
} from "../platform/index.ts";
import { BesideWork } from "./beside.ts";
import { run } from "./run.ts";

/** Runs one command line in this process: the only place that touches its arguments, signals and exit code. */
export async function runHere(argv: readonly string[]): Promise<void> {
  const terminal = processTerminal();
  const stop = new AbortController();
  let interrupt: Interrupt | undefined;
  let release: (() => void) | undefined;
  const stopSoftly = (): AbortSignal => {
    release ??= onInterrupt((wish) => {
      interrupt = wish;
      terminal.err("\nstopping: what is under way is finished first; once more stops at once\n");
      stop.abort(new Error("stopped"));
    });
    return stop.signal;
  };
  const code = await run(argv, {
    terminal,
    env: process.env,
    folder: process.cwd(),
    files: nodeFiles,
    clock: nodeClock,
    monoMs: nodeMonoMs,
    random: nodeRandom,
    dial: dialTcp,
    openFilesMax,
    watchFolder: nodeWatchFolder,
    beside: new BesideWork(nodeClock),
    stopSoftly,
  });
  release?.();
  // Both kinds of interruption stop alike; only the code tells which it was.
  process.exitCode = code === 130 && interrupt === "SIGTERM" ? 143 : code;
}
