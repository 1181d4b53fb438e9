import type { VisorKey } from "../core/index.ts";
import { type Emit, mapLimited } from "../reconcile/index.ts";
import {
  createVisorReader,
  DEFAULT_BRIDGE_PORT,
  readingError,
  type VisorReading,
  type VisorTarget,
} from "../skywire/visor/index.ts";
import type { WayIn } from "./way-in.ts";
import type { World } from "./world.ts";

const PARALLEL_READS = 64;

/** A visor for a first manifest. */
export interface FoundVisor {
  readonly name: string;
  readonly key: VisorKey;
  /** Why it could not be read. */
  readonly unread?: string;
}

/** What {@link findFleet} needs. Only a reader is made of it. */
export interface FindInput {
  readonly wayIn: WayIn;
  readonly world: World;
  /** Look at these instead of what the local visor knows. */
  readonly listed: readonly { readonly key: VisorKey; readonly name?: string }[] | undefined;
  readonly emit: Emit;
}

/**
 * Reads the local visor and those it knows, or those listed, and gives each a short name.
 * @throws FleetError visor/no-local (exit 3)
 */
export async function findFleet(
  input: FindInput,
): Promise<{ readonly local: VisorKey; readonly visors: readonly FoundVisor[] }> {
  const reader = createVisorReader(input.wayIn.access);
  const localTarget: VisorTarget = { key: undefined, route: { kind: "local" } };
  const local = await reader.read(localTarget, { summary: true, known: true });
  if (local.kind !== "seen") throw readingError(input.wayIn.access.rpcAddress, localTarget, local);
  const known =
    input.listed ?? (local.known ?? []).map(({ key, hostname }) => named(key, hostname));
  const others = known.filter(({ key }) => key !== local.key);
  const scheme = input.wayIn.scheme ?? "dmsg";
  const limit = input.wayIn.parallel ?? PARALLEL_READS;
  const read = await mapLimited(others, limit, async ({ key, name }) => {
    input.emit({ type: "observe_start", level: "info", message: `reading ${key}`, visor: key });
    const route = { kind: "bridge", scheme, port: DEFAULT_BRIDGE_PORT } as const;
    const reading = await reader.read({ key, route }, { summary: true });
    input.emit({ type: "observe_complete", level: "info", message: `read ${key}`, visor: key });
    return { key, wanted: name ?? hostnameOf(reading), unread: whyUnread(reading) };
  });
  const localName = input.listed?.find(({ key }) => key === local.key)?.name ?? hostnameOf(local);
  const all = [{ key: local.key, wanted: localName, unread: undefined }, ...read];
  const taken = new Set<string>();
  return {
    local: local.key,
    visors: all.map(({ key, wanted, unread }, index) => ({
      name: freeName(wanted ?? `visor-${index + 1}`, taken),
      key,
      ...(unread === undefined ? {} : { unread }),
    })),
  };
}

function named(key: VisorKey, hostname: string | undefined): { key: VisorKey; name?: string } {
  const name = nameFrom(hostname ?? "");
  return name === undefined ? { key } : { key, name };
}

function hostnameOf(reading: VisorReading): string | undefined {
  return reading.kind === "seen" ? nameFrom(reading.summary?.hostname ?? "") : undefined;
}

function whyUnread(reading: VisorReading): string | undefined {
  return reading.kind === "seen" ? undefined : reading.detail;
}

/** A host's name as a manifest takes it, or `undefined` when nothing is left of it. */
function nameFrom(hostname: string): string | undefined {
  const name = hostname
    .toLowerCase()
    .split(".")[0]
    ?.replace(/[^a-z0-9-]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "");
  // Hosts that were never named are all called alike.
  return name === undefined || name === "" || name === "localhost" ? undefined : name;
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) name = `${wanted}-${number}`;
  taken.add(name);
  return name;
}
