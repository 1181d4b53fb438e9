// What a verification was asked, and what it found.
import type { Files, OperatorKey, VerifyMany } from "../../core/index.ts";
import type { FeedKey } from "../keys/index.ts";

/** One thing that is wrong with a ledger. */
export interface LedgerFault {
  readonly code: `ledger/${string}`;
  readonly message: string;
  /** Index of the entry it is about. */
  readonly entry?: number;
  /** Sequence number of the commit it is about. */
  readonly commit?: number;
  readonly place?: { readonly file: string; readonly from: number; readonly to: number };
}

/** Something that was checked, and how many of it. */
export interface CheckedItem {
  readonly what: string;
  readonly count: number;
}

/** What `fleet verify` found. The ledger holds what it says only when there are no faults. */
export interface VerifyReport {
  readonly ok: boolean;
  readonly feed: FeedKey;
  /** The newest state that is there. */
  readonly head:
    | {
        readonly seq: number;
        readonly root: string;
        readonly size: number;
        readonly timeMs: number;
      }
    | undefined;
  /** The key that signed the entries, by the genesis. */
  readonly operator: OperatorKey | undefined;
  readonly checked: readonly CheckedItem[];
  /** What this check cannot tell, each with its reason. */
  readonly notChecked: readonly string[];
  readonly faults: readonly LedgerFault[];
  /** Faults beyond those listed. */
  readonly faultsOmitted: number;
}

/** The first entries of a ledger, as a checkpoint names them. */
export interface PinnedTree {
  /** Entries; at least 1. */
  readonly size: number;
  /** RFC 6962 root over them, 64 hex digits. */
  readonly root: string;
}

/** What to verify, and what to hold it against. */
export interface VerifyOptions {
  readonly files: Files;
  readonly folder: string;
  readonly feed: FeedKey;
  /** Operators' keys that the manifest lists; without them anybody's genesis is believed. */
  readonly trusted?: readonly OperatorKey[];
  /** A head known from elsewhere, which this ledger must reach. */
  readonly expected?: { readonly seq: bigint; readonly root: string };
  /** A tree that was verified before: the signatures of its entries are not checked again. */
  readonly from?: PinnedTree;
  /** Verifies the signatures of entries; one after the other in this thread when not given. */
  readonly verifyMany?: VerifyMany;
  /** Told how many entries are done. */
  readonly onProgress?: (done: number, total: number) => void;
}
