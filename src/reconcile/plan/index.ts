// What other stages and rooms use of planning.
export { buildPlan, type PlanInput } from "./build-plan.ts";
export { expectationsOf } from "./expectations.ts";
export {
  type ApplyCheck,
  checkApply,
  type Confirmation,
  confirmationsOf,
  planExit,
  refusalsExit,
} from "./confirmations.ts";
export {
  keyedObservedDigest,
  observedDigest,
  type ObservedValues,
  observedValues,
  overridesToJson,
} from "./plan-head.ts";
export {
  checkLists,
  checkLockOut,
  checkOpenProxies,
  checkSignedCommits,
  keysetSignaturesRefusal,
  type NewerEntry,
  pendingElement,
  relayRefusal,
  staleLedgerRefusals,
  type UsedBy,
  usedDecisionRefusal,
  usedKeysetRefusal,
  usedPlanRefusal,
  witnessesRefusal,
} from "./guards/index.ts";
export {
  type History,
  HistoryFold,
  historyOf,
  type HistoryState,
  type KnownHistory,
} from "./history.ts";
export {
  type GoneInput,
  keysGone,
  lingeringKeys,
  type NamedBefore,
  trustLook,
} from "./lingering.ts";
export type { OnceTrusted } from "./once-trusted.ts";
export {
  earlierKeysets,
  keysetChanges,
  keysetDifferences,
  keysetFromRecord,
  keysetOf,
  keysetToRecord,
  requirementsOf,
  signedCommitsOf,
  signersOf,
} from "./keyset.ts";
export { formatPlan, isPlanText, parsePlan, planSigner, signPlan } from "./plan-file.ts";
export { awaitingRestart, waitedForStart } from "./plan-visor.ts";
export { type Awaiting, unreadableApps } from "./app-restarts.ts";
export { plainWanted } from "./mark-drift.ts";
