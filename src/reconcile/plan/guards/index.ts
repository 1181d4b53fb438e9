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
export { checkLockOut, checkPortMoves, pendingElement } from "./lock-out.ts";
export { checkLists, checkOpenProxies } from "./open-ways.ts";
export { checkRemovals, withWayForRemovals } from "./removals.ts";
export { checkRightToSign, checkSignedCommits } from "./right-to-sign.ts";
