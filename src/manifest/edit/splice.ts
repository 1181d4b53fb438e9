// Edits of a text in place: keys set and removed, every other letter as it was.
import { isMap, isScalar, isSeq, type Pair, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";

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
  readonly entries: readonly KeyPlace[];
  /** Written in braces. */
  readonly isFlow: boolean;
  /** Where the first key stands, as white space. */
  readonly indent: string;
}

/** One entry: where its key and its value stand. */
export interface KeyPlace {
  readonly name: string;
  readonly keyFrom: number;
  readonly keyTo: number;
  readonly valueFrom: number;
  readonly valueTo: number;
  /** The entries of a value that is a map. */
  readonly value: MapPlace | undefined;
  /** The items of a value that is a list. */
  readonly list: ListPlace | undefined;
}

/** A list of the document with its items in the order of the text. */
export interface ListPlace {
  readonly items: readonly ItemPlace[];
  /** Written in brackets. */
  readonly isFlow: boolean;
}

/** One item of a list; `text` is empty for what is no text. */
interface ItemPlace {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** The top of a manifest that is known to be good. */
export function placesOf(text: string): MapPlace {
  const { contents } = parseDocument(text, { schema: "failsafe", uniqueKeys: false });
  return isMap(contents)
    ? placeOfMap(text, contents, 0)
    : { entries: [], isFlow: false, indent: "" };
}

/** `visors`, a visor, its `apps`, one of them, its `whitelist` and what is added to that: nothing deeper is edited. */
const DEPTH_MAX = 5;

function placeOfMap(text: string, map: YAMLMap, depth: number): MapPlace {
  const entries = map.items.map((pair) => placeOfEntry(text, pair, depth));
  const from = entries[0]?.keyFrom ?? 0;
  const lineFrom = text.lastIndexOf("\n", from - 1) + 1;
  const before = text.slice(lineFrom, from);
  return { entries, isFlow: map.flow === true, indent: indentOf(before) };
}

/** White space as far as a first key stands from the line's start; its line may begin with signs of YAML. */
function indentOf(before: string): string {
  return /^\s*(?:[?:-]\s+)*$/.test(before) ? before.replace(/[?:-]/g, " ") : "  ";
}

function placeOfEntry(text: string, { key, value }: Pair, depth: number): KeyPlace {
  const name = isScalar(key) ? String(key.value) : "";
  const [keyFrom = 0, keyTo = 0] = rangeOf(key) ?? [];
  const [valueFrom = keyTo, valueTo = keyTo] = rangeOf(value) ?? [];
  const inner = isMap(value) && depth < DEPTH_MAX ? placeOfMap(text, value, depth + 1) : undefined;
  const list = isSeq(value) ? placeOfList(value) : undefined;
  return { name, keyFrom, keyTo, valueFrom, valueTo, value: inner, list };
}

function placeOfList(list: YAMLSeq): ListPlace {
  const items = list.items.map((item) => {
    const [from = 0, to = from] = rangeOf(item) ?? [];
    return { text: isScalar(item) ? String(item.value) : "", from, to };
  });
  return { items, isFlow: list.flow === true };
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
export function behindEntry(text: string, entry: KeyPlace): number {
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
export function lastLetter(text: string, to: number): number {
  return text.slice(0, to).trimEnd().length;
}

/** Behind the line break of the line that `offset` stands in. */
export function lineEnd(text: string, offset: number): number {
  const at = text.indexOf("\n", offset);
  return at < 0 ? text.length : at + 1;
}

/** Where a section can be put in front of an entry: above the comments that stand directly above it. */
export function aboveEntry(text: string, entry: Pick<KeyPlace, "keyFrom">): number {
  let at = lineStart(text, entry.keyFrom);
  while (at > 0) {
    const before = lineStart(text, at - 1);
    if (!/^\s*#/.test(text.slice(before, at))) break;
    at = before;
  }
  return at;
}

/** Lines put in front of what stands at `at`; a last line without an end gets one first. */
export function insertedLines(text: string, at: number, lines: readonly string[]): Edit {
  const isOpenLine = at > 0 && text[at - 1] !== "\n";
  return { from: at, to: at, text: `${isOpenLine ? "\n" : ""}${lines.join("\n")}\n` };
}

/** Edits that end lines as the text does. */
export function withLineEnds(text: string, edits: readonly Edit[]): readonly Edit[] {
  if (!text.includes("\r\n")) return edits;
  return edits.map((edit) => ({ ...edit, text: edit.text.replace(/\r?\n/g, "\r\n") }));
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
