// The door of proofs: what a ledger shows of itself to others, and what others say of it.
export { checkEvidence, type EvidenceVerdict } from "./check-evidence.ts";
export { formatEvidence, parseEvidence } from "./evidence-text.ts";
export {
  type EntriesAt,
  EVIDENCE_FORMAT,
  type EvidenceDocument,
  type EvidenceEntry,
  type EvidenceKind,
  type EvidenceState,
  type ProvenEntry,
  type SignedState,
} from "./evidence.ts";
export { checkFreshness, CLOCK_TOLERANCE_MS, type Freshness } from "./freshness.ts";
export {
  checkpointAt,
  type KeptCheckpoint,
  newestCheckpoint,
  writersAt,
} from "./kept-checkpoint.ts";
export { firstDifference, makeEvidence } from "./make-evidence.ts";
export { cosignCheckpoint, type CosignRequest, type CosignVerdict } from "./witness.ts";
export {
  judgeWitnesses,
  type WitnessedState,
  type WitnessFault,
  type WitnessOptions,
  type WitnessVerdict,
} from "./witnessed.ts";
