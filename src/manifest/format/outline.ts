// Where the maps, lists and entries of a manifest stand in its text.
import { isMap, isScalar, isSeq, type Pair, parseDocument } from "yaml";

/** Where the parts of a manifest stand in its text, as offsets. */
export interface MapOutline {
  readonly kind: "map";
  readonly isFlow: boolean;
  readonly from: number;
  readonly to: number;
  readonly entries: readonly EntryOutline[];
}

/** A list, with where each item stands. */
export interface ListOutline {
  readonly kind: "list";
  readonly isFlow: boolean;
  /** Of a list in lines, the first dash. */
  readonly from: number;
  readonly to: number;
  readonly items: readonly { readonly from: number; readonly to: number }[];
}

/** Any other value. */
interface ScalarOutline {
  readonly kind: "scalar";
  /** Written in lines of its own below `|` or `>`. */
  readonly isBlock: boolean;
  readonly from: number;
  readonly to: number;
}

export type Outline = MapOutline | ListOutline | ScalarOutline;

/** One key with its value. */
export interface EntryOutline {
  readonly name: string;
  readonly keyFrom: number;
  readonly keyTo: number;
  readonly value: Outline;
}

/** The outline of a manifest; `undefined` when the text is no map, or is no YAML. */
export function outlineOf(text: string): MapOutline | undefined {
  const { contents, errors } = parseDocument(text, {
    schema: "failsafe",
    uniqueKeys: false,
    logLevel: "silent",
    prettyErrors: false,
  });
  if (errors.length > 0 || !isMap(contents)) return undefined;
  const outline = outlineOfNode(text, contents, 0);
  return outline.kind === "map" ? outline : undefined;
}

function outlineOfNode(text: string, node: unknown, nowhere: number): Outline {
  const { from, to } = rangeOf(node, nowhere);
  if (isMap(node)) {
    const entries = node.items.map((pair) => outlineOfEntry(text, pair, from));
    return { kind: "map", isFlow: node.flow === true, from, to, entries };
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => rangeOf(item, from));
    return { kind: "list", isFlow: node.flow === true, from, to, items };
  }
  const isBlock = isScalar(node) && (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED");
  // White space behind other values is nobody's; behind `|+` it is text.
  const isKept = isBlock && /^[|>][0-9]?\+/.test(text.slice(from, from + 3));
  return { kind: "scalar", isBlock, from, to: isKept ? to : from + lengthOf(text, from, to) };
}

function outlineOfEntry(text: string, { key, value }: Pair, nowhere: number): EntryOutline {
  const at = rangeOf(key, nowhere);
  const name = isScalar(key) ? String(key.value) : "";
  return { name, keyFrom: at.from, keyTo: at.to, value: outlineOfNode(text, value, at.to) };
}

function lengthOf(text: string, from: number, to: number): number {
  return text.slice(from, to).trimEnd().length;
}

function rangeOf(node: unknown, nowhere: number): { readonly from: number; readonly to: number } {
  const isPlaced = typeof node === "object" && node !== null && "range" in node;
  const range = isPlaced && Array.isArray(node.range) ? (node.range as readonly number[]) : [];
  const [from = nowhere, to = nowhere] = range;
  return { from, to };
}
