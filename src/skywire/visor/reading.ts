// What reading a visor gives: what it answered, or why it did not.
import { FleetError, type StreamAddress, unreachable, type VisorKey } from "../../core/index.ts";
import type { PortReading } from "./reply-shapes.ts";
import { formatRpcAddress, type VisorTarget } from "./target.ts";
import type { SafeConfig } from "./safe-config.ts";
import type { MethodName } from "./methods.ts";

/** What a reading should hold beside what is always in it. Each costs a call on the visor. */
export interface ReadingWants {
  /** The configuration; true when not given. */
  readonly config?: boolean;
  /** The summary: it starts a shell on the visor, so it is read only where it is needed. */
  readonly summary?: boolean;
  readonly ports?: boolean;
  /**
   * Whether the visor keeps an /etc/skywire.conf. To answer, it makes a file in /etc and removes it again, so it is
   * asked only where the answer counts: a function is handed what was read, and says so.
   */
  readonly skyenv?: boolean | ((reading: SeenReading) => boolean);
  /** Which other visors it knows. */
  readonly known?: boolean;
  /** Whether its trust lists take effect without a restart; answered by `methods`. */
  readonly liveTrust?: boolean;
  /** Writing methods whose presence is asked for; rows that cannot be probed end as `unknown`. */
  readonly probes?: readonly MethodName[];
}

/** One app. Arguments and environment stand here as the visor gave them: they may hold secrets. */
export interface AppReading {
  readonly name: string;
  readonly binary: string;
  readonly args: readonly string[];
  readonly autoStart: boolean;
  readonly port: number;
  /** `NAME=value` elements; undefined where this release does not show them. */
  readonly env?: readonly string[];
  /** Undefined where this release does not show it. */
  readonly launcherMode?: string;
  /** Undefined where nothing is said of it; `always` is started again whenever it stops. */
  readonly restartPolicy?: string;
  /** 0 stopped, 1 running, 2 errored, 3 starting. A crashed app looks like one that never started. */
  readonly status: number;
  readonly detail: string;
}

/** What is taken from a summary. */
export interface SafeSummary {
  readonly minHops: number;
  readonly publicAutoconnect: boolean;
  /** Undefined where this release does not show it. */
  readonly isPublic?: boolean;
  readonly rewardAddress: string;
  readonly persistentTransports: readonly { readonly key: string; readonly type: string }[];
  readonly hypervisors: readonly string[];
  readonly connectedHypervisors: readonly string[];
  readonly isHypervisor: boolean;
  readonly buildTag: string;
  readonly configVersion: string;
  readonly servicesHealth: string;
  readonly hostname: string;
  readonly localIp: string;
  readonly publicIp: string;
  readonly transportCount: number;
}

/** How a visor knows another one. */
export type KnownAs = "hypervisor" | "managed" | "pty" | "transport";

/** A visor that the one that was read knows. */
export interface KnownVisor {
  readonly key: VisorKey;
  /** Sorted. */
  readonly sources: readonly KnownAs[];
  readonly hostname?: string;
}

/** Which build runs. */
export interface Release {
  readonly version: string;
  readonly commit: string;
  readonly date: string;
}

/** A visor that answered, and is the one that was meant. */
export interface SeenReading {
  readonly kind: "seen";
  readonly key: VisorKey;
  readonly uptimeSeconds: number;
  /** The earliest moment at which it can have started, unix ms... */
  readonly startedAtMs: number;
  /** ...and how much later it may have been: the time its answer took. */
  readonly startedWithinMs: number;
  /** Only where a summary or overview was read. */
  readonly release?: Release;
  /** Undefined when it was not wanted, or this release cannot show it. */
  readonly config?: SafeConfig;
  /** Where the configuration is stored; `stdin` means that it is not, undefined that it cannot be asked. */
  readonly configFile?: string;
  /** Sorted by name. */
  readonly apps: readonly AppReading[];
  readonly summary?: SafeSummary;
  /** Sorted by port; undefined when not wanted, or this release cannot list them. */
  readonly ports?: readonly PortReading[];
  /** What is known of /etc/skywire.conf: `values` are of variables that visors copy settings to, by name. */
  readonly skyenv?: {
    readonly exists: boolean;
    readonly writable: boolean;
    readonly values: ReadonlyMap<string, string>;
  };
  /** Sorted by key. */
  readonly known?: readonly KnownVisor[];
  /** What is known of each method that was asked for or probed. */
  readonly methods: ReadonlyMap<string, Presence>;
}

/** Whether a visor serves a method; `unknown` when no answer told. */
export type Presence = "present" | "absent" | "unknown";

/** Why a visor was not reached, as far as the wire tells. */
export type UnreachableReason =
  /** Nobody listens at the local RPC address. */
  | "no-local-visor"
  /** The local visor answers, but does not know the bridge. */
  | "old-local-visor"
  /** The local visor has not finished starting. */
  | "local-visor-starting"
  /** Somebody suspended the local visor. */
  | "local-visor-suspended"
  /** The local visor does not carry as many connections as were asked of it, or we may open no more. */
  | "local-visor-short"
  /** Closed at once without a byte: no trust, no listener, or too many connections. */
  | "refused-or-no-listener"
  /** Closed after as long as the local visor waits for a far one. */
  | "dial-timeout"
  /** No answer in time. */
  | "not-answering"
  /** The connection ended, or fell silent, in the middle. */
  | "cut";

/** A visor that could not be read. `detail` and `next` are sentences without a trailing period. */
export type UnseenReading =
  | {
      readonly kind: "unreachable";
      readonly reason: UnreachableReason;
      readonly detail: string;
      readonly next: string;
      /** Where it may listen instead, where that is what `next` says. */
      readonly otherRpc?: { readonly scheme: "dmsg"; readonly port: number };
    }
  | {
      readonly kind: "starting";
      /** The method whose answer says so. */
      readonly waitingFor: string;
      readonly detail: string;
      readonly next: string;
    }
  | {
      readonly kind: "suspended";
      readonly detail: string;
      readonly next: string;
    }
  | {
      readonly kind: "malformed";
      readonly code: string;
      readonly detail: string;
      readonly next: string;
    }
  | {
      readonly kind: "impostor";
      readonly answered: VisorKey;
      readonly detail: string;
      readonly next: string;
    };

export type VisorReading = SeenReading | UnseenReading;

/** When a visor started, as far as its uptime tells. */
export type StartTime = Pick<SeenReading, "startedAtMs" | "startedWithinMs">;

const INCOMPLETE_EXIT = 3;

/**
 * The error that a reading without a visor amounts to, with exit code 3: visor/no-local-visor, visor/unreachable,
 * visor/starting, visor/suspended, visor/malformed or visor/impostor.
 */
export function readingError(
  rpcAddress: StreamAddress,
  target: VisorTarget,
  reading: UnseenReading,
): FleetError {
  const who = target.key === undefined ? "the local visor" : `visor ${target.key}`;
  const options = { next: reading.next, exit: INCOMPLETE_EXIT } as const;
  switch (reading.kind) {
    case "unreachable":
      if (reading.reason === "no-local-visor") {
        return new FleetError(
          "visor/no-local-visor",
          `no visor at ${formatRpcAddress(rpcAddress)}`,
          options,
        );
      }
      return new FleetError("visor/unreachable", `${who}: ${reading.detail}`, options);
    case "starting":
    case "suspended":
    case "malformed":
    case "impostor":
      return new FleetError(`visor/${reading.kind}`, `${who}: ${reading.detail}`, options);
    default:
      return unreachable(reading);
  }
}
