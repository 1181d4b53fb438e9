// How visors are reached: by which local visor, over which network, how many at once, and which did not answer lately and come last.
import { join } from "node:path";
import {
  canonicalJsonBytes,
  defined,
  FleetError,
  hasShape,
  jsonIfAny,
  type JsonObject,
  membersOf,
  numberFrom,
  OBJECT,
  oneOf,
} from "../../core/index.ts";
import type { ObservedVisor } from "../../model/index.ts";
import { homeFolders } from "../../platform/index.ts";
import {
  createVisorReader,
  DEFAULT_PACE,
  DEFAULT_RPC_ADDRESS,
  parseRpcAddress,
  type VisorAccess,
  type VisorReader,
  type VisorTimeouts,
} from "../../skywire/visor/index.ts";
import type { AccessRequest } from "./access-request.ts";
import type { World } from "./world.ts";

// How visors are reached: by which local visor, over which network, how many at once.

const DIAL_MS_MAX = 5_000;
const BRIDGE_DIAL_MS_MAX = 15_000;
/** Files, pipes and connections that a command has open beside those to visors. */
const OTHER_FILES = 64;

/** How the user wants visors to be reached. */
export interface WayIn {
  readonly access: VisorAccess;
  readonly scheme?: "dmsg" | "skynet";
  /** Visors that are read at once, where that was said. */
  readonly working?: number;
  /** Connections that wait for an answer at once, as far as this process may have so many. */
  readonly dials: number;
}

/**
 * The way that was asked for, by the local visor of SKYWIRE_RPC or the usual one where none was named.
 * @throws FleetError visor/address (exit 64)
 */
export function wayInOf(
  { rpc, scheme, timeoutMs, working, dials }: AccessRequest,
  world: World,
): WayIn {
  const address = rpc ?? nonEmpty(world.env["SKYWIRE_RPC"]);
  return {
    access: {
      dial: world.dial,
      clock: world.clock,
      rpcAddress: address === undefined ? DEFAULT_RPC_ADDRESS : parseRpcAddress(address),
      ...(timeoutMs === undefined ? {} : { timeouts: timeoutsOf(timeoutMs) }),
    },
    ...defined({ scheme, working }),
    dials: dialsOf(dials, world, working ?? DEFAULT_PACE.working),
  };
}

function dialsOf(
  asked: number | undefined,
  { openFilesMax, terminal }: World,
  working: number,
): number {
  const most = Math.max(1, (openFilesMax?.() ?? Number.POSITIVE_INFINITY) - OTHER_FILES - working);
  if (asked !== undefined && asked > most)
    terminal.err(
      `note: --dials ${asked} is more than this process may open; ${most} at a time (ulimit -n raises it)\n`,
    );
  return Math.min(asked ?? DEFAULT_PACE.dials, most);
}

/**
 * What reads many visors by one command. It says once where the local visor carries fewer connections than it was
 * asked to. `working` is how many are read at once where the user does not say.
 */
export function readerOf(
  { access, working: asked, dials }: WayIn,
  world: World,
  working: number = DEFAULT_PACE.working,
): VisorReader {
  return createVisorReader(access, {
    dials,
    working: asked ?? working,
    onShort: () =>
      world.terminal.err(
        "note: the local visor does not carry that many connections at once; fewer are opened, which takes longer (--dials)\n",
      ),
  });
}

/** How many visors are written to at once: as many as the user wants read at once, where that was said. */
export function writesAtOnce({ working }: WayIn): { readonly parallel: number } | undefined {
  return working === undefined ? undefined : { parallel: working };
}

function timeoutsOf(timeoutMs: number): VisorTimeouts {
  return {
    dialMs: Math.min(timeoutMs, DIAL_MS_MAX),
    firstReplyMs: timeoutMs,
    callMs: timeoutMs,
    bridgeDialMs: Math.min(timeoutMs, BRIDGE_DIAL_MS_MAX),
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

// Which visors did not answer lately, so that the next command asks them after all others. Only a memory: losing it
// costs time, and nothing is said of a visor because of it.

const FILE = "away-visors.json";
const FORMAT = "fleet.skywire/away-visors/v1";
/** What was away so long ago may be back as well as not. */
const AGE_MAX_MS = 24 * 60 * 60 * 1_000;
/** Failures of a visor that took all the time there was. */
const SLOW_REASONS = new Set(["dial-timeout", "not-answering"]);

const TIME_MS = numberFrom();
const AWAY = membersOf<{ readonly format: typeof FORMAT; readonly visors: JsonObject }>({
  format: oneOf(FORMAT),
  visors: OBJECT,
});

/** When each visor was last found away, unix ms, by its key. */
export type AwayVisors = ReadonlyMap<string, number>;

/** Reads the memory. What cannot be read is forgotten. */
export async function recallAway(world: World): Promise<AwayVisors> {
  try {
    const bytes = await world.files.read(pathOf(world));
    return bytes === undefined ? new Map() : parse(bytes, world.clock.now());
  } catch (error) {
    if (error instanceof FleetError) return new Map();
    throw error;
  }
}

/** Keeps what was found now, where that is something else. A memory that cannot be kept is done without. */
export async function keepAway(
  before: AwayVisors,
  found: readonly ObservedVisor[],
  world: World,
): Promise<void> {
  const after = new Map(before);
  for (const visor of found) {
    if (visor.kind === "unreachable" && SLOW_REASONS.has(visor.reason))
      after.set(visor.key, world.clock.now());
    else after.delete(visor.key);
  }
  if (after.size === before.size && [...after.keys()].every((key) => before.has(key))) return;
  const path = pathOf(world);
  const document = { format: FORMAT, visors: Object.fromEntries(after) };
  try {
    await world.files.makeFolder(homeFolders(world.env).state);
    await world.files.replace(path, canonicalJsonBytes(document), { mode: 0o600 });
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
  }
}

function pathOf({ env }: World): string {
  return join(homeFolders(env).state, FILE);
}

function parse(bytes: Uint8Array, nowMs: number): AwayVisors {
  const document = jsonIfAny(bytes);
  if (!hasShape(document, AWAY)) return new Map();
  const isLately = (pair: [string, unknown]): pair is [string, number] =>
    hasShape(pair[1], TIME_MS) && Math.abs(nowMs - pair[1]) < AGE_MAX_MS;
  return new Map(Object.entries(document.visors).filter(isLately));
}
