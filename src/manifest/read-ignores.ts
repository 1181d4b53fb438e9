// Reading which values are left alone, and until when.
import { compareTexts, defined } from "../core/index.ts";
import type { DesiredIgnore } from "../model/index.ts";
import { placeOf, type Reading, soundAt, soundEntries, textOf } from "./reading.ts";
import type { Tree } from "./tree.ts";

/** Reads which values of a visor are left alone, and until when. Sorted by path. */
export function readIgnores(reading: Reading, visor: Tree): readonly DesiredIgnore[] {
  const ignores: DesiredIgnore[] = [];
  for (const { key: path, offset, value } of soundEntries(
    reading,
    soundAt(reading, visor, "ignore"),
  )) {
    const until = soundAt(reading, value, "until");
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
    const because = textOf(soundAt(reading, value, "because"));
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
