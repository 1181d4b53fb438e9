// Values below one key of the text: put in, changed or taken out.
import {
  behindEntry,
  type Edit,
  type KeyPlace,
  insertedLines,
  lastLetter,
  lineEnd,
  lineStart,
  type MapPlace,
} from "./splice.ts";
import { withoutSpan } from "./without-span.ts";

/** What to write below a key: a value as YAML on one line, or a map of such. */
export type FieldValue = string | FieldTree;

/** Values by key, in the order in which new ones are written. */
export type FieldTree = ReadonlyMap<string, FieldValue>;

/** A map of the text that values are put into, and how much deeper its own maps are indented. */
export interface FieldsPlace {
  readonly map: MapPlace;
  readonly step: string;
}

/** The role or visor of that name. */
export function fieldsPlaceIn(
  top: MapPlace,
  section: "roles" | "visors",
  name: string,
): FieldsPlace | undefined {
  const entries = top.entries.find((entry) => entry.name === section)?.value;
  const map = entries?.entries.find((entry) => entry.name === name)?.value;
  if (entries === undefined || map === undefined) return undefined;
  const deeper = map.isFlow ? 0 : map.indent.length - entries.indent.length;
  return { map, step: deeper > 0 ? " ".repeat(deeper) : "  " };
}

/** The entry at a path, if everything on the way is there. */
export function entryAt(map: MapPlace, path: readonly string[]): KeyPlace | undefined {
  const [first, ...others] = path;
  const entry = map.entries.find(({ name }) => name === first);
  if (others.length === 0 || entry === undefined) return entry;
  return entry.value === undefined ? undefined : entryAt(entry.value, others);
}

/** The tree that holds one value at a path. */
export function treeOf(path: readonly string[], value: FieldValue): FieldTree {
  const [first = "", ...others] = path;
  return new Map([[first, others.length === 0 ? value : treeOf(others, value)]]);
}

/** Puts values into a map: what is there is replaced where it stands, what is not comes behind the last entry. */
export function putTree(
  text: string,
  { map, step }: FieldsPlace,
  tree: FieldTree,
): readonly Edit[] {
  const edits: Edit[] = [];
  const fresh: (readonly [string, FieldValue])[] = [];
  for (const [name, value] of tree) {
    const entry = map.entries.find((each) => each.name === name);
    if (entry === undefined) fresh.push([name, value]);
    else if (typeof value !== "string" && entry.value !== undefined) {
      edits.push(...putTree(text, { map: entry.value, step }, value));
    } else edits.push(...replaced(text, entry, flowOf(value)));
  }
  const last = map.entries.at(-1);
  if (fresh.length === 0 || last === undefined) return edits;
  if (map.isFlow) {
    const flow = fresh.map(([name, value]) => `, ${name}: ${flowOf(value)}`).join("");
    return [...edits, { from: last.valueTo, to: last.valueTo, text: flow }];
  }
  const lines = fresh.flatMap(([name, value]) => linesOf(name, value, map.indent, step));
  return [...edits, insertedLines(text, behindEntry(text, last), lines)];
}

/** Replaces the value of an entry; nothing when it stands there already. */
function replaced(text: string, entry: KeyPlace, value: string): readonly Edit[] {
  const { keyTo, valueFrom } = entry;
  const to = lastLetter(text, entry.valueTo);
  if (!isBlock(entry)) {
    return text.slice(valueFrom, to) === value ? [] : [{ from: valueFrom, to, text: value }];
  }
  // A comment behind the key speaks of the whole entry and stays.
  const colon = text.indexOf(":", keyTo) + 1;
  const rest = text.slice(colon, lineEnd(text, colon)).trimEnd();
  return [{ from: colon, to, text: ` ${value}${rest.includes("#") ? rest : ""}` }];
}

function isBlock({ value, list }: KeyPlace): boolean {
  return value?.isFlow === false || list?.isFlow === false;
}

/** Takes an entry out of its map, with the comment on its line. The map must keep another one. */
export function withoutEntry(text: string, map: MapPlace, entry: KeyPlace): readonly Edit[] {
  if (!map.isFlow) {
    const [from, to] = [lineStart(text, entry.keyFrom), behindEntry(text, entry)];
    return [{ from, to, text: "" }];
  }
  const spans = map.entries.map(({ keyFrom, valueTo }) => ({ from: keyFrom, to: valueTo }));
  return [withoutSpan(text, spans, map.entries.indexOf(entry))];
}

/** A value on one line. */
export function flowOf(value: FieldValue): string {
  if (typeof value === "string") return value;
  const entries = [...value].map(([name, inner]) => `${name}: ${flowOf(inner)}`);
  return `{ ${entries.join(", ")} }`;
}

/** A new entry as lines: maps of maps are opened, maps of values stand on one line. */
function linesOf(name: string, value: FieldValue, indent: string, step: string): readonly string[] {
  if (typeof value !== "string" && [...value.values()].some((inner) => typeof inner !== "string")) {
    const inner = [...value].flatMap(([key, each]) => linesOf(key, each, indent + step, step));
    return [`${indent}${name}:`, ...inner];
  }
  return [`${indent}${name}: ${flowOf(value)}`];
}
