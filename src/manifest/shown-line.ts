// As much of a manifest's line as may be shown beside a message about it.
import { type Diagnostic, type Excerpt, type Place, visorKeyFault } from "../core/index.ts";
import { FOREIGN } from "./foreign-files.ts";
import { looksSecret } from "./check-values.ts";
import { HIDDEN_KEYS as HIDDEN, vocabulary } from "./public-keys.ts";
import type { Source } from "./source.ts";

/** What stands for a text that is not shown. */
const MASK = "***";
/** More messages than anybody reads; the others stand without their lines. */
const SHOWN_MAX = 1000;
/** A line that holds more is no line that a person wrote. */
const LINE_MAX = 20_000;
/** Sections whose keys are names that the user chose. */
const NAMED = new Set(["visors", "roles", "keys", "whitelists", "operators", "apps", "ports"]);
/** Sections whose names have a public text or list as their value. */
const PUBLIC_NAMED = new Set(["keys", "whitelists", "ports"]);
/** Words that tell that the text behind them may be a secret. */
const SECRET_WORD = /(pass|token|secret|private|[-_.]key|(^|[^a-z])sk)[\w.-]*["']?\s*[=:\s]\s*\S/i;
/** Texts of the form of keys and tokens. */
const LONG_RUN = /[A-Za-z0-9+/=_]{32,}/g;

/**
 * Adds to each diagnostic the line it is about. Nothing in a broken text tells what is a secret, so the line is built
 * of what is known to be none: keys, and the values of keys that have public values. Everything else is masked, and
 * where a line may belong to `args`, `env` or anything that is not known it is left out.
 */
export function withLines(
  diagnostics: readonly Diagnostic[],
  source: Source,
): readonly Diagnostic[] {
  if (diagnostics.length === 0) return diagnostics;
  const scopes = scopesOf(source);
  return diagnostics.map((diagnostic, index) => {
    const safe = withoutSecretText(diagnostic);
    const isOthers = diagnostic.code === FOREIGN;
    if (isOthers || diagnostic.at?.file !== source.file || index >= SHOWN_MAX) return safe;
    const excerpt = excerptAt(source, diagnostic.at, scopes[diagnostic.at.line - 1]);
    return excerpt === undefined ? safe : { ...safe, excerpt };
  });
}

/** A text that has a password inside is shown nowhere. */
function withoutSecretText(diagnostic: Diagnostic): Diagnostic {
  const { text, ...others } = diagnostic;
  if (text === undefined || !(SECRET_WORD.test(text) || looksSecret(text))) return diagnostic;
  const message = others.message
    .replaceAll(JSON.stringify(text), "this text")
    .replaceAll(text, "this text");
  return { ...others, message };
}

/** What a line stands in: the key above it, or that nothing of the line may be shown. */
type Scope = { readonly parent: string | undefined; readonly isPublic: boolean } | undefined;

interface Level {
  readonly indent: number;
  readonly key: string;
  /** What this key stands in. */
  readonly parent: string | undefined;
  readonly isDash: boolean;
  readonly isHidden: boolean;
}

/** The scope of every line, found by indentation alone: the text may be no YAML. */
function scopesOf(source: Source): readonly Scope[] {
  const scopes: Scope[] = [];
  const levels: Level[] = [];
  const rest = new OpenRest();
  for (const [index, start] of source.lineStarts.entries()) {
    const line = source.text.slice(start, source.lineStarts[index + 1] ?? source.text.length);
    const match = /^( *)((?:- +|-$)*)/.exec(line.trimEnd());
    const [, blanks = "", dashes = ""] = match ?? [];
    const content = line.slice(blanks.length + dashes.length).trim();
    if (content === "" || content.startsWith("#")) {
      scopes.push(undefined);
      continue;
    }
    const isDash = dashes !== "";
    while (levels.some(() => endsAt(levels.at(-1), blanks.length, isDash))) levels.pop();
    const above = levels.at(-1);
    const isInside = rest.covers(line) || above?.isHidden === true;
    const key = KEY_BEFORE_COLON.exec(content)?.[2] ?? KEY_BEFORE_OTHER.exec(content)?.[1];
    const isHidden = isInside || (key !== undefined && hides(key, above?.key));
    if (isHidden || HIDDEN_INLINE.test(content)) rest.open(line);
    scopes.push(isHidden ? hiddenScope(isInside, key) : scopeBelow(above));
    if (key !== undefined) {
      const indent = blanks.length + dashes.length;
      levels.push({ indent, key, parent: above?.key, isDash, isHidden });
    }
  }
  return scopes;
}

const KEY_BEFORE_COLON = /^(["']?)([\w.-]{1,80})\1\s*:(?=\s|$|[^/\s])/;
/** A key with a sign behind it that stands where a colon belongs. */
const KEY_BEFORE_OTHER = /^([\w.-]{1,80})\s*(?:=|::|[\uff1a\ufe55\ufe13\ua789\u2236])/;
const HIDDEN_INLINE = /(^|[{,\s"'-])(args|env)["']?\s*[:=\uff1a\ufe55\ufe13\ua789\u2236]/;

function endsAt(level: Level | undefined, indent: number, isDash: boolean): boolean {
  if (level === undefined) return false;
  return isDash && !level.isDash ? level.indent > indent : level.indent >= indent;
}

/** The line of a key with a secret behind it can be shown, as the value is masked; not what stands below it. */
function hiddenScope(isInside: boolean, key: string | undefined): Scope {
  return isInside || key === undefined || HIDDEN.has(key) || !/^[A-Za-z][\w.-]*$/.test(key)
    ? undefined
    : { parent: undefined, isPublic: false };
}

function scopeBelow(above: Level | undefined): Scope {
  if (above === undefined) return { parent: undefined, isPublic: false };
  return { parent: above.key, isPublic: isPublicKey(above.key, above.parent) };
}

/** True for a key with something below it that is not to be shown. */
function hides(key: string, parent: string | undefined): boolean {
  const isName = parent !== undefined && NAMED.has(parent);
  return HIDDEN.has(key) || (!isName && !vocabulary().known.has(key));
}

/** Follows a bracket or a quote that was opened where a secret may stand, to its end or the file's. */
class OpenRest {
  #depth = 0;
  #quote = "";

  open(line: string): void {
    if (this.#depth > 0 || this.#quote !== "") return;
    this.#depth = Math.max(0, bracketsOf(line));
    this.#quote = ['"', "'"].find((each) => isOdd(line, each)) ?? "";
  }

  covers(line: string): boolean {
    if (this.#depth === 0 && this.#quote === "") return false;
    if (this.#depth > 0) this.#depth = Math.max(0, this.#depth + bracketsOf(line));
    if (this.#quote !== "" && isOdd(line, this.#quote)) this.#quote = "";
    return true;
  }
}

function bracketsOf(line: string): number {
  return line.replace(/[^[{]/g, "").length - line.replace(/[^\]}]/g, "").length;
}

function isOdd(line: string, quote: string): boolean {
  return (line.split(quote).length - 1) % 2 === 1;
}

function isPublicKey(key: string, parent: string | undefined): boolean {
  if (HIDDEN.has(key)) return false;
  if (parent !== undefined && PUBLIC_NAMED.has(parent)) return true;
  return vocabulary().values.has(key);
}

function excerptAt(source: Source, at: Place, scope: Scope): Excerpt | undefined {
  if (scope === undefined) return undefined;
  const start = source.lineStarts[at.line - 1] ?? 0;
  const whole = source.text.slice(start, source.lineStarts[at.line] ?? source.text.length);
  const written = whole.replace(/[\r\n]+$/, "");
  if (written.length > LINE_MAX || HIDDEN_INLINE.test(written)) return undefined;
  const comment = /(^|\s)#/.exec(written)?.index ?? written.length;
  return new LineMask(scope, at.column - 1).show(written.slice(0, comment));
}

/** Goes through one line from left to right and keeps what may be shown. */
class LineMask {
  #shown = "";
  #caret = 0;
  #knownParts = 0;
  /** Where a key may stand: at the beginning of the line, and behind a bracket or a comma. */
  #mayBeKey = true;
  readonly #column: number;
  readonly #scope: { readonly parent: string | undefined; readonly isPublic: boolean };
  /** For each open bracket, the key it stands behind and whether it is a map. */
  readonly #open: {
    readonly key: string | undefined;
    readonly isPublic: boolean;
    readonly isMap: boolean;
  }[] = [];
  #key: string | undefined;
  #isPublic: boolean;

  constructor(
    scope: { readonly parent: string | undefined; readonly isPublic: boolean },
    column: number,
  ) {
    this.#scope = scope;
    this.#column = column;
    this.#isPublic = scope.isPublic;
  }

  show(line: string): Excerpt | undefined {
    let at = 0;
    while (at < line.length) {
      const begin = at;
      const shownBefore = this.#shown.length;
      at += this.#step(line, at);
      if (this.#column >= begin && this.#column < at) {
        const inside = Math.min(
          this.#column - begin,
          Math.max(0, this.#shown.length - shownBefore - 1),
        );
        this.#caret = shownBefore + (this.#shown.endsWith(MASK) ? 0 : inside);
      }
    }
    if (this.#column >= line.length) this.#caret = this.#shown.length;
    return this.#knownParts === 0 ? undefined : { line: this.#shown, caret: this.#caret };
  }

  /** Takes one piece of the line and says how long it was. */
  #step(line: string, at: number): number {
    const rest = line.slice(at);
    const blank = /^\s+|^-(?=\s|$)/.exec(rest)?.[0];
    if (blank !== undefined) return this.#keep(blank);
    const first = rest.charAt(0);
    if (first === "{" || first === "[") return this.#enter(first);
    if (first === "}" || first === "]" || first === ",") return this.#leave(first);
    const other = KEY_BEFORE_OTHER.exec(rest);
    const key = KEY_BEFORE_COLON.exec(rest);
    const isOther = other !== null && vocabulary().known.has(other[1] ?? "");
    const name = isOther ? (other[1] ?? "") : (key?.[2] ?? "");
    const text = isOther ? other[0] : (key?.[0] ?? "");
    if (this.#mayBeKey && (isOther || (key !== null && this.#isKey(name, text.length, rest)))) {
      this.#isPublic = isPublicKey(
        name,
        this.#open.length === 0 ? this.#scope.parent : this.#open.at(-1)?.key,
      );
      this.#key = name;
      this.#mayBeKey = false;
      this.#knownParts += 1;
      return this.#keep(text);
    }
    return this.#value(rest);
  }

  /** A word with a colon is a key when a blank follows, or when it is a known one whose blank was forgotten. */
  #isKey(name: string, size: number, rest: string): boolean {
    if (maskedText(name) !== name) return false;
    return /^(\s|$)/.test(rest.slice(size)) || vocabulary().known.has(name);
  }

  #enter(bracket: string): number {
    this.#open.push({ key: this.#key, isPublic: this.#isPublic, isMap: bracket === "{" });
    if (bracket === "{") this.#isPublic = false;
    this.#mayBeKey = true;
    return this.#keep(bracket);
  }

  #leave(sign: string): number {
    const level = sign === "," ? this.#open.at(-1) : this.#open.pop();
    this.#isPublic =
      sign === "," && level?.isMap === true ? false : (level?.isPublic ?? this.#isPublic);
    this.#mayBeKey = sign === ",";
    return this.#keep(sign);
  }

  #value(rest: string): number {
    this.#mayBeKey = false;
    const quoted = /^"(?:[^"\\]|\\.)*"|^'(?:[^']|'')*'/.exec(rest)?.[0];
    const end = this.#open.length > 0 ? /[,\]}]|\s+(?=[,\]}])|$/ : /\s*$/;
    const text = quoted ?? rest.slice(0, Math.max(1, rest.search(end)));
    const isShown = this.#isPublic && !SECRET_WORD.test(text) && !/:\s/.test(text);
    const shown = isShown ? maskedText(text) : MASK;
    if (shown !== MASK) this.#knownParts += 1;
    this.#shown += shown;
    return text.length;
  }

  #keep(text: string): number {
    this.#shown += text;
    return text.length;
  }
}

/** A public text without what has the form of a key, unless it is the public key of a visor. */
function maskedText(text: string): string {
  const masked = text.replace(LONG_RUN, (run) => (visorKeyFault(run) === undefined ? run : MASK));
  return looksSecret(masked) ? MASK : masked;
}
