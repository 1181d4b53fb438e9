// The manifest resolved: one record a visor, each value with its origin.
import type { Digest, GitKey, Json, OperatorKey, Place, SealKey, VisorKey } from "../core/index.ts";
import type { Expectation } from "./expectation.ts";
import type { DesiredWatch } from "./watch.ts";

/** The manifest of a command that is given none. */
export const DEFAULT_MANIFEST = "fleet.yaml";

/** The largest manifest that is read, in bytes; a fleet of ten thousand visors needs about 3 MB. */
export const MANIFEST_BYTES_MAX: number = 8 * 1024 * 1024;

/** `env:NAME` or `file:path`: where the value of a secret is found when it is applied. */
export type SecretRef = `env:${string}` | `file:${string}`;

/** Where a desired value comes from. */
export interface Origin {
  readonly place: Place;
  /** The role that gave it; absent when the visor itself did. */
  readonly role?: string;
  /** Through which whitelists or selection a list member came, such as `guests > admins` or `tag:shop`. */
  readonly via?: string;
  /** Nobody wrote the value: it is what a record means where it says nothing. */
  readonly byDefault?: true;
  /** What this value won over, nearest first. */
  readonly overrode?: readonly {
    readonly value: Json;
    readonly place: Place;
    readonly role?: string;
  }[];
}

/** One wanted member of a list, or one that must be gone. */
export interface DesiredElement {
  readonly value: string;
  readonly origin: Origin;
}

/**
 * One owned field. Paths:
 * `trust.hypervisors`, `trust.pty`, `survey`, `apps.NAME.FIELD`, `ports.N.FIELD`, `settings.PATH`, `reward_address`.
 * Sets are `trust.*`, `survey`, `apps.*.whitelist`, `ports.*.whitelist`; `apps.*.args` is an ordered list and
 * `apps.*.env` a map from name to text, both plain values here. `ports.N.open` says whether port N is served.
 */
export type DesiredField = DesiredValue | DesiredSet;

/** A field that is one value. A secret stands in it as `{ secret }` with its {@link SecretRef}. */
export interface DesiredValue {
  readonly kind: "value";
  readonly path: string;
  readonly value: Json;
  /** References of the secrets inside `value`, in order; empty for most. */
  readonly secrets: readonly SecretRef[];
  /** Set on a host to listen at that may be reached by everybody, because `whitelist: anyone` says so. */
  readonly anyone?: true;
  readonly origin: Origin;
}

/** A field that is a set of keys. */
export interface DesiredSet {
  readonly kind: "set";
  readonly path: string;
  /** True: exactly `members`. False: `members` are wanted, `removed` must be gone, others are untouched. */
  readonly exact: boolean;
  readonly members: readonly DesiredElement[];
  readonly removed: readonly DesiredElement[];
  /** Set on exact lists that are written `anyone`: nobody is named, everybody may. */
  readonly anyone?: true;
  readonly origin: Origin;
}

/** How this visor's remote RPC is reached, when the manifest says so. */
export interface RpcRoute {
  readonly scheme: "dmsg" | "skynet";
  readonly port: number;
}

/** A field that is left alone for a while, though the manifest owns it. */
export interface DesiredIgnore {
  readonly path: string;
  /** Unix ms; from this moment on the field is treated as any other. */
  readonly untilMs: number;
  /** What people say of it. */
  readonly because?: string;
  readonly place: Place;
}

/** One visor as the manifest wants it. */
export interface DesiredVisor {
  readonly key: VisorKey;
  readonly name: string;
  readonly tags: readonly string[];
  readonly roles: readonly string[];
  readonly rpc?: RpcRoute;
  readonly place: Place;
  /** Owned fields by path, sorted by path. */
  readonly leaves: ReadonlyMap<string, DesiredField>;
  /** Owned fields that are left alone until a time, sorted by path; absent when there are none. */
  readonly ignores?: readonly DesiredIgnore[];
}

/** The key of an operator's ledger on the network: a compressed secp256k1 point, 66 lower-case hex digits. */
export type FeedKey = string & { readonly __brand: "FeedKey" };

/** What an operator may be accepted for, in the order in which it is written out. */
export const CAPABILITIES = ["plan", "apply", "witness"] as const;

/**
 * What an operator is accepted for: `plan` signs plans, `apply` writes and signs key changes, `witness` cosigns the
 * checkpoints of others.
 */
export type Capability = (typeof CAPABILITIES)[number];

/** A person or robot who signs. */
export interface DesiredOperator {
  readonly name: string;
  readonly key: OperatorKey;
  readonly seal?: SealKey;
  /** Where this operator's own ledger is found on relays. */
  readonly feed?: FeedKey;
  /** Keys that sign this operator's commits, sorted; absent without any. */
  readonly git?: readonly GitKey[];
  readonly may: readonly Capability[];
  readonly place: Place;
}

/** What `policy.signed_commits` may ask for. */
export const SIGNED_COMMITS = ["ssh", "gpg", "any"] as const;

/** How the commits that change a manifest must be signed; `any` is ssh or gpg. */
export type SignedCommits = (typeof SIGNED_COMMITS)[number];

/** The limit on removals: a number, or a share of what is there in percent. */
export type RemovalLimit =
  | { readonly kind: "count"; readonly count: number }
  | { readonly kind: "percent"; readonly percent: number };

/** What the guards go by. */
export interface Policy {
  readonly maxRemovals: RemovalLimit;
  /** Relays that must hold the ledger before an apply writes anything. */
  readonly requireRelays: number;
  /** Witnesses that must have cosigned a ledger's checkpoint. */
  readonly requireWitnesses: number;
  /** Operators of the old keyset who must sign a change of operators, controllers or policy; at least 1. */
  readonly keysetSignatures: number;
  /** How long after a visor was read a plan may still go by the reading; whole seconds. */
  readonly maxObservationAgeMs: number;
  /** How the commits that change the manifest must be signed; absent when they need not be. */
  readonly signedCommits?: SignedCommits;
}

/** The policy of a manifest that says nothing about it. */
export const DEFAULT_POLICY: Policy = {
  maxRemovals: { kind: "percent", percent: 20 },
  requireRelays: 0,
  requireWitnesses: 0,
  keysetSignatures: 1,
  maxObservationAgeMs: 60 * 60 * 1_000,
};

/** How the record of changes is kept. */
interface DesiredLedger {
  /** True when not written. */
  readonly seal: boolean;
  /** Literal addresses with ports, such as `127.0.0.1:8870` or `[::1]:8870`, sorted, none twice. */
  readonly relays: readonly string[];
  /** How old the newest signed entry of a ledger may be before readers call it frozen. */
  readonly maxAgeMs?: number;
  /** Set where the text of no manifest may be kept in it. */
  readonly keepManifests?: false;
}

/** The name of a key that no list may use any more. */
interface RevokedName {
  readonly name: string;
  readonly place: Place;
}

/** The whole manifest, resolved: one complete record a visor, each value with its origin. */
export interface DesiredFleet {
  readonly fleet: string;
  readonly file: string;
  /** SHA-256 of the manifest's bytes. */
  readonly manifestDigest: Digest;
  readonly operators: readonly DesiredOperator[];
  readonly controllers: readonly VisorKey[];
  readonly policy: Policy;
  readonly policyPlace?: Place;
  readonly ledger: DesiredLedger;
  /** Absent when the manifest says nothing of watching. */
  readonly watch?: DesiredWatch;
  /** Tests of access, in the order of the file; absent when there are none. */
  readonly expect?: readonly Expectation[];
  /** What `operators`, `policy`, `watch` and `ledger` come to, each value with its line, by path; for explaining. */
  readonly rules: readonly DesiredValue[];
  /** Sorted by key. */
  readonly visors: readonly DesiredVisor[];
  /** Names by key: visors and the `keys` section, for showing. */
  readonly keyNames: ReadonlyMap<string, string>;
  /** Keys that are written off by name, with the line; absent when none are. */
  readonly revoked?: ReadonlyMap<string, RevokedName>;
}

/** A manifest as far as it says who may do what: what counts of one that others are judged by. */
export type TrustedManifest = Pick<
  DesiredFleet,
  "fleet" | "manifestDigest" | "operators" | "controllers" | "policy"
>;
