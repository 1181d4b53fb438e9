// What plans and applies use of the guards.
export { keysetSignaturesRefusal, relayRefusal, witnessesRefusal } from "./enough.ts";
export {
  checkLockOut,
  hasWayIn,
  type LockOutInput,
  pendingElement,
  type TrustLists,
  withTrustChange,
} from "./lock-out.ts";
export { checkObservationAge } from "./observation-age.ts";
export type { OpenListsInput } from "./open-exits.ts";
export { checkLists } from "./open-lists.ts";
export { checkOpenProxies } from "./open-proxies.ts";
export { checkPortMoves } from "./port-move.ts";
export { checkRemovals, type RemovalsInput } from "./removals.ts";
export { checkRightToSign } from "./right-to-sign.ts";
export { checkSignedCommits } from "./signed-commits.ts";
export { type NewerEntry, staleLedgerRefusals } from "./stale-ledger.ts";
export { withWayForRemovals } from "./urgent-removals.ts";
export {
  type UsedBy,
  usedDecisionRefusal,
  usedKeysetRefusal,
  usedPlanRefusal,
} from "./used-approval.ts";
