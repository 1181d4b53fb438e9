// The help texts that are made from the table of commands alone.
import { COMMAND_GROUPS, type CommandFamily } from "./command-table.ts";
import { EXIT_CODES } from "./shell/exit.ts";

const NAME_WIDTH = 12;
const CODE_WIDTH = 5;

/** The text of `fleet --help`. Made from the command table alone, so that it loads nothing else. */
export function helpText(): string {
  const groups = COMMAND_GROUPS.map(({ title, rows }) => {
    const lines = rows.map((row) => `  ${row.name.padEnd(NAME_WIDTH)}${row.about}\n`);
    return `${title}:\n${lines.join("")}`;
  });
  const codes = EXIT_CODES.map(
    ({ code, meaning }) => `  ${String(code).padEnd(CODE_WIDTH)}${meaning}\n`,
  );
  return `fleet: plan, apply and record the configuration of your Skywire visors

Usage: fleet COMMAND [ARGUMENTS] [OPTIONS]
       fleet COMMAND --help

${groups.join("\n")}
Examples:
  $ fleet demo                       see it work, nothing of yours is touched
  $ fleet init && fleet plan         start with the visors you have; the first plan is empty
  $ fleet apply                      plan, show, ask, apply, record

Results go to standard output, everything else to standard error. The last line is stable.

Exit codes:
${codes.join("")}`;
}

/** The text of `fleet FAMILY --help`: its verbs. */
export function familyText({ name, about, verbs }: CommandFamily): string {
  const width = Math.max(...verbs.map((verb) => verb.name.length)) + 2;
  const lines = verbs.map((verb) => `  ${verb.name.padEnd(width)}${verb.about}\n`);
  return `fleet ${name}: ${about}

Usage: fleet ${name} VERB [ARGUMENTS] [OPTIONS]
       fleet ${name} VERB --help

Verbs:
${lines.join("")}`;
}
