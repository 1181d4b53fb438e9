// Says what a syntax error comes from: the library reports where it could not go on.
import { type ErrorCode, Lexer } from "yaml";
import { defined, type Diagnostic } from "../core/index.ts";
import { leadingName, placeAt, type Source } from "./source.ts";
import {
  COLON_IN_VALUE,
  DASH_IN_MAP,
  MISSING_SPACE,
  SURPLUS_BRACKET,
  type SyntaxFault,
  syntaxFault,
  UNCLOSED_BRACKET,
  UNCLOSED_QUOTE,
  VALUE_ABOVE_MAP,
  WRONG_INDENT,
} from "./syntax-faults.ts";

/** A syntax error as the YAML library reports it. */
export interface Reported {
  readonly code: ErrorCode;
  readonly offset: number;
}

/** A mistake, and the offset at which a person has to mend it. */
interface Cause {
  readonly fault: SyntaxFault;
  readonly offset: number;
}

/** Errors that an opening without its end can come out as. */
const STRUCTURAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "BAD_INDENT",
  "BLOCK_AS_IMPLICIT_KEY",
  "BLOCK_IN_FLOW",
  "MISSING_CHAR",
  "MULTILINE_IMPLICIT_KEY",
  "UNEXPECTED_TOKEN",
]);

/** Keys that have a map below them and never one value. */
const SECTIONS: ReadonlySet<string> = new Set([
  "apps",
  "keys",
  "ledger",
  "operators",
  "policy",
  "ports",
  "roles",
  "settings",
  "survey",
  "trust",
  "visors",
  "watch",
  "whitelists",
]);

/** What errors of the library say to a person: one diagnostic a line, each at what is to be mended. */
export function syntaxDiagnostics(
  source: Source,
  faults: readonly Reported[],
): readonly Diagnostic[] {
  const lines = new Set<number>();
  const diagnostics: Diagnostic[] = [];
  for (const { fault, offset } of causesOf(source, faults)) {
    const at = placeAt(source, offset);
    if (lines.has(at.line)) continue;
    lines.add(at.line);
    const text = leadingName(source, at.line);
    diagnostics.push({
      ...fault,
      severity: "error",
      at,
      ...defined({ text }),
    });
  }
  return diagnostics;
}

/** A text whose values lie deeper in each other than any manifest needs. */
export function tooDeep(source: Source, offset: number): Diagnostic {
  return { ...syntaxFault("RESOURCE_EXHAUSTION"), severity: "error", at: placeAt(source, offset) };
}

/**
 * What is to be mended, once for each mistake. A bracket or quote without its other half explains everything behind it,
 * and a dash in a map every entry that has none: what is reported there is left out.
 */
function causesOf(source: Source, reported: readonly Reported[]): readonly Cause[] {
  const structural = reported.filter(({ code }) => STRUCTURAL.has(code));
  const opening = structural.length === 0 ? undefined : unclosed(source, structural);
  const causes: Cause[] = opening === undefined ? [] : [opening];
  let below: number | undefined;
  for (const error of reported) {
    if (opening !== undefined && error.offset >= opening.offset) continue;
    if (below !== undefined && error.offset < below) continue;
    const cause = STRUCTURAL.has(error.code) ? causeOnLine(source, error) : plainCause(error);
    const before = causes.at(-1)?.fault;
    if (before === DASH_IN_MAP && cause.fault === before) continue;
    causes.push(cause);
    if (cause.fault === VALUE_ABOVE_MAP)
      below = endBelow(source, placeAt(source, cause.offset).line);
  }
  return causes;
}

function plainCause({ code, offset }: Reported): Cause {
  return { fault: syntaxFault(code), offset };
}

/** The first quote or bracket that is opened and not closed where it should be. */
function unclosed(source: Source, errors: readonly Reported[]): Cause | undefined {
  const firstError = Math.min(...errors.map(({ offset }) => offset));
  const open: { readonly sign: string; readonly offset: number }[] = [];
  let at = 0;
  for (const lexeme of new Lexer().lex(source.text)) {
    // Marks of the lexer's own take no room in the text.
    if (lexeme === "\u0002" || lexeme === "\u001f") continue;
    if (lexeme === "\u0018") return bracketCause(open);
    const first = lexeme.charAt(0);
    if ((first === '"' || first === "'") && isUnclosedQuote(lexeme, first)) {
      return { fault: UNCLOSED_QUOTE, offset: at };
    }
    if (lexeme === "[" || lexeme === "{") open.push({ sign: lexeme, offset: at });
    else if (lexeme === "]" || lexeme === "}") {
      const top = open.at(-1);
      if (top === undefined) return { fault: SURPLUS_BRACKET, offset: at };
      if ((top.sign === "[") !== (lexeme === "]")) return bracketCause(open);
      open.pop();
    }
    at += lexeme.length;
    if (at > firstError && open.length === 0) return undefined;
  }
  return bracketCause(open);
}

function bracketCause(open: readonly { readonly offset: number }[]): Cause | undefined {
  const innermost = open.at(-1);
  return innermost === undefined
    ? undefined
    : { fault: UNCLOSED_BRACKET, offset: innermost.offset };
}

/** A quote that has no end, or one that swallows lines which look like a manifest's. */
function isUnclosedQuote(lexeme: string, quote: string): boolean {
  const ended = lexeme.length > 1 && lexeme.endsWith(quote);
  return !ended || /\n[ ]*(- |["']?[\w.-]+["']?:(\s|$))/.test(lexeme);
}

/** What is wrong with the line of an error, or with the one that continues it. */
function causeOnLine(source: Source, error: Reported): Cause {
  const { line } = placeAt(source, error.offset);
  const missing = missingSpace(source, line);
  if (missing !== undefined) return { fault: MISSING_SPACE, offset: missing };
  if (isColonInValue(source, error, line)) return { fault: COLON_IN_VALUE, offset: error.offset };
  if (error.code === "BLOCK_AS_IMPLICIT_KEY" || error.code === "MULTILINE_IMPLICIT_KEY") {
    const deeper = deeperLine(source, line);
    const value = deeper === undefined ? undefined : valueOfSection(source, line);
    if (value !== undefined) return { fault: VALUE_ABOVE_MAP, offset: value };
    if (deeper !== undefined) return { fault: WRONG_INDENT, offset: deeper };
  }
  if (error.code !== "BAD_INDENT") return plainCause(error);
  const dash = dashAbove(source, line);
  if (dash !== undefined) return { fault: DASH_IN_MAP, offset: dash };
  return { fault: WRONG_INDENT, offset: textBegin(source, line) };
}

/** True where a value that begins behind a name on this line goes on with a colon and a space. */
function isColonInValue(source: Source, { code, offset }: Reported, line: number): boolean {
  if (code !== "BLOCK_AS_IMPLICIT_KEY" && code !== "BLOCK_IN_FLOW") return false;
  const text = lineOf(source, line);
  const column = offset - (source.lineStarts[line - 1] ?? 0);
  return /:\s+$/.test(text.slice(0, column)) && /^[^\s"'#{[][^#]*?:(\s|$)/.test(text.slice(column));
}

/** The dash that begins the first of the lines above at the depth of a key that has none. */
function dashAbove(source: Source, line: number): number | undefined {
  const depth = blanksOf(lineOf(source, line));
  let dash: number | undefined;
  for (let above = line - 1; above > 0; above -= 1) {
    const text = lineOf(source, above);
    if (/^\s*(#|$)/.test(text) || blanksOf(text) > depth) continue;
    if (blanksOf(text) < depth) break;
    if (text.startsWith("- ", depth)) dash = textBegin(source, above);
  }
  return dash;
}

/** Behind the colon of a line such as `log_level:debug`; not of `tag:shop` in a list or of an address. */
function missingSpace(source: Source, line: number): number | undefined {
  const match = /^ *(?:- +)*(?!(?:tag|role|env|file):)[A-Za-z][\w.-]*:(?=[^\s/:])/.exec(
    lineOf(source, line),
  );
  return match === null ? undefined : (source.lineStarts[line - 1] ?? 0) + match[0].length;
}

/** The text of the next line, when it is a key that stands deeper below a key with a value. */
function deeperLine(source: Source, line: number): number | undefined {
  const here = lineOf(source, line);
  if (!/^ *(?:- +)*["']?[\w.-]+["']?: +[^\s#]/.test(here)) return undefined;
  for (let next = line + 1; next <= source.lineStarts.length; next += 1) {
    const text = lineOf(source, next);
    if (/^\s*(#|$)/.test(text)) continue;
    const isDeeper = blanksOf(text) > blanksOf(here);
    return isDeeper && /^ *["']?[\w.-]+["']?:(\s|$)/.test(text)
      ? textBegin(source, next)
      : undefined;
  }
  return undefined;
}

/** Where the value begins behind a key that has a map of names or fields as its value. */
function valueOfSection(source: Source, line: number): number | undefined {
  const match = /^ *(\w+): +(?=[^\s#])/.exec(lineOf(source, line));
  if (match === null || !SECTIONS.has(match[1] ?? "")) return undefined;
  return (source.lineStarts[line - 1] ?? 0) + match[0].length;
}

/** Where the first line begins that is no deeper than this one. */
function endBelow(source: Source, line: number): number {
  for (let next = line + 1; next <= source.lineStarts.length; next += 1) {
    const text = lineOf(source, next);
    if (!/^\s*(#|$)/.test(text) && blanksOf(text) <= blanksOf(lineOf(source, line)))
      return source.lineStarts[next - 1] ?? source.text.length;
  }
  return source.text.length;
}

function lineOf(source: Source, line: number): string {
  const start = source.lineStarts[line - 1] ?? source.text.length;
  return source.text.slice(start, source.lineStarts[line] ?? source.text.length).trimEnd();
}

function blanksOf(line: string): number {
  return /^ */.exec(line)?.[0].length ?? 0;
}

function textBegin(source: Source, line: number): number {
  return (source.lineStarts[line - 1] ?? 0) + blanksOf(lineOf(source, line));
}
