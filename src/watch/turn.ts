// A state on its way through one step, with the effects that gather on it.
import type { WatchLogLine, WatchEffect } from "./events.ts";
import type { WatchState } from "./state.ts";

/** A state on its way through one step, and the effects so far. */
export interface Turn {
  readonly state: WatchState;
  readonly effects: readonly WatchEffect[];
}

/** A turn of this state. */
export function turnOf(state: WatchState, effects: readonly WatchEffect[] = []): Turn {
  return { state, effects };
}

/** Adds an effect. */
export function also({ state, effects }: Turn, ...more: readonly WatchEffect[]): Turn {
  return { state, effects: [...effects, ...more] };
}

/** Adds a line of the log. */
export function logEffect(turn: Turn, line: WatchLogLine): Turn {
  return also(turn, { kind: "log", line });
}
