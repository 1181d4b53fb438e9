// One command line in this process: its terminal, its signals, its exit code.
import process from "node:process";
import {
  dialTcp,
  type Interrupt,
  nodeFiles,
  onFirstInterrupt,
  onInterrupt,
  openFilesMax,
  processTerminal,
  nodeClock,
  nodeMonoMs,
  nodeRandom,
  nodeWatchFolder,
} from "../platform/index.ts";
import { FleetError } from "../core/index.ts";
import { errorText, plainPaint } from "../view/index.ts";
import { BesideWork } from "./shell/background-work.ts";
import { run } from "./run.ts";
import { TOOL } from "./shell/program-name.ts";
import { watchedFiles } from "./shell/watched-files.ts";

/** Commands that start visors of their own: what these wrote is nobody's fleet. */
const RUNS_VISORS: ReadonlySet<string> = new Set(["demo", "embedded"]);

/** Runs one command line in this process: the only place that touches its arguments, signals and exit code. */
export async function runHere(argv: readonly string[]): Promise<void> {
  const terminal = processTerminal();
  const folder = workingFolder();
  if (folder === undefined) {
    const error = new FleetError("cli/no-folder", "the working folder is not there any more", {
      next: "change to a folder that is there",
      exit: 64,
    });
    terminal.err(errorText(error, TOOL, plainPaint));
    process.exitCode = error.exit;
    return;
  }
  const stop = new AbortController();
  let interrupt: Interrupt | undefined;
  let release: (() => void) | undefined;
  const { files, hasWritten } = watchedFiles(nodeFiles);
  // Until a command asks for time to end in good order it only reads, and may end anywhere.
  const forget = onFirstInterrupt(() => {
    if (terminal.errIsTerminal) terminal.redraw("");
    if (!RUNS_VISORS.has(argv[0] ?? ""))
      terminal.err(
        `interrupted: ${hasWritten() ? "no visor was written to" : "nothing was written"}\n`,
      );
  });
  const stopSoftly = (): AbortSignal => {
    forget();
    release ??= onInterrupt((wish) => {
      interrupt = wish;
      // On a screen the line of progress is wiped; it would stay there for good.
      if (terminal.errIsTerminal) terminal.redraw("");
      else terminal.err("\n");
      terminal.err(`stopping: what is under way is finished first; once more stops at once\n`);
      stop.abort(new Error("stopped"));
    });
    return stop.signal;
  };
  const code = await run(argv, {
    terminal,
    env: process.env,
    folder,
    files,
    clock: nodeClock,
    monoMs: nodeMonoMs,
    random: nodeRandom,
    dial: dialTcp,
    openFilesMax,
    watchFolder: nodeWatchFolder,
    beside: new BesideWork(nodeClock),
    stopSoftly,
  });
  forget();
  release?.();
  // Both kinds of interruption stop alike; only the code tells which it was.
  // What could not be printed has set a code of its own by now, or does so later.
  if (process.exitCode === undefined)
    process.exitCode = code === 130 && interrupt === "SIGTERM" ? 143 : code;
}

/** Absolute; nothing where somebody removed the folder that we were started in. */
function workingFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}
