import { COMMAND_GROUPS } from "./command-table.ts";

const NAME_WIDTH = 12;

/** The text of `fleet --help`. Made from the command table alone, so that it loads nothing else. */
export function helpText(): string {
  const groups = COMMAND_GROUPS.map(({ title, rows }) => {
    const lines = rows.map((row) => `  ${row.name.padEnd(NAME_WIDTH)}${row.about}\n`);
    return `${title}:\n${lines.join("")}`;
  });
  return `fleet: plan, apply and record the configuration of your Skywire visors

Usage: fleet COMMAND [ARGUMENTS] [OPTIONS]
       fleet COMMAND --help

${groups.join("\n")}
Examples:
  $ fleet demo                       see it work, nothing of yours is touched
  $ fleet init && fleet plan         start with the visors you have; the first plan is empty
  $ fleet apply                      plan, show, ask, apply, record

Results go to standard output, everything else to standard error. The last line is stable.
Exit codes: 0 done, 1 unexpected, 2 changes (with --detailed-exitcode), 3 incomplete, 4 refused,
5 stale, 6 applied in part, 64 usage or invalid manifest, 130 and 143 interrupted.
`;
}
