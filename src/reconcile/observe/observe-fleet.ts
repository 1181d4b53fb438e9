import type { Clock, StreamAddress, VisorKey } from "../../core/index.ts";
import { type DesiredVisor, type ObservedVisor, type Route, settingAt } from "../../model/index.ts";
import {
  DEFAULT_BRIDGE_PORT,
  type MethodName,
  readingError,
  type ReadingWants,
  type VisorReader,
  type VisorReading,
} from "../../skywire/visor/index.ts";
import { methodsOf, parseLeafPath } from "../diff/index.ts";
import type { Emit } from "../event.ts";
import { mapLimited } from "./map-limited.ts";
import { toSeenVisor } from "./seen-visor.ts";

/** Visors that are read at the same time unless the caller says otherwise. */
const PARALLEL_READS = 64;

/** What {@link observeFleet} needs. Only reading: there is no writer among it. */
export interface ObserveInput {
  readonly visors: readonly DesiredVisor[];
  readonly reader: VisorReader;
  /** Where the local visor is, for saying so when it does not answer. */
  readonly rpcAddress: StreamAddress;
  readonly clock: Clock;
  /** `--via`; dmsg when not given. A visor's own `rpc` in the manifest wins. */
  readonly scheme?: "dmsg" | "skynet";
  readonly parallel?: number;
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
 * Reads the local visor, then all others through it, many at a time. A visor that cannot be read is an
 * {@link ObservedVisor} with its reason and never an error for the rest.
 * @throws FleetError visor/no-local (exit 3) when the local visor itself does not answer
 */
export async function observeFleet(input: ObserveInput): Promise<Observation> {
  const startMs = input.clock.now();
  const localWants = wantsOf(allPaths(input.visors), input.summary === true);
  const target = { key: undefined, route: { kind: "local" } } as const;
  const local = await input.reader.read(target, localWants);
  if (local.kind !== "seen") throw readingError(input.rpcAddress, target, local);
  const acting = local.key;
  const seenLocal = toSeenVisor(local, { kind: "local" }, startMs);
  const visors = await mapLimited(input.visors, input.parallel ?? PARALLEL_READS, async (visor) => {
    if (visor.key === acting) return seenLocal;
    return await observeVisor(input, visor);
  });
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
  const atMs = clock.now();
  emit?.({
    type: "observe_start",
    level: "info",
    message: `reading ${visor.name}`,
    visor: visor.key,
  });
  const target = { key: visor.key, route };
  const reading = await input.reader.read(
    target,
    wantsOf(visor.leaves.keys(), input.summary === true),
  );
  const observed = toObserved(reading, visor.key, route, atMs);
  const tookMs = clock.now() - atMs;
  emit?.(
    observed.kind === "seen"
      ? {
          type: "observe_complete",
          level: "info",
          message: `read ${visor.name}`,
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

/** What must be read for these owned paths, and which writing methods are asked about. */
export function wantsOf(paths: Iterable<string>, summary = false): ReadingWants {
  const probes = new Set<MethodName>();
  let ports = false;
  let skyenv = false;
  let liveTrust = false;
  for (const path of paths) {
    const leaf = parseLeafPath(path);
    if (leaf.section === "ports") ports = true;
    if (leaf.section === "trust") liveTrust = true;
    if (leaf.section === "trust" || leaf.section === "reward_address") skyenv = true;
    if (leaf.section === "settings" && settingAt(leaf.setting)?.mirrored === true) skyenv = true;
    for (const method of methodsOf(path)) probes.add(method);
  }
  return { ports, skyenv, liveTrust, summary, probes: [...probes].sort() };
}
