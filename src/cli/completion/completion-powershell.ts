// The completion script of PowerShell, which has no awk where Windows runs it.
import { APP_PATHS, FIELD_PATHS, FLAG_FIELDS, USUAL_APPS } from "./completion-values.ts";
import { type CompletedCommand, familiesOf, firstWords } from "./completion-words.ts";

/** The same choice as in the awk text, for a manifest of the usual layout. */
const OFFER = String.raw`
  function Get-FleetNames {
    $names = @{}
    foreach ($kind in 'visors', 'roles', 'keys', 'whitelists', 'operators', 'tags', 'apps') { $names[$kind] = @() }
    $file = if ($env:FLEET_MANIFEST) { $env:FLEET_MANIFEST } else { 'fleet.yaml' }
    $section = ''; $depth = 0; $apps = -1; $inner = 0; $tags = -1
    foreach ($line in @(Get-Content $file -ErrorAction SilentlyContinue)) {
      if ($line -match '^ *(#|$)') { continue }
      $line = $line -replace ' #.*', ''
      $indent = $line.Length - $line.TrimStart(' ').Length
      $body = $line.Substring($indent)
      $name = if ($body -match '^["'']?([A-Za-z0-9_.-]+)["'']?:') { $Matches[1] } else { '' }
      $bare = $body -match '^[^:]+: *$'
      if ($tags -ge 0 -and $indent -ge $tags -and $body -match '^- +["'']?([A-Za-z0-9_.-]+)') { $names['tags'] += $Matches[1]; continue }
      $tags = -1
      if ($indent -eq 0) { $section = $name; $depth = 0; $apps = -1 }
      else {
        if ($depth -eq 0) { $depth = $indent }
        if ($indent -eq $depth) { if ($name -and $names.ContainsKey($section)) { $names[$section] += $name }; $apps = -1 }
        if ($apps -ge 0 -and $indent -le $apps) { $apps = -1 }
        if ($apps -ge 0 -and $inner -eq 0) { $inner = $indent }
        if ($apps -ge 0 -and $indent -eq $inner -and $name) { $names['apps'] += $name }
      }
      if ($section -ne 'visors' -and $section -ne 'roles') { continue }
      if ($name -eq 'apps' -and $bare -and $indent -gt $depth) { $apps = $indent; $inner = 0 }
      if ($section -eq 'visors' -and $name -eq 'tags' -and $bare) { $tags = $indent }
      if ($section -eq 'visors') {
        foreach ($found in [regex]::Matches($body, 'tags: *\[([^\]]*)')) {
          foreach ($each in $found.Groups[1].Value -split ',') { $names['tags'] += ($each -replace '["'' ]', '') }
        }
      }
      foreach ($found in [regex]::Matches($body, 'apps: *\{ *["'']?([A-Za-z0-9_.-]+)')) { $names['apps'] += $found.Groups[1].Value }
    }
    $names
  }
  function Get-FleetOffer($kind, $word) {
    $names = Get-FleetNames
    $base = ''; $rest = $word; $after = ''
    if ($kind -eq 'fields' -and -not $word.Contains('/')) { $after = '/' }
    if ($kind -eq 'selection' -or $after -or $kind.StartsWith('=,')) {
      if ($word -match '^(.*[,&!( ])(.*)$') { $base = $Matches[1]; $rest = $Matches[2] }
    }
    $found = if ($kind -eq 'selection' -or $after) {
      if ($rest.StartsWith('tag:')) { $names['tags'] | ForEach-Object { "tag:$_$after" } }
      elseif ($rest.StartsWith('role:')) { $names['roles'] | ForEach-Object { "role:$_$after" } }
      else { @('all') + $names['visors'] | ForEach-Object { "$_$after" }; 'tag:'; 'role:' }
    } elseif ($kind -eq 'fields' -or $kind -eq 'paths') {
      $base = $word.Substring(0, $word.IndexOf('/') + 1)
      '${FIELD_PATHS.join(" ")}' -split ' '
      foreach ($app in $names['apps']) { '${APP_PATHS.join(" ")}' -split ' ' | ForEach-Object { "apps.$app.$_" } }
    } elseif ($kind -eq 'apps') { $names['apps'] + ('${USUAL_APPS.join(" ")}' -split ' ')
    } elseif ($kind -eq 'members') { $names['visors'] + $names['keys'] + $names['whitelists']
    } elseif ($kind -eq 'lists') { @('pty', 'hypervisors', 'survey') + $names['apps']
    } elseif ($kind.StartsWith('=')) {
      $words = $kind.Substring(1).TrimStart(',')
      if ($words.Contains('=') -and $word.Contains('=')) { $base = $word.Substring(0, $word.IndexOf('=') + 1); if ('${FLAG_FIELDS.join(" ")}' -split ' ' -contains $base.TrimEnd('=')) { 'true'; 'false' } }
      else { $words -split ' ' }
    } else { $names[$kind] }
    $found | Where-Object { $_ } | Select-Object -Unique | ForEach-Object { "$base$_" } | Where-Object { $_.StartsWith($word) }
  }`;

/** The script: one script block that parts the words, finds what is taken and offers it. */
export function powershell(commands: readonly CompletedCommand[]): string {
  const rows = commands.map(({ name, options, words }) => {
    const values = options.map(({ name: option, takes }) => `'--${option}' = ${psText(takes)}`);
    const taken = words.map((takes) => psText(takes)).join(", ");
    return `    '${name}' = @{ options = [ordered]@{ '--help' = $null; ${values.join("; ")} }; words = @(${taken}) }\n`;
  });
  const families = familiesOf(commands).map(
    ({ name, verbs }) => `    '${name}' = @(${verbs.map((verb) => `'${verb.name}'`).join(", ")})\n`,
  );
  const names = firstWords(commands).map(({ name }) => `'${name}'`);
  return `# fleet completion for PowerShell
Register-ArgumentCompleter -Native -CommandName fleet -ScriptBlock {
  param($word, $ast, $cursor)${OFFER}
  $commands = @{
${rows.join("")}  }
  $verbs = @{
${families.join("")}  }
  $words = @($ast.CommandElements | ForEach-Object { $_.ToString() })
  $last = if ($word -eq '') { $words.Count } else { $words.Count - 1 }
  $found = if ($last -le 1) {
    @(${names.join(", ")}) | Sort-Object
  } elseif ($last -eq 2 -and $verbs.ContainsKey($words[1])) {
    $verbs[$words[1]]
  } else {
    $first = if ($verbs.ContainsKey($words[1])) { 3 } else { 2 }
    $name = ($words[1..($first - 1)]) -join ' '
    $command = $commands[$name]
    if ($null -eq $command) { return }
    $place = 0; $pending = $null
    for ($at = $first; $at -lt $last; $at++) {
      if ($null -ne $pending) { $pending = $null }
      elseif ($words[$at].StartsWith('-')) {
        if (-not $words[$at].Contains('=')) { $pending = $command.options[$words[$at]] }
      } else { $place++ }
    }
    $option = ''
    if ($null -ne $pending) { $kind = $pending }
    elseif ($word -match '^(--[a-z-]+=)(.*)$') { $option = $Matches[1]; $word = $Matches[2]; $kind = $command.options[$option.TrimEnd('=')] }
    elseif ($word.StartsWith('-')) { $kind = $null; @($command.options.Keys) }
    else {
      $many = $command.words.Count - 1
      if ($many -ge 0 -and $place -gt $many -and $command.words[$many].EndsWith('...')) { $place = $many }
      $kind = if ($place -le $many) { $command.words[$place] -replace '\\.\\.\\.$', '' } else { '' }
    }
    if ($kind -eq 'files') { Get-ChildItem -Name -Path "$word*" -ErrorAction SilentlyContinue }
    elseif ($kind -eq 'folders') { Get-ChildItem -Name -Directory -Path "$word*" -ErrorAction SilentlyContinue }
    elseif ($kind) { Get-FleetOffer $kind $word | ForEach-Object { "$option$_" } }
  }
  $found | Where-Object { $_.StartsWith("$option$word") } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}

function psText(text: string | undefined): string {
  return text === undefined ? "$null" : `'${text}'`;
}
