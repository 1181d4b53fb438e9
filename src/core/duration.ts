// How a length of time is written, everywhere: on command lines, in manifests, for moments of the past, and for people.

const UNITS_MS = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;

/** The form of a length of time, as a pattern for a JSON schema: a number above zero and its unit. */
export const DURATION_PATTERN = "^(?!0+(\\.0+)?[a-z])[0-9]{1,6}(\\.[0-9]{1,3})?(ms|s|m|h|d|w)$";

const DURATION = new RegExp(DURATION_PATTERN);

/**
 * Milliseconds of a text such as `500ms`, `90m`, `1.5h`, `1d` or `2w`, at least 1; `undefined` for anything else, a
 * number without a unit included.
 */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  const [, number = "", unit = "ms"] = /^([\d.]+)([a-z]+)$/.exec(text) ?? [];
  return Math.max(1, Math.round(Number(number) * UNITS_MS[unit as keyof typeof UNITS_MS]));
}

/** The units that a length of time is written in where it is recorded. Weeks are days there, as in release 0.1.0. */
const RECORDED_UNITS = ["d", "h", "m", "s"] as const;

/**
 * A length of time as a manifest and a keyset record write it: in the largest of days, hours, minutes and seconds that it is
 * a whole number of, else in seconds, rounded up. `0s` for none.
 */
export function formatDuration(durationMs: number): string {
  if (durationMs === 0) return "0s";
  const unit = RECORDED_UNITS.find((each) => durationMs % UNITS_MS[each] === 0) ?? "s";
  return `${Math.ceil(durationMs / UNITS_MS[unit])}${unit}`;
}

/** Reads what {@link formatDuration} wrote, of any size; `undefined` for anything else. */
export function parseRecordedDuration(text: string): number | undefined {
  const [, count, unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const named = RECORDED_UNITS.find((each) => each === unit);
  return named === undefined ? undefined : Number(count) * UNITS_MS[named];
}

/** `850 ms`, `2.1 s`, `3 min`, `5 h`, `4 days`: a length of time for people, rounded. */
export function durationText(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 120_000) return `${(durationMs / 1_000).toFixed(1)} s`;
  return minutesText(durationMs / 60_000, Math.round);
}

/** An age in whole seconds for people: `40 s`, `12 min`, `5 h`, `4 days`; rounded down, as ages are. */
export function ageText(ageSeconds: number): string {
  return ageSeconds < 120 ? `${ageSeconds} s` : minutesText(ageSeconds / 60, Math.floor);
}

function minutesText(exact: number, rounded: (value: number) => number): string {
  const minutes = rounded(exact);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2_880 ? `${rounded(minutes / 60)} h` : `${rounded(minutes / 1_440)} days`;
}
