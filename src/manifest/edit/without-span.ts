// Taking one part out of braces or brackets.

/** Taking one part out of braces or brackets, and leaving every comment that speaks of another. */
import { type Edit, lineEnd, lineStart } from "./splice.ts";

/** Where a part of braces or brackets stands. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Takes one of several spans that commas part out of braces or brackets, with its comma. A comment on its line goes
 * with it where it stands alone there; comments above and below stay.
 */
export function withoutSpan(text: string, spans: readonly Span[], index: number): Edit {
  const [before, span, next] = [spans[index - 1], spans[index], spans[index + 1]];
  const { from, to } = span ?? { from: 0, to: 0 };
  const isAlone = /^\s*$/.test(text.slice(lineStart(text, from), from));
  if (next !== undefined) {
    const between = withoutComma(text.slice(to, next.from));
    if (!between.includes("#")) return { from, to: next.from, text: "" };
    const kept = isAlone ? withoutFirstLine(between) : between.replace(/^[ \t]*/, "");
    return { from, to: next.from, text: spaced(text, from, kept) };
  }
  const above = text.slice(before?.to ?? from, from);
  if (!above.includes("#")) return { from: before?.to ?? from, to, text: "" };
  // The comma before may stay, one behind may not: nothing would stand before it.
  const [comma = ""] = /^[ \t]*,/.exec(text.slice(to)) ?? [];
  const rest = text.slice(to + comma.length, lineEnd(text, to));
  if (isAlone && /^\s*(#.*)?$/.test(rest.trimEnd()))
    return { from: lineStart(text, from), to: lineEnd(text, to), text: "" };
  const [blank = ""] = /^[ \t]*/.exec(rest) ?? [];
  return { from, to: to + comma.length + blank.length, text: "" };
}

/** Takes several spans out; those that stand side by side go as one. */
export function withoutSpans(
  text: string,
  spans: readonly Span[],
  isGone: (index: number) => boolean,
): readonly Edit[] {
  const merged: { from: number; to: number; isGone: boolean }[] = [];
  for (const [index, { from, to }] of spans.entries()) {
    const last = merged.at(-1);
    if (last?.isGone === true && isGone(index)) last.to = to;
    else merged.push({ from, to, isGone: isGone(index) });
  }
  return merged.flatMap((span, index) => (span.isGone ? [withoutSpan(text, merged, index)] : []));
}

/** What stands between two spans, without the comma that is in no comment. */
function withoutComma(between: string): string {
  return between
    .split("\n")
    .map((line) => {
      const comment = line.search(/(?:^|\s)#/);
      const code = comment < 0 ? line : line.slice(0, comment);
      return code.replace(",", "") + line.slice(code.length);
    })
    .join("\n");
}

/** The first line has nothing but what goes; the indent before the span serves the next one. */
function withoutFirstLine(between: string): string {
  const at = between.indexOf("\n");
  return between.slice(at + 1).replace(/^[ \t]*/, "");
}

/** A comment begins behind white space only. */
function spaced(text: string, from: number, kept: string): string {
  return kept.startsWith("#") && /\S/.test(text.charAt(from - 1)) ? ` ${kept}` : kept;
}
