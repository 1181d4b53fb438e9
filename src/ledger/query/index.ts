// The door of questions to records, of one ledger or of several joined.
export { Applies, type Apply, type ApplyVisor, type ApplyWord } from "./applies.ts";
export {
  type BlamedField,
  type BlameInput,
  type BlameReading,
  type BlameVerdict,
  blameVisor,
  type FieldPlace,
  type LiveVisor,
  type MomentRef,
} from "./blame.ts";
export { diffStates, type MomentChange, type VisorChanges } from "./diff-states.ts";
export { type EntryDocument, entryDocument, type EntryFacts } from "./documents.ts";
export {
  isOpaque,
  type FieldSet,
  type RecordedField,
  recordedAt,
  recordedValue,
  type Sighting,
} from "./field-state.ts";
export { type FleetRecords, FleetState, foldFleet, type VisorState } from "./fleet-state.ts";
export {
  ConcurrencyMarker,
  isConcurrent,
  type JoinedRecord,
  type Unseen,
} from "./join/concurrency.ts";
export {
  type FeedRecords,
  type JoinFault,
  joinFeeds,
  type JoinFinding,
  type JoinOptions,
  type NotSeenHere,
} from "./join/join-feeds.ts";
export { type NewerRecord, type NewerRecords, newerThan } from "./join/newer-than.ts";
export { type Fold, type Folded, foldKept, type FoldOptions } from "./kept-fold.ts";
export { KnownFields, type KnownFieldsState } from "./known-fields.ts";
export {
  type AtHand,
  digestOfWanted,
  type FoundField,
  intentsWithoutReceipt,
  isRecordOf,
  KeptManifests,
  type KnownField,
  latestKeyset,
  latestPlanParts,
  latestSecretReceipt,
  OpenIntents,
  type RecordRef,
  type Records,
  refOf,
  type SecretReceipt,
  type SetField,
} from "./queries.ts";
export { isBelow, type LogFilter, LogSieve, type SieveCounts } from "./log-sieve.ts";
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
} from "./resolve-moments.ts";
