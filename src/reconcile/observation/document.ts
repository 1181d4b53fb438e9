// What an observation file holds.
import type { Digest, Json, OperatorKey, VisorKey } from "../../core/index.ts";
import type { OnceTrusted } from "../plan/index.ts";
import type {
  KeptField,
  Keyset,
  PlanHead,
  Route,
  UnseenVisor,
  WantedValue,
} from "../../model/index.ts";

/** The name and version of the observation format; a reader refuses another major version. */
export const OBSERVATION_FORMAT = "fleet.skywire/observation/v1";

/** An app that the manifest manages, as far as guards go by it whatever of it is owned. */
export interface KeptApp {
  /** What it runs, such as `vpn-server`; decides whether it is an exit. */
  readonly program: string;
  readonly running: boolean;
  readonly autoStart: boolean;
  /** The visor starts it again whenever it stops. */
  readonly keptRunning?: true;
  /** Its binary without the folder; empty where the visor runs it by its name. Absent in earlier observations. */
  readonly binary?: string;
  /** What tells of its arguments which program runs and what fields it is given; `_` stands for any other word. */
  readonly args?: readonly string[];
  /** Another program starts `program`, and passes no whitelist on. Of earlier observations, without `args`. */
  readonly started?: true;
  /** Elements of its arguments at which it ends as it reads them. Of earlier observations, without `args`. */
  readonly unreadable?: readonly string[];
}

/** What is kept of a visor that was read. */
export interface KeptSeen {
  readonly release: string;
  readonly startedAt: string;
  /** Covers the owned fields and the two trust lists, as in a plan. */
  readonly digest: Digest;
  readonly configReadable: boolean;
  readonly keepsConf: boolean;
  /** Both trust lists whole, owned or not: who has a way in is what guards go by. */
  readonly hypervisors?: readonly string[];
  readonly pty?: readonly string[];
  /** Blocks that its configuration is without; absent in observations of earlier releases, and where there is none. */
  readonly unsetBlocks?: readonly string[];
  /** Its apps show how they are launched, as those of 2026 do; absent in observations of earlier releases. */
  readonly showsModes?: boolean;
  /** Methods that could write what is owned. */
  readonly methods: Readonly<Record<string, "present" | "absent" | "unknown">>;
  /** Managed apps that are there, by name. */
  readonly apps: Readonly<Record<string, KeptApp>>;
  /** Every owned field by path, and the whitelists of managed exits. */
  readonly leaves: Readonly<Record<string, KeptField>>;
}

/** One visor of an observation: either `seen`, or `unseen` with a stable word for the reason. */
export interface KeptVisor {
  readonly key: VisorKey;
  readonly name: string;
  readonly route: Route;
  /** When it was asked. */
  readonly at: string;
  readonly seen?: KeptSeen;
  readonly unseen?: { readonly kind: UnseenVisor["kind"]; readonly reason: string };
}

/** Something that an earlier apply left to a later start of a visor or app. */
export interface KeptAwaiting {
  readonly what: string;
  readonly element?: string;
  readonly sinceEntry: number;
  readonly sinceMs: number;
}

/** What the ledgers tell a planner of one visor. */
export interface KeptPast {
  readonly key: VisorKey;
  /** Paths that the latest recorded plan owned; absent where none was recorded for it. */
  readonly owned?: readonly string[];
  /** Those among them that it found as wanted. */
  readonly inSync: readonly string[];
  /** Where an entry before the last apply says so. */
  readonly inSyncSince?: readonly { readonly path: string; readonly entry: number }[];
  /** What was wanted of paths that are owned still, and who found it so; release 0.1.0 does not say. */
  readonly wanted?: readonly {
    readonly path: string;
    readonly by: OperatorKey;
    readonly value: WantedValue;
  }[];
  readonly awaitingRestart: readonly KeptAwaiting[];
  readonly owedRestarts: readonly KeptAwaiting[];
  /** Stops of apps that nobody saw end; absent when there are none. */
  readonly doubtfulStops?: readonly KeptAwaiting[];
  /** Values that were seen right after they were written, of paths that are owned still. */
  readonly values: readonly {
    readonly path: string;
    readonly element?: string;
    readonly after: Json;
    readonly entry: number;
  }[];
  readonly secrets: readonly {
    readonly path: string;
    readonly ref: string;
    readonly hmac: string;
  }[];
}

/** What the ledgers told whoever observed. */
export type KeptHistory =
  | { readonly known: false }
  | {
      readonly known: true;
      readonly head: number;
      readonly heads: readonly PlanHead[];
      readonly keyset?: Keyset;
      /** Who had trust earlier, beside the keyset; absent when nobody had. */
      readonly onceTrusted?: OnceTrusted;
      readonly lastManifest?: { readonly digest: Digest; readonly entry: number };
      /** Sorted by key; visors that nothing is recorded of are left out. */
      readonly visors: readonly KeptPast[];
    };

/**
 * Readings of a fleet to plan by elsewhere: without network, key or visor. It holds owned fields and trust lists, and
 * nothing else that a visor says.
 */
export interface ObservationDocument {
  readonly format: typeof OBSERVATION_FORMAT;
  readonly tool: string;
  readonly fleet: string;
  /** The manifest whose owned fields were read. */
  readonly manifest: { readonly digest: Digest; readonly commit?: string };
  /** When the last visor had been read. */
  readonly created: string;
  /** The key of the local visor it was made through; lock-out guards protect it. */
  readonly acting: VisorKey;
  /** Whose key made the keyed digests of secrets; the signer. Absent in unsigned ones. */
  readonly operator?: OperatorKey;
  /** Sorted by key. */
  readonly visors: readonly KeptVisor[];
  readonly recorded: KeptHistory;
  /** The digest of this document without `digest` and `signature`. */
  readonly digest: Digest;
  /** ed25519 over the digest; outside of it. */
  readonly signature?: { readonly key: OperatorKey; readonly sig: string };
}
