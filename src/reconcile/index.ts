export {
  type ApplyInput,
  applyPlan,
  type ApplyPoint,
  type ApplyReport,
  type ApplyTiming,
  settleIntents,
  type SettleInput,
  type VisorReport,
} from "./apply/index.ts";
export { diffVisor, foundAt, programOf } from "./diff/index.ts";
export { type Emit, type FleetEvent } from "./event.ts";
export {
  mapLimited,
  type Observation,
  observeFleet,
  type ObserveInput,
  routeOf,
  toObserved,
} from "./observe/index.ts";
export {
  type ApplyCheck,
  buildPlan,
  checkApply,
  type Confirmation,
  confirmationsOf,
  formatPlan,
  type History,
  historyOf,
  isPlanText,
  parsePlan,
  planExit,
  type PlanInput,
  planSigner,
  signPlan,
} from "./plan/index.ts";
