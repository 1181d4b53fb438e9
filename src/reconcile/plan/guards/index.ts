export {
  checkLockOut,
  hasWayIn,
  type LockOutInput,
  pendingElement,
  type TrustLists,
  withTrustChange,
} from "./lock-out.ts";
export {
  checkArgumentSize,
  checkOpenExits,
  checkWouldOpen,
  type OpenListsInput,
} from "./open-lists.ts";
export { checkRemovals, type RemovalsInput } from "./removals.ts";
