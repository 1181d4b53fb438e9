// A state on its way through one step, with the effects that gather on it.
import type { WatchLogLine, WatchEffect } from "./events.ts";
import type { WatchState } from "./state.ts";

/** A state on its way through one step, and the effects so far. */
export interface WatchStep {
  readonly state: WatchState;
  readonly effects: readonly WatchEffect[];
}

/** A step that has come to this state. */
export function watchStep(state: WatchState, effects: readonly WatchEffect[] = []): WatchStep {
  return { state, effects };
}

/** Adds an effect. */
export function withEffects(
  { state, effects }: WatchStep,
  ...more: readonly WatchEffect[]
): WatchStep {
  return { state, effects: [...effects, ...more] };
}

/** Adds a line of the log. */
export function withLogLine(step: WatchStep, line: WatchLogLine): WatchStep {
  return withEffects(step, { kind: "log", line });
}
