export { buildPlan, type PlanInput } from "./build-plan.ts";
export {
  type ApplyCheck,
  checkApply,
  type Confirmation,
  confirmationsOf,
  planExit,
} from "./confirmations.ts";
export {
  keyedObservedDigest,
  observedDigest,
  type ObservedValues,
  observedValues,
  overridesToJson,
} from "./digests.ts";
export {
  checkLockOut,
  checkOpenExits,
  checkWouldOpen,
  hasWayIn,
  type LockOutInput,
  type OpenListsInput,
  pendingElement,
  type TrustLists,
  withTrustChange,
} from "./guards/index.ts";
export {
  type Awaiting,
  type History,
  HistoryFold,
  historyOf,
  type KnownHistory,
  policyToJson,
} from "./history.ts";
export { keysetChanges } from "./keyset.ts";
export { formatPlan, isPlanText, parsePlan, planSigner, signPlan } from "./plan-file.ts";
