// The completion script of zsh.
import { OFFER_AWK } from "./completion-awk.ts";
import type { Takes } from "./completion-values.ts";
import { type CompletedCommand, familiesOf, firstWords, quoted } from "./completion-words.ts";

/** The script; zsh parts and counts the words itself. */
export function zsh(commands: readonly CompletedCommand[]): string {
  const rows = firstWords(commands).map(({ name, about }) => `    '${name}:${quoted(about)}'\n`);
  const families = familiesOf(commands).map(
    ({ name, verbs }) =>
      `      ${name}) verbs=(${verbs.map((verb) => `'${verb.name}:${quoted(verb.about)}'`).join(" ")}) ;;\n`,
  );
  const cases = commands.map((command) => {
    const options = command.options.map(({ name, about, takes }) => {
      const value = takes === undefined ? "" : `:value:${zshAction(takes)}`;
      return `        '--${name}[${bracketed(about)}]${value}'`;
    });
    const words = command.words.map((takes, index) => {
      const place = takes.endsWith("...") ? "*" : String(index + 1);
      return `        '${place}:word:${zshAction(takes)}'`;
    });
    const help = "        '--help[show how the command is used]'";
    return `      '${command.name}') _arguments \\\n${[help, ...options, ...words].join(" \\\n")} ;;\n`;
  });
  return `#compdef fleet
# fleet completion for zsh
_fleet_offer() {
  local -a found whole open
  found=(\${(f)"$(cat "\${FLEET_MANIFEST:-fleet.yaml}" 2>/dev/null | awk -v kind="$1" -v word="$PREFIX" '${OFFER_AWK}')"})
  open=(\${(M)found:#*[:/=]})
  whole=(\${found:#*[:/=]})
  (( $#open )) && compadd -S '' -a open
  (( $#whole )) && compadd -a whole
}
_fleet() {
  local -a commands verbs
  commands=(
${rows.join("")}  )
  if (( CURRENT == 2 )); then
    _describe command commands
  else
    local command=$words[2]
    case $command in
${families.join("")}    esac
    if (( $#verbs )); then
      if (( CURRENT == 3 )); then
        _describe verb verbs
        return
      fi
      command="$command $words[3]"
      (( CURRENT-- ))
      shift words
    fi
    (( CURRENT-- ))
    shift words
    case $command in
${cases.join("")}    esac
  fi
}
_fleet "$@"
`;
}

/** With a blank before it, zsh adds nothing to the call; a blank alone offers nothing. */
function zshAction(takes: Takes): string {
  const kind = takes.replace(/\.\.\.$/, "");
  if (kind === "files") return "_files";
  if (kind === "folders") return "_files -/";
  return kind === "" ? " " : ` _fleet_offer "${kind}"`;
}

function bracketed(text: string): string {
  return quoted(text).replaceAll("[", "(").replaceAll("]", ")");
}
