// What is known of each release of the visor, and how well: one table, which docs/conformance.md shows too; releases are told apart by what a visor can do.
import type { Presence, Release, SeenReading } from "./reading.ts";

// What is known of each release of the visor, and how well: one table, which docs/conformance.md shows too.

/** The releases we model. `v1.3.28` is what the recorded build calls itself: by its tags it is v1.3.20-6 (0e7420a5). */
export type ReleaseName = "newest" | "v1.3.94" | "v1.3.73" | "v1.3.28";

/** How well a statement about a release is known. */
export type HowKnown = "seen" | "text" | "assumed";

/** Where a statement about a release comes from. */
interface FactSource {
  readonly kind: HowKnown;
  /** The recording, the public text, or the reason for the assumption. */
  readonly row: string;
}

/** One property of a release, and how we know it. */
export interface ReleaseFact<T> {
  readonly value: T;
  readonly evidence: FactSource;
}

/** What differs between releases; everything else is alike for all of them. */
export interface ReleaseFacts {
  readonly name: ReleaseName;
  readonly build: ReleaseFact<Release>;
  /** Which argument and reply types the build has. */
  readonly types: ReleaseFact<"2024" | "2026">;
  /** The RPC port knows the 42-byte preamble and carries the rest of the connection to another visor. */
  readonly bridge: ReleaseFact<boolean>;
  /** The dmsg port of the remote RPC; 0 when there is none. */
  readonly rpcPort: ReleaseFact<number>;
  /** The remote RPC over skynet is served even by a visor that trusted nobody when it started. */
  readonly skynetAlwaysServed: ReleaseFact<boolean>;
  /** `AddHypervisor` and `RemoveHypervisor` change who is let in at once. */
  readonly liveTrust: ReleaseFact<boolean>;
  /** A hypervisor's own hypervisors are let in as well. */
  readonly transitiveTrust: ReleaseFact<boolean>;
  /** A key that was refused over skynet is recorded. */
  readonly recordsRefused: ReleaseFact<boolean>;
  /** Which setters also write /etc/skywire.conf. */
  readonly mirrors: ReleaseFact<"nothing" | "hypervisors" | "hypervisors and fields">;
  /** `GetRuntimeConfig` shows the secret key. */
  readonly secretKeyShown: ReleaseFact<boolean>;
  /** How the configuration file is rewritten. */
  readonly configWrite: ReleaseFact<"in place">;
  /** The mode of a configuration file that the visor makes. */
  readonly configMode: ReleaseFact<"0640" | "0644">;
  /** What becomes of members of the file that the build does not know when it writes the file. */
  readonly unknownMembers: ReleaseFact<"kept" | "forgotten">;
  /** The name of the section of the remote shell. */
  readonly ptySection: ReleaseFact<"pty" | "dmsgpty">;
  /** How an app's arguments stand in the configuration file. */
  readonly argsOnDisk: ReleaseFact<"list" | "text">;
  /** How the setters of flags store them: `-secure=true`, or `--secure` and nothing. */
  readonly flagSetter: ReleaseFact<"one dash" | "bare or nothing">;
  /** Direct RPC connections served at a time; 0 is without limit. */
  readonly connectionsMax: ReleaseFact<number>;
  /** A direct RPC connection is cut after this time, busy or not; 0 is never. */
  readonly connectionLifeMs: ReleaseFact<number>;
}

/** The names of the properties that are {@link ReleaseFact}s. */
export type FactName = Exclude<keyof ReleaseFacts, "name">;

/** Commit 0e7420a5 of 27 March 2024, v1.3.20-6 by its tags; the tag v1.3.28 is of 29 September 2024. */
const RECORDED = "the recorded sessions of v1.3.20-6";

function seen<T>(value: T, row: string): ReleaseFact<T> {
  return { value, evidence: { kind: "seen", row } };
}

function fromText<T>(value: T, row: string): ReleaseFact<T> {
  return { value, evidence: { kind: "text", row } };
}

function assumed<T>(value: T, row: string): ReleaseFact<T> {
  return { value, evidence: { kind: "assumed", row } };
}

const FIVE_MINUTES_MS = 300_000;

const MODERN = {
  types: fromText("2026", "visorapi/args.go and visorapi/api.go"),
  bridge: fromText(true, "rpc_bridge.go; PR #2815 (2026-05-25)"),
  transitiveTrust: fromText(true, "peer_whitelist.go; PR #2940 (2026-05-31)"),
  ptySection: fromText("pty", "config_compat.go; PR #2877"),
  flagSetter: fromText("bare or nothing", "v1_runtime.go (updateBoolArg); PR #3025 (2026-06-05)"),
  connectionsMax: fromText(50, "init_apps.go (maxConcurrentConns)"),
  connectionLifeMs: fromText(FIVE_MINUTES_MS, "init_apps.go (deadline set at accept)"),
} satisfies Partial<ReleaseFacts>;

const NEWEST: ReleaseFacts = {
  name: "newest",
  ...MODERN,
  build: assumed(
    { version: "v1.3.95-rc1", commit: "61dc077f2a90", date: "2026-10-30T09:12:44Z" },
    "no tag after v1.3.94 was found",
  ),
  rpcPort: fromText(65, "skyenv.go, repeated in PR #4330"),
  skynetAlwaysServed: fromText(true, "PR #4732 (2026-09-09)"),
  liveTrust: fromText(true, "PRs #4732 and #4733 (2026-09-09)"),
  recordsRefused: fromText(true, "PR #4732 (2026-09-09)"),
  mirrors: fromText("hypervisors and fields", "api_config_mirror.go; PR #5052 (2026-09-18)"),
  secretKeyShown: fromText(false, "PR #3738 (2026-08-05)"),
  configWrite: fromText("in place", "common_native.go @3ef36865 (os.WriteFile)"),
  configMode: fromText("0640", "common_native.go @3ef36865, of a file that is created"),
  unknownMembers: fromText("kept", "preserve.go @a841aa39; PR #4611 (2026-09-07)"),
  argsOnDisk: fromText("text", "visorconfig/v1.go"),
};

const V1_3_94: ReleaseFacts = {
  ...NEWEST,
  name: "v1.3.94",
  build: fromText(
    { version: "v1.3.94", commit: "a41d7be05c13", date: "2026-09-14T10:20:05Z" },
    "PR #4868: the tag's name and day; the commit is made up",
  ),
  rpcPort: fromText(65, "skyenv.go (before 2026-08-29), so in the tag of 2026-09-14"),
  mirrors: fromText("hypervisors", "PRs #4746 and #4749 (2026-09-10)"),
  argsOnDisk: fromText("text", "visorconfig/v1.go (appsList, spring 2026)"),
};

const V1_3_73: ReleaseFacts = {
  ...V1_3_94,
  name: "v1.3.73",
  build: assumed(
    { version: "v1.3.73", commit: "7c25d10e88fa", date: "2026-06-24T17:41:30Z" },
    "lies between the tags v1.3.63 (2026-06-02) and v1.3.88 (2026-07-24); the commit is made up",
  ),
  rpcPort: fromText(44, "PR #2812 (2026-05-25), moved by PR #3544 (2026-07-22)"),
  skynetAlwaysServed: assumed(false, "PR #4732 names it as new"),
  liveTrust: fromText(
    false,
    "docs/guides/remote-visor-cli.md: inbound access starts on the next restart",
  ),
  recordsRefused: assumed(false, "PR #4732 names it as new"),
  mirrors: fromText("nothing", "api_hypervisors.go: only the configuration is written"),
  secretKeyShown: fromText(true, "before PR #3738 (2026-08-05)"),
  unknownMembers: fromText("forgotten", "before PR #4611 (2026-09-07)"),
};

const V1_3_28: ReleaseFacts = {
  name: "v1.3.28",
  build: seen(
    { version: "v1.3.28", commit: "0e7420a5cb01", date: "2024-03-27T16:56:02Z" },
    RECORDED,
  ),
  types: seen("2024", RECORDED),
  bridge: seen(false, `${RECORDED}: raw-skybri-only, raw-skybri-then-gob`),
  rpcPort: seen(0, `${RECORDED}: there is no bridge to come in by`),
  skynetAlwaysServed: seen(false, `${RECORDED}: there is no bridge to come in by`),
  liveTrust: seen(false, `${RECORDED}: no method changes trust`),
  transitiveTrust: assumed(false, "PR #2940 names it as new; it cannot be met without a bridge"),
  recordsRefused: seen(false, `${RECORDED}: there is no such method`),
  mirrors: seen("nothing", `${RECORDED}: no setter writes another file`),
  secretKeyShown: seen(false, `${RECORDED}: GetRuntimeConfig does not exist`),
  configWrite: seen("in place", "read while 400 setters ran: invalid JSON in 76 % of the reads"),
  configMode: seen("0644", `${RECORDED}: the configuration file`),
  unknownMembers: seen("forgotten", `${RECORDED}: set-autostart, app-address-taken`),
  ptySection: seen("dmsgpty", `${RECORDED}: the configuration file`),
  argsOnDisk: seen("list", `${RECORDED}: the configuration file`),
  flagSetter: seen("one dash", `${RECORDED}: set-app-bools`),
  connectionsMax: seen(0, "200 connections served at a time"),
  connectionLifeMs: seen(0, "a connection used for 6 minutes and 10 seconds"),
};

/** Every release we model. docs/conformance.md holds the same facts as tables. */
export const RELEASES: Readonly<Record<ReleaseName, ReleaseFacts>> = {
  newest: NEWEST,
  "v1.3.94": V1_3_94,
  "v1.3.73": V1_3_73,
  "v1.3.28": V1_3_28,
};

/** True for the name of a release we model. */
export function isReleaseName(text: string): text is ReleaseName {
  return Object.hasOwn(RELEASES, text);
}

// Tells releases apart by what a visor can do, never by the version that it names.

/** What a connection learnt of the methods that a visor serves. */
type Served = Pick<ReadonlyMap<string, Presence>, "get">;

/** The dmsg port on which current releases serve their RPC to those they trust. */
export const DEFAULT_BRIDGE_PORT: number = RELEASES.newest.rpcPort.value;

/** The dmsg port on which releases of spring 2026 serve it. */
export const OLD_RPC_PORT: number = RELEASES["v1.3.73"].rpcPort.value;

/**
 * True for a release before 2026, once `IsStartupComplete` was asked for: it shows no configuration, its local RPC knows
 * no bridge, and it starts an app by its plain name.
 */
export function isBefore2026(methods: Served): boolean {
  return methods.get("IsStartupComplete") === "absent";
}

/** The modelled release that a visor is like. Its configuration, /etc/skywire.conf and `SetConfigFields` must have been asked for. */
export function releaseLike({
  config,
  skyenv,
  methods,
}: Pick<SeenReading, "config" | "skyenv"> & { readonly methods: Served }): ReleaseName {
  if (config === undefined) return "v1.3.28";
  if (methods.get("SetConfigFields") === "present") return "newest";
  return skyenv === undefined ? "v1.3.73" : "v1.3.94";
}
