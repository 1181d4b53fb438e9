// The completion script of each shell: it asks `fleet __complete`, and knows nothing by itself.

/** Shells that a script can be made for. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

const BASH = `# fleet completion for bash: the program itself answers, one candidate a line.
_fleet() {
  local word="\${COMP_WORDS[COMP_CWORD]#[=:]}" line IFS=$'\\n'
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do
    case "$line" in
      :files) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")) ;;
      :folders) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$word")) ;;
      *[:/=]) compopt -o nospace 2>/dev/null; COMPREPLY+=("$line") ;;
      *) COMPREPLY+=("$line") ;;
    esac
  done < <(fleet __complete bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _fleet fleet
`;

const ZSH = `#compdef fleet
# fleet completion for zsh: the program itself answers, one candidate a line.
_fleet() {
  local line word
  local -a whole open
  for line in "\${(@f)$(fleet __complete zsh "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}"; do
    word=\${line%%$'\\t'*}
    line="\${word//:/\\\\:}\${\${line#$word}/#$'\\t'/:}"
    case $word in
      "") ;;
      :files) compset -P '--*='; _files; return ;;
      :folders) compset -P '--*='; _files -/; return ;;
      *[:/=]) open+=("$line") ;;
      *) whole+=("$line") ;;
    esac
  done
  _describe -t words word whole -- open -S ''
}
if [[ $funcstack[1] == _fleet ]]; then _fleet "$@"; else compdef _fleet fleet; fi
`;

const FISH = `# fleet completion for fish: the program itself answers, one candidate a line.
function __fleet_complete
  set -l words (commandline -opc)
  set -l word (commandline -ct)
  set -l before (string match -r -- '^--[^=]+=' $word)
  set -l rest (string replace -r -- '^--[^=]+=' '' $word)
  for line in (fleet __complete fish $words[2..-1] "$word" 2>/dev/null)
    switch $line
      case :files
        printf "$before%s\\n" (__fish_complete_path "$rest")
      case :folders
        printf "$before%s\\n" (__fish_complete_directories "$rest")
      case '*'
        echo $line
    end
  end
end
complete -c fleet -f -a '(__fleet_complete)'
`;

const POWERSHELL = `# fleet completion for PowerShell: the program itself answers, one candidate a line.
Register-ArgumentCompleter -Native -CommandName fleet -ScriptBlock {
  param($word, $ast, $cursor)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { $_.ToString() })
  # Older releases leave an empty word out of a call; two quotes stand for it.
  $last = if ($word) { $word } else { '""' }
  $before = if ($word -match '^--[^=]+=') { $Matches[0] } else { '' }
  foreach ($line in @(fleet __complete powershell @words $last 2>$null)) {
    $found, $about = $line -split [char]9, 2
    if ($found -eq ':files' -or $found -eq ':folders') {
      $only = @{ Directory = $found -eq ':folders' }
      $found = Get-ChildItem -Name @only -Path "$($word.Substring($before.Length))*" -ErrorAction SilentlyContinue | ForEach-Object { "$before$_" }
    }
    foreach ($each in $found) {
      [System.Management.Automation.CompletionResult]::new($each, $each, 'ParameterValue', $(if ($about) { $about } else { $each }))
    }
  }
}
`;

/** The completion script of one shell. */
export function completionScript(shell: Shell): string {
  return { bash: BASH, zsh: ZSH, fish: FISH, powershell: POWERSHELL }[shell];
}
