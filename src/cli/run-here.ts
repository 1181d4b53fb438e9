// One command line from its words to its exit code: which command is meant, and running it in this process or in a test's world.
import { Command as Parser, CommanderError } from "commander";
import process from "node:process";
import { assert, type ExitCode, FleetError, suggest } from "../core/index.ts";
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
import { COMMAND_GROUPS, type CommandEntry, type CommandRow, isFamily } from "./command-table.ts";
import { familyText, helpText } from "./help.ts";
import { declare, type Given, givenOf, usageError } from "./shell/arguments.ts";
import { BackgroundWork } from "./shell/background-work.ts";
import type { Command } from "./shell/command.ts";
import { foreignWordHint } from "./shell/foreign-words.ts";
import { watchedFiles } from "./shell/kept-files.ts";
import { TOOL } from "./shell/program-name.ts";
import { errPaint, withScreen } from "./shell/screen.ts";
import { usage } from "./shell/usage.ts";
import type { World } from "./shell/world.ts";

// A command line, read by the library: which command is meant and what it was given, or what to say instead.

type Environment = Readonly<Record<string, string | undefined>>;

/** What a command line comes to. */
export interface CommandLine {
  /** `--no-color` holds wherever it stands, and for errors too. */
  readonly isPlain: boolean;
  /** An error is told as a document as well: by `--json`, whatever else is wrong with the line, or by its variable. */
  readonly isJson: boolean;
  readonly asked: Asked;
}

type Asked =
  | { readonly kind: "command"; readonly command: Command; readonly given: Given }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "fault"; readonly error: unknown };

/**
 * Reads the words of a command line and loads the one command that they name. Never throws.
 * @internal tests read words with a table of their own, without running a command
 */
export async function readCommandLine(
  argv: readonly string[],
  env: Environment,
  groups: typeof COMMAND_GROUPS = COMMAND_GROUPS,
): Promise<CommandLine> {
  const reading = new Reading(env, groups);
  const asked = await reading.read(argv);
  const { args } = reading.root;
  const { color, colour } = reading.root.opts<{ color?: boolean; colour?: boolean }>();
  return {
    isPlain: color === false || colour === false,
    isJson: args.includes("--json") || /^(1|true|yes|on)$/i.test(env["FLEET_JSON"] ?? ""),
    asked,
  };
}

/** The library's program of all commands. Each is told what it takes once the line names it. */
class Reading {
  readonly root: Parser;
  readonly #env: Environment;
  #help = "";
  #command: Command | undefined;
  #given: Given | undefined;

  constructor(env: Environment, groups: typeof COMMAND_GROUPS) {
    this.#env = env;
    const note = (text: string): void => {
      this.#help += text;
    };
    this.root = new Parser("fleet")
      .exitOverride()
      .configureOutput({ writeOut: note, writeErr: note, outputError: () => undefined })
      .configureHelp({ formatHelp: helpText })
      .showSuggestionAfterError(false)
      .helpCommand(false)
      .helpOption(false)
      // These hold wherever they stand on the line.
      .option("-h, --help")
      .option("--no-color")
      .option("--no-colour");
    const entries = groups.flatMap(({ rows }) => rows);
    this.#add(this.root, entries);
    for (const family of entries.filter(isFamily)) {
      const parser = this.root
        .command(family.name)
        .configureHelp({ formatHelp: () => familyText(family) });
      this.#add(parser, family.verbs);
    }
    const help = this.root.command("help [words...]");
    help.action(async (words: readonly string[]) => {
      await this.root.parseAsync([...words, "--help"], { from: "user" });
    });
  }

  async read(argv: readonly string[]): Promise<Asked> {
    try {
      await this.root.parseAsync(argv, { from: "user" });
    } catch (error) {
      if (!(error instanceof CommanderError)) return { kind: "fault", error };
      if (error.code.startsWith("commander.help")) return { kind: "help", text: this.#help };
      return { kind: "fault", error: this.#faultOf(error) };
    }
    assert(this.#command !== undefined && this.#given !== undefined, "a line names a command");
    return { kind: "command", command: this.#command, given: this.#given };
  }

  /** Adds the commands of one level, and what is said where none of them is named. */
  #add(parent: Parser, entries: readonly CommandEntry[]): void {
    const rows = new Map<string, CommandRow>();
    for (const entry of entries) if (!isFamily(entry)) rows.set(entry.name, entry);
    for (const name of rows.keys()) parent.command(name);
    parent.hook("preSubcommand", async (_parent, parser) => {
      const command = await rows.get(parser.name())?.load();
      if (command === undefined) return;
      this.#command = command;
      declare(parser, command);
      if (this.root.getOptionValue("help") === true) parser.help();
      parser.action(() => {
        this.#given = givenOf(parser, command, this.#env);
      });
    });
    const names = entries.map(({ name }) => name);
    parent.on("command:*", ([word = ""]: readonly string[]) => {
      throw unknownCommand(word, names, parent);
    });
  }

  #faultOf(error: CommanderError): FleetError {
    if (this.#command !== undefined) return usageError(this.#command, error);
    // Before a command the library knows three options: any other one belongs to a command.
    const [, option = ""] = /'(.*)'/.exec(error.message) ?? [];
    const family = this.root.commands.find((parser) => parser.name() === this.root.args[0]);
    const before = family === undefined ? "fleet" : `fleet ${family.name()}`;
    return usage(`${option}: an option before the command`, `read \`${before} --help\``);
  }
}

function unknownCommand(word: string, names: readonly string[], parent: Parser): FleetError {
  const begun = word.length > 1 ? names.find((name) => name.startsWith(word)) : undefined;
  const meant = begun ?? suggest(word, names);
  const before = parent.parent === null ? "fleet" : `fleet ${parent.name()}`;
  const foreign = parent.parent === null ? foreignWordHint(word) : undefined;
  return usage(
    `${word}: no command of this name`,
    foreign ??
      (meant === undefined ? `read \`${before} --help\`` : `did you mean \`${before} ${meant}\`?`),
  );
}

// One command line from its words to its exit code: in this process, with its terminal and signals, or in a test's world.

// One command line from its words to its exit code, in any world: this process, or a test's.

/**
 * Runs one command line and says how it ended. Never throws: every error is printed with the next thing to try.
 * @internal tests run commands in worlds of their own
 */
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
    beside: new BackgroundWork(nodeClock),
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
