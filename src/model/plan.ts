// A plan: what would be changed, in which order, and why it may not.
import type { CommitSignature, Digest, OperatorKey, Place, VisorKey } from "../core/index.ts";
import type { DesiredOperator, FeedKey, Policy } from "./desired.ts";
import type { CheckedExpectation } from "./expectation.ts";
import type { Lingering } from "./lingering.ts";
import type { FieldAddress, PlanVisor, Released } from "./plan-visor.ts";

/** The name and version of the plan format; a reader refuses another major version. */
export const PLAN_FORMAT = "fleet.skywire/plan/v1";

/** Every guard, those of a plan before those that only applying has. */
export const GUARDS = [
  "lock-out",
  "removals",
  "trust-removals",
  "released",
  "would-open",
  "open-exit",
  "port-move",
  "open-proxy",
  "expect",
  "argument-size",
  "observation-age",
  "signed-commits",
  "not-controller",
  "keyset-change",
  "keyset-signatures",
  "operator",
  "witnesses",
  "relays",
  "expired",
  "stale-observation",
  "stale-ledger",
  "used-approval",
] as const;

/** What may refuse a plan. */
export type Guard = (typeof GUARDS)[number];

/** A guard said no. */
export interface Refusal {
  readonly guard: Guard;
  readonly visor?: VisorKey;
  readonly path?: string;
  /** What is wrong and why, one sentence without a trailing period. */
  readonly message: string;
  readonly measured: string;
  readonly limit: string;
  readonly place?: Place;
  /** The exact option that lets it pass; absent where nothing does. */
  readonly override?: string;
  readonly next: string;
}

/** What the user allowed by name. */
export interface Overrides {
  readonly allowRemovals?: number;
  readonly allowTrustRemovals?: number;
  readonly allowReleased?: number;
  /** Names of visors on which a controller may lose its way in. */
  readonly allowTrustLoss: readonly string[];
  readonly allowKeysetChange?: true;
}

/** Counts for the last line. Additions, changes and removals count changes; the others count visors or fields. */
export interface PlanCounts {
  readonly visors: number;
  readonly changing: number;
  readonly add: number;
  readonly change: number;
  readonly remove: number;
  readonly inSync: number;
  readonly unreachable: number;
  readonly trustRemovals: number;
  readonly unsupported: number;
  readonly released: number;
  readonly releasedTrust: number;
  readonly awaitingRestart: number;
  readonly notCompared: number;
  /** Owned fields that the recorded observation does not hold; absent when there is none. */
  readonly notObserved?: number;
  /** Fields that differ and are ignored; absent when there are none. */
  readonly ignored?: number;
  /** Fields that differ and are left out of a narrowed plan; absent when there are none. */
  readonly leftOut?: number;
  /** Apps whose process may still run; absent when there are none. */
  readonly doubtful?: number;
}

/** The part of the manifest that says who may do what; compared with the ledger's latest keyset. */
export interface Keyset {
  readonly operators: readonly Omit<DesiredOperator, "place">[];
  readonly controllers: readonly VisorKey[];
  readonly policy: Policy;
}

/** How much of another operator's ledger a planner had seen. */
export interface PlanHead {
  readonly feed: FeedKey;
  /** Number of entries. */
  readonly size: number;
  /** Hash of the tree over them (RFC 6962), 64 hex digits. */
  readonly tree: string;
}

/** Where the readings of a plan come from when no visor was asked. */
export interface PlanSource {
  readonly kind: "observation";
  /** The digest of the observation. */
  readonly digest: Digest;
  /** When it was made. */
  readonly created: string;
  /** The operator who signed it, as the trusted manifest names it. */
  readonly operator: string;
  readonly signer: OperatorKey;
  /** The manifest that says who may sign, and whose policy counts beside the planned one's. */
  readonly trusted: { readonly digest: Digest; readonly commit?: string };
}

/** The manifest that a plan is made from, and where git has it. */
export interface PlanManifest {
  /** As the user named it. */
  readonly path: string;
  readonly digest: Digest;
  /** The commit that was checked out, or that was named; absent outside of git. */
  readonly commit?: string;
  /** True when the manifest differs from that commit. */
  readonly dirty?: boolean;
  /** The manifest's path from the top of its repository, with `/`. */
  readonly file?: string;
  /** The commit that last changed it; absent where a shallow clone ends before it. */
  readonly changed?: ManifestCommit;
}

/** A commit that changed the manifest. Who and when are its maker's word; the signature is what we verified. */
export interface ManifestCommit {
  readonly commit: string;
  /** `Name <address>` */
  readonly author: string;
  /** RFC 3339. */
  readonly at: string;
  readonly signature: CommitSignature;
}

/** What git knows of how a manifest came from the one in force. */
export type CommitEvidence =
  /** Git does not know the manifest. */
  | { readonly kind: "no-git" }
  /** The manifest is read through a link that the repository holds. */
  | { readonly kind: "linked" }
  /** What is planned is not what the commit has. */
  | { readonly kind: "not-committed" }
  /** The commit that is gone by, or what leads there, is not in this clone. */
  | { readonly kind: "cut-off"; readonly since?: string }
  /** The commit does not follow the one in force, or leaves out what that has. */
  | { readonly kind: "not-after"; readonly commit: string; readonly since: string }
  /** More commits than one run verifies. */
  | { readonly kind: "too-many"; readonly limit: number }
  /** Every commit that changed the manifest since, oldest first. */
  | { readonly kind: "commits"; readonly commits: readonly ManifestCommit[] };

/** An ordered document of changes. Stands alone: applying it needs no manifest. */
export interface Plan {
  readonly format: typeof PLAN_FORMAT;
  readonly tool: string;
  readonly fleet: string;
  readonly manifest: PlanManifest;
  /** Present when the plan goes by a recorded observation; absent when the visors were read for it. */
  readonly source?: PlanSource;
  readonly created: string;
  readonly expires: string;
  /** The key of the local visor the observation was made through. */
  readonly acting: VisorKey;
  readonly operator?: OperatorKey;
  readonly keyset: Keyset;
  /** How `keyset` differs from the last recorded one, a line each; empty when it does not. */
  readonly keysetChanges: readonly string[];
  /** The policies in force, all of them: the manifest's, and the recorded one where it differs. */
  readonly policies: readonly Policy[];
  /** Keys that must keep their way in: controllers of the manifest and of the recorded keyset. */
  readonly protected: readonly VisorKey[];
  readonly seal: boolean;
  /** Addresses of the relays that the ledger goes to, sorted. */
  readonly relays: readonly string[];
  /** What was seen of the other operators' ledgers, sorted by feed; empty when nothing was. */
  readonly heads: readonly PlanHead[];
  readonly overrides: Overrides;
  /** The fields that the plan was narrowed to, sorted; absent when it is of all that is owned. */
  readonly only?: readonly FieldAddress[];
  /** Present when not all visors of the manifest were planned: how many it has, and what `--on` said. */
  readonly scope?: { readonly of: number; readonly on?: string };
  /** False when something owned could not be read or compared. */
  readonly complete: boolean;
  /** False when a guard refuses. */
  readonly applyable: boolean;
  /** Whether a ledger was read; without one released fields and owed restarts cannot be known. */
  readonly history:
    | { readonly known: true; readonly head: number }
    | { readonly known: false; readonly why: string };
  readonly names: Readonly<Record<string, string>>;
  readonly counts: PlanCounts;
  /** Sorted by key. */
  readonly visors: readonly PlanVisor[];
  /** What the last recorded apply owned on visors that the manifest no longer has. */
  readonly releasedVisors: readonly {
    readonly key: VisorKey;
    readonly released: readonly Released[];
  }[];
  /** Keys in the order of applying: each wave may run at once, the next waits for it. */
  readonly waves: readonly (readonly VisorKey[])[];
  /** Keys that are no longer wanted and keep a way in, and where nobody can tell; absent when there is nothing of it. */
  readonly lingering?: Lingering;
  /** The manifest's tests of access, as they come out once the plan is carried out; absent when it has none. */
  readonly expectations?: readonly CheckedExpectation[];
  readonly refusals: readonly Refusal[];
  /** What people approve: survives a merge or squash. */
  readonly decision: Digest;
  /** The digest of this document without `digest` and `signature`. */
  readonly digest: Digest;
  /** ed25519 over the digest; outside of it. */
  readonly signature?: { readonly key: OperatorKey; readonly sig: string };
}
