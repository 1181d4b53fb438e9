// The two clocks of a watch, and the time that surely went by between two events.

/** One moment by two clocks, which part when the machine sleeps or somebody sets the time. */
export interface WatchMoment {
  /** Milliseconds since 1970-01-01 UTC, by the clock on the wall. */
  readonly wallMs: number;
  /** Milliseconds of a clock that only runs forward, from a beginning of its own in each process. */
  readonly monoMs: number;
}

/** The clocks as they were at the last event, and the time that surely went by while watching. */
export interface WatchTime extends WatchMoment {
  /**
   * Time spent watching, over all processes. Sleep and stops are not in it: a fight is judged by time that surely
   * went by, so that no jump of a clock gives another writer, or us, one more step.
   */
  readonly steadyMs: number;
}

/** How far the two clocks may part between two events before observations count as stale. */
const JUMP_MS = 15_000;

/** What came of taking the time. */
export interface TimeTaken {
  readonly time: WatchTime;
  /** How far the wall's clock ran ahead of the other; negative when it was set back. Absent when they agree. */
  readonly jumpedMs?: number;
}

/** Takes the time of an event of the same process as the last one. */
export function takeTime(last: WatchTime, now: WatchMoment): TimeTaken {
  const passedMs = Math.max(0, now.monoMs - last.monoMs);
  const apartMs = now.wallMs - last.wallMs - passedMs;
  const time = { ...now, steadyMs: last.steadyMs + passedMs };
  return Math.abs(apartMs) > JUMP_MS ? { time, jumpedMs: apartMs } : { time };
}

/** A time of the wall's clock as people and other programs read it. */
export function isoTime(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
