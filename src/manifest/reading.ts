// How values are read out of a checked tree: what was refused counts as absent; and which values are left alone, and until when.
import { compareTexts, defined, type Diagnostic, type Json, type Place } from "../core/index.ts";
import type { DesiredIgnore } from "../model/index.ts";
import type { WrittenWord } from "./manifest.ts";
import { type Entry, type MapTree, placeAt, type Source, type Tree } from "./source.ts";

// How values are read out of a checked tree: what was refused counts as absent.

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
export function goodEntries(reading: Reading, tree: Tree | undefined): readonly Entry[] {
  if (tree?.kind !== "map") return [];
  return [...tree.entries.values()].filter((entry) => !reading.faulty.has(entry.value));
}

/** A value below a key, unless it is absent or was refused. */
export function goodValueAt(
  reading: Reading,
  tree: Tree | undefined,
  key: string,
): Tree | undefined {
  if (tree?.kind !== "map") return undefined;
  const value = tree.entries.get(key)?.value;
  return value === undefined || reading.faulty.has(value) ? undefined : value;
}

export function mapAt(reading: Reading, tree: Tree | undefined, key: string): MapTree | undefined {
  const value = goodValueAt(reading, tree, key);
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
export function wordsOf(reading: Reading, tree: Tree | undefined): readonly WrittenWord[] {
  if (tree?.kind !== "list") return [];
  const words: WrittenWord[] = [];
  for (const item of tree.items) {
    if (item.kind === "scalar" && !reading.faulty.has(item)) {
      words.push({ text: item.text, place: placeAt(reading.source, item.offset) });
    }
  }
  return words;
}

// Reading which values are left alone, and until when.

/** Reads which values of a visor are left alone, and until when. Sorted by path. */
export function readIgnores(reading: Reading, visor: Tree): readonly DesiredIgnore[] {
  const ignores: DesiredIgnore[] = [];
  for (const { key: path, offset, value } of goodEntries(
    reading,
    goodValueAt(reading, visor, "ignore"),
  )) {
    const until = goodValueAt(reading, value, "until");
    const text = textOf(until);
    if (until === undefined || text === undefined) continue;
    const untilMs = parseUntil(text);
    if (untilMs === undefined) {
      reading.report({
        code: "manifest/until",
        severity: "error",
        message: `there is no such day or time: ${text}`,
        at: placeOf(reading, until.offset),
        text,
        next: "write a day such as 2026-12-31, or a time such as 2026-12-31T18:00:00Z",
      });
      continue;
    }
    const because = textOf(goodValueAt(reading, value, "because"));
    ignores.push({
      path,
      untilMs,
      ...defined({ because }),
      place: placeOf(reading, offset),
    });
  }
  return ignores.toSorted((a, b) => compareTexts(a.path, b.path));
}

/**
 * Unix ms of a day, which is its beginning in UTC, or of a time in UTC; `undefined` for what no calendar has, such as
 * the 30th of February.
 */
export function parseUntil(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d)?Z)?$/.exec(text);
  if (match === null) return undefined;
  const [, day = "", minutes = "00:00", seconds = ":00"] = match;
  const whole = `${day}T${minutes}${seconds}.000Z`;
  const timeMs = Date.parse(whole);
  // Dates that do not exist are read as others by some readers.
  return Number.isNaN(timeMs) || new Date(timeMs).toISOString() !== whole ? undefined : timeMs;
}

/** A time as `until:` is written: the day alone where it begins, else to the second. */
export function formatUntil(untilMs: number): string {
  const text = new Date(untilMs).toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : `${text.slice(0, 19)}Z`;
}

// A host to listen at, as a manifest writes one that everybody may reach: `{ host, whitelist: anyone }`.

/** A value with the mark of one that everybody may reach. */
export interface MaybeOpen {
  readonly value: Json;
  readonly anyone?: true;
}

/** The value as it is written: as it is, or with the word that opens it. */
export function writtenOpen({ value, anyone }: MaybeOpen): Json {
  return anyone === true ? { host: value, whitelist: "anyone" } : value;
}
