import type { Digest, Json, OperatorKey, Place, SealKey, VisorKey } from "../core/index.ts";

/** `env:NAME` or `file:path`: where the value of a secret is found when it is applied. */
export type SecretRef = `env:${string}` | `file:${string}`;

/** A secret inside an otherwise plain value. */
export interface SecretMark {
  readonly secret: SecretRef;
}

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
 * One owned leaf. Paths:
 * `trust.hypervisors`, `trust.pty`, `survey`, `apps.NAME.FIELD`, `ports.N.FIELD`, `settings.PATH`, `reward_address`.
 * Sets are `trust.*`, `survey`, `apps.*.whitelist`, `ports.*.whitelist`; `apps.*.args` is an ordered list and
 * `apps.*.env` a map from name to text, both plain values here. `ports.N.open` says whether port N is served.
 */
export type DesiredLeaf = DesiredValue | DesiredSet;

/** A leaf that is one value. Secrets stand in it as {@link SecretMark} objects. */
export interface DesiredValue {
  readonly kind: "value";
  readonly path: string;
  readonly value: Json;
  /** References of the secrets inside `value`, in order; empty for most. */
  readonly secrets: readonly SecretRef[];
  readonly origin: Origin;
}

/** A leaf that is a set of keys. */
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

/** One visor as the manifest wants it. */
export interface DesiredVisor {
  readonly key: VisorKey;
  readonly name: string;
  readonly tags: readonly string[];
  readonly roles: readonly string[];
  readonly rpc?: RpcRoute;
  readonly place: Place;
  /** Owned leaves by path, sorted by path. */
  readonly leaves: ReadonlyMap<string, DesiredLeaf>;
}

/** A person or robot who signs. */
export interface DesiredOperator {
  readonly name: string;
  readonly key: OperatorKey;
  readonly seal?: SealKey;
  readonly may: readonly ("plan" | "apply")[];
  readonly place: Place;
}

/** The limit on removals: a number, or a share of what is there in percent. */
export type RemovalLimit =
  | { readonly kind: "count"; readonly count: number }
  | { readonly kind: "percent"; readonly percent: number };

/** What the guards go by. */
export interface Policy {
  readonly maxRemovals: RemovalLimit;
}

/** The default of `policy.max_removals`. */
export const DEFAULT_POLICY: Policy = { maxRemovals: { kind: "percent", percent: 20 } };

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
  /** `ledger.seal`; true when not written. */
  readonly seal: boolean;
  /** Sorted by key. */
  readonly visors: readonly DesiredVisor[];
  /** Names by key: visors and the `keys` section, for showing. */
  readonly keyNames: ReadonlyMap<string, string>;
}
