// How a length of time is written, everywhere: on command lines, in manifests and for moments of the past.

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** The form of a length of time, as a pattern for a JSON schema: a number above zero and its unit. */
export const DURATION_PATTERN = "^(?!0+(\\.0+)?[a-z])[0-9]{1,6}(\\.[0-9]{1,3})?(ms|s|m|h|d|w)$";

const DURATION = new RegExp(DURATION_PATTERN);

/**
 * Milliseconds of a text such as `500ms`, `90m`, `1.5h`, `1d` or `2w`, at least 1; `undefined` for anything else, a
 * number without a unit included.
 */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  const [, number = "", unit = ""] = /^([\d.]+)([a-z]+)$/.exec(text) ?? [];
  return Math.max(1, Math.round(Number(number) * (UNITS_MS[unit] ?? 0)));
}
