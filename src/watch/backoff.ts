// How long something that failed waits for its next try.
import { BACKOFF_MAX_MS } from "./state.ts";

/** The share of a time by which it may come earlier or later. */
const SPREAD = 0.1;

/** How long something waits that failed this many times in a row: twice as long each time, up to a limit. */
export function backoffMs(failures: number, firstMs: number): number {
  const doubled = firstMs * 2 ** Math.min(Math.max(failures - 1, 0), 30);
  return Math.max(firstMs, Math.min(doubled, BACKOFF_MAX_MS));
}

/** The time, up to a tenth shorter or longer: machines that began together do not stay together. */
export function spreadByChance(timeMs: number, random: number): number {
  return Math.round(timeMs * (1 - SPREAD + 2 * SPREAD * random));
}
