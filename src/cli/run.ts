import { type ExitCode, FleetError } from "../core/index.ts";
import { errorDocument, errorText } from "../view/index.ts";
import { type Given, parseArguments } from "./shell/arguments.ts";
import type { Command } from "./shell/command.ts";
import { COMMAND_GROUPS, commandEntry, type CommandFamily, isFamily } from "./command-table.ts";
import { foreignWordHint } from "./shell/foreign-words.ts";
import { familyText } from "./help.ts";
import { errPaint } from "./shell/terminal-look.ts";
import { withScreen } from "./shell/screen.ts";
import { TOOL } from "./shell/program-name.ts";
import type { World } from "./shell/world.ts";

/** Runs one command line and says how it ended. Never throws: every error is printed with the next thing to try. */
export async function run(typed: readonly string[], around: World): Promise<ExitCode> {
  const { argv, world: bare } = withoutColour(typed, around);
  const world = withScreen(bare);
  const [first = "", ...others] = HELP_WORDS.has(argv[0] ?? "")
    ? [...argv.slice(1), "--help"]
    : argv;
  try {
    const entry = commandEntry(first);
    if (entry === undefined) throw unknownCommand(first, namesOf(COMMAND_GROUPS), "fleet");
    if (isFamily(entry) && isAskedAbout(others)) {
      world.terminal.out(familyText(entry));
      return 0;
    }
    const { row, rest } = isFamily(entry)
      ? { row: verbOf(entry, others[0] ?? ""), rest: others.slice(1) }
      : { row: entry, rest: others };
    const command = await row.load();
    const parsed = parseArguments(command, rest, world.env);
    if (parsed.kind === "help") {
      world.terminal.out(parsed.text);
      return 0;
    }
    return await runToTheEnd(command, parsed.given, world);
  } catch (error) {
    if (wantsJson(argv, world)) world.terminal.out(`${JSON.stringify(errorDocument(error))}\n`);
    world.terminal.err(errorText(error, TOOL, errPaint(world)));
    return error instanceof FleetError ? error.exit : 1;
  }
}

/** `fleet help plan` and `fleet --help plan` ask about a command. */
const HELP_WORDS: ReadonlySet<string> = new Set(["help", "--help", "-h"]);

/** Takes `--no-color` out of a command line: it holds wherever it stands. */
function withoutColour(
  argv: readonly string[],
  world: World,
): { readonly argv: readonly string[]; readonly world: World } {
  const isColour = (word: string, index: number): boolean =>
    (word === "--no-color" || word === "--no-colour") && !argv.slice(0, index).includes("--");
  if (!argv.some(isColour)) return { argv, world };
  return {
    argv: argv.filter((word, index) => !isColour(word, index)),
    world: { ...world, env: { ...world.env, NO_COLOR: "1" } },
  };
}

/** Whether an error is told as a document as well: by the option, or by its variable. */
function wantsJson(argv: readonly string[], { env }: World): boolean {
  return argv.includes("--json") || /^(1|true|yes|on)$/i.test(env["FLEET_JSON"] ?? "");
}

/** Runs a command, and waits a little for what it began beside. */
async function runToTheEnd(command: Command, given: Given, world: World): Promise<ExitCode> {
  try {
    return await command.run(given, world);
  } finally {
    await world.beside.end();
  }
}

/** `fleet ledger` alone and `fleet ledger --help` ask what there is. */
function isAskedAbout(words: readonly string[]): boolean {
  return words.length === 0 || words[0] === "--help" || words[0] === "-h";
}

function verbOf(family: CommandFamily, word: string): CommandFamily["verbs"][number] {
  const row = family.verbs.find(({ name }) => name === word);
  if (row !== undefined) return row;
  const names = family.verbs.map(({ name }) => name);
  throw unknownCommand(word, names, `fleet ${family.name}`);
}

function namesOf(groups: typeof COMMAND_GROUPS): readonly string[] {
  return groups.flatMap((group) => group.rows.map((row) => row.name));
}

function unknownCommand(word: string, names: readonly string[], before: string): FleetError {
  const near = names.find(
    (name) =>
      word.length > 1 && (name.startsWith(word) || (name[0] === word[0] && isNear(name, word))),
  );
  const what = word.startsWith("-") ? "an option before the command" : "no command of this name";
  const foreign = before === "fleet" ? foreignWordHint(word) : undefined;
  return new FleetError("cli/usage", `${word}: ${what}`, {
    next:
      foreign ??
      (near === undefined ? `read \`${before} --help\`` : `did you mean \`${before} ${near}\`?`),
    exit: 64,
  });
}

/** True when at most two letters differ in place, or the lengths differ by one and most letters agree. */
function isNear(name: string, word: string): boolean {
  if (Math.abs(name.length - word.length) > 1) return false;
  const missing = name.split("").filter((letter) => !word.includes(letter));
  return missing.length <= 1;
}
