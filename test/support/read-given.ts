// What a command is given by some words, as the command line reads them.
import { readCommandLine } from "../../src/cli/run-here.ts";
import type { Given } from "../../src/cli/shell/arguments.ts";
import type { Command } from "../../src/cli/shell/command.ts";

type Environment = Readonly<Record<string, string>>;

/** Reads the words after the command's name. */
export async function readWords(command: Command, words: readonly string[], env: Environment = {}) {
  const [first = "", verb] = command.name.split(" ");
  const row = { name: verb ?? first, about: command.about, load: async () => command };
  const rows = verb === undefined ? [row] : [{ name: first, about: "", verbs: [row] }];
  const argv = [...command.name.split(" "), ...words];
  return (await readCommandLine(argv, env, [{ title: "", rows }])).asked;
}

/** The same where they are no fault and ask for no help; throws the fault. */
export async function readGiven(
  command: Command,
  words: readonly string[],
  env: Environment = {},
): Promise<Given> {
  const asked = await readWords(command, words, env);
  if (asked.kind === "fault") throw asked.error;
  if (asked.kind === "help") throw new Error("help was shown");
  return asked.given;
}
