// The door of the watch: a pure step from state and event to state and effects, and the file of the state.
export type {
  CorrectionOutcome,
  Decision,
  WatchLogLine,
  Notice,
  WatchEffect,
  WatchNews,
} from "./events.ts";
export { type AccessTest, changeId, factsOf, type LastApplied, type PlanFacts } from "./facts.ts";
export { healthOf } from "./health.ts";
export { isoTime } from "./moment.ts";
export { manifestKey, type ManifestRef, newWatchState, type WatchState } from "./state.ts";
export { formatWatchState, parseWatchState } from "./state-file.ts";
export { stepWatch } from "./step.ts";
