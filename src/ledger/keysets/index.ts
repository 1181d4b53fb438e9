// The door of keysets: whose word counts in a fleet, and how that changes.
export { adoptEpochs, type Epoch, newEpoch, UNSEALED } from "./epochs.ts";
export {
  type ChangeState,
  formatKeysetChange,
  type KeysetChangeDocument,
  keysetDraft,
  makeKeysetChange,
  parseKeysetChange,
  signKeysetChange,
  stateOfChange,
} from "./keyset-change-file.ts";
export { hasSameTerms, type KeysetChange, type KeysetTerms, mayChange } from "./keyset-change.ts";
export {
  type AcceptedKeyset,
  type KeysetFault,
  KeysetFollower,
  mayApplyBy,
} from "./keyset-follower.ts";
export { keysetLockOut } from "./lock-out.ts";
export { type OwnRotation, rotateDraft, rotatedTerms, rotationKeyset } from "./own-rotation.ts";
