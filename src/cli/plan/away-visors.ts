// Which visors did not answer lately, so that the next command asks them after all others. Only a memory: losing it
// costs time, and nothing is said of a visor because of it.
import { join } from "node:path";
import {
  canonicalJsonBytes,
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
import type { World } from "../shell/world.ts";

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
