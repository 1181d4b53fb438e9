// The name of a record: its feed, entry, time and author.
import type { OperatorKey } from "../../core/index.ts";
import type { LedgerRecord } from "../entries/payloads.ts";
import type { FeedKey } from "../keys/keys.ts";

/** Where something is recorded, when, and by whom. */
export interface RecordRef {
  readonly feed: FeedKey;
  /** The first entry of the record. */
  readonly index: number;
  readonly timeMs: number;
  readonly operator: OperatorKey;
}

/** Names a record. */
export function refOf({ feed, index, timeMs, operator }: LedgerRecord): RecordRef {
  return { feed, index, timeMs, operator };
}
