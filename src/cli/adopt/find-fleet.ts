// The search for visors that a manifest could name: the local one and those it knows, or a list; each is only read.
import { compareNames, counted, defined, type VisorKey } from "../../core/index.ts";
import type { Unread } from "../../manifest/index.ts";
import type { RpcRoute, SeenVisor } from "../../model/index.ts";
import { type Emit, routeOf, toObserved } from "../../reconcile/index.ts";
import {
  type KnownVisor,
  readingError,
  type ReadingWants,
  type VisorReading,
  type VisorTarget,
} from "../../skywire/visor/index.ts";
import { readerOf, type WayIn } from "../shell/way-in.ts";
import type { World } from "../shell/world.ts";

/** A visor for a first manifest. */
export interface FoundVisor {
  readonly name: string;
  readonly key: VisorKey;
  /** Why it could not be read, and what to do. */
  readonly unread?: Unread;
  /** What it showed, as far as it was asked for. */
  readonly seen?: SeenVisor;
}

/** What {@link findFleet} found. */
export interface FoundFleet {
  readonly local: VisorKey;
  readonly visors: readonly FoundVisor[];
  /** Visors that the local one only has transports to and that did not let us in: most belong to others. */
  readonly strangers: number;
}

/** What {@link findFleet} needs. Only a reader is made of it. */
export interface FindInput {
  readonly wayIn: WayIn;
  readonly world: World;
  /** Look at these instead of what the local visor knows. */
  readonly listed: readonly Candidate[] | undefined;
  /** Leave these out, unread. */
  readonly without?: ReadonlySet<string>;
  /** Read more than names. */
  readonly wants?: ReadingWants;
  readonly emit: Emit;
}

/**
 * Reads the local visor and those it knows, or those listed, and gives each a short name.
 * @throws FleetError visor/no-local (exit 3)
 */
export async function findFleet(input: FindInput): Promise<FoundFleet> {
  const reader = readerOf(input.wayIn, input.world);
  const localTarget: VisorTarget = { key: undefined, route: { kind: "local" } };
  const wants = { ...input.wants, summary: true };
  const atMs = input.world.clock.now();
  const local = await reader.read(localTarget, { ...wants, known: true });
  if (local.kind !== "seen") throw readingError(input.wayIn.access.rpcAddress, localTarget, local);
  const known = input.listed ?? (local.known ?? []).map(candidate);
  const others = known.filter(({ key }) => key !== local.key && input.without?.has(key) !== true);
  const readOne = async ({ key, name, isMet, rpc }: Candidate) => {
    const route = routeOf(rpc === undefined ? {} : { rpc }, input.wayIn.scheme);
    let readAtMs = input.world.clock.now();
    const onBegin = (): void => {
      readAtMs = input.world.clock.now();
      input.emit({ type: "observe_start", level: "info", message: `reading ${key}`, visor: key });
    };
    const reading = await reader.read({ key, route }, wants, { onBegin });
    input.emit({ type: "observe_complete", level: "info", message: `read ${key}`, visor: key });
    const seen = toObserved(reading, key, route, readAtMs);
    return { key, wanted: name ?? hostnameOf(reading), unread: whyUnread(reading), isMet, seen };
  };
  const read = await Promise.all(others.map(readOne));
  const ours = read.filter(({ unread, isMet }) => unread === undefined || isMet !== true);
  const localName = input.listed?.find(({ key }) => key === local.key)?.name ?? hostnameOf(local);
  const seenLocal = toObserved(local, local.key, localTarget.route, atMs);
  const all = [{ key: local.key, wanted: localName, unread: undefined, seen: seenLocal }, ...ours];
  const taken = new Set<string>();
  return {
    local: local.key,
    strangers: read.length - ours.length,
    visors: all.map(({ key, wanted, unread, seen }, index) => ({
      name: freeName(wanted ?? `visor-${index + 1}`, taken),
      key,
      ...defined({ unread }),
      ...(seen.kind === "seen" ? { seen } : {}),
    })),
  };
}

/** A visor to look at. */
export interface Candidate {
  readonly key: VisorKey;
  readonly name?: string;
  /** How its RPC is reached, where that is not as usual. */
  readonly rpc?: RpcRoute;
  /** The local visor only has a transport to it. */
  readonly isMet?: boolean;
}

function candidate({ key, hostname, sources }: KnownVisor): Candidate {
  const name = nameFrom(hostname ?? "");
  const isMet = sources.every((source) => source === "transport");
  return { key, isMet, ...defined({ name }) };
}

function hostnameOf(reading: VisorReading): string | undefined {
  return reading.kind === "seen" ? nameFrom(reading.summary?.hostname ?? "") : undefined;
}

function whyUnread(reading: VisorReading): Unread | undefined {
  if (reading.kind === "seen") return undefined;
  const rpc = reading.kind === "unreachable" ? reading.otherRpc : undefined;
  return { why: reading.detail, next: reading.next, ...defined({ rpc }) };
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

/** Visors by name: `shop-2` before `shop-10`. */
export function inNameOrder<Visor extends { readonly name: string }>(
  visors: readonly Visor[],
): readonly Visor[] {
  return visors.toSorted((a, b) => compareNames(a.name, b.name));
}

/** Says how many visors were left out because they let nobody in from here. */
export function tellStrangers(count: number, { terminal }: Pick<World, "terminal">): void {
  if (count === 0) return;
  const them = counted(
    count,
    "visor that the local one has a transport to and that lets",
    "visors that the local one has transports to and that let",
  );
  terminal.err(
    `left out: ${them} nobody in from here; --keys adds ${count === 1 ? "it" : "them"}\n`,
  );
}
