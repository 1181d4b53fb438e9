export { checkLockOut, hasWayIn, type LockOutInput, type TrustLists, withTrustChange } from "./lock-out.ts";
export { checkArgumentSize, checkOpenExits, checkWouldOpen } from "./open-lists.ts";
export { checkRemovals, type RemovalsInput, SMALL_REMOVALS } from "./removals.ts";
