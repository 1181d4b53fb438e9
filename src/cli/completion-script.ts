import type { OptionSpec } from "./command.ts";

/** Shells that a script can be made for. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

/** What a script knows of one command. */
export interface CompletedCommand {
  /** One word, or a family and a verb such as `ledger status`. */
  readonly name: string;
  readonly about: string;
  readonly options: readonly OptionSpec[];
  /** Its words are names of visors. */
  readonly takesVisors: boolean;
}

/** True for the words of a command that names visors. */
export function takesVisors(words: readonly { readonly form: string }[]): boolean {
  return words.some(({ form }) => form.includes("VISOR"));
}

/** Options whose value names visors; the manifest in the working folder is where the names come from. */
const VISOR_OPTIONS = ["on", "allow-trust-loss"];

// Names are the keys one level below `visors:`; a script must not start our program at each Tab.
const VISOR_NAMES_AWK = `awk '/^ *#/ { next } /^visors:/ { inside = 1; next } /^[^ ]/ { inside = 0 } inside && match($0, /^ +/) { if (!depth) depth = RLENGTH; name = substr($0, depth + 1); if (RLENGTH == depth && match(name, /^"?[A-Za-z0-9_.-]+"?:/)) { name = substr(name, 1, RLENGTH - 1); gsub(/"/, "", name); print name } }'`;
const VISOR_NAMES = `${VISOR_NAMES_AWK} "\${FLEET_MANIFEST:-fleet.yaml}" 2>/dev/null`;

/** The completion script of one shell. */
export function completionScript(
  shell: (typeof SHELLS)[number],
  commands: readonly CompletedCommand[],
): string {
  switch (shell) {
    case "bash":
      return bash(commands);
    case "zsh":
      return zsh(commands);
    case "fish":
      return fish(commands);
    case "powershell":
      return powershell(commands);
  }
}

/** First words that are completed, and the verbs of those that have some. */
interface Words {
  readonly name: string;
  readonly about: string;
  readonly verbs: readonly CompletedCommand[];
}

function firstWords(commands: readonly CompletedCommand[]): readonly Words[] {
  const words = new Map<string, Words>();
  for (const command of commands) {
    const [first = "", verb] = command.name.split(" ");
    if (verb === undefined) words.set(first, { name: first, about: command.about, verbs: [] });
    else {
      const verbs = [...(words.get(first)?.verbs ?? []), { ...command, name: verb }];
      const about = verbs.map(({ name }) => name).join(", ");
      words.set(first, { name: first, about, verbs });
    }
  }
  return [...words.values()];
}

function familiesOf(commands: readonly CompletedCommand[]): readonly Words[] {
  return firstWords(commands).filter(({ verbs }) => verbs.length > 0);
}

function verbNames({ verbs }: Words): string {
  return verbs.map(({ name }) => name).join(" ");
}

function bash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(
    (command) => `    "${command.name}") options="${longOptions(command)} --help" ;;\n`,
  );
  const families = familiesOf(commands).map(
    (family) => `    ${family.name}) verbs="${verbNames(family)}" ;;\n`,
  );
  const names = firstWords(commands).map(({ name }) => name);
  return `# fleet completion for bash
_fleet() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" options="" verbs=""
  local command="\${COMP_WORDS[1]}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names.join(" ")} --help --version" -- "$word"))
    return
  fi
  case "$command" in
${families.join("")}  esac
  if [ -n "$verbs" ]; then
    if [ "$COMP_CWORD" -eq 2 ]; then COMPREPLY=($(compgen -W "$verbs --help" -- "$word")); return; fi
    command="$command \${COMP_WORDS[2]}"
  fi
  case "$before" in
    ${VISOR_OPTIONS.map((name) => `--${name}`).join("|")}) COMPREPLY=($(compgen -W "all $(${VISOR_NAMES})" -- "$word")); return ;;
  esac
  case "$command" in
${cases.join("")}  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")); return ;;
  esac
  case "$command" in
    ${visorCommands(commands).join("|")}) COMPREPLY=($(compgen -W "$(${VISOR_NAMES})" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _fleet fleet
`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  const rows = firstWords(commands).map(({ name, about }) => `    '${name}:${quoted(about)}'\n`);
  const families = familiesOf(commands).map(
    ({ name, verbs }) =>
      `      ${name}) verbs=(${verbs.map((verb) => `'${verb.name}:${quoted(verb.about)}'`).join(" ")}) ;;\n`,
  );
  const cases = commands.map((command) => {
    const options = command.options.map((option) => {
      const value = option.value === undefined ? "" : `:${option.value}:${valueAction(option)}`;
      return `        '--${option.name}[${bracketed(option.about)}]${value}'`;
    });
    return `      '${command.name}') _arguments \\\n${[...options, `        '*:${command.takesVisors ? "visor:_fleet_visors" : "file:_files"}'`].join(" \\\n")} ;;\n`;
  });
  return `#compdef fleet
# fleet completion for zsh
_fleet_visors() {
  local -a names
  names=(all \${(f)"$(${VISOR_NAMES})"})
  compadd -a names
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

function fish(commands: readonly CompletedCommand[]): string {
  const words = firstWords(commands).flatMap(({ name, about, verbs }) => [
    `complete -c fleet -n __fish_use_subcommand -f -a ${name} -d '${quoted(about)}'`,
    ...verbs.map(
      (verb) =>
        `complete -c fleet -n '__fish_seen_subcommand_from ${name}; and test (count (commandline -opc)) -eq 2' -f -a ${verb.name} -d '${quoted(verb.about)}'`,
    ),
  ]);
  const options = commands.flatMap((command) => {
    const seen = command.name
      .split(" ")
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join("; and ");
    const words = command.takesVisors
      ? [`complete -c fleet -n '${seen}' -f -a '(__fleet_visors)'`]
      : [];
    const named = command.options.map((option) => {
      const needs = option.value === undefined ? "" : " -r";
      const visors = VISOR_OPTIONS.includes(option.name) ? " -f -a '(__fleet_visors)'" : "";
      return `complete -c fleet -n '${seen}' -l ${option.name}${needs}${visors} -d '${quoted(option.about)}'`;
    });
    return [...words, ...named];
  });
  return `# fleet completion for fish
function __fleet_visors
  echo all
  set -l manifest fleet.yaml
  set -q FLEET_MANIFEST; and set manifest $FLEET_MANIFEST
  ${VISOR_NAMES_AWK} $manifest 2>/dev/null
end
${[...words, ...options].join("\n")}
`;
}

function powershell(commands: readonly CompletedCommand[]): string {
  const rows = commands.map((command) => {
    const options = command.options.map((option) => `'--${option.name}'`);
    return `    '${command.name}' = @(${[...options, "'--help'"].join(", ")})\n`;
  });
  const families = familiesOf(commands).map(
    ({ name, verbs }) => `    '${name}' = @(${verbs.map((verb) => `'${verb.name}'`).join(", ")})\n`,
  );
  const names = firstWords(commands).map(({ name }) => `'${name}'`);
  return `# fleet completion for PowerShell
Register-ArgumentCompleter -Native -CommandName fleet -ScriptBlock {
  param($word, $ast, $cursor)
  function Get-FleetVisors {
    $file = if ($env:FLEET_MANIFEST) { $env:FLEET_MANIFEST } else { 'fleet.yaml' }
    $inside = $false
    $depth = 0
    'all'
    foreach ($line in @(Get-Content $file -ErrorAction SilentlyContinue)) {
      if ($line -match '^visors:') { $inside = $true }
      elseif ($line -match '^[^ #]') { $inside = $false }
      elseif ($inside -and $line -match '^( +)"?([A-Za-z0-9_.-]+)"?:') {
        if ($depth -eq 0) { $depth = $Matches[1].Length }
        if ($Matches[1].Length -eq $depth) { $Matches[2] }
      }
    }
  }
  $options = @{
${rows.join("")}  }
  $verbs = @{
${families.join("")}  }
  $words = @($ast.CommandElements | ForEach-Object { $_.ToString() })
  $before = $words[$(if ($word -eq '') { -1 } else { -2 })]
  $place = if ($word -eq '') { $words.Count } else { $words.Count - 1 }
  if ($place -le 1) {
    $found = @(${names.join(", ")}) | Sort-Object
  } elseif ($place -eq 2 -and $verbs.ContainsKey($words[1])) {
    $found = $verbs[$words[1]]
  } elseif (@(${VISOR_OPTIONS.map((name) => `'--${name}'`).join(", ")}) -contains $before) {
    $found = Get-FleetVisors
  } elseif (-not $word.StartsWith('-') -and @(${visorCommands(commands).join(", ")}) -contains $words[1]) {
    $found = Get-FleetVisors
  } elseif ($verbs.ContainsKey($words[1])) {
    $found = $options["$($words[1]) $($words[2])"]
  } else {
    $found = $options[$words[1]]
  }
  $found | Where-Object { $_ -like "$word*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}

/** In quotes, as every shell here takes them. */
function visorCommands(commands: readonly CompletedCommand[]): readonly string[] {
  return commands.filter((command) => command.takesVisors).map(({ name }) => `'${name}'`);
}

function longOptions(command: CompletedCommand): string {
  return command.options.map((option) => `--${option.name}`).join(" ");
}

function valueAction(option: OptionSpec): string {
  if (VISOR_OPTIONS.includes(option.name)) return "_fleet_visors";
  return option.value === "FILE" || option.value === "DIR" ? "_files" : "";
}

function quoted(text: string): string {
  return text.replaceAll("'", "").replaceAll(":", "");
}

function bracketed(text: string): string {
  return quoted(text).replaceAll("[", "(").replaceAll("]", ")");
}
