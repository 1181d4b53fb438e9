import type { Clock } from "../core/index.ts";

/** The system's time and timers. A timer keeps the process alive until it runs or is cancelled. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
