// The door of the transparency-log formats: trees, proofs, notes, checkpoints.
export { type Checkpoint, formatCheckpoint, parseCheckpoint } from "./checkpoint.ts";
export { cosign, verifyCosignature } from "./cosignature.ts";
export { EMPTY_ROOT, HASH_SIZE, leafHash, nodeHash } from "./merkle.ts";
export { openNote, type OpenedNote, signNote, type VerifiedSignature } from "./note.ts";
export {
  addSignatures,
  formatNote,
  formatSignatures,
  NOTE_SIGNATURES_MAX,
  NOTE_SIZE_MAX,
  type NoteSignature,
  parseNote,
  parseSignatures,
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
export {
  frontierIndexes,
  storedHashCount,
  storedHashIndex,
  TREE_SIZE_MAX,
} from "./stored-hashes.ts";
export { TreeFrontier } from "./tree-frontier.ts";
export { consistencyProof, inclusionProof, type ReadHashes, treeRoot } from "./tree-proofs.ts";
export {
  formatVerifierKey,
  type NoteKey,
  noteKeyOf,
  type NoteKeyType,
  type NoteSigner,
  parseVerifierKey,
} from "./verifier-key.ts";
export {
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion,
} from "./verify-proof.ts";
