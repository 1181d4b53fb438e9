// The door of the ledger: what other rooms may use of it.
export { PAYLOAD_SIZE_MAX } from "./commit.ts";
export {
  type BlamedLeaf,
  type BlameInput,
  type BlameVerdict,
  blameVisor,
  type LeafPlace,
  type LiveVisor,
  type BlameReading,
  type MomentRef,
} from "./ask/blame.ts";
export { diffStates, type MomentChange, type VisorChanges } from "./ask/diff-states.ts";
export { type EntryDocument, entryDocument, type EntryFacts } from "./ask/documents.ts";
export {
  intentsWithoutReceipt,
  isRecordOf,
  KeptManifests,
  latestKeyset,
  latestPlanParts,
  latestSecretReceipt,
  OpenIntents,
  type RecordRef,
  type Records,
  refOf,
  type SecretReceipt,
} from "./ask/queries.ts";
export {
  type AtHand,
  digestOfWanted,
  type FoundLeaf,
  type KnownLeaf,
  KnownLeaves,
  type KnownLeavesState,
  type SetLeaf,
} from "./ask/known-leaves.ts";
export { type Apply, Applies, type ApplyVisor, type ApplyWord } from "./ask/applies.ts";
export { type FleetRecords, FleetState, foldFleet, type VisorState } from "./ask/fleet-state.ts";
export {
  isOpaque,
  type LeafSet,
  type LeafState,
  recordedAt,
  recordedValue,
  type Sighting,
} from "./ask/leaf-state.ts";
export { isBelow, type LogFilter, LogSieve, type SieveCounts } from "./ask/log-sieve.ts";
export {
  type Cut,
  type Moment,
  type MomentContext,
  type MomentReading,
  parseEntryName,
  parseMoment,
  parseTime,
  resolveMoments,
  takeUntil,
  type WantedMoment,
} from "./ask/moments.ts";
export {
  adoptEpochs,
  type Epoch,
  type EpochOptions,
  keepsEpoch,
  newEpoch,
  UNSEALED,
} from "./entries/epochs.ts";
export { Keyring } from "./entries/sealing.ts";
export {
  approveKeyset,
  hasSameTerms,
  type KeysetChange,
  type KeysetTerms,
  mayChange,
  type VerifiedApproval,
  verifyApproval,
} from "./entries/keyset-change.ts";
export {
  type ChangeState,
  formatKeysetChange,
  type KeysetChangeDocument,
  keysetDraft,
  makeKeysetChange,
  parseKeysetChange,
  signKeysetChange,
  stateOfChange,
} from "./entries/keyset-change-file.ts";
export { keysetLockOut } from "./entries/lock-out.ts";
export {
  ConcurrencyMarker,
  isConcurrent,
  type JoinedRecord,
  type Unseen,
} from "./join/concurrency.ts";
export {
  type FeedRecords,
  joinFeeds,
  type JoinFault,
  type JoinFinding,
  type JoinOptions,
  type NotSeenHere,
} from "./join/join-feeds.ts";
export {
  type AcceptedKeyset,
  type KeysetFault,
  KeysetFollower,
  type KeysetVerdict,
  mayApplyBy,
} from "./join/keyset-follower.ts";
export {
  movedDraft,
  type OwnRotation,
  rotateDraft,
  rotatedTerms,
  rotationKeyset,
  type RotationKeysetOptions,
} from "./join/own-rotation.ts";
export { type NewerRecord, type NewerRecords, newerThan } from "./join/newer-than.ts";
export { type VerifiedGenesis, verifyGenesis } from "./entries/signing.ts";
export {
  LEDGER_SHAPE,
  type LedgerHead,
  ledgerNoteKey,
  verifyCheckpoint,
  witnessNoteKey,
} from "./newest.ts";
export {
  type KeyRotation,
  prepareRotation,
  readKeyFile,
  type ReadKeyOptions,
  type RotateKeyOptions,
  settleRotation,
  writeKeyFile,
  type WriteKeyOptions,
} from "./keys/key-file.ts";
export {
  type FeedKey,
  generateSecret,
  type KeyCounters,
  OperatorKeys,
  type RotatedKey,
  type WriterKeys,
} from "./keys/keys.ts";
export {
  type AppendOptions,
  createLedger,
  type Ledger,
  type LedgerOptions,
  openLedger,
  type ReadLedgerOptions,
  type ReadOnlyLedger,
  readLedger,
} from "./ledger.ts";
export { type LedgerPlace } from "./history.ts";
export { type Fold, foldKept, type Folded, type FoldOptions } from "./kept/kept-fold.ts";
export { type ReadLedger, rememberedLedgers } from "./kept/remembered-ledgers.ts";
export { type Shared } from "./kept/shared-json.ts";
export { type LedgerObjects, ledgerObjects } from "./ledger-objects.ts";
export {
  createReplica,
  openReplica,
  type Replica,
  type ReplicaCommit,
  type ReplicaOptions,
  type ReplicaPin,
} from "./replica.ts";
export { replaceLedger, type ReplaceOptions } from "./replace.ts";
export { type ReplicaEntry } from "./replica-intake.ts";
export { checkEvidence, type EvidenceVerdict } from "./proof/check-evidence.ts";
export {
  type EntriesAt,
  EVIDENCE_FORMAT,
  type EvidenceDocument,
  type EvidenceEntry,
  type EvidenceKind,
  type EvidenceState,
  type ProvenEntry,
  type SignedState,
} from "./proof/evidence.ts";
export { formatEvidence, parseEvidence } from "./proof/evidence-text.ts";
export { firstDifference, makeEvidence } from "./proof/make-evidence.ts";
export {
  checkpointAt,
  type KeptCheckpoint,
  newestCheckpoint,
  writersAt,
} from "./proof/kept-checkpoint.ts";
export { checkFreshness, CLOCK_TOLERANCE_MS, type Freshness } from "./proof/freshness.ts";
export { type FeedPin, feedPinPath, readFeedPin, writeFeedPin } from "./proof/feed-pin.ts";
export { cosignCheckpoint, type CosignRequest, type CosignVerdict } from "./proof/witness.ts";
export {
  judgeWitnesses,
  type WitnessedState,
  type WitnessFault,
  type WitnessOptions,
  type WitnessVerdict,
} from "./proof/witnessed.ts";
export { type LockWorld, PIN_FILE } from "./store/pin.ts";
export { LEDGER_REGISTRY } from "./entries/objects.ts";
export {
  type ChangeLifetime,
  ENTRY_KINDS,
  type EntryDraft,
  type EntryKind,
  type GenesisPayload,
  type HeartbeatPayload,
  type IntentPayload,
  type KeysetApproval,
  type KeysetOperator,
  type KeysetPayload,
  type LedgerRecord,
  type MovedFrom,
  type MovedPayload,
  type OpenPayload,
  type PayloadMap,
  type PlanPartPayload,
  type PlanPayload,
  type ReceiptOutcome,
  type ReceiptPayload,
  type RecordedChange,
  type RecordedOrigin,
  type RecordedOutcome,
  type RotatePayload,
  type SealedEpochKey,
  type SeenHead,
  type StepLetter,
  type WitnessPayload,
} from "./entries/payloads.ts";
export {
  type CheckedItem,
  type LedgerFault,
  type PinnedTree,
  type VerifyOptions,
  type VerifyReport,
} from "./check/report.ts";
export { type JoinedReport, verifyJoined } from "./check/verify-joined.ts";
export { verifyLedger } from "./check/verify.ts";
