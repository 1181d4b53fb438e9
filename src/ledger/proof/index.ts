// The door of proofs: what a ledger shows of itself to others, and what others say of it.
export { checkEvidence } from "./check-evidence.ts";
export { formatEvidence, parseEvidence } from "./evidence-text.ts";
export {
  type EntriesAt,
  type EvidenceDocument,
  type ProvenEntry,
  type SignedState,
} from "./evidence.ts";
export { checkFreshness, type Freshness } from "./freshness.ts";
export {
  checkpointAt,
  type KeptCheckpoint,
  newestCheckpoint,
  writersAt,
} from "./kept-checkpoint.ts";
export { firstDifference, makeEvidence } from "./make-evidence.ts";
export { cosignCheckpoint, type CosignRequest, type CosignVerdict } from "./witness.ts";
export { judgeWitnesses, type WitnessOptions } from "./witnessed.ts";
