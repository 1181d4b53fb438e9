// The door of the watch: a pure step from state and event to state and effects, and the file of the state.
export {
  type CorrectionOutcome,
  type Decision,
  type WatchLogLine,
  type Notice,
  type WatchEffect,
  type WatchEvent,
  type WatchNews,
} from "./events.ts";
export { changeId, factsOf, type FactsInput, type LastApplied, type PlanFacts } from "./facts.ts";
export { type Health, healthOf } from "./health.ts";
export { type WatchMoment, isoTime } from "./moment.ts";
export {
  type WatchFinding,
  manifestKey,
  type ManifestRef,
  newWatchState,
  type WatchState,
} from "./state.ts";
export { formatWatchState, parseWatchState } from "./state-file.ts";
export { stepWatch } from "./step.ts";
export type { WatchStep as Turn } from "./watch-step.ts";
