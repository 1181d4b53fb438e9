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
}

/** Real apps were seen running 110 to 190 ms after their start; crashes came within 3 seconds. */
export const DEFAULT_TIMING: ApplyTiming = {
  appPollMs: 250,
  appSettleMs: 1_500,
  appDeadlineMs: 20_000,
  parallel: 8,
};
