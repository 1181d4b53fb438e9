// The rows of the table of hollow relays: which there are, which are wanted, and where what came of them is kept.

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import process from "node:process";
import type { Cut } from "./hollow-world.ts";

/** True where all of the table runs, or the rows that were named. */
export const IS_LONG: boolean = process.env["FLEET_LONG"] === "hollow";
const WORDS = (process.env["FLEET_LONG_ROWS"] ?? "").split(" ").filter((word) => word !== "");
/** Where rows are kept, a line each; rows that are there do not run again. */
const FILE = process.env["FLEET_LONG_TABLE"];

const CUTS: readonly Cut[] = ["^C", "SIGKILL", "dropped connection"];
/** Objects that the relay asked for when it is cut: the first few, where a node is most easily hurt, and some later. */
const PLACES = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 25, 32, 40, 60, 90, 140, 250];
/** The same for a list of thousands: in its first part, which is filled as every first part is, and all over it. */
const FAR_PLACES = [
  0, 1, 2, 3, 5, 9, 16, 40, 140, 250, 500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000, 4_700,
  5_300,
];
/** Beside the whole table: before the registry, behind the top of the list, and between entries of a full node. */
const SHORT: Readonly<Record<string, readonly number[]>> = { "12 0": [0, 3], "246 0": [9] };

/** One row of the table. */
export interface HollowRow {
  readonly entries: number;
  readonly roundTripMs: number;
  readonly command: "publish" | "status, then publish" | "apply" | Cut;
  /** Where `apply` is cut; absent where nothing is cut. */
  readonly place?: number;
}

/** The rows of this run, in order. */
export function hollowRows(): readonly HollowRow[] {
  const sizes = IS_LONG ? [12, 246, 5_000] : [12, 246];
  const times = IS_LONG ? [0, 10, 40, 100] : [0, 10];
  const all = sizes.flatMap((entries) => times.flatMap((ms) => rowsOf(entries, ms)));
  const done = keptRows();
  return all.filter((row) => isWanted(row) && !done.has(keyOf(row)));
}

/** What the row is called in titles and in the file. */
export function keyOf({ entries, roundTripMs, command, place }: HollowRow): string {
  const cut = place === undefined ? command : `apply cut by ${command} at ${place}`;
  return `${entries} entries, ${roundTripMs} ms, ${cut}`;
}

/** Keeps a row that came out as it should. */
export function keepRow(row: HollowRow, facts: string, tookMs: number): void {
  if (FILE === undefined) return;
  appendFileSync(FILE, `${keyOf(row)}\t${facts}\t${(tookMs / 1_000).toFixed(1)} s\n`);
}

function rowsOf(entries: number, roundTripMs: number): readonly HollowRow[] {
  const commands = ["publish", "status, then publish", "apply"] as const;
  const long = entries > 1_000 ? FAR_PLACES : PLACES;
  const places = IS_LONG ? long : (SHORT[`${entries} ${roundTripMs}`] ?? []);
  return [
    ...commands.map((command) => ({ entries, roundTripMs, command })),
    ...CUTS.flatMap((command) => places.map((place) => ({ entries, roundTripMs, command, place }))),
  ];
}

/** A word names entries, `246`, also with a round trip, `246/40`, also with the beginning of a command, `246/40/SIG`. */
function isWanted({ entries, roundTripMs, command }: HollowRow): boolean {
  return (
    WORDS.length === 0 ||
    WORDS.some((word) => {
      const [size, time, begin = ""] = word.split("/");
      const isTime = time === undefined || Number(time) === roundTripMs;
      return Number(size) === entries && isTime && command.startsWith(begin);
    })
  );
}

function keptRows(): ReadonlySet<string> {
  if (FILE === undefined || !existsSync(FILE)) return new Set();
  const lines = readFileSync(FILE, "utf8").split("\n");
  return new Set(lines.map((line) => line.split("\t")[0] ?? ""));
}
