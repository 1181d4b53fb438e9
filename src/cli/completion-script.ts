import type { OptionSpec } from "./command.ts";

/** Shells that a script can be made for. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

/** What a script knows of one command. */
export interface CompletedCommand {
  readonly name: string;
  readonly about: string;
  readonly options: readonly OptionSpec[];
}

/** Options whose value names visors; the manifest in the working folder is where the names come from. */
const VISOR_OPTIONS = ["on", "allow-trust-loss"];

// Names are the two-space-indented keys below `visors:`; a script must not start a program at each Tab.
const VISOR_NAMES_SED =
  "sed -n '/^visors:/,/^[^ #]/s/^  \\([A-Za-z0-9_.-]*\\):.*/\\1/p' \"${FLEET_MANIFEST:-fleet.yaml}\" 2>/dev/null";

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

function bash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(
    (command) => `    ${command.name}) options="${longOptions(command)} --help" ;;\n`,
  );
  return `# fleet completion for bash
_fleet() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" options=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map((command) => command.name).join(" ")} --help --version" -- "$word"))
    return
  fi
  case "$before" in
    ${VISOR_OPTIONS.map((name) => `--${name}`).join("|")}) COMPREPLY=($(compgen -W "all $(${VISOR_NAMES_SED})" -- "$word")); return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join("")}  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _fleet fleet
`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  const rows = commands.map((command) => `    '${command.name}:${quoted(command.about)}'\n`);
  const cases = commands.map((command) => {
    const options = command.options.map((option) => {
      const value = option.value === undefined ? "" : `:${option.value}:${valueAction(option)}`;
      return `        '--${option.name}[${bracketed(option.about)}]${value}'`;
    });
    return `      ${command.name}) _arguments \\\n${[...options, "        '*:file:_files'"].join(" \\\n")} ;;\n`;
  });
  return `#compdef fleet
# fleet completion for zsh
_fleet_visors() {
  local -a names
  names=(all \${(f)"$(${VISOR_NAMES_SED})"})
  compadd -a names
}
_fleet() {
  local -a commands
  commands=(
${rows.join("")}  )
  if (( CURRENT == 2 )); then
    _describe command commands
  else
    local command=$words[2]
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
  const lines = commands.flatMap((command) => [
    `complete -c fleet -n __fish_use_subcommand -f -a ${command.name} -d '${quoted(command.about)}'`,
    ...command.options.map((option) => {
      const needs = option.value === undefined ? "" : " -r";
      const visors = VISOR_OPTIONS.includes(option.name) ? " -f -a '(__fleet_visors)'" : "";
      return `complete -c fleet -n '__fish_seen_subcommand_from ${command.name}' -l ${option.name}${needs}${visors} -d '${quoted(option.about)}'`;
    }),
  ]);
  return `# fleet completion for fish
function __fleet_visors
  echo all
  set -l manifest fleet.yaml
  set -q FLEET_MANIFEST; and set manifest $FLEET_MANIFEST
  sed -n '/^visors:/,/^[^ #]/s/^  \\([A-Za-z0-9_.-]*\\):.*/\\1/p' $manifest 2>/dev/null
end
${lines.join("\n")}
`;
}

function powershell(commands: readonly CompletedCommand[]): string {
  const rows = commands.map((command) => {
    const options = command.options.map((option) => `'--${option.name}'`);
    return `    '${command.name}' = @(${[...options, "'--help'"].join(", ")})\n`;
  });
  return `# fleet completion for PowerShell
Register-ArgumentCompleter -Native -CommandName fleet -ScriptBlock {
  param($word, $ast, $cursor)
  $options = @{
${rows.join("")}  }
  $words = @($ast.CommandElements | ForEach-Object { $_.ToString() })
  if ($words.Count -lt 2 -or ($words.Count -eq 2 -and $word -ne '')) {
    $found = $options.Keys | Sort-Object
  } else {
    $found = $options[$words[1]]
  }
  $found | Where-Object { $_ -like "$word*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
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
