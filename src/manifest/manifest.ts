// A manifest as it was written: every value with its place.
import type {
  Diagnostic,
  Digest,
  GitKey,
  Json,
  OperatorKey,
  Place,
  SealKey,
  VisorKey,
} from "../core/index.ts";
import type {
  Capability,
  DesiredIgnore,
  DesiredValue,
  FeedKey,
  Policy,
  RpcRoute,
  SecretRef,
  WatchVerb,
} from "../model/index.ts";

/**
 * A manifest as it was written: every value with its place, names not yet looked up. What was refused
 * while parsing is absent, so that later stages can go on and report everything in one run.
 */
export interface Manifest {
  readonly file: string;
  readonly digest: Digest;
  readonly fleet: string;
  readonly operators: readonly WrittenOperator[];
  readonly controllers: readonly WrittenWord[];
  readonly keys: ReadonlyMap<string, WrittenKey>;
  readonly whitelists: ReadonlyMap<string, WrittenWhitelist>;
  readonly roles: ReadonlyMap<string, WrittenRole>;
  readonly visors: ReadonlyMap<string, WrittenVisor>;
  readonly policy: Policy;
  readonly policyPlace?: Place;
  readonly ledger: WrittenLedger;
  /** Absent when nothing is written of it. */
  readonly watch?: WrittenWatch;
  /** Tests of access, in the order of the file. */
  readonly expect: readonly WrittenExpectation[];
  /** Values of operators, policy, watch and ledger with their lines. */
  readonly rules: readonly DesiredValue[];
  /** Errors were found while parsing: resolving goes on, but gives no desired fleet. */
  readonly incomplete: boolean;
  /** A section of names was refused as a whole, so that no name can be called unknown. */
  readonly isNameLost?: true;
}

/** What parsing gives; `manifest` is absent when the text is no manifest at all. */
export interface ParsedManifest {
  readonly manifest?: Manifest;
  readonly diagnostics: readonly Diagnostic[];
}

/** A word of the user and where it stands. */
export interface WrittenWord {
  readonly text: string;
  readonly place: Place;
}

/** A name for a key; `key` is absent when what was written is none. */
export interface WrittenKey {
  readonly place: Place;
  readonly key?: VisorKey;
  /** No list may use it any more; only what takes it out may name it. */
  readonly revoked?: true;
}

/** A named whitelist. */
export interface WrittenWhitelist {
  readonly name: string;
  readonly place: Place;
  readonly members: readonly WrittenWord[];
}

/** An operator. */
export interface WrittenOperator {
  readonly name: string;
  readonly place: Place;
  readonly key: OperatorKey;
  readonly seal?: SealKey;
  readonly feed?: { readonly key: FeedKey; readonly place: Place };
  /** Each with its place, in the order of the file. */
  readonly git: readonly { readonly key: GitKey; readonly place: Place }[];
  readonly may: readonly Capability[];
}

/** How the record of changes is kept. */
export interface WrittenLedger {
  readonly seal: boolean;
  /** Checked addresses in one form, none twice. */
  readonly relays: readonly string[];
  readonly maxAgeMs?: number;
  readonly keepManifests?: false;
}

/** What a watch does about differences. */
export interface WrittenWatch {
  readonly intervalMs: number;
  readonly otherwise: WatchVerb;
  readonly rules: readonly WrittenWatchRule[];
}

/** One rule of it. */
export interface WrittenWatchRule {
  readonly on?: WrittenWord;
  readonly fields?: readonly WrittenWord[];
  readonly verb: WatchVerb;
  readonly place: Place;
}

/** A test of access; `on` are the visors it is about. */
export type WrittenExpectation = { readonly on: WrittenWord; readonly place: Place } & (
  | { readonly kind: "manages"; readonly key: WrittenWord; readonly is: boolean }
  | { readonly kind: "only"; readonly only: readonly WrittenWord[]; readonly use: string }
  | { readonly kind: "controllers"; readonly count: number }
);

/** What a role or a visor says about values on visors. */
export interface WrittenFields {
  /** Owned values by field path. */
  readonly written: ReadonlyMap<string, Written>;
  /** Apps that are named, with the place of the name. */
  readonly apps: ReadonlyMap<string, Place>;
  /** Served ports that are named, with the place of the number. */
  readonly ports: ReadonlyMap<string, Place>;
}

/** A role. */
export interface WrittenRole {
  readonly name: string;
  readonly place: Place;
  readonly extends: readonly WrittenWord[];
  readonly body: WrittenFields;
}

/** A visor. */
export interface WrittenVisor {
  readonly name: string;
  readonly place: Place;
  /** Absent when what was written is no key. */
  readonly key?: VisorKey;
  readonly tags: readonly WrittenWord[];
  readonly roles: readonly WrittenWord[];
  readonly rpc?: RpcRoute;
  readonly body: WrittenFields;
  /** Absent when nothing is ignored. */
  readonly ignores?: readonly DesiredIgnore[];
}

/** One owned value as written. */
export type Written = WrittenValue | WrittenList;

/** A field that is one value. */
export interface WrittenValue {
  readonly kind: "value";
  readonly value: Json;
  readonly secrets: readonly SecretRef[];
  /** A host that everybody may reach, because it is written with `whitelist: anyone`. */
  readonly anyone?: true;
  readonly place: Place;
}

/** A field that is a list of members: exact, `anyone`, or members to add and remove. */
export interface WrittenList {
  readonly kind: "list";
  readonly place: Place;
  readonly anyone: boolean;
  readonly exact?: readonly WrittenWord[];
  readonly add: readonly WrittenWord[];
  readonly remove: readonly WrittenWord[];
}
