// Which methods each release has.
import { utf8, visorKeyFault } from "../../core/index.ts";
import { t, uuid, type Schema } from "../gob/index.ts";
import { APP_SETTERS_2024, APP_SETTERS_2026, SHARED_APP_SETTERS } from "./methods-app-config.ts";
import {
  ADD_TRANSPORT_2024,
  ADD_TRANSPORT_2026,
  IS_SUSPENDED,
  NETWORK_2026,
  SHARED_NETWORK,
  SKYENV_METHODS,
} from "./methods-network.ts";
import { PORT_METHODS } from "./methods-ports.ts";
import { PROCESS_METHODS, START_APP_2024, START_APP_2026 } from "./methods-process.ts";
import { READS_2024, READS_2026, SHARED_READS } from "./methods-read.ts";
import { PAIRING_METHODS, TRUST_METHODS_2026 } from "./methods-trust.ts";
import type { ReleaseName } from "../visor/index.ts";
import { method, type ReleaseMethod } from "./release-method.ts";
import { SET_CONFIG_FIELDS } from "./set-config-fields.ts";
import type { VisorInstance } from "./visor-instance.ts";
import { visorKey } from "./wire-keys.ts";

interface TransportEntry {
  readonly ID: string;
  readonly Edges: readonly string[];
  readonly Type: string;
  readonly Label: string;
}

/** What the transport discovery knows; ours knows the visor's own transports. */
const transportEntry: Schema<TransportEntry> = t.struct("transport.Entry", {
  ID: uuid,
  Edges: t.array(visorKey, 2),
  Type: t.string,
  Label: t.string,
});

/** Calls that kill a visor that is up, with an argument that names nothing it knows. Source: visor-observed 6. */
const ALWAYS_DEADLY: readonly ReleaseMethod[] = [
  deadly("DeregisterApp", t.byteArray(16)),
  deadly("StopPing", visorKey),
  deadly(
    "Ping",
    t.struct("visor.PingConfig", {
      PK: visorKey,
      Tries: t.int,
      PcktSize: t.int,
      PubVisCount: t.int,
    }),
  ),
  deadly("Disconnect", uuid),
  deadly("SaveRoutingRule", t.bytes),
];

/** Read calls we do not model beyond their death on an early visor. */
const UNMODELLED_READS: readonly ReleaseMethod[] = [
  unmodelled("RoutingRule", t.uint32, "dies", "rule not found"),
  method({
    name: "DiscoverTransportByID",
    args: uuid,
    reply: transportEntry,
    effect: "read",
    early: "dies",
    run: ({ instance }, id) =>
      firstOr404(entriesOf(instance).filter((entry) => entry.ID === id))[0],
  }),
  method({
    name: "DiscoverTransportsByPK",
    args: visorKey,
    reply: t.list(transportEntry),
    effect: "read",
    early: "dies",
    run: ({ instance }, key) =>
      firstOr404(entriesOf(instance).filter((entry) => entry.Edges.includes(key))),
  }),
  method({
    name: "FetchUptimeTrackerData",
    args: t.string,
    reply: t.bytes,
    effect: "read",
    early: { error: "no uptime tracker available" },
    run: (_, key) => {
      if (key !== "" && visorKeyFault(key) !== undefined)
        throw new Error("Invalid or missing public key");
      return utf8("[]");
    },
  }),
  unmodelled(
    "VPNServers",
    filter(),
    { error: "no service of type vpn registered" },
    "no service of type vpn registered",
  ),
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
  ...PORT_METHODS,
  START_APP_2026,
  ADD_TRANSPORT_2026,
];

const V1_3_94: readonly ReleaseMethod[] = [...V1_3_73, ...PAIRING_METHODS, IS_SUSPENDED];

/** The methods each release has. What is not here is answered as a method the release does not have. */
export const RELEASE_METHODS: Readonly<Record<ReleaseName, readonly ReleaseMethod[]>> = {
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

function entriesOf(instance: VisorInstance): readonly TransportEntry[] {
  const local = instance.visor.key;
  return instance.transports().map(({ id, remote, type, label }) => ({
    ID: id,
    Edges: local < remote ? [local, remote] : [remote, local],
    Type: type,
    Label: label,
  }));
}

function firstOr404(
  entries: readonly TransportEntry[],
): readonly [TransportEntry, ...TransportEntry[]] {
  const [first, ...others] = entries;
  if (first === undefined) throw new Error('404 Not Found: {"error":"transport not found"}');
  return [first, ...others];
}

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

function unmodelled<A>(
  name: string,
  args: Schema<A>,
  early: ReleaseMethod["early"],
  error: string,
): ReleaseMethod {
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
