// Whether a watch does its work, as its health address answers.
import type { WatchMoment } from "./moment.ts";
import { isoTime } from "./moment.ts";
import type { WatchState } from "./state.ts";

/** Intervals that may go by without a pass before a watch counts as stuck. */
const MISSED_MAX = 3;
/** Reads of visors that are away may take this long beside the interval. */
const GRACE_MS = 2 * 60_000;

/** Whether a watch does its work; drift and visors that are away are news, not illness. */
export type Health =
  | { readonly kind: "ok"; readonly message: string }
  | { readonly kind: "ill"; readonly message: string };

/** Says whether a watch does its work. */
export function healthOf(state: WatchState, now: WatchMoment): Health {
  const { trouble, lastPass, time, intervalMs, begunMs } = state;
  const steadyMs = time.steadyMs + Math.max(0, now.monoMs - time.monoMs);
  if (trouble !== undefined) {
    const since = isoTime(trouble.sinceMs);
    return { kind: "ill", message: `${trouble.what}: ${trouble.message} (since ${since})` };
  }
  const limitMs = MISSED_MAX * intervalMs + GRACE_MS;
  if (lastPass === undefined) {
    return steadyMs - begunMs > limitMs
      ? { kind: "ill", message: "no pass has ended yet" }
      : { kind: "ok", message: "the first pass is under way" };
  }
  const agoMs = steadyMs - lastPass.steadyMs;
  const ago = `the last pass ended ${Math.round(agoMs / 1_000)} s ago`;
  return agoMs > limitMs
    ? { kind: "ill", message: `${ago}, and one is due every ${Math.round(intervalMs / 1_000)} s` }
    : { kind: "ok", message: ago };
}
