// One command line from its words to its exit code: in this process, with its terminal and signals, or in a test's world.
import process from "node:process";
import { type ExitCode, FleetError } from "../core/index.ts";
import {
  dialTcp,
  type Interrupt,
  nodeClock,
  nodeFiles,
  nodeMonoMs,
  nodeRandom,
  nodeWatchFolder,
  onFirstInterrupt,
  onInterrupt,
  openFilesMax,
  processTerminal,
} from "../platform/index.ts";
import { errorDocument, errorText, plainPaint } from "../view/index.ts";
import { readCommandLine } from "./command-line.ts";
import type { Given } from "./shell/arguments.ts";
import { BesideWork } from "./shell/background-work.ts";
import type { Command } from "./shell/command.ts";
import { watchedFiles } from "./shell/kept-files.ts";
import { TOOL } from "./shell/program-name.ts";
import { errPaint, withScreen } from "./shell/screen.ts";
import type { World } from "./shell/world.ts";

// One command line from its words to its exit code, in any world: this process, or a test's.

/** Runs one command line and says how it ended. Never throws: every error is printed with the next thing to try. */
export async function run(argv: readonly string[], around: World): Promise<ExitCode> {
  const { isPlain, isJson, asked } = await readCommandLine(argv, around.env);
  const world = withScreen(isPlain ? { ...around, env: { ...around.env, NO_COLOR: "1" } } : around);
  try {
    if (asked.kind === "fault") throw asked.error;
    if (asked.kind === "command") return await runToTheEnd(asked.command, asked.given, world);
    world.terminal.out(asked.text);
    return 0;
  } catch (error) {
    if (isJson) world.terminal.out(`${JSON.stringify(errorDocument(error))}\n`);
    world.terminal.err(errorText(error, TOOL, errPaint(world)));
    return error instanceof FleetError ? error.exit : 1;
  }
}

/** Runs a command, and waits a little for what it began beside. */
async function runToTheEnd(command: Command, given: Given, world: World): Promise<ExitCode> {
  try {
    return await command.run(given, world);
  } finally {
    await world.beside.end();
  }
}

// One command line in this process: its terminal, its signals, its exit code.

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
