import { type ExitCode, FleetError } from "../core/index.ts";
import { errorDocument, errorText } from "../view/index.ts";
import { type Given, parseArguments } from "./arguments.ts";
import type { Command } from "./command.ts";
import { COMMAND_GROUPS, commandEntry, type CommandFamily, isFamily } from "./command-table.ts";
import { familyText } from "./help.ts";
import { errPaint } from "./look.ts";
import { TOOL } from "./tool.ts";
import type { World } from "./world.ts";

/** Runs one command line and says how it ended. Never throws: every error is printed with the next thing to try. */
export async function run(argv: readonly string[], world: World): Promise<ExitCode> {
  const [first = "", ...others] = argv[0] === "help" ? [...argv.slice(1), "--help"] : argv;
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
    if (argv.includes("--json")) world.terminal.out(`${JSON.stringify(errorDocument(error))}\n`);
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
  return new FleetError("cli/usage", `${word}: ${what}`, {
    next: near === undefined ? `read \`${before} --help\`` : `did you mean \`${before} ${near}\`?`,
    exit: 64,
  });
}

/** True when at most two letters differ in place, or the lengths differ by one and most letters agree. */
function isNear(name: string, word: string): boolean {
  if (Math.abs(name.length - word.length) > 1) return false;
  const missing = name.split("").filter((letter) => !word.includes(letter));
  return missing.length <= 1;
}
