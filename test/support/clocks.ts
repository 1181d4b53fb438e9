import type { Clock } from "../../src/core/index.ts";

/** The machine's own clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** The machine's clock, seen as running `factor` times as fast: waits of seconds take milliseconds. */
export function fastClock(factor: number): Clock {
  const startMs = Date.now();
  return {
    now: () => startMs + (Date.now() - startMs) * factor,
    after: (delayMs, run) => realClock.after(delayMs / factor, run),
  };
}
