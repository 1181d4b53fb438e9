// Finds the command lines of ours in what is printed, and says which of them no command would take.
import { allCommands } from "../../src/cli/command-table.ts";

/** What is wrong with a command line of ours; `undefined` when its command and its options exist. */
export async function lineFault(line: string): Promise<string | undefined> {
  const [, ...words] = line.trim().split(/\s+/);
  // The name of the program and its release is no command line.
  if (/^\d/.test(words[0] ?? "")) return undefined;
  const rows = allCommands();
  const row =
    rows.find(({ name }) => name === `${words[0] ?? ""} ${words[1] ?? ""}`) ??
    rows.find(({ name }) => name === words[0]);
  if (row === undefined) {
    const isFamily = rows.some(({ name }) => name.startsWith(`${words[0] ?? ""} `));
    const isAsking = (words[1] ?? "--help").startsWith("--");
    return (words[0] ?? "--").startsWith("--") || (isFamily && isAsking)
      ? undefined
      : `${line}: no command ${words.slice(0, 2).join(" ")}`;
  }
  const { options } = await row.load();
  const known = new Set([
    "help",
    ...options.flatMap(({ name, aliases = [] }) => [name, ...aliases]),
  ]);
  const wrong = words.find((word) => {
    const [, option] = /^--([a-z][a-z-]*)/.exec(word) ?? [];
    return option !== undefined && !known.has(option);
  });
  return wrong === undefined ? undefined : `${line}: ${row.name} has no ${wrong}`;
}

/** The command lines of ours in what a person is shown: those in backquotes, and drift's after their labels. */
function advisedLines(text: string): readonly string[] {
  const quoted = [...text.matchAll(/`(fleet [^`\n]+)`/g)].map(([, line = ""]) => line);
  const labelled = [...text.matchAll(/^ +(?:keep it|undo it|apply it|wait) +(fleet .+)$/gm)];
  return [...quoted, ...labelled.map(([, line = ""]) => line)];
}

/** Refuses a text that offers a line which no command takes: every test that prints one checks it. */
export async function checkAdvice(text: string): Promise<void> {
  for (const line of new Set(advisedLines(text))) {
    const fault = await lineFault(line);
    if (fault !== undefined) throw new Error(`a line is offered that cannot work: ${fault}`);
  }
}
