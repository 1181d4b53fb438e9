import type { OperatorKey } from "../../core/index.ts";
import type { EntryKind, LedgerRecord } from "../entries/payloads.ts";
import type { FeedKey } from "../keys/keys.ts";

/** A record of one of several feeds that are read as one history. */
export type FeedRecord<K extends EntryKind = EntryKind> = LedgerRecord<K> & {
  readonly feed: FeedKey;
  /** How far its author had seen other feeds, as far as this entry names them. */
  readonly heads?: readonly { readonly feed: FeedKey; readonly size: number }[];
};

/** Where something is recorded, when, and by whom. */
export interface RecordRef {
  readonly feed: FeedKey;
  /** The first entry of the record. */
  readonly index: number;
  readonly timeMs: number;
  readonly operator: OperatorKey;
}

/** Names a record. */
export function refOf({ feed, index, timeMs, operator }: FeedRecord): RecordRef {
  return { feed, index, timeMs, operator };
}
