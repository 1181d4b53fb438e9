// What a visor was seen to be: the nouns that plans compare with what is wanted, secrets masked.
import type { Digest, Hidden, Json, VisorKey } from "../core/index.ts";
import type { ObservedOwn } from "./fields/own-fields.ts";
import type { ObservedPort } from "./fields/port-fields.ts";

/** How a visor was reached. */
export type Route =
  | { readonly kind: "local" }
  | { readonly kind: "bridge"; readonly scheme: "dmsg" | "skynet"; readonly port: number };

/** One app as seen, secrets masked. */
export interface ObservedApp {
  readonly name: string;
  readonly binary: string;
  readonly running: boolean;
  /** 0 stopped, 1 running, 2 errored, 3 starting. */
  readonly status: number;
  readonly detail: string;
  readonly autoStart: boolean;
  /** As shown by the visor, secrets replaced by {@link MASK}. Shown arguments are not always the running ones. */
  readonly args: readonly string[];
  /** `NAME=value` elements, every value masked; absent where the release does not show them. */
  readonly env?: readonly string[];
  /** Empty is the release's default; absent where the release does not show it. */
  readonly launcherMode?: string;
  /** `always`: the visor starts it again whenever it stops. Absent where nothing is said of it. */
  readonly restartPolicy?: string;
  readonly port: number;
  /** Arguments and environment as they are, for comparing and composing only. */
  readonly raw: Hidden<RawApp>;
  /** Set where a recorded observation of an earlier release keeps no arguments: these tell the program, nothing else. */
  readonly argsUnknown?: true;
}

/** What may hold secrets of an app. */
export interface RawApp {
  readonly args: readonly string[];
  readonly env?: readonly string[];
}

/** What stands in the place of a secret. */
export const MASK = "(secret)";

/**
 * The proxy address that leads where the local port leads anyway. A move leaves it until the visor restarts, for the
 * dmsg listener that keeps its old local port; it says nothing that the local port does not say. `undefined` for the port
 * of the visor's web site, which has no listener of its own.
 */
export function leadingAddress({
  port,
  local_port: local,
}: Pick<ObservedPort, "port" | "local_port">): string | undefined {
  return port === WEB_PORT ? undefined : `127.0.0.1:${local}`;
}

/** The port that a visor serves by its log server: a web site. */
export const WEB_PORT = 80;

/** What a recorded observation holds of one field: all that is left of it once the visor is out of reach. */
export type KeptField =
  | {
      readonly kind: "value";
      /** As it may be shown, secrets masked; `null` is absent. */
      readonly shown: Json;
      /** As it is, where nothing is masked, or the manifest that was observed states it in plain words. */
      readonly raw?: Json;
      /** Keyed digest of the value as it is, under the observer's key; only where it may hold secrets. */
      readonly keyed?: string;
      /** Digest of the plain value that the manifest wanted when the masked value was found to be another. */
      readonly differs?: Digest;
    }
  | { readonly kind: "set"; readonly elements: readonly string[] }
  | { readonly kind: "missing-app" }
  | { readonly kind: "unsupported"; readonly why: string };

/** What one visor said about itself. Absent members could not be read on its release. */
export interface SeenVisor extends ObservedOwn {
  readonly kind: "seen";
  readonly key: VisorKey;
  readonly route: Route;
  /** When the first byte was asked for, unix ms. */
  readonly atMs: number;
  readonly release: { readonly version: string; readonly commit: string; readonly date: string };
  readonly startedAtMs: number;
  /** Blocks that the configuration is without, such as `dmsg_web`; absent counts as none. */
  readonly unsetBlocks?: readonly string[];
  /** Settings that can be read back, by configuration path. */
  readonly settings: Readonly<Record<string, Json>>;
  readonly apps: readonly ObservedApp[];
  /** What a recorded observation says of apps that it does not hold: whether they show how they are launched. */
  readonly showsModes?: boolean;
  readonly ports?: readonly ObservedPort[];
  /** The visor keeps a writable /etc/skywire.conf, so mirrored settings survive package updates. */
  readonly keepsConf: boolean;
  /** The whole configuration could be read, which older releases cannot do. */
  readonly configReadable: boolean;
  /** Whether the visor serves a method, as far as it was asked. */
  readonly methods: ReadonlyMap<string, "present" | "absent" | "unknown">;
  /**
   * Fields by path, when this was taken from a recorded observation: then nothing else is known of any field, and
   * `settings`, `survey`, arguments and the rest are empty.
   */
  readonly kept?: ReadonlyMap<string, KeptField>;
}

/** A visor that could not be read, and why. */
export interface UnseenVisor {
  readonly kind: "unreachable" | "starting" | "suspended" | "malformed" | "impostor";
  readonly key: VisorKey;
  readonly route: Route;
  readonly atMs: number;
  /** A stable word for the reason, such as `not-answering`. */
  readonly reason: string;
  /** One sentence without a trailing period. */
  readonly detail: string;
  /** What to try. */
  readonly next: string;
}

export type ObservedVisor = SeenVisor | UnseenVisor;
