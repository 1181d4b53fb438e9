const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `500ms`, `2s`, `1.5m`, `1h`, or of a plain number of seconds; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text.trim());
  if (match === null) return undefined;
  const unitMs = UNITS_MS[match[2] ?? "s"] ?? 1_000;
  const durationMs = Math.round(Number(match[1]) * unitMs);
  return durationMs > 0 ? durationMs : undefined;
}

/** `850 ms`, `2.1 s`, `3 min`, `5 h`, `4 days`: a duration for people. */
export function durationText(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 120_000) return `${(durationMs / 1_000).toFixed(1)} s`;
  const minutes = Math.round(durationMs / 60_000);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2_880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1_440)} days`;
}
