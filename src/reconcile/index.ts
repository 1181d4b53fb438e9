export {
  type ApplyInput,
  applyPlan,
  type ApplyPoint,
  type ApplyReport,
  type ApplyTiming,
  DEFAULT_TIMING,
  REPORT_FORMAT,
  settleIntents,
  type SettleInput,
  type VisorReport,
} from "./apply/index.ts";
export { foundAt, type Found, parseLeafPath, type LeafPath, type PortField } from "./diff/index.ts";
export { type Emit, type FleetEvent } from "./event.ts";
export {
  mapLimited,
  type Observation,
  observeFleet,
  type ObserveInput,
  PARALLEL_READS,
  routeOf,
  toObserved,
  toSeenVisor,
  wantsOf,
} from "./observe/index.ts";
export {
  type ApplyCheck,
  buildPlan,
  checkApply,
  type Confirmation,
  confirmationsOf,
  formatPlan,
  hasCapability,
  type History,
  historyOf,
  isPlanText,
  parsePlan,
  planExit,
  type PlanInput,
  planSigner,
  signPlan,
} from "./plan/index.ts";
