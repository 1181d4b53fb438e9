import { inspect } from "node:util";
import {
  createVisorReader,
  createVisorWriter,
  DEFAULT_RPC_ADDRESS,
  type ReadingWants,
  type SeenReading,
  type VisorAccess,
  type VisorReading,
  type VisorTarget,
  type WriteSession,
} from "../../src/skywire/visor/index.ts";
import { realClock } from "./clocks.ts";
import { KEYS, type Script, type ScriptedVisor, scriptedVisor } from "./scripted-visor.ts";
import { type FarEnd, visorWorld, type VisorWorld } from "./visor-world.ts";

/** The far visor of a {@link worldOf}, through the bridge. */
export const FAR: VisorTarget = {
  key: KEYS.far,
  route: { kind: "bridge", scheme: "dmsg", port: 65 },
};

/** Whoever answers at the local address. */
export const LOCAL: VisorTarget = { key: undefined, route: { kind: "local" } };

/** A reading that asks for all there is. */
export const EVERYTHING: ReadingWants = {
  config: true,
  summary: true,
  ports: true,
  skyenv: true,
  known: true,
  probes: ["SetConfigFields", "StartApp", "AddHypervisor", "SetIsPublic"],
};

const QUICK = { dialMs: 300, firstReplyMs: 300, callMs: 300, bridgeDialMs: 160 };

/** The way into a world, with deadlines short enough to wait for. */
export function accessTo(world: VisorWorld, more: Partial<VisorAccess> = {}): VisorAccess {
  return {
    dial: world.dial,
    clock: realClock,
    rpcAddress: DEFAULT_RPC_ADDRESS,
    timeouts: QUICK,
    ...more,
  };
}

/** A world of a local visor and one far one. */
export function worldOf(
  far: FarEnd,
  local: FarEnd = scriptedVisor({ key: KEYS.local }),
): VisorWorld {
  return visorWorld(local, new Map([[KEYS.far, far]]));
}

/** Reads a far visor with this script. */
export async function readFar(
  script: Partial<Script>,
  wants?: ReadingWants,
): Promise<VisorReading> {
  const world = worldOf(scriptedVisor({ key: KEYS.far, ...script }));
  return createVisorReader(accessTo(world)).read(FAR, wants);
}

/** The reading of a visor that must be seen. */
export async function seen(reading: Promise<VisorReading>): Promise<SeenReading> {
  const result = await reading;
  if (result.kind !== "seen") throw new Error(inspect(result));
  return result;
}

/** A write session with a far visor, and the visor's own view of it. */
export interface OpenedSession {
  readonly session: WriteSession;
  readonly far: ScriptedVisor;
  readonly world: VisorWorld;
}

/** Opens a far visor with this script for writing. */
export async function openFar(script: Partial<Script> = {}): Promise<OpenedSession> {
  const far = scriptedVisor({ key: KEYS.far, ...script });
  const world = worldOf(far);
  const session = await createVisorWriter(accessTo(world)).open(FAR, { ports: true });
  return { session, far, world };
}

/** The last request that a visor met. */
export function lastOf(far: ScriptedVisor): { method: string; args: unknown; outcome: string } {
  const last = far.requests.at(-1);
  return { method: last?.method ?? "", args: last?.args, outcome: last?.outcome ?? "" };
}
