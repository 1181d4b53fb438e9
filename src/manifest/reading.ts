// How values are read out of a checked tree: what was refused counts as absent.
import type { Diagnostic, Place } from "../core/index.ts";
import type { Word } from "./manifest.ts";
import { placeAt, type Source } from "./source.ts";
import type { Entry, MapTree, Tree } from "./tree.ts";

/** Reads values out of a tree that was checked: what was refused is taken for absent. */
export interface Reading {
  readonly source: Source;
  readonly faulty: ReadonlySet<Tree>;
  readonly report: (diagnostic: Diagnostic) => void;
}

export function placeOf(reading: Reading, offset: number): Place {
  return placeAt(reading.source, offset);
}

/** The entries of a map that were not refused. */
export function soundEntries(reading: Reading, tree: Tree | undefined): readonly Entry[] {
  if (tree?.kind !== "map") return [];
  return [...tree.entries.values()].filter((entry) => !reading.faulty.has(entry.value));
}

/** A value below a key, unless it is absent or was refused. */
export function soundAt(reading: Reading, tree: Tree | undefined, key: string): Tree | undefined {
  if (tree?.kind !== "map") return undefined;
  const value = tree.entries.get(key)?.value;
  return value === undefined || reading.faulty.has(value) ? undefined : value;
}

export function mapAt(reading: Reading, tree: Tree | undefined, key: string): MapTree | undefined {
  const value = soundAt(reading, tree, key);
  return value?.kind === "map" ? value : undefined;
}

export function textOf(tree: Tree | undefined): string | undefined {
  return tree?.kind === "scalar" ? tree.text : undefined;
}

export function numberOf(tree: Tree | undefined): number | undefined {
  return tree?.kind === "scalar" && typeof tree.value === "number" ? tree.value : undefined;
}

export function booleanOf(tree: Tree | undefined): boolean | undefined {
  return tree?.kind === "scalar" && typeof tree.value === "boolean" ? tree.value : undefined;
}

/** The texts of a list, each with its place. */
export function wordsOf(reading: Reading, tree: Tree | undefined): readonly Word[] {
  if (tree?.kind !== "list") return [];
  const words: Word[] = [];
  for (const item of tree.items) {
    if (item.kind === "scalar" && !reading.faulty.has(item)) {
      words.push({ text: item.text, place: placeAt(reading.source, item.offset) });
    }
  }
  return words;
}
