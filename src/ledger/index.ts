export { PAYLOAD_SIZE_MAX } from "./compose.ts";
export {
  type EntryDocument,
  entryDocument,
  type LogDocument,
  logDocument,
  type LogFilter,
  type LogLine,
} from "./documents.ts";
export { type Epoch, newEpoch, UNSEALED } from "./epochs.ts";
export { type VerifiedGenesis, verifyGenesis } from "./genesis.ts";
export { type LedgerHead } from "./history.ts";
export {
  readKeyFile,
  type ReadKeyOptions,
  writeKeyFile,
  type WriteKeyOptions,
} from "./key-file.ts";
export { type FeedKey, generateSecret, isFeedKey, type KeyCounters, OperatorKeys } from "./keys.ts";
export {
  createLedger,
  type Ledger,
  type LedgerOptions,
  openLedger,
  type ReadOnlyLedger,
  readLedger,
} from "./ledger.ts";
export { type LockWorld, type ProcessFacts } from "./lock.ts";
export { LEDGER_REGISTRY } from "./objects.ts";
export {
  type ChangeLifetime,
  ENTRY_KINDS,
  type EntryDraft,
  type EntryKind,
  type GenesisPayload,
  type IntentPayload,
  type KeysetOperator,
  type KeysetPayload,
  type LedgerRecord,
  type OpenPayload,
  type PayloadMap,
  type PlanPartPayload,
  type PlanPayload,
  type ReceiptOutcome,
  type ReceiptPayload,
  type RecordedChange,
  type RecordedOutcome,
  type SealedEpochKey,
  type StepLetter,
} from "./payloads.ts";
export {
  intentsWithoutReceipt,
  latestKeyset,
  latestPlanParts,
  latestSecretReceipt,
  type SecretReceipt,
} from "./queries.ts";
export {
  type CheckedItem,
  type LedgerFault,
  verifyLedger,
  type VerifyOptions,
  type VerifyReport,
} from "./verify.ts";
