// Tells releases apart by what a visor can do, never by the version that it names.
import type { Presence, SeenReading } from "../reading.ts";
import { RELEASES, type ReleaseName } from "./release-facts.ts";

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
