// The completion script of bash.
import { OFFER_AWK } from "./completion-awk.ts";
import { type CompletedCommand, familiesOf, firstWords } from "./completion-words.ts";

/** Finds which word is completed and offers what it takes; every command's own lists are set by then. */
const CHOICE = `  # Which word this is: options and their values do not count.
  for ((at = first; at < last; at++)); do
    case "\${words[at]}" in
      --*=*) ;;
      -*) if _fleet_takes "\${words[at]}"; then at=$((at + 1)); option="\${words[at-1]}"; fi ;;
      *) place=$((place + 1)) ;;
    esac
  done
  kind=""
  case "$word" in
    --*=*) _fleet_takes "\${word%%=*}"; option="\${word%%=*}="; word="\${word#*=}" ;;
    *)
      if [ "$at" -gt "$last" ]; then _fleet_takes "$option"; option=""
      else
        option=""
        case "$word" in -*) COMPREPLY=($(compgen -W "$options" -- "$word")); return ;; esac
        local many=$((\${#takes[@]} - 1))
        if [ "$place" -gt "$many" ] && [ "$many" -ge 0 ]; then
          case "\${takes[many]}" in *...) place=$many ;; esac
        fi
        kind="\${takes[place]-}"
        kind="\${kind%...}"
      fi ;;
  esac
  case "$kind" in
    "") ;;
    files) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")) ;;
    folders) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$word")) ;;
    *)
      while IFS= read -r part; do
        case "$part" in *[:/=]) compopt -o nospace 2>/dev/null ;; esac
        part="$option$part"
        COMPREPLY+=("\${part:cut}")
      done < <(_fleet_offer "$kind" "$word") ;;
  esac
}
`;

/** The script; the manifest is read by awk, as starting this program at each Tab would be too slow. */
export function bash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map((command) => {
    const options = ["--help", ...command.options.map(({ name }) => `--${name}`)].join(" ");
    const values = command.options
      .flatMap(({ name, takes }) => (takes === undefined ? [] : [`"--${name}:${takes}"`]))
      .join(" ");
    const words = command.words.map((takes) => `"${takes}"`).join(" ");
    return `    "${command.name}") options="${options}"; values=(${values}); takes=(${words}) ;;\n`;
  });
  const families = familiesOf(commands).map(
    (family) =>
      `    ${family.name}) verbs="${family.verbs.map(({ name }) => name).join(" ")}" ;;\n`,
  );
  const names = firstWords(commands).map(({ name }) => name);
  return `# fleet completion for bash
_fleet_offer() {
  cat "\${FLEET_MANIFEST:-fleet.yaml}" 2>/dev/null | awk -v kind="$1" -v word="$2" '${OFFER_AWK}'
}
_fleet_takes() {
  local each
  for each in "\${values[@]}"; do
    case "$each" in "$1:"*) kind="\${each#*:}"; return 0 ;; esac
  done
  return 1
}
_fleet() {
  local options="" verbs="" kind="" word="" command="" option="" at=0 glued=0 place=0 first=2 part
  local -a words=() values=() takes=()
  # Bash parts words at = and at colons: they are joined again.
  for ((at = 0; at <= COMP_CWORD; at++)); do
    part="\${COMP_WORDS[at]}"
    case "$part" in
      [:=]*) [ "$at" -gt 1 ] && { words[\${#words[@]}-1]="\${words[\${#words[@]}-1]}$part"; glued=1; continue; } ;;
    esac
    if [ "$glued" -eq 1 ]; then words[\${#words[@]}-1]="\${words[\${#words[@]}-1]}$part"; glued=0
    else words+=("$part"); fi
  done
  local last=$((\${#words[@]} - 1)) shown="\${COMP_WORDS[COMP_CWORD]}"
  word="\${words[last]}"
  case "$shown" in [:=]*) shown="" ;; esac
  local cut=$((\${#word} - \${#shown}))
  COMPREPLY=()
  if [ "$last" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names.join(" ")} --help --version" -- "$word"))
    return
  fi
  command="\${words[1]}"
  case "$command" in
${families.join("")}  esac
  if [ -n "$verbs" ]; then
    if [ "$last" -eq 2 ]; then COMPREPLY=($(compgen -W "$verbs --help" -- "$word")); return; fi
    command="$command \${words[2]}"
    first=3
  fi
  case "$command" in
${cases.join("")}  esac
${CHOICE}complete -F _fleet fleet
`;
}
