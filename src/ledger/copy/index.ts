// The door of copies: the ledgers of others as they are kept here.
export { type FeedPin, feedPinPath, readFeedPin, writeFeedPin } from "./feed-pin.ts";
export { replaceLedger, type ReplaceOptions } from "./replace.ts";
export type { ReplicaEntry } from "./replica-intake.ts";
export {
  createReplica,
  openReplica,
  type Replica,
  type ReplicaCommit,
  type ReplicaOptions,
  type ReplicaPin,
} from "./replica.ts";
