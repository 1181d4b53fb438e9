import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from "yaml";

/**
 * Edits a manifest where it is: the document model tells where things stand, and text is put between them.
 * Every letter that is not part of an edit stays, so that comments, order and alignment do.
 */

/** A replacement of a part of a text. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A map of the document with its entries in the order of the text. */
export interface MapPlace {
  readonly entries: readonly EntryPlace[];
  /** Written in braces. */
  readonly isFlow: boolean;
  /** Where the first key stands, as white space. */
  readonly indent: string;
}

/** One entry: where its key and its value stand. */
export interface EntryPlace {
  readonly name: string;
  readonly keyFrom: number;
  readonly valueTo: number;
  readonly value: MapPlace | undefined;
}

/** The top of a manifest that is known to be good. */
export function placesOf(text: string): MapPlace {
  const { contents } = parseDocument(text, { schema: "failsafe", uniqueKeys: false });
  return isMap(contents)
    ? placeOfMap(text, contents, 0)
    : { entries: [], isFlow: false, indent: "" };
}

/** Sections and their entries and the entries of those are all that edits need. */
const DEPTH_MAX = 2;

function placeOfMap(text: string, map: YAMLMap, depth: number): MapPlace {
  const entries = map.items.map((pair) => placeOfEntry(text, pair, depth));
  const from = entries[0]?.keyFrom ?? 0;
  const lineFrom = text.lastIndexOf("\n", from - 1) + 1;
  const before = text.slice(lineFrom, from);
  return { entries, isFlow: map.flow === true, indent: /^\s*$/.test(before) ? before : "  " };
}

function placeOfEntry(text: string, { key, value }: Pair, depth: number): EntryPlace {
  const name = isScalar(key) ? String(key.value) : "";
  const keyFrom = rangeOf(key)?.[0] ?? 0;
  const valueTo = rangeOf(value)?.[1] ?? rangeOf(key)?.[1] ?? 0;
  const inner = isMap(value) && depth < DEPTH_MAX ? placeOfMap(text, value, depth + 1) : undefined;
  return { name, keyFrom, valueTo, value: inner };
}

function rangeOf(node: unknown): readonly number[] | undefined {
  if (typeof node !== "object" || node === null || !("range" in node)) return undefined;
  return Array.isArray(node.range) ? (node.range as readonly number[]) : undefined;
}

/** Where the line of an offset begins. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/**
 * Where lines can be added behind an entry of a block: behind its last line, and behind the comments that are
 * indented deeper than its key and so belong to it.
 */
export function behindEntry(text: string, entry: EntryPlace): number {
  const depth = entry.keyFrom - lineStart(text, entry.keyFrom);
  let at = lineEnd(text, lastLetter(text, entry.valueTo));
  for (;;) {
    const [line = ""] = /^[^\n]*/.exec(text.slice(at)) ?? [];
    const comment = /^(\s*)#/.exec(line);
    if (comment === null || (comment[1]?.length ?? 0) <= depth) return at;
    at = lineEnd(text, at);
  }
}

/** A block value may end in the white space behind it. */
function lastLetter(text: string, to: number): number {
  return text.slice(0, to).trimEnd().length;
}

/** Behind the line break of the line that `offset` stands in. */
function lineEnd(text: string, offset: number): number {
  const at = text.indexOf("\n", offset);
  return at < 0 ? text.length : at + 1;
}

/** Where a section can be put in front of an entry: above the comments that stand directly above it. */
export function aboveEntry(text: string, entry: EntryPlace): number {
  let at = lineStart(text, entry.keyFrom);
  while (at > 0) {
    const before = lineStart(text, at - 1);
    if (!/^\s*#/.test(text.slice(before, at))) break;
    at = before;
  }
  return at;
}

/** Carries edits out, the last first, so that places stay true. */
export function spliced(text: string, edits: readonly Edit[]): string {
  const ordered = edits
    .map((edit, index) => ({ edit, index }))
    .toSorted((a, b) => b.edit.from - a.edit.from || b.index - a.index);
  let result = text;
  for (const { edit } of ordered) {
    result = result.slice(0, edit.from) + edit.text + result.slice(edit.to);
  }
  return result;
}
