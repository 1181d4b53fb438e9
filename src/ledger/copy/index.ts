// The door of copies: the ledgers of others as they are kept here.
export { type FeedPin, readFeedPin, writeFeedPin } from "./feed-pin.ts";
export { replaceLedger } from "./replace.ts";
export type { ReplicaEntry } from "./replica-intake.ts";
export {
  createReplica,
  openReplica,
  type Replica,
  type ReplicaCommit,
  type ReplicaOptions,
} from "./replica.ts";
