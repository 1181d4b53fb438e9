// A command line, read by the library: which command is meant and what it was given, or what to say instead.
import { Command as Parser, CommanderError } from "commander";
import { assert, type FleetError, suggest } from "../core/index.ts";
import { COMMAND_GROUPS, type CommandEntry, type CommandRow, isFamily } from "./command-table.ts";
import { familyText, helpText } from "./help.ts";
import { declare, type Given, givenOf, usageError } from "./shell/arguments.ts";
import type { Command } from "./shell/command.ts";
import { foreignWordHint } from "./shell/foreign-words.ts";
import { usage } from "./shell/usage.ts";

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

/** Reads the words of a command line and loads the one command that they name. Never throws. */
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
