// Methods that only read.
import { type Json, isJsonObject } from "../../core/index.ts";
import { type Schema, t, uuid } from "../gob/index.ts";
import { valueOption } from "./app-args.ts";
import {
  type CallContext,
  method,
  NO_LAUNCHER,
  NO_TRANSPORTS,
  type ReleaseMethod,
} from "./release-method.ts";
import {
  appStates2024,
  appStates2026,
  health2026Of,
  healthWord,
  overview2024Of,
  overview2026Of,
  persistentOf,
  rotated,
  summary2024Of,
  summary2026Of,
  transport2026Of,
  transportEntry,
  uptimeSeconds,
} from "./replies.ts";
import { routeGroup, routeGroups } from "./route-groups.ts";
import { TRANSPORT_TYPES, type LiveTransport } from "./transports.ts";
import { appState2024, health2024, overview2024, summary2024, transport2024 } from "./wire-2024.ts";
import { appState2026, health2026, overview2026, summary2026, transport2026 } from "./wire-2026.ts";
import { servedTransportsIn } from "./wire-arguments.ts";
import { persistentTransport, portDetails } from "./wire-shared.ts";

const NO_SUCH_APP = "no process of given app is running";

/** Reads whose argument and reply are alike in all releases. */
export const SHARED_READS: readonly ReleaseMethod[] = [
  read("Uptime", t.float, "runs", ({ instance }) => uptimeSeconds(instance)),
  read("TransportTypes", t.list(t.string), NO_TRANSPORTS, ({ instance }) =>
    rotated(instance, TRANSPORT_TYPES),
  ),
  read("GetPersistentTransports", t.list(persistentTransport), "runs", ({ instance }) =>
    persistentOf(instance),
  ),
  read("RemoteVisors", t.list(t.string), "runs", ({ instance }) => managedKeys(instance.visor)),
  read("Ports", portDetails, "runs", ({ instance }) => portsOf(instance)),
  read("IsDMSGClientReady", t.bool, { error: "dmsg client is not ready" }, ({ instance }) => {
    if (!instance.isDmsgReady) throw new Error("dmsg client is not ready");
    return true;
  }),
  read("RoutingRules", t.list(t.bytes), "dies", () => []),
  method({
    name: "GetRewardAddress",
    args: t.empty,
    reply: t.string,
    effect: "write",
    early: "runs",
    run: async ({ instance }) => {
      if (instance.rewardAddress !== undefined) return instance.rewardAddress;
      instance.rewardAddress = "";
      await instance.saveReward();
      return "";
    },
  }),
];

/** Reads of v1.3.28 with the types it has. */
export const READS_2024: readonly ReleaseMethod[] = [
  read("Health", health2024, "runs", ({ instance }) => ({ ServicesHealth: healthWord(instance) })),
  read("Overview", overview2024, NO_TRANSPORTS, ({ instance }) => overview2024Of(instance)),
  read("Summary", summary2024, { error: "overview" }, ({ instance }) => summary2024Of(instance)),
  read("Apps", t.list(appState2024), NO_LAUNCHER, ({ instance }) => appStates2024(instance)),
  one("App", t.string, appState2024, ({ instance }, name) => named(appStates2024(instance), name)),
  transportsMethod(transport2024, transportEntry),
  transportMethod(transport2024, transportEntry),
  read("ListHTTPPorts", t.list(t.int), "runs", () => []),
  read(
    "List",
    t.keyedMap(uuid, t.ptr(forwardConn()), (id) => id),
    "runs",
    () => new Map(),
  ),
  read(
    "RouteGroups",
    t.list(t.struct("visor.RouteGroupInfo", { ConsumeRule: t.bytes, FwdRule: t.bytes })),
    "dies",
    () => [],
  ),
];

/** Reads of 2026 with the types it has. */
export const READS_2026: readonly ReleaseMethod[] = [
  read("Health", health2026, "runs", ({ instance }) => health2026Of(instance)),
  read("Overview", overview2026, NO_TRANSPORTS, ({ instance }) => overview2026Of(instance)),
  read("Summary", summary2026, { error: "overview" }, ({ instance }) => summary2026Of(instance)),
  read("Apps", t.list(appState2026), NO_LAUNCHER, ({ instance }) => appStates2026(instance)),
  one("App", t.string, appState2026, ({ instance }, name) => named(appStates2026(instance), name)),
  transportsMethod(transport2026, transport2026Of),
  transportMethod(transport2026, transport2026Of),
  read("RouteGroups", t.list(routeGroup), "dies", () => routeGroups()),
  read("IsStartupComplete", t.bool, "runs", ({ instance }) => instance.isComplete),
];

/** A read without an argument. */
export function read<R>(
  name: string,
  reply: Schema<R>,
  early: ReleaseMethod["early"],
  run: (context: CallContext) => R | Promise<R>,
): ReleaseMethod {
  return method({ name, args: t.empty, reply, effect: "read", early, run });
}

function one<A, R>(
  name: string,
  args: Schema<A>,
  reply: Schema<R>,
  run: (context: CallContext, args: A) => R,
): ReleaseMethod {
  return method({ name, args, reply, effect: "read", early: "dies", run });
}

function named<S extends { readonly AppConfig: { readonly Name: string } }>(
  states: readonly S[],
  name: string,
): S {
  const state = states.find((each) => each.AppConfig.Name === name);
  if (state === undefined) throw new Error(NO_SUCH_APP);
  return state;
}

type FormTransport<R> = (
  instance: CallContext["instance"],
  transport: LiveTransport,
  logs: boolean,
) => R;

function transportsMethod<R>(schema: Schema<R>, form: FormTransport<R>): ReleaseMethod {
  return method({
    name: "Transports",
    args: servedTransportsIn,
    reply: t.list(schema),
    effect: "read",
    early: "runs",
    run: ({ instance }, { FilterTypes, FilterPubKeys, ShowLogs }) =>
      (instance.isEarly ? [] : instance.transports())
        .filter((each) => FilterTypes.length === 0 || FilterTypes.includes(each.type))
        .filter((each) => FilterPubKeys.length === 0 || FilterPubKeys.includes(each.remote))
        .map((each) => form(instance, each, ShowLogs)),
  });
}

function transportMethod<R>(schema: Schema<R>, form: FormTransport<R>): ReleaseMethod {
  return one("Transport", uuid, schema, ({ instance }, id) => {
    const transport = instance.transports().find((each) => each.id === id);
    if (transport === undefined) throw new Error("not found");
    return form(instance, transport, true);
  });
}

function forwardConn(): Schema<{ ID: string; LocalPort: number; RemotePort: number }> {
  return t.struct("appnet.ForwardConn", { ID: uuid, LocalPort: t.int, RemotePort: t.int });
}

type Visor = CallContext["instance"]["visor"];

/** Keys of the visors that have this one as their hypervisor, while it serves as one. */
export function managedKeys(visor: Visor): readonly string[] {
  return visor.isHypervisor
    ? visor.world.keys.filter(
        (key) => key !== visor.key && visor.world.visorOf(key)?.lists(visor.key) === true,
      )
    : [];
}

type PortDetails = ReadonlyMap<string, { Port: string; Type: string }>;

/** Ports the visor listens on by its configuration. Sockets the system chose are left out. */
function portsOf(instance: CallContext["instance"]): PortDetails {
  const { config } = instance;
  const tcp = (address: Json | undefined): { Port: string; Type: string } => ({
    Port: typeof address === "string" ? address.replace(/^.*:/, "") : "",
    Type: "TCP",
  });
  const ports = new Map([
    ["cli_addr", tcp(config["cli_addr"])],
    ["dmsg_pty", { Port: "22", Type: "DMSG" }],
    ["proc_addr", tcp(memberOf(config["launcher"], "server_addr"))],
    ["stcp_addr", tcp(memberOf(config["skywire-tcp"], "listening_address"))],
  ]);
  if (instance.isEarly) return ports;
  for (const app of instance.apps()) {
    if (instance.status(app).status !== 1) continue;
    ports.set(app.name, { Port: String(app.port), Type: "SKYNET" });
    const address = valueOption(app.args, "--addr");
    if (address !== undefined) ports.set(`${app.name}_addr`, tcp(address));
  }
  return ports;
}

function memberOf(block: Json | undefined, name: string): Json | undefined {
  return isJsonObject(block) ? block[name] : undefined;
}
