// Says of a line that was found wrong which slip of the hand it is: signs that only look right, and a missing indent.
import { defined, type Diagnostic, type Place } from "../core/index.ts";
import { vocabulary } from "./public-keys.ts";
import { placeAt, type Source } from "./source.ts";
import { DASH_IN_MAP, type SyntaxFault } from "./syntax-faults.ts";

/** Shown places of one slip that is made many times. */
const RELATED_MAX = 5;
/** Blanks that are no space: a text from a web page or a word processor has them. */
const OTHER_BLANK = "[\\u00a0\\u1680\\u2000-\\u200b\\u202f\\u205f\\u2060\\u3000\\ufeff]";
const BLANK_IN_INDENT = new RegExp(`^ *(?=${OTHER_BLANK})`);
const NAME = `^ *(?:- +)*["']?([A-Za-z][\\w.-]*)["']?`;
const BLANK_BEHIND_COLON = new RegExp(`${NAME}: *(?=${OTHER_BLANK})`);
const OTHER_COLON = new RegExp(`${NAME} *(?=[\\uff1a\\ufe55\\ufe13\\ua789\\u2236])`);
const TWO_COLONS = new RegExp(`${NAME}:(?=:)`);
const EQUALS = /^ *["']?([A-Za-z][\w.-]*)["']? *(?==)/;
const OTHER_DASH = /^ *(?=[\u2010-\u2015\u2212])/;
const GLUED_DASH = /^ *-(?=[A-Za-z"'[{])/;
const OTHER_QUOTE = /["']?[\u2018-\u201f\u00ab\u00bb\uff02\uff07]/y;
const ODD_LETTER = /["']?[\w.-]*([^\u0000-\u007f])/uy;

/** A slip, where it is, and what may be shown of what is written there. */
interface Slip {
  readonly fault: SyntaxFault;
  readonly offset: number;
  readonly text?: string;
}

/** What to look for on a line, and what it is called. The first that fits counts. */
const ON_LINE: readonly (readonly [RegExp, Pick<SyntaxFault, "message" | "next">])[] = [
  [
    BLANK_IN_INDENT,
    {
      message: "a blank that is no space stands before this line, so it is part of the text",
      next: "replace it by a space; texts from web pages often hold such blanks",
    },
  ],
  [
    BLANK_BEHIND_COLON,
    {
      message: "the blank behind this colon is no space, so name and value are one word",
      next: "replace it by a space; texts from web pages often hold such blanks",
    },
  ],
  [
    OTHER_COLON,
    {
      message: "this sign looks like a colon and is another one",
      next: "write the colon of the keyboard, and a space behind it",
    },
  ],
  [TWO_COLONS, { message: "a second colon stands here", next: "write one colon and a space" }],
  [
    EQUALS,
    {
      message: "an equals sign stands where a colon belongs",
      next: "write a colon and a space instead",
    },
  ],
  [
    OTHER_DASH,
    {
      message: "this dash is not the hyphen that begins an entry of a list",
      next: "write a hyphen and a space",
    },
  ],
  [
    GLUED_DASH,
    {
      message: "a space is missing behind this hyphen, so it begins no entry of a list",
      next: "write a space behind the hyphen",
    },
  ],
];

const QUOTE: SyntaxFault = {
  code: "manifest/syntax",
  message: "this quote is no straight one, so it is part of the text",
  next: "write \" or ', or no quotes",
};

/** What a slip on a line may have been reported as. */
const ABOUT_A_LINE = new Set([
  "manifest/syntax",
  "manifest/value",
  "manifest/name",
  "manifest/key",
  "manifest/unknown-key",
  "manifest/unknown-setting",
  "manifest/selection",
]);
const EMPTY = new Set(["manifest/empty", "manifest/no-visors"]);
const UNKNOWN = new Set(["manifest/unknown-key", "manifest/unknown-setting"]);

/**
 * The same diagnostics, in the order of lines; where the line of one shows what the hand did wrong, that is said
 * instead, once for each slip, and without what only follows from it.
 */
export function withSlips(
  diagnostics: readonly Diagnostic[],
  source: Source,
): readonly Diagnostic[] {
  const told = new Map<string, { readonly at: number; readonly places: Place[] }>();
  const kept: Diagnostic[] = [];
  for (const diagnostic of withoutShallow(diagnostics, source)) {
    const slip = slipOf(diagnostic, source);
    if (slip === undefined) {
      kept.push(diagnostic);
      continue;
    }
    const at = placeAt(source, slip.offset);
    const before = told.get(slip.fault.message);
    if (before !== undefined) {
      if (before.places.every(({ line }) => line !== at.line)) before.places.push(at);
      continue;
    }
    told.set(slip.fault.message, { at: kept.length, places: [at] });
    kept.push({
      ...slip.fault,
      severity: "error",
      at,
      ...defined({ text: slip.text }),
    });
  }
  if (told.size === 0) return kept;
  for (const { at, places } of told.values()) {
    const related = places
      .slice(1, RELATED_MAX + 1)
      .map((each) => ({ message: "here too", at: each }));
    const first = kept[at];
    if (first !== undefined && related.length > 0) kept[at] = { ...first, related };
  }
  return kept.filter((diagnostic) => !follows(diagnostic, [...told.keys()], source));
}

function slipOf(diagnostic: Diagnostic, source: Source): Slip | undefined {
  const { at, code } = diagnostic;
  if (at?.file !== source.file || !ABOUT_A_LINE.has(code)) return undefined;
  const start = source.lineStarts[at.line - 1] ?? 0;
  const offset = start + at.column - 1;
  const line = lineOf(source, at.line);
  for (const [form, words] of ON_LINE) {
    const match = form.exec(line);
    if (match === null) continue;
    const name = match[1];
    const isKnown = name !== undefined && vocabulary().known.has(name);
    const fault: SyntaxFault = { code: "manifest/syntax", ...words };
    return { fault, offset: start + match[0].length, ...(isKnown ? { text: name } : {}) };
  }
  OTHER_QUOTE.lastIndex = offset;
  if (OTHER_QUOTE.test(source.text)) {
    const { text } = diagnostic;
    return { fault: QUOTE, offset, ...defined({ text }) };
  }
  return UNKNOWN.has(code) ? oddLetter(source, offset) : undefined;
}

/** A letter of another script in a key, which may look like the right one. */
function oddLetter(source: Source, offset: number): Slip | undefined {
  ODD_LETTER.lastIndex = offset;
  const match = ODD_LETTER.exec(source.text);
  const letter = match?.[1];
  if (match === null || letter === undefined) return undefined;
  const sign = `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  const fault: SyntaxFault = {
    code: "manifest/unknown-key",
    message: `the sign ${sign} stands in this key, and keys have only the letters a to z, digits, ., _ and -`,
    next: "type the key anew; the sign may look like another one, or like nothing",
  };
  return { fault, offset: offset + match[0].length - letter.length };
}

/** True for what is only said because of a slip elsewhere. */
function follows(
  { message, code, at }: Diagnostic,
  told: readonly string[],
  source: Source,
): boolean {
  const has = (form: RegExp): boolean =>
    ON_LINE.some(([each, words]) => each === form && told.includes(words.message));
  if (message === DASH_IN_MAP.message) return has(GLUED_DASH) || has(OTHER_DASH);
  if (!EMPTY.has(code) || at === undefined || !has(BLANK_IN_INDENT)) return false;
  return BLANK_IN_INDENT.test(lineOf(source, nextLine(source, at.line)));
}

/** Joins an empty section and the unknown key below it, at the same depth, to what they are: a missing indent. */
function withoutShallow(diagnostics: readonly Diagnostic[], source: Source): readonly Diagnostic[] {
  const shallow = new Map<number, string>();
  const sections = new Set<number>();
  for (const { at, code, text } of diagnostics) {
    if (at === undefined || text === undefined || !EMPTY.has(code)) continue;
    const depth = depthOf(lineOf(source, at.line));
    let next = nextLine(source, at.line);
    while (isUnknownAt(diagnostics, next) && depthOf(lineOf(source, next)) === depth) {
      shallow.set(next, text);
      sections.add(at.line);
      next = nextAtDepth(source, next, depth);
    }
  }
  if (shallow.size === 0) return diagnostics;
  const isNameLost = [...shallow.values()].some((name) => NAMING.has(name));
  const told = new Set<string>();
  return diagnostics.flatMap((diagnostic): readonly Diagnostic[] => {
    const { at, code } = diagnostic;
    if (at === undefined) return [diagnostic];
    if (EMPTY.has(code) && sections.has(at.line)) return [];
    if (isNameLost && code === "manifest/unknown-name") return [];
    const section = shallow.get(at.line);
    if (section === undefined || !UNKNOWN.has(code)) return [diagnostic];
    if (told.has(section)) return [];
    told.add(section);
    return [{ ...diagnostic, ...notBelow(section) }];
  });
}

/** Sections whose names are used elsewhere. */
const NAMING = new Set(["visors", "keys", "whitelists", "roles", "operators"]);

function notBelow(section: string): SyntaxFault {
  return {
    code: "manifest/syntax",
    message: `this line is not indented, so it does not belong to ${section} above it, which is empty`,
    next: `put two spaces in front of each line that belongs to ${section}`,
  };
}

function isUnknownAt(diagnostics: readonly Diagnostic[], line: number): boolean {
  return diagnostics.some(({ at, code }) => at?.line === line && UNKNOWN.has(code));
}

/** The next line that says something; behind the last one when there is none. */
function nextLine(source: Source, line: number): number {
  let next = line + 1;
  while (next <= source.lineStarts.length && /^\s*(#|$)/.test(lineOf(source, next))) next += 1;
  return next;
}

function nextAtDepth(source: Source, line: number, depth: number): number {
  let next = nextLine(source, line);
  while (next <= source.lineStarts.length) {
    const text = lineOf(source, next);
    if (depthOf(text) < depth) return source.lineStarts.length + 1;
    if (depthOf(text) === depth && !text.startsWith("-", depth)) return next;
    next = nextLine(source, next);
  }
  return next;
}

function lineOf(source: Source, line: number): string {
  const start = source.lineStarts[line - 1] ?? source.text.length;
  return source.text.slice(start, source.lineStarts[line] ?? source.text.length);
}

function depthOf(line: string): number {
  return /^ */.exec(line)?.[0].length ?? 0;
}
