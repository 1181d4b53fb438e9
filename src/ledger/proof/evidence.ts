// What a document of evidence holds.
import type { SentRoot } from "../../skywire/cxo/index.ts";
import type { FeedKey } from "../keys/index.ts";

/** Names the form of an evidence document. */
export const EVIDENCE_FORMAT = "fleet.skywire/ledger-evidence/v1";

/** How a feed contradicts itself. */
export const EVIDENCE_KINDS = [
  /** Two Roots at one place of one sequence. */
  "same-sequence",
  /** Two different entries at one index. */
  "rewritten",
  /** A later Root over fewer entries. */
  "shrunk",
  /** Roots of two sequences, where a ledger has one. */
  "other-nonce",
  /**
   * A Root that names another Root before it than the one that was signed, two trees over as many entries,
   * or a log whose checkpoint is not its own.
   */
  "self-contradiction",
] as const;

/** How a feed contradicts itself. */
type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** A Root as it was signed. All bytes are lower-case hex. */
export interface EvidenceState {
  readonly root: string;
  /** By the feed's key, over the Root's hash. */
  readonly signature: string;
  /** The log that the Root points to. */
  readonly log?: string;
}

/** An entry, and the proof that it is in a state's tree. */
export interface EvidenceEntry {
  /** The entry's object, hex. */
  readonly object: string;
  /** Hashes, hex, lowest first. */
  readonly proof: readonly string[];
}

/** What a feed's key has signed and that cannot all be true: to be checked anywhere, with nothing else. */
export interface EvidenceDocument {
  readonly format: typeof EVIDENCE_FORMAT;
  readonly kind: EvidenceKind;
  readonly feed: FeedKey;
  /** One or two, sorted by sequence number, then hash. */
  readonly states: readonly EvidenceState[];
  /** Of what was rewritten: the place, and for each state the entry that stands there. */
  readonly index?: number;
  readonly entries?: readonly EvidenceEntry[];
}

/** A signed Root as it came, and the log it points to where that is known. */
export type SignedState = Pick<SentRoot, "value" | "signature"> & { readonly log?: Uint8Array };

/** An entry of a state, proved to stand at a place of it. */
export interface ProvenEntry {
  /** The entry's object. */
  readonly object: Uint8Array;
  /** Lowest hash first. */
  readonly proof: readonly Uint8Array[];
}

/** The entries that stand at one index, in the order of the states. */
export interface EntriesAt {
  readonly index: number;
  readonly entries: readonly [ProvenEntry, ProvenEntry];
}
