// Reads the local visor and all others through it, as the nouns that plans speak of; a visor that cannot be read is a result like any other.
import {
  type Clock,
  defined,
  Hidden,
  type Json,
  type StreamAddress,
  type VisorKey,
} from "../../core/index.ts";
import {
  type DesiredVisor,
  MASK,
  type ObservedApp,
  type ObservedOwn,
  type ObservedVisor,
  ownFieldRow,
  type Route,
  secretPositions,
  type SeenVisor,
  settingAt,
  SETTINGS,
} from "../../model/index.ts";
import {
  type AppReading,
  DEFAULT_BRIDGE_PORT,
  type MethodName,
  readingError,
  type ReadingWants,
  type SafeConfig,
  type SeenReading,
  type VisorReader,
  type VisorReading,
} from "../../skywire/visor/index.ts";
import { diffVisor, methodsOf, parseFieldPath } from "../diff/index.ts";
import type { Emit } from "../event.ts";

// Reads the local visor and all others through it; a visor that cannot be read is a result like any other.

/** What {@link observeFleet} needs. Only reading: there is no writer among it. */
export interface ObserveInput {
  readonly visors: readonly DesiredVisor[];
  readonly reader: VisorReader;
  /** Where the local visor is, for saying so when it does not answer. */
  readonly rpcAddress: StreamAddress;
  readonly clock: Clock;
  /** `--via`; dmsg when not given. A visor's own `rpc` in the manifest wins. */
  readonly scheme?: "dmsg" | "skynet";
  /** Visors that did not answer not long ago: they are asked when all others were. */
  readonly away?: Pick<ReadonlySet<string>, "has">;
  /** What is read goes into a file for plans that are not known yet: whatever may count for one is asked. */
  readonly forLater?: boolean;
  /** Also reads the summary, which costs a real visor the start of a shell. */
  readonly summary?: boolean;
  readonly emit?: Emit;
}

/** What the visors said, in the order they were asked for. */
export interface Observation {
  /** The key of the local visor in use: targets trust it, or refuse. */
  readonly acting: VisorKey;
  readonly visors: readonly ObservedVisor[];
}

/**
 * Reads the local visor, then all others through it, as many at a time as the reader takes. A visor that cannot be
 * read is an {@link ObservedVisor} with its reason and never an error for the rest.
 * @throws FleetError visor/no-local (exit 3) when the local visor itself does not answer
 */
export async function observeFleet(input: ObserveInput): Promise<Observation> {
  const startMs = input.clock.now();
  const localWants = {
    ...wantsOf(allPaths(input.visors), input.summary === true),
    skyenv: confCounts(input.visors, { kind: "local" }, input.forLater),
  };
  const target = { key: undefined, route: { kind: "local" } } as const;
  const local = await input.reader.read(target, localWants);
  if (local.kind !== "seen") throw readingError(input.rpcAddress, target, local);
  const acting = local.key;
  const seenLocal = toSeenVisor(local, { kind: "local" }, startMs);
  const visors = await Promise.all(
    input.visors.map(async (visor) =>
      visor.key === acting ? seenLocal : await observeVisor(input, visor),
    ),
  );
  return { acting, visors };
}

function allPaths(visors: readonly DesiredVisor[]): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const visor of visors) for (const path of visor.leaves.keys()) paths.add(path);
  return paths;
}

/** Reads one visor through the bridge of the local one. */
async function observeVisor(input: ObserveInput, visor: DesiredVisor): Promise<ObservedVisor> {
  const { clock, emit } = input;
  const route = routeOf(visor, input.scheme);
  const wants = {
    ...wantsOf(visor.leaves.keys(), input.summary === true),
    skyenv: confCounts([visor], route, input.forLater),
  };
  let atMs = clock.now();
  const onBegin = (): void => {
    atMs = clock.now();
    emit?.({
      type: "observe_start",
      level: "info",
      message: `reading ${visor.name}`,
      visor: visor.key,
    });
  };
  const turn = { isLast: input.away?.has(visor.key) === true, onBegin };
  const reading = await input.reader.read({ key: visor.key, route }, wants, turn);
  const observed = toObserved(reading, visor.key, route, atMs);
  const tookMs = clock.now() - atMs;
  emit?.(
    observed.kind === "seen"
      ? {
          type: "observe_complete",
          level: "info",
          message: `read ${visor.name}${reading.kind === "seen" ? askedConf(reading) : ""}`,
          visor: visor.key,
          facts: { tookMs },
        }
      : {
          type: "observe_failed",
          level: "warn",
          message: `${visor.name}: ${observed.detail}`,
          visor: visor.key,
          facts: { tookMs, reason: observed.reason },
        },
  );
  return observed;
}

/** Said where a visor was asked something that is more than reading for it. */
function askedConf({ skyenv }: SeenReading): string {
  return skyenv === undefined
    ? ""
    : ", and asked whether it can write /etc/skywire.conf: to find out, it makes a file there and removes it";
}

/** The way to a visor's remote RPC: what the manifest says, or dmsg at the usual port. */
export function routeOf(
  visor: Pick<DesiredVisor, "rpc">,
  scheme: "dmsg" | "skynet" = "dmsg",
): Route {
  return visor.rpc === undefined
    ? { kind: "bridge", scheme, port: DEFAULT_BRIDGE_PORT }
    : { kind: "bridge", ...visor.rpc };
}

/** Turns any reading into an observation. */
export function toObserved(
  reading: VisorReading,
  key: VisorKey,
  route: Route,
  atMs: number,
): ObservedVisor {
  if (reading.kind === "seen") return toSeenVisor(reading, route, atMs);
  const { detail, next } = reading;
  const reason =
    reading.kind === "unreachable"
      ? reading.reason
      : reading.kind === "starting"
        ? reading.waitingFor
        : reading.kind === "suspended"
          ? "suspended"
          : reading.kind === "malformed"
            ? reading.code
            : `answered as ${reading.answered}`;
  return { kind: reading.kind, key, route, atMs, reason, detail, next };
}

/**
 * Whether the answer of Skyenv counts: something differs that is copied to /etc/skywire.conf where there is one. Only
 * then does a plan say how long a value lasts.
 */
function confCounts(
  visors: readonly DesiredVisor[],
  route: Route,
  forLater = false,
): (reading: SeenReading) => boolean {
  return (reading) => {
    const visor = visors.find(({ key }) => key === reading.key);
    if (visor === undefined || reading.methods.get("SetConfigFields") === "absent") return false;
    const leaves = new Map([...visor.leaves].filter(([path]) => isMirrored(path)));
    if (forLater || leaves.size === 0) return leaves.size > 0;
    // A reading may leave out what an earlier one told of methods; no app is copied there.
    const methods = new Map([...reading.methods, ["SetConfigFields", "present"] as const]);
    const seen = toSeenVisor({ ...reading, methods, apps: [] }, route, 0);
    return diffVisor({ ...visor, leaves }, seen, undefined).changes.length > 0;
  };
}

function isMirrored(path: string): boolean {
  const field = parseFieldPath(path);
  if (field.section === "settings") return settingAt(field.setting)?.mirrored === true;
  return "path" in field && ownFieldRow(field.path).mirrored;
}

/** What must be read for these owned paths, and which writing methods are asked about. */
export function wantsOf(paths: Iterable<string>, summary = false): ReadingWants {
  const probes = new Set<MethodName>();
  let ports = false;
  let liveTrust = false;
  for (const path of paths) {
    const field = parseFieldPath(path);
    if (field.section === "ports") ports = true;
    if (field.section === "trust") liveTrust = true;
    for (const method of methodsOf(path)) probes.add(method);
  }
  return { ports, liveTrust, summary, probes: [...probes].sort() };
}

// Turns what a visor answered into the nouns that plans speak of, with secrets masked.

/** Statuses in which an app counts as running: running, and starting. */
const RUNNING_STATUSES: readonly number[] = [1, 3];

/** Turns what a visor answered into the nouns that plans speak of, secrets masked. */
export function toSeenVisor(reading: SeenReading, route: Route, atMs: number): SeenVisor {
  const { config, summary } = reading;
  return {
    kind: "seen",
    key: reading.key,
    route,
    atMs,
    release: reading.release ?? { version: config?.version ?? "", commit: "", date: "" },
    startedAtMs: reading.startedAtMs,
    ...ownOf(reading),
    ...(config === undefined || config.unsetBlocks.length === 0
      ? {}
      : { unsetBlocks: config.unsetBlocks }),
    settings: config?.settings ?? settingsOfSummary(summary),
    apps: reading.apps.map(toObservedApp),
    ...defined({ ports: reading.ports }),
    keepsConf: reading.skyenv?.exists === true && reading.skyenv.writable,
    configReadable: config !== undefined,
    methods: reading.methods,
  };
}

/** What a visor has once. The type names a row of the table that its configuration is not read for. */
function ownOf({ config, summary }: SeenReading): ObservedOwn {
  if (config === undefined)
    return summary === undefined ? {} : { rewardAddress: summary.rewardAddress };
  const { pk: _pk, version: _version, unsetBlocks: _blocks, settings: _settings, ...own } = config;
  return own satisfies Pick<SafeConfig, keyof ObservedOwn>;
}

function settingsOfSummary(summary: SeenReading["summary"]): Readonly<Record<string, Json>> {
  if (summary === undefined) return {};
  const fields: Record<string, Json | undefined> = {
    MinHops: summary.minHops,
    PublicAutoconnect: summary.publicAutoconnect,
    IsPublic: summary.isPublic,
  };
  const settings: Record<string, Json> = {};
  for (const { path, summaryField } of SETTINGS) {
    const value = summaryField === undefined ? undefined : fields[summaryField];
    if (value !== undefined) settings[path] = value;
  }
  return settings;
}

function toObservedApp(app: AppReading): ObservedApp {
  const { args, env } = app;
  return {
    ...app,
    running: RUNNING_STATUSES.includes(app.status),
    args: maskArgs(args),
    ...(env === undefined ? {} : { env: env.map(maskEnv) }),
    raw: new Hidden({ args, ...defined({ env }) }),
  };
}

/** Replaces what follows options that name a secret. */
function maskArgs(args: readonly string[]): readonly string[] {
  const secret = secretPositions(args);
  return args.map((element, index) => {
    if (!secret.has(index)) return element;
    const equals = element.indexOf("=");
    return element.startsWith("-") && equals >= 0 ? `${element.slice(0, equals)}=${MASK}` : MASK;
  });
}

function maskEnv(element: string): string {
  const equals = element.indexOf("=");
  return equals < 0 ? element : `${element.slice(0, equals)}=${MASK}`;
}
