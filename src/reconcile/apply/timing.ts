// How long an apply waits for apps, and how many visors it writes to at once.
import { DEFAULT_PACE } from "../../skywire/visor/index.ts";

/** How long applying waits, in milliseconds. A demo or test may shorten all of it. */
export interface ApplyTiming {
  /** Pause between two looks at an app. */
  readonly appPollMs: number;
  /** An app counts as running or stopped once it was seen so for this long: a crash looks like a stop. */
  readonly appSettleMs: number;
  /** After this an app that is not in its wanted state has failed. */
  readonly appDeadlineMs: number;
  /** Visors that are written to at the same time. */
  readonly parallel: number;
  /** Of them, those whose step may cost trust or a way to the visor. */
  readonly careful: number;
}

/**
 * Real apps were seen running 110 to 190 ms after their start; crashes came within 3 seconds. As many
 * visors are written to as are read; what may lock somebody out goes to few at a time, so that few are met by it.
 */
export const DEFAULT_TIMING: ApplyTiming = {
  appPollMs: 250,
  appSettleMs: 1_500,
  appDeadlineMs: 20_000,
  parallel: DEFAULT_PACE.working,
  careful: 8,
};
