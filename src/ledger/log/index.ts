// The door of one ledger: what it is written by, read by and proved by.
export {
  decodeEntry,
  decodeLog,
  type EntryObject,
  LEDGER_REGISTRY,
  type Log,
} from "./entries/objects.ts";
export { APPROVALS, KEYSET_TERMS } from "./entries/payload-shapes.ts";
export { ENTRY_KINDS, type EntryKind, parsePayload } from "./entries/payload-type.ts";
export {
  type ChangeLifetime,
  type EntryDraft,
  type IntentPayload,
  type KeysetApproval,
  type KeysetOperator,
  type KeysetPayload,
  type LedgerRecord,
  type PayloadMap,
  type PlanPartPayload,
  type PlanPayload,
  type ReceiptOutcome,
  type ReceiptPayload,
  type RecordedChange,
  type RecordedOrigin,
  type RecordedOutcome,
  type SealedEpochKey,
  type SeenHead,
} from "./entries/payloads.ts";
export { RecordReader } from "./entries/records.ts";
export { makeMoved, makeRotate } from "./entries/rotation.ts";
export { EpochKey, epochKeysFor, Keyring } from "./entries/sealing.ts";
export { entrySignatures, preAuthentication, verifyEntry } from "./entries/signing.ts";
export {
  checkDegree,
  LEDGER_SHAPE,
  type LedgerHead,
  ledgerNoteKey,
  originOf,
  readLog,
  toMs,
  type VerifiedCheckpoint,
  verifyCheckpoint,
  witnessNoteKey,
} from "./head.ts";
export type { LedgerPlace } from "./history.ts";
export {
  KEEP_EVERY,
  KEPT_FROM,
  type KeptPlace,
  noteOf,
  readKept,
  WHY_NOT_KEPT,
  writeKept,
} from "./kept/kept-file.ts";
export type { Shared } from "./kept/shared-json.ts";
export { type LedgerObjects, ledgerObjects } from "./ledger-objects.ts";
export {
  createLedger,
  type Ledger,
  type LedgerOptions,
  openLedger,
  readLedger,
  type ReadOnlyLedger,
} from "./ledger.ts";
export { GrownLists } from "./list/grown-lists.ts";
export { LedgerContent } from "./opened-ledger.ts";
export { type ReadLedger, rememberedLedgers } from "./remembered-ledgers.ts";
export { HashList } from "./store/block-hashes.ts";
export { EntryTree } from "./store/entry-tree.ts";
export { type Frame, FRAME_TYPES, isFrame, streamFrames } from "./store/frame.ts";
export {
  LOCK_FILE,
  type LockWorld,
  type Pin,
  PIN_FILE,
  readPin,
  takeLedgerLock,
} from "./store/pin.ts";
export { listSegments, missingError, readStore, scanSegment } from "./store/read-store.ts";
export { type ScanResult, StoreScanner } from "./store/scan.ts";
export { claimedIndex } from "./store/segment-index.ts";
export { parseCommit, segmentName, type StoredCommit } from "./store/segment.ts";
export { StoreWriter } from "./store/store-writer.ts";
export { type CommitEnd, stoppedError } from "./store/start-store.ts";
export { StreamedCommit } from "./store/streamed-commit.ts";
export { checkCheckpoint, type CheckpointWriters, TreeCheck } from "./tree-check.ts";
export { type VerifiedGenesis, verifyGenesis } from "./entries/genesis.ts";
