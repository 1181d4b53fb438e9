// The part of completion that reads the manifest and chooses, for shells that have awk.
import { APP_PATHS, FIELD_PATHS, FLAG_FIELDS, USUAL_APPS } from "./completion-values.ts";

/**
 * Prints what may stand in place of `word`, whole, one a line. `kind` says what is taken there. The manifest comes on
 * standard input: by its indentation and its brackets alone, as it may be half written. No single quote and no double
 * backslash may be in this text, so that every shell takes it in single quotes as it is.
 */
export const OFFER_AWK: string = String.raw`
function add(kind, name) {
  gsub(/["\047 ]/, "", name)
  if (name ~ /^[A-Za-z0-9_.-]+$/ && !((kind, name) in seen)) { seen[kind, name] = 1; list[kind] = list[kind] " " name }
}
function keys(text, kind,   at, sign, depth, name, done) {
  depth = 1
  for (at = 1; at <= length(text) && depth > 0; at++) {
    sign = substr(text, at, 1)
    if (sign == "{" || sign == "[") depth++
    else if (sign == "}" || sign == "]") depth--
    else if (depth == 1 && sign == ":") { if (!done) add(kind, name); done = 1 }
    else if (depth == 1 && sign == ",") { name = ""; done = 0 }
    else if (depth == 1 && !done) name = name sign
  }
}
function items(text, kind,   parts, count, at) {
  sub(/].*/, "", text)
  count = split(text, parts, /,/)
  for (at = 1; at <= count; at++) add(kind, parts[at])
}
function offer(before, words, after,   parts, count, at, text) {
  count = split(words, parts, / +/)
  for (at = 1; at <= count; at++) {
    text = base before parts[at] after
    if (parts[at] != "" && index(text, word) == 1) print text
  }
}
function choose(after) {
  if (rest ~ /^tag:/) offer("tag:", list["tags"], after)
  else if (rest ~ /^role:/) offer("role:", list["roles"], after)
  else {
    offer("", "all" list["visors"], after)
    if (list["tags"] != "") offer("", "tag:", "")
    if (list["roles"] != "") offer("", "role:", "")
  }
}
{ sub(/\r$/, "") }
/^ *#/ || /^ *$/ { next }
{
  sub(/ #.*/, "")
  match($0, /^ */); indent = RLENGTH; body = substr($0, indent + 1); name = ""; bare = 0
  if (match(body, /^["\047]?[A-Za-z0-9_.-]+["\047]?:/)) {
    name = substr(body, 1, RLENGTH - 1); gsub(/["\047]/, "", name)
    bare = substr(body, RLENGTH + 1) ~ /^ *$/
  }
  if (tags >= 0 && body ~ /^- / && indent >= tags) { add("tags", substr(body, 3)); next }
  tags = -1
  if (indent == 0) {
    section = name; depth = 0; apps = -1
    if (match(body, /^[a-z]+: *[{]/)) keys(substr(body, RLENGTH + 1), section)
  } else {
    if (!depth) depth = indent
    if (indent == depth) { if (name != "") add(section, name); apps = -1 }
    if (apps >= 0 && indent <= apps) apps = -1
    if (apps >= 0 && !inner) inner = indent
    if (apps >= 0 && indent == inner && name != "") add("apps", name)
  }
  if (section != "visors" && section != "roles") next
  if (name == "apps" && bare && indent > depth) { apps = indent; inner = 0 }
  if (section == "visors" && name == "tags" && bare) tags = indent
  text = body
  while (section == "visors" && match(text, /tags: *\[/)) { text = substr(text, RSTART + RLENGTH); items(text, "tags") }
  text = body
  while (match(text, /apps: *[{]/)) { text = substr(text, RSTART + RLENGTH); keys(text, "apps") }
}
BEGIN { tags = -1; apps = -1; usual = "${USUAL_APPS.join(" ")}"; paths = "${FIELD_PATHS.join(" ")}"; fields = "${APP_PATHS.join(" ")}"; flags = "${FLAG_FIELDS.join(" ")}" }
END {
  rest = word; base = ""
  joined = kind == "selection" || (kind == "fields" && !index(word, "/")) || kind ~ /^=,/
  if (joined && match(word, /.*[,&!( ]/)) { base = substr(word, 1, RLENGTH); rest = substr(word, RLENGTH + 1) }
  if (kind == "selection") choose("")
  else if (kind == "fields" && !index(word, "/")) choose("/")
  else if (kind == "fields" || kind == "paths") {
    base = substr(word, 1, index(word, "/"))
    offer("", paths, "")
    count = split(list["apps"], names, / +/)
    for (at = 1; at <= count; at++) if (names[at] != "") offer("apps." names[at] ".", fields, "")
  }
  else if (kind == "apps") { for (at = split(usual, names, / /); at > 0; at--) add("apps", names[at]); offer("", list["apps"], "") }
  else if (kind == "members") offer("", list["visors"] list["keys"] list["whitelists"], "")
  else if (kind == "lists") offer("", "pty hypervisors survey" list["apps"], "")
  else if (kind ~ /^=/) {
    words = substr(kind, 2); sub(/^,/, "", words)
    if (words ~ /=/ && index(word, "=")) {
      if (index(" " flags " ", " " substr(word, 1, index(word, "=") - 1) " ")) offer(substr(word, 1, index(word, "=")), "true false", "")
    }
    else offer("", words, "")
  }
  else offer("", list[kind], "")
}`;
