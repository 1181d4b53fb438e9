// A manifest's YAML as a tree in which every node knows where it is written.
import type { Json } from "../core/index.ts";

/** One node of a manifest's YAML, with the offset at which it is written. */
export type Tree = ScalarTree | ListTree | MapTree;

/** Text, a number, true, false or nothing. `text` is what was written, without quotes. */
export interface ScalarTree {
  readonly kind: "scalar";
  readonly text: string;
  readonly value: string | number | boolean | null;
  readonly offset: number;
  /** The quote it stands in. */
  readonly quote?: '"' | "'";
}

/** A list. */
export interface ListTree {
  readonly kind: "list";
  readonly items: readonly Tree[];
  readonly offset: number;
}

/** A map; of keys written twice the first counts. */
export interface MapTree {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, Entry>;
  readonly offset: number;
}

/** One key of a map with its value. */
export interface Entry {
  readonly key: string;
  readonly offset: number;
  readonly value: Tree;
}

/** Digits of a whole number that JavaScript holds exactly whatever they are. */
const WHOLE_NUMBER = /^-?(0|[1-9][0-9]{0,14})$/;
const FRACTION = /^-?(0|[1-9][0-9]{0,8})\.[0-9]{1,6}$/;

/** What stands where nothing is written. */
export function nothingAt(offset: number): ScalarTree {
  return { kind: "scalar", text: "", value: null, offset };
}

/** What a text would be without its quotes. */
export function unquoted(text: string): string | number | boolean | null {
  return plainValue(text, true);
}

/** What a word stands for: a plain one may be a number, true, false or nothing; a quoted one is text. */
export function plainValue(text: string, plain: boolean): string | number | boolean | null {
  if (!plain) return text;
  if (text === "true" || text === "True" || text === "TRUE") return true;
  if (text === "false" || text === "False" || text === "FALSE") return false;
  if (text === "" || text === "~" || /^null$/i.test(text)) return null;
  return WHOLE_NUMBER.test(text) || FRACTION.test(text) ? Number(text) : text;
}

/** The tree as plain data, for the schema. Maps have no prototype, so that any key is only a key. */
export function treeToJson(tree: Tree): Json {
  switch (tree.kind) {
    case "scalar":
      return tree.value;
    case "list":
      return tree.items.map((item) => treeToJson(item));
    case "map": {
      const record: Record<string, Json> = Object.create(null) as Record<string, Json>;
      for (const entry of tree.entries.values()) record[entry.key] = treeToJson(entry.value);
      return record;
    }
  }
}
