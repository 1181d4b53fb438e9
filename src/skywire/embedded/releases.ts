import { t, uuid, type Schema } from "../gob/index.ts";
import { APP_SETTERS_2024, APP_SETTERS_2026, SHARED_APP_SETTERS } from "./methods-app-config.ts";
import {
  ADD_TRANSPORT_2024,
  ADD_TRANSPORT_2026,
  NETWORK_2026,
  SHARED_NETWORK,
  SKYENV_METHODS,
} from "./methods-network.ts";
import { PROCESS_METHODS, START_APP_2024, START_APP_2026 } from "./methods-process.ts";
import { READS_2024, READS_2026, SHARED_READS } from "./methods-read.ts";
import { PAIRING_METHODS, TRUST_METHODS_2026 } from "./methods-trust.ts";
import { type ProfileName } from "./profile.ts";
import { method, type ReleaseMethod } from "./release-method.ts";
import { SET_CONFIG_FIELDS } from "./set-config-fields.ts";
import { visorKey } from "./wire-keys.ts";

/** Calls that kill a visor that is up, with an argument that names nothing it knows. Source: visor-observed 6. */
const ALWAYS_DEADLY: readonly ReleaseMethod[] = [
  deadly("DeregisterApp", t.byteArray(16)),
  deadly("StopPing", visorKey),
  deadly("Ping", t.struct("visor.PingConfig", { PK: visorKey, Tries: t.int, PcktSize: t.int, PubVisCount: t.int })),
  deadly("Disconnect", uuid),
  deadly("SaveRoutingRule", t.bytes),
];

/** Read calls we do not model beyond their death on an early visor. */
const UNMODELLED_READS: readonly ReleaseMethod[] = [
  unmodelled("RoutingRule", t.uint32, "dies", "rule not found"),
  unmodelled("DiscoverTransportByID", uuid, "dies", '404 Not Found: {"error":"transport not found"}'),
  unmodelled("DiscoverTransportsByPK", visorKey, "dies", '404 Not Found: {"error":"transport not found"}'),
  unmodelled("VPNServers", filter(), { error: "no service of type vpn registered" }, "no service of type vpn registered"),
  unmodelled("ProxyServers", filter(), "runs", "no service of type proxy registered"),
];

const SHARED: readonly ReleaseMethod[] = [
  ...SHARED_READS,
  ...PROCESS_METHODS,
  ...SHARED_APP_SETTERS,
  ...SHARED_NETWORK,
  ...ALWAYS_DEADLY,
  ...UNMODELLED_READS,
];

const V1_3_28: readonly ReleaseMethod[] = [
  ...SHARED,
  ...READS_2024,
  ...APP_SETTERS_2024,
  START_APP_2024,
  ADD_TRANSPORT_2024,
];

const V1_3_73: readonly ReleaseMethod[] = [
  ...SHARED,
  ...READS_2026,
  ...APP_SETTERS_2026,
  ...TRUST_METHODS_2026,
  ...NETWORK_2026,
  START_APP_2026,
  ADD_TRANSPORT_2026,
];

const V1_3_94: readonly ReleaseMethod[] = [...V1_3_73, ...PAIRING_METHODS];

/** The methods each release has. What is not here is answered as a method the release does not have. */
export const RELEASE_METHODS: Readonly<Record<ProfileName, readonly ReleaseMethod[]>> = {
  newest: [...V1_3_94, SET_CONFIG_FIELDS, ...SKYENV_METHODS],
  "v1.3.94": V1_3_94,
  "v1.3.73": V1_3_73,
  "v1.3.28": V1_3_28,
};

/** Names of all methods that change something on a visor, over all releases. */
export const MUTATING_METHODS: ReadonlySet<string> = new Set(
  Object.values(RELEASE_METHODS)
    .flat()
    .filter((each) => each.effect === "write")
    .map((each) => each.name),
);

function deadly<A>(name: string, args: Schema<A>): ReleaseMethod {
  return method({
    name,
    args,
    reply: t.empty,
    effect: "write",
    early: "dies",
    run: ({ session }) => session.dies(name),
  });
}

function unmodelled<A>(name: string, args: Schema<A>, early: ReleaseMethod["early"], error: string): ReleaseMethod {
  return method({
    name,
    args,
    reply: t.empty,
    effect: "read",
    early,
    run: () => {
      throw new Error(error);
    },
  });
}

function filter(): Schema<{ Version: string; Country: string }> {
  return t.struct("visor.FilterServersIn", { Version: t.string, Country: t.string });
}
