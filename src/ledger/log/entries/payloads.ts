// What each kind of entry says, and the record that an entry is read as.
import type {
  CommitSignature,
  Digest,
  Json,
  JsonObject,
  OperatorKey,
  SealKey,
  VisorKey,
} from "../../../core/index.ts";
import type { Lifetime, OutcomeKind, StepLetter, WantedValue } from "../../../model/index.ts";
import type { FeedKey } from "../../keys/index.ts";
import type { EntryKind } from "./payload-type.ts";

/** A head of another operator's feed, as the author of an entry had seen it. */
export interface SeenHead {
  readonly feed: FeedKey;
  /** Entries; at least 1. */
  readonly size: number;
  /** RFC 6962 root over those entries, 64 hex digits. */
  readonly tree: string;
}

/** Entry 0: which keys write this ledger, each vouching for the others. */
export interface GenesisPayload {
  readonly version: 1;
  readonly ed25519: OperatorKey;
  readonly x25519: SealKey;
  readonly feed: FeedKey;
  /** Hex signatures: the ed25519 key over all three keys, the feed key over the ed25519 key. */
  readonly proofs: { readonly ed25519: string; readonly feed: string };
  /** Of a ledger that continues one whose feed moved: where that one ended. */
  readonly from?: MovedFrom;
}

/** The end of a ledger that another continues. */
export interface MovedFrom extends SeenHead {
  /** Hex hash of its last Root. */
  readonly root: string;
}

/** An operator as a fleet's manifest lists it. */
export interface KeysetOperator {
  readonly key: OperatorKey;
  readonly seal?: SealKey;
  /** Where this operator records. */
  readonly feed?: FeedKey;
  /** Keys that sign this operator's commits. */
  readonly git?: readonly string[];
  readonly may: readonly string[];
}

/** An operator's signature of a change of the keyset. */
export interface KeysetApproval {
  readonly key: OperatorKey;
  /** Hex. */
  readonly signature: string;
}

/** An epoch key encrypted to one operator. */
export interface SealedEpochKey {
  readonly epoch: number;
  readonly recipient: SealKey;
  /** Hex. */
  readonly sealed: string;
}

/** Who may do what in a fleet, as accepted by an apply. */
export interface KeysetPayload {
  readonly fleet: string;
  readonly operators: Readonly<Record<string, KeysetOperator>>;
  readonly controllers: readonly VisorKey[];
  readonly policy: JsonObject;
  /** The epoch that later entries are sealed in; 0 with no epoch keys: they are not sealed. */
  readonly epoch: number;
  readonly epochKeys: readonly SealedEpochKey[];
  /** The hash of the entry with the keyset that this one follows, in whichever feed. */
  readonly previous?: Digest;
  /** Operators of the keyset before who agree, beside the writer. */
  readonly approvals?: readonly KeysetApproval[];
}

/** A commit that changed the manifest, as whoever planned found it. */
interface RecordedCommit {
  readonly commit: string;
  /** `Name <address>`, the word of whoever made the commit. */
  readonly author: string;
  /** RFC 3339, the word of whoever made the commit. */
  readonly at: string;
  /** What the planner's git said of its signature. */
  readonly signature: CommitSignature;
}

/** A plan that an apply began. */
export interface PlanPayload {
  readonly fleet: string;
  readonly plan: Digest;
  readonly decision: Digest;
  readonly manifest: Digest;
  readonly commit?: string;
  /** True when the manifest was not as that commit has it. Entries of release 0.1.0 do not say. */
  readonly dirty?: boolean;
  /** The manifest's path from the top of its repository. */
  readonly file?: string;
  /** The commit that last changed the manifest. */
  readonly changed?: RecordedCommit;
  readonly counts: Readonly<Record<string, number>>;
  readonly overrides: readonly string[];
  /** The manifest's text, where no clean commit has it; absent too where an earlier plan entry keeps the same one. */
  readonly text?: string;
  /** The fields that it was narrowed to; absent when it was of all that is owned. */
  readonly only?: readonly { readonly visor: VisorKey; readonly path: string }[];
}

/** Where in the manifest a change was wanted. Entries of release 0.1.0 do not say. */
export interface RecordedOrigin {
  /** As the user named it. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** The role that gave the value; absent when the visor itself did. */
  readonly role?: string;
}

/** A value's way from before to after. */
export interface RecordedChange {
  readonly path: string;
  readonly element?: string;
  readonly before: Json;
  readonly after: Json;
  readonly origin?: RecordedOrigin;
}

/** The reading of a visor that a plan was made from. */
export interface RecordedReading {
  /** RFC 3339, UTC. */
  readonly at: string;
  /** Owned paths that could not be compared or not be written, sorted. */
  readonly unsure: readonly string[];
  /**
   * By path what the manifest wanted of what was found so, and of lists that change. Release 0.1.0 does not say.
   */
  readonly wanted?: Readonly<Record<string, WantedValue>>;
}

/** What a plan holds for one visor. */
export interface PlanPartPayload {
  readonly fleet: string;
  readonly plan: Digest;
  readonly visor: VisorKey;
  /** Every owned path, changed or not. */
  readonly owned: readonly string[];
  readonly changes: readonly RecordedChange[];
  /** With it, an owned path without change was seen as wanted then. Release 0.1.0 does not say. */
  readonly reading?: RecordedReading;
}

/** One of the at most three steps on a visor. */

/** How long a written value lasts. */
export type ChangeLifetime = Lifetime;

/** What is about to be written on one visor. */
export interface IntentPayload {
  readonly fleet: string;
  readonly plan: Digest;
  readonly visor: VisorKey;
  readonly step: StepLetter;
  readonly changes: readonly (RecordedChange & { readonly lifetime: ChangeLifetime })[];
  /** Apps whose stop and start this step will owe. */
  readonly restartsOwed: readonly string[];
}

/** What became of one change. */
export type RecordedOutcome = OutcomeKind;

/** The outcome of one path. Of a secret only its reference and digest are kept. */
export interface ReceiptOutcome {
  readonly path: string;
  readonly element?: string;
  readonly outcome: RecordedOutcome;
  readonly found?: Json;
  readonly note?: string;
  readonly secret?: { readonly ref: string; readonly hmac: string };
}

/** What became of an intent. */
export interface ReceiptPayload {
  readonly fleet: string;
  /** Index of the intent's entry. */
  readonly intent: number;
  readonly plan: Digest;
  readonly visor: VisorKey;
  readonly step: StepLetter;
  readonly outcomes: readonly ReceiptOutcome[];
  readonly visorStartedAtMs?: number;
}

/** Says that the writer is there; the entry's time is what it tells. */
interface HeartbeatPayload {
  readonly fleet: string;
}

/** New keys of the writer, from the next entry on; at least one differs from before. */
export interface RotatePayload {
  readonly ed25519: OperatorKey;
  readonly x25519: SealKey;
  /** Hex signature by the new ed25519 key. */
  readonly proof: string;
}

/** Ends a ledger: it goes on in another feed. */
export interface MovedPayload {
  readonly feed: FeedKey;
  /** Hex signature by the new feed key. */
  readonly proof: string;
}

/** A checkpoint of another ledger that the writer found consistent and cosigned. */
interface WitnessPayload extends SeenHead {
  /** The cosigned note. */
  readonly note: string;
}

/** A payload whose members are not fixed yet, beside the fleet it belongs to. */
export interface OpenPayload extends JsonObject {
  readonly fleet: string;
}

/** The payload of each kind. */
export interface PayloadMap {
  readonly genesis: GenesisPayload;
  readonly keyset: KeysetPayload;
  readonly plan: PlanPayload;
  readonly "plan-part": PlanPartPayload;
  readonly intent: IntentPayload;
  readonly receipt: ReceiptPayload;
  readonly observation: OpenPayload;
  readonly adopt: OpenPayload;
  readonly revert: OpenPayload;
  readonly freeze: OpenPayload;
  readonly operation: OpenPayload;
  readonly heartbeat: HeartbeatPayload;
  readonly rotate: RotatePayload;
  readonly moved: MovedPayload;
  readonly witness: WitnessPayload;
}

/** What {@link Ledger.append} takes: a kind and its payload. A genesis is only made with its ledger. */
export type EntryDraft = {
  readonly [K in Exclude<EntryKind, "genesis">]: {
    readonly kind: K;
    readonly payload: PayloadMap[K];
  };
}[Exclude<EntryKind, "genesis">];

type AnyRecord = {
  readonly [Kind in EntryKind]: {
    readonly kind: Kind;
    readonly feed: FeedKey;
    /** Of its first entry. */
    readonly index: number;
    /** How many entries it takes. */
    readonly parts: number;
    /** Unix nanoseconds of its first entry. */
    readonly timeNs: bigint;
    readonly timeMs: number;
    /** Hex hash of its first entry's object. */
    readonly hash: string;
    /** The key that signed it. */
    readonly operator: OperatorKey;
    /** Heads of other feeds that it names, sorted by feed; heads named before it still hold. */
    readonly heads: readonly SeenHead[];
    readonly sealed: boolean;
    /** Absent when it is sealed and we hold no key for it. */
    readonly payload: PayloadMap[Kind] | undefined;
  };
}[EntryKind];

/** One recorded fact, decoded: an entry, or the entries that a large payload was split into. */
export type LedgerRecord<K extends EntryKind = EntryKind> = Extract<
  AnyRecord,
  { readonly kind: K }
>;
