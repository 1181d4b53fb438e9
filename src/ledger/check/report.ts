// What a verification was asked, and what it found.
import {
  assert,
  type Files,
  FleetError,
  type OperatorKey,
  type VerifyMany,
} from "../../core/index.ts";
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

/** After so many faults the rest is counted, not listed. */
const FAULTS_MAX = 1000;

/** Gathers what a verification in detail finds. */
export class VerifyFindings {
  readonly faults: LedgerFault[] = [];
  readonly checked: CheckedItem[] = [];
  /** What cannot be told, each with its reason. */
  readonly notChecked: string[] = [];
  #omitted = 0;

  /** Faults beyond those listed. */
  get faultsOmitted(): number {
    return this.#omitted;
  }

  /** What a check gives; `undefined` and a fault where it throws. */
  attempt<T>(about: Pick<LedgerFault, "entry" | "commit">, check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      const { code, message } = asFleetError(error);
      const what = about.entry === undefined ? `commit ${about.commit}` : `entry ${about.entry}`;
      const named = message.includes(what) ? message : `${what}: ${message}`;
      this.fault(
        code.startsWith("ledger/") ? (code as LedgerFault["code"]) : "ledger/malformed",
        named,
        about,
      );
      return undefined;
    }
  }

  /** Something is wrong. */
  fault(code: LedgerFault["code"], message: string, about: Partial<LedgerFault> = {}): void {
    if (this.faults.length < FAULTS_MAX) this.faults.push({ code, message, ...about });
    else this.#omitted += 1;
  }

  /** So many of something were checked. */
  count(what: string, count: number): void {
    this.checked.push({ what, count });
  }
}

function asFleetError(error: unknown): FleetError {
  // A deeply nested payload can exhaust the stack of the parser; that is the payload's fault.
  if (error instanceof RangeError)
    return new FleetError("ledger/payload", "the payload nests too deep", { cause: error });
  assert(
    error instanceof FleetError,
    `verification ends only in coded errors, not in ${String(error)}`,
  );
  return error;
}

/** Reasons for what a verification cannot tell. */
export const UNKNOWN_OWNER = "whose ledger this is: no manifest says which keys to trust";
export const OTHER_COPIES = "whether other copies of this ledger say the same";

/** Said of a copy with gaps. */
export function omittedRoots(count: bigint): string {
  return `${count} Roots that this copy does not have, only what they led to`;
}

/** Said of entries that are closed to a verifier. */
export function sealedContent(count: number): string {
  return `what ${count} sealed entries say: their content is encrypted to the operators`;
}

/** What is said of entries whose signatures were checked before. */
export function notSigned({ size }: PinnedTree): string {
  return `signatures of the first ${size} entries: they are those of the tree that was given`;
}
