// Reads one visor as it is now: directly when it is the local one, else through the bridge.
import type { VisorKey } from "../../core/index.ts";
import type { DesiredVisor, ObservedVisor } from "../../model/index.ts";
import { routeOf, toObserved } from "../../reconcile/index.ts";
import {
  createVisorReader,
  readingError,
  type ReadingWants,
  type VisorTarget,
} from "../../skywire/visor/index.ts";
import type { WayIn } from "../shell/way-in.ts";
import type { World } from "../shell/world.ts";

/**
 * What a visor shows; that it does not answer is an answer.
 * @param visor its key, and what a manifest says of how it is reached
 * @throws FleetError visor/no-local, net/* when the local visor does not answer
 */
export async function readOneVisor(
  visor: { readonly key: VisorKey } & Pick<Partial<DesiredVisor>, "rpc">,
  wants: ReadingWants,
  wayIn: WayIn,
  world: World,
): Promise<ObservedVisor> {
  const reader = createVisorReader(wayIn.access);
  const here: VisorTarget = { key: undefined, route: { kind: "local" } };
  const atMs = world.clock.now();
  const local = await reader.read(here, wants);
  if (local.kind !== "seen") throw readingError(wayIn.access.rpcAddress, here, local);
  if (local.key === visor.key) return toObserved(local, visor.key, here.route, atMs);
  const route = routeOf(visor, wayIn.scheme);
  return toObserved(await reader.read({ key: visor.key, route }, wants), visor.key, route, atMs);
}
