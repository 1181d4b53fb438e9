// What plans and applies use of the guards.
export {
  checkObservationAge,
  keysetSignaturesRefusal,
  type NewerEntry,
  relayRefusal,
  staleLedgerRefusals,
  type UsedBy,
  usedDecisionRefusal,
  usedKeysetRefusal,
  usedPlanRefusal,
  witnessesRefusal,
} from "./stale-ledger.ts";
export {
  checkLockOut,
  checkPortMoves,
  type LockOutInput,
  pendingElement,
  type TrustLists,
} from "./lock-out.ts";
export { checkLists, checkOpenProxies, type OpenListsInput } from "./open-ways.ts";
export { checkRemovals, type RemovalsInput, withWayForRemovals } from "./removals.ts";
export { checkRightToSign, checkSignedCommits } from "./right-to-sign.ts";
