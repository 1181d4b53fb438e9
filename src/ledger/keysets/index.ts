// The door of keysets: whose word counts in a fleet, and how that changes.
export {
  adoptEpochs,
  type Epoch,
  type EpochOptions,
  keepsEpoch,
  newEpoch,
  UNSEALED,
} from "./epochs.ts";
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
export {
  approveKeyset,
  hasSameTerms,
  type KeysetChange,
  type KeysetTerms,
  mayChange,
  type VerifiedApproval,
  verifyApproval,
} from "./keyset-change.ts";
export {
  type AcceptedKeyset,
  type KeysetFault,
  KeysetFollower,
  type KeysetVerdict,
  mayApplyBy,
} from "./keyset-follower.ts";
export { keysetLockOut } from "./lock-out.ts";
export {
  movedDraft,
  type OwnRotation,
  rotateDraft,
  rotatedTerms,
  rotationKeyset,
  type RotationKeysetOptions,
} from "./own-rotation.ts";
