// The door of the transparency-log formats: trees, proofs, notes, checkpoints.
export {
  type Checkpoint,
  EMPTY_ROOT,
  formatCheckpoint,
  frontierIndexes,
  HASH_SIZE,
  leafHash,
  nodeHash,
  parseCheckpoint,
  storedHashCount,
  storedHashIndex,
  TREE_SIZE_MAX,
  TreeFrontier,
} from "./merkle.ts";
export { cosign, verifyCosignature } from "./cosignature.ts";
export { openNote, type OpenedNote, signNote, type VerifiedSignature } from "./note.ts";
export {
  addSignatures,
  formatNote,
  formatSignatures,
  formatVerifierKey,
  NOTE_SIGNATURES_MAX,
  NOTE_SIZE_MAX,
  type NoteKey,
  noteKeyOf,
  type NoteKeyType,
  type NoteSignature,
  type NoteSigner,
  parseNote,
  parseSignatures,
  parseVerifierKey,
  type UnverifiedNote,
} from "./note-text.ts";
export { type CheckpointTrust, openCheckpoint, type OpenedCheckpoint } from "./open-checkpoint.ts";
export {
  formatGrowthProof,
  formatLeafProof,
  type GrowthProof,
  type LeafProof,
  parseGrowthProof,
  parseLeafProof,
  verifyGrowthProof,
  verifyLeafProof,
} from "./proof-text.ts";
export { consistencyProof, inclusionProof, type ReadHashes, treeRoot } from "./tree-proofs.ts";
export {
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion,
} from "./verify-proof.ts";
