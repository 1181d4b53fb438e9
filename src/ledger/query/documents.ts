// A record as the document that `fleet log --json` and `fleet show --json` print.
import { defined, type Json, type OperatorKey } from "../../core/index.ts";
import type { FeedKey } from "../keys/index.ts";
import type { Unseen } from "./join/concurrency.ts";
import type { EntryKind, LedgerRecord } from "../log/index.ts";

/** One record with all it says, as `fleet log --json` and `fleet show --json` print it. */
export interface EntryDocument {
  readonly feed: FeedKey;
  /** Of its first entry. */
  readonly index: number;
  /** How many entries it takes. */
  readonly parts: number;
  readonly kind: EntryKind;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly operator: OperatorKey;
  /** The operator's name in the manifest. */
  readonly name?: string;
  readonly hash: string;
  readonly sealed: boolean;
  /** Entries of other feeds that come before it in the joined history and that its author had not seen. */
  readonly unseen?: readonly Unseen[];
  /** Of an intent: the receipt that answers it, in the same feed. */
  readonly answeredBy?: number;
  /** Absent when it is sealed and we hold no key for it. */
  readonly payload?: Json;
}

/** What a document says beside the record itself. */
export interface EntryFacts {
  /** Names of operators by key. */
  readonly operators: ReadonlyMap<string, string>;
  readonly unseen?: readonly Unseen[];
  readonly answeredBy?: number;
}

/** Makes the document of one record. */
export function entryDocument(
  record: LedgerRecord,
  { operators, unseen = [], answeredBy }: EntryFacts,
): EntryDocument {
  const { feed, index, parts, kind, timeMs, operator, hash, sealed, payload } = record;
  const name = operators.get(operator);
  return {
    feed,
    index,
    parts,
    kind,
    time: new Date(timeMs).toISOString(),
    operator,
    ...defined({ name }),
    hash,
    sealed,
    ...(unseen.length === 0 ? {} : { unseen }),
    ...defined({ answeredBy }),
    ...(payload === undefined ? {} : { payload: payload as unknown as Json }),
  };
}
