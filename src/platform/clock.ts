import { performance } from "node:perf_hooks";
import type { Clock } from "../core/index.ts";

/** The system's time and timers. A timer keeps the process alive until it runs or is cancelled. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Milliseconds of a clock that only runs forward, and that nobody can set. */
export function nodeMonoMs(): number {
  return performance.now();
}
