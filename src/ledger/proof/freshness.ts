// Says whether a ledger is older than it may be.
/**
 * Clocks of honest machines differ by less; a signed time farther ahead is an alarm.
 * @internal the tests stand at the limit
 */
export const CLOCK_TOLERANCE_MS = 300_000;

/** How old the newest signed thing of a feed is. */
export type Freshness =
  | { readonly kind: "fresh"; readonly ageMs: number }
  /** Nothing newer came: its writer is silent, or a relay holds its copy back. */
  | { readonly kind: "stale"; readonly ageMs: number; readonly maxAgeMs: number }
  /** Signed for a time that has not come: a clock is wrong, or its writer wants to look alive later. */
  | { readonly kind: "future"; readonly aheadMs: number }
  /** Nothing signed was seen at all. */
  | { readonly kind: "never" };

/**
 * Judges the newest time that a feed's writer signed (of an entry, such as a heartbeat, or a Root), or a
 * witness a checkpoint of it, against the age that is allowed. An age of exactly that is fresh.
 */
export function checkFreshness({
  newestMs,
  maxAgeMs,
  nowMs,
}: {
  /** Unix ms; absent when nothing signed was seen. */
  readonly newestMs: number | undefined;
  readonly maxAgeMs: number;
  readonly nowMs: number;
}): Freshness {
  if (newestMs === undefined) return { kind: "never" };
  const ageMs = nowMs - newestMs;
  if (ageMs < -CLOCK_TOLERANCE_MS) return { kind: "future", aheadMs: -ageMs };
  if (ageMs > maxAgeMs) return { kind: "stale", ageMs, maxAgeMs };
  return { kind: "fresh", ageMs: Math.max(0, ageMs) };
}
