// Putting the keys of a manifest's text in order, with their comments.
import { aboveEntry, lineStart } from "../edit/splice.ts";
import { inKeyOrder, type KeyOrder, manifestKeyOrder } from "./key-order.ts";
import { type EntryOutline, type MapOutline, outlineOf } from "./outline.ts";

/** A part of the text, and what stands there when its keys are in order. */
interface Arranged {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Comments that tools look for at the top of a file. */
const PINNED = /^#(!|\s*yaml-language-server:)/;

/**
 * Puts the keys of a manifest in order by moving whole entries: a comment goes with the entry it stands above,
 * beside or, indented deeper, behind; blank lines stay between the same places. What stands above the first entry
 * behind a blank line is the file's head and stays. The text ends in a line break.
 */
export function arrangeKeys(text: string): string {
  const root = outlineOf(text);
  const [first] = root?.entries ?? [];
  if (root === undefined || first === undefined) return text;
  const from = headEnd(text, first);
  const arranged = arrangeMap(text, root, from, manifestKeyOrder());
  return text.slice(0, arranged.from) + arranged.text + text.slice(arranged.to);
}

const nameOf = ({ name }: { readonly name: string }): string => name;

function headEnd(text: string, first: EntryOutline): number {
  let at = aboveEntry(text, first);
  while (PINNED.test(text.slice(at, lineEnd(text, at)))) at = lineEnd(text, at);
  return at;
}

/** `from` is where the lines of a map in lines begin. */
function arrangeMap(text: string, map: MapOutline, from: number, order: KeyOrder): Arranged {
  return map.isFlow ? arrangeFlow(text, map, order) : arrangeLines(text, map, from, order);
}

function arrangeLines(text: string, map: MapOutline, from: number, order: KeyOrder): Arranged {
  const blocks: { readonly name: string; readonly gap: string; readonly text: string }[] = [];
  let at = from;
  for (const entry of map.entries) {
    const to = blockEnd(text, entry);
    const [gap] = /^(?:[ \t]*\n)*/.exec(text.slice(at, entry.keyFrom)) ?? [""];
    const block = entryText(text, { from: at + gap.length, to }, entry, order);
    blocks.push({ name: entry.name, gap, text: block });
    at = to;
  }
  // A key behind a question mark does not begin its line: such a map is left alone.
  const isPlain = map.entries.every(({ keyFrom }) =>
    /^ *$/.test(text.slice(lineStart(text, keyFrom), keyFrom)),
  );
  const ordered = isPlain ? inKeyOrder(blocks, nameOf, order) : blocks;
  const lines = blocks.map(({ gap }, index) => gap + (ordered[index]?.text ?? ""));
  return { from, to: at, text: lines.join("") };
}

function arrangeFlow(text: string, map: MapOutline, order: KeyOrder): Arranged {
  const whole = text.slice(map.from, map.to);
  // A comment in braces over several lines is about a line, and lines would hold other keys.
  if (/\n/.test(whole) && /\s#/.test(whole)) return { from: map.from, to: map.to, text: whole };
  const parts = map.entries.map((entry) => {
    const place = { from: entry.keyFrom, to: entry.value.to };
    return { ...place, name: entry.name, text: entryText(text, place, entry, order) };
  });
  const from = parts[0]?.from ?? map.from;
  const to = parts.at(-1)?.to ?? map.from;
  const gaps = parts.slice(1).map((part, index) => text.slice(parts[index]?.to ?? 0, part.from));
  // What is written behind a question mark is left alone.
  const isPlain = [text.slice(map.from + 1, from), ...gaps].every((gap) => /^[\s,]*$/.test(gap));
  const ordered = isPlain ? inKeyOrder(parts, nameOf, order) : parts;
  return { from, to, text: ordered.map((part, index) => part.text + (gaps[index] ?? "")).join("") };
}

/** The text of an entry's block, with the maps in it in order. */
function entryText(
  text: string,
  { from, to }: { readonly from: number; readonly to: number },
  entry: EntryOutline,
  order: KeyOrder,
): string {
  const { value } = entry;
  if (value.kind !== "map" || value.entries.length === 0) return text.slice(from, to);
  const inner = arrangeMap(text, value, lineEnd(text, entry.keyTo), order.below(entry.name));
  return text.slice(from, inner.from) + inner.text + text.slice(inner.to, to);
}

/**
 * Behind the last line of an entry in lines, and behind the comments that are indented deeper than its key, with the
 * blank lines before those.
 */
function blockEnd(text: string, entry: EntryOutline): number {
  const depth = entry.keyFrom - lineStart(text, entry.keyFrom);
  let at = lineEnd(text, lastLetter(text, entry));
  for (;;) {
    const [found, indent = ""] = /^(?:[ \t]*\n)*( *)#[^\n]*\n/.exec(text.slice(at)) ?? [];
    if (found === undefined || indent.length <= depth) return at;
    at += found.length;
  }
}

/** The offset of the last letter that belongs to an entry. */
function lastLetter(text: string, { keyTo, value }: EntryOutline): number {
  if (value.kind === "scalar") return Math.max(keyTo, value.to - 1);
  if (value.isFlow) return value.to - 1;
  const last = value.kind === "map" ? value.entries.at(-1) : undefined;
  if (last !== undefined) return lastLetter(text, last);
  return Math.max(keyTo, text.slice(0, value.to).trimEnd().length - 1);
}

/** Behind the line break of the line that `offset` stands in. */
function lineEnd(text: string, offset: number): number {
  const at = text.indexOf("\n", offset);
  return at < 0 ? text.length : at + 1;
}
