// The completion script of fish.
import { OFFER_AWK } from "./completion-awk.ts";
import type { Takes } from "./completion-values.ts";
import { type CompletedCommand, firstWords, quoted } from "./completion-words.ts";

/** The script: one line for each word and option. */
export function fish(commands: readonly CompletedCommand[]): string {
  const words = firstWords(commands).flatMap(({ name, about, verbs }) => [
    `complete -c fleet -n __fish_use_subcommand -a ${name} -d '${quoted(about)}'`,
    ...verbs.map(
      (verb) =>
        `complete -c fleet -n '__fish_seen_subcommand_from ${name}; and test (count (commandline -opc)) -eq 2' -a ${verb.name} -d '${quoted(verb.about)}'`,
    ),
  ]);
  const options = commands.flatMap((command) => {
    const parts = command.name.split(" ");
    const seen = parts.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
    const places = command.words.map((takes, index) => {
      const count = parts.length + 1 + index;
      const here = `test (__fleet_count ${valued(command)}) ${takes.endsWith("...") ? "-ge" : "-eq"} ${count}`;
      return `complete -c fleet -n '${seen}; and ${here}' ${fishAction(takes)}`;
    });
    const named = command.options.map(({ name, about, takes }) => {
      const value = takes === undefined ? "" : ` -r ${fishAction(takes)}`;
      return `complete -c fleet -n '${seen}' -l ${name}${value} -d '${quoted(about)}'`;
    });
    return [...places, ...named];
  });
  return `# fleet completion for fish
function __fleet_offer
  set -l manifest fleet.yaml
  set -q FLEET_MANIFEST; and set manifest $FLEET_MANIFEST
  set -l word (commandline -ct | string replace -r '^--[a-z-]+=' '')
  cat $manifest 2>/dev/null | awk -v kind="$argv[1]" -v word="$word" '${OFFER_AWK}'
end
# How many words stand before this one; options and their values do not count.
function __fleet_count
  set -l count 0
  set -l skip 0
  for word in (commandline -opc)
    if test $skip -eq 1
      set skip 0
    else if string match -q -- '-*' $word
      contains -- $word $argv; and set skip 1
    else
      set count (math $count + 1)
    end
  end
  echo $count
end
complete -c fleet -f
${[...words, ...options].join("\n")}
`;
}

/** Options of a command whose next word is their value. */
function valued(command: CompletedCommand): string {
  return command.options
    .filter(({ takes }) => takes !== undefined)
    .map(({ name }) => `--${name}`)
    .join(" ");
}

function fishAction(takes: Takes): string {
  const kind = takes.replace(/\.\.\.$/, "");
  if (kind === "files") return "-F";
  if (kind === "folders") return "-f -a '(__fish_complete_directories)'";
  return kind === "" ? "-f" : `-f -a '(__fleet_offer "${kind}")'`;
}
