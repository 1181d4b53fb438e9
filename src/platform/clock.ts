// The system's time, as the port Clock.
import { performance } from "node:perf_hooks";
import type { Clock } from "../core/index.ts";

/** The longest time that one timer of the system can wait; a longer one would run at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** The system's time and timers. A timer keeps the process alive until it runs or is cancelled. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  after: runAfter,
};

/** Runs something once this many milliseconds went by, however many they are; what it returns cancels that. */
export function runAfter(delayMs: number, run: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (leftMs: number): void => {
    timer =
      leftMs <= TIMER_MS_MAX
        ? setTimeout(run, leftMs)
        : setTimeout(() => wait(leftMs - TIMER_MS_MAX), TIMER_MS_MAX);
  };
  wait(delayMs);
  return () => clearTimeout(timer);
}

/** Milliseconds of a clock that only runs forward, and that nobody can set. */
export function nodeMonoMs(): number {
  return performance.now();
}
