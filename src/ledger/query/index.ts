// The door of questions to records, of one ledger or of several joined.
export { Applies, type Apply, type ApplyWord } from "./applies.ts";
export {
  type BlamedField,
  type BlameVerdict,
  blameVisor,
  type FieldPlace,
  type LiveVisor,
  type MomentRef,
} from "./blame.ts";
export { diffStates, type MomentChange, type VisorChanges } from "./diff-states.ts";
export { entryDocument } from "./documents.ts";
export {
  isOpaque,
  type FieldSet,
  type RecordedField,
  recordedAt,
  recordedValue,
} from "./field-state.ts";
export { type FleetRecords, FleetState, foldFleet, type VisorState } from "./fleet-state.ts";
export { ConcurrencyMarker, type JoinedRecord, type Unseen } from "./join/concurrency.ts";
export { joinFeeds, type JoinFinding } from "./join/join-feeds.ts";
export { newerThan } from "./join/newer-than.ts";
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
  OpenIntents,
  type RecordRef,
  refOf,
  type SetField,
} from "./queries.ts";
export { isBelow, type LogFilter, LogSieve, type SieveCounts } from "./log-sieve.ts";
export {
  type Moment,
  type MomentContext,
  parseEntryName,
  parseMoment,
  parseTime,
  resolveMoments,
  takeUntil,
} from "./resolve-moments.ts";
