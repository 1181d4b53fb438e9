import { type ExitCode, FleetError } from "../core/index.ts";
import { errorDocument, errorText } from "../view/index.ts";
import { parseArguments } from "./arguments.ts";
import { COMMAND_GROUPS, commandRow } from "./command-table.ts";
import { errPaint } from "./look.ts";
import { TOOL } from "./tool.ts";
import type { World } from "./world.ts";

/** Runs one command line and says how it ended. Never throws: every error is printed with the next thing to try. */
export async function run(argv: readonly string[], world: World): Promise<ExitCode> {
  const [first = "", ...rest] = argv[0] === "help" ? [argv[1] ?? "", "--help"] : argv;
  try {
    const row = commandRow(first);
    if (row === undefined) throw unknownCommand(first);
    const command = await row.load();
    const parsed = parseArguments(command, rest, world.env);
    if (parsed.kind === "help") {
      world.terminal.out(parsed.text);
      return 0;
    }
    return await command.run(parsed.given, world);
  } catch (error) {
    if (argv.includes("--json")) world.terminal.out(`${JSON.stringify(errorDocument(error))}\n`);
    world.terminal.err(errorText(error, TOOL, errPaint(world)));
    return error instanceof FleetError ? error.exit : 1;
  }
}

function unknownCommand(word: string): FleetError {
  const names = COMMAND_GROUPS.flatMap((group) => group.rows.map((row) => row.name));
  const near = names.find(
    (name) =>
      word.length > 1 && (name.startsWith(word) || (name[0] === word[0] && isNear(name, word))),
  );
  const what = word.startsWith("-") ? "an option before the command" : "no command of this name";
  return new FleetError("cli/usage", `${word}: ${what}`, {
    next: near === undefined ? "read `fleet --help`" : `did you mean \`fleet ${near}\`?`,
    exit: 64,
  });
}

/** True when at most two letters differ in place, or the lengths differ by one and most letters agree. */
function isNear(name: string, word: string): boolean {
  if (Math.abs(name.length - word.length) > 1) return false;
  const missing = name.split("").filter((letter) => !word.includes(letter));
  return missing.length <= 1;
}
