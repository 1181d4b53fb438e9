// The table of every method that may be sent, with the evidence that it is harmless.
import { type GenericValue, key33, type Schema, t } from "../gob/index.ts";
import { defineMethod, type MethodDef } from "../rpc/index.ts";
import {
  type AppNameIn,
  appNameIn,
  appState,
  type AppStateWire,
  configFieldChange,
  type ConfigFieldChangeWire,
  type Empty,
  forwardedPort,
  type ForwardedPortWire,
  managedVisor,
  type ManagedVisorWire,
  overview,
  type OverviewWire,
  setAppAddIn,
  type SetAppAddIn,
  setAppArgsIn,
  type SetAppArgsIn,
  setAppBoolIn,
  type SetAppBoolIn,
  setAppEnvFullIn,
  type SetAppEnvFullIn,
  setAppLauncherModeIn,
  type SetAppLauncherModeIn,
  setAppNetworkInterfaceIn,
  type SetAppNetworkInterfaceIn,
  setAppPkIn,
  type SetAppPkIn,
  setAppStringIn,
  type SetAppStringIn,
  setAppWhitelistIn,
  type SetAppWhitelistIn,
  setAutoStartIn,
  type SetAutoStartIn,
  skyenvState,
  type SkyenvWire,
  startAppIn,
  type StartAppIn,
  summary,
  type SummaryWire,
  transport,
  type TransportsIn,
  transportsIn,
  type TransportWire,
} from "./wire-types.ts";

/** The name under which every visor registers its methods. */
export const SERVICE = "app-visor";

/**
 * When a method may be sent:
 * - `always`: seen to be harmless on a visor that is starting, cut off or old;
 * - `incomplete`: only after `IsStartupComplete` said no on this connection, to learn why;
 * - `ready`: only after `Apps` and `TransportTypes` both answered on this connection;
 * - `unproved`: as `ready`, and after `IsStartupComplete` is true where it exists; no recording shows it;
 * - `write`: changes the visor; as `unproved`, and only from a write session.
 */
type MethodClass = "always" | "incomplete" | "ready" | "unproved" | "write";

/** What makes us believe that a method is as described: a recorded session, a text, or nothing. */
type Evidence = `session:${string}` | `text:${string}` | "none";

/** One method that we may send. */
export interface MethodRow {
  readonly name: string;
  readonly class: MethodClass;
  readonly evidence: Evidence;
  /**
   * A body that the method's argument cannot take in any known release. Sent with it, a method that exists
   * answers a gob type error, and net/rpc never runs it. Rows without one are never probed.
   */
  readonly probe?: "bool";
}

/** A method with the types of its argument and reply. */
export interface Call<A, R> extends MethodRow {
  readonly method: MethodDef<A, R>;
}

/** Every method that we may send, by name. Nothing else is ever sent. */
export interface Calls {
  readonly Uptime: Call<Empty, number>;
  readonly Apps: Call<Empty, readonly AppStateWire[]>;
  readonly TransportTypes: Call<Empty, readonly string[]>;
  readonly IsStartupComplete: Call<Empty, boolean>;
  readonly IsSuspended: Call<Empty, boolean>;
  readonly RemoteVisors: Call<Empty, readonly string[]>;
  readonly Transports: Call<TransportsIn, readonly TransportWire[]>;
  readonly Overview: Call<Empty, OverviewWire>;
  readonly Summary: Call<Empty, SummaryWire>;
  readonly GetRuntimeConfig: Call<Empty, Uint8Array>;
  readonly GetConfigPath: Call<Empty, string>;
  readonly Skyenv: Call<Empty, SkyenvWire>;
  readonly ListForwardedPorts: Call<Empty, readonly ForwardedPortWire[]>;
  /** Only asked whether it is served: releases that have it admit and drop trusted keys at once. */
  readonly PendingHypervisors: Call<Empty, GenericValue>;
  readonly HVListVisors: Call<Empty, readonly ManagedVisorWire[]>;
  readonly SetConfigFields: Call<ReadonlyMap<string, Uint8Array>, readonly ConfigFieldChangeWire[]>;
  readonly StartApp: Call<StartAppIn, Empty> & {
    /** The form of releases that take the plain name. */
    readonly older: MethodDef<string, Empty>;
  };
  readonly StopApp: Call<string, Empty>;
  readonly KillApp: Call<string, Empty>;
  readonly SetAutoStart: Call<SetAutoStartIn, Empty>;
  readonly SetAppArgs: Call<SetAppArgsIn, Empty>;
  readonly SetAppEnvFull: Call<SetAppEnvFullIn, Empty>;
  readonly SetAppLauncherMode: Call<SetAppLauncherModeIn, Empty>;
  readonly SetAppWhitelist: Call<SetAppWhitelistIn, Empty>;
  readonly SetAppPK: Call<SetAppPkIn, Empty>;
  readonly SetAppSecure: Call<SetAppBoolIn, Empty>;
  readonly SetAppKillswitch: Call<SetAppBoolIn, Empty>;
  readonly SetAppNetworkInterface: Call<SetAppNetworkInterfaceIn, Empty>;
  readonly SetAppAddress: Call<SetAppStringIn, Empty>;
  readonly SetAppDNS: Call<SetAppStringIn, Empty>;
  readonly AddApp: Call<SetAppAddIn, Empty>;
  readonly DeleteApp: Call<AppNameIn, Empty>;
  readonly AddHypervisor: Call<string, Empty>;
  readonly RemoveHypervisor: Call<string, Empty>;
  readonly SetMinHops: Call<number, Empty>;
  readonly SetCalculateRoutes: Call<boolean, Empty>;
  readonly SetPublicAutoconnect: Call<boolean, Empty>;
  readonly SetIsPublic: Call<boolean, Empty>;
  readonly SetRewardAddress: Call<string, string>;
  readonly DeleteRewardAddress: Call<Empty, Empty>;
  readonly RegisterForwardedPort: Call<ForwardedPortWire, Empty>;
  readonly UpdateForwardedPort: Call<ForwardedPortWire, Empty>;
  readonly DeregisterTCPPort: Call<number, Empty>;
}

/** The name of a method that we may send. */
export type MethodName = keyof Calls;

const READS = "text:skywire-rpc 4.1";
const APP_WRITES = "text:skywire-rpc 4.2";
const TRUST_WRITES = "text:skywire-rpc 4.3";
const NETWORK_WRITES = "text:skywire-rpc 4.4";
const jsonByPath = t.map(t.string, t.named("json.RawMessage", t.bytes));

/**
 * The table. `Overview` and `Summary` answered a cut-off v1.3.28 visor with a clean error; they are `ready` because
 * later releases gather more in them. Left out on purpose, because they killed a visor, cannot be undone or are not
 * needed: App, Reload, Shutdown, DoCustomSetting, AddPtyWhitelist, SetRuntimeConfig, GetRewardAddress and all others.
 * Source: visor-observed section 6, skywire-rpc section 4 and 9.
 */
export const CALLS: Calls = {
  Uptime: read("Uptime", "always", t.empty, t.float, "session:degraded-reads"),
  Apps: read("Apps", "always", t.empty, t.list(appState), "session:degraded-reads"),
  TransportTypes: read(
    "TransportTypes",
    "always",
    t.empty,
    t.list(t.string),
    "session:degraded-reads",
  ),
  IsStartupComplete: read("IsStartupComplete", "always", t.empty, t.bool, "session:unknown-method"),
  IsSuspended: read("IsSuspended", "incomplete", t.empty, t.bool, "text:api_suspend.go 31863948"),
  RemoteVisors: read(
    "RemoteVisors",
    "always",
    t.empty,
    t.list(t.lossyString),
    "session:degraded-reads",
  ),
  Transports: read(
    "Transports",
    "always",
    transportsIn,
    t.list(transport),
    "text:visor-observed 6",
  ),
  Overview: read("Overview", "ready", t.empty, overview, "session:early-Overview"),
  Summary: read("Summary", "ready", t.empty, summary, "session:early-Summary"),
  GetRuntimeConfig: read("GetRuntimeConfig", "unproved", t.empty, t.bytes, READS),
  GetConfigPath: read("GetConfigPath", "unproved", t.empty, t.lossyString, READS),
  Skyenv: read("Skyenv", "unproved", t.empty, skyenvState, READS),
  ListForwardedPorts: read("ListForwardedPorts", "unproved", t.empty, t.list(forwardedPort), READS),
  PendingHypervisors: read("PendingHypervisors", "unproved", t.empty, t.generic, READS),
  HVListVisors: read("HVListVisors", "unproved", t.empty, t.list(managedVisor), READS),
  SetConfigFields: probed(
    "SetConfigFields",
    jsonByPath,
    t.list(configFieldChange),
    "text:skywire-rpc 4.5",
  ),
  StartApp: {
    ...probed("StartApp", startAppIn, t.empty, "session:app-life-skysocks"),
    older: defineMethod(`${SERVICE}.StartApp`, t.string, t.empty),
  },
  StopApp: write("StopApp", t.string, t.empty, "session:app-stop-running"),
  KillApp: write("KillApp", t.string, t.empty, "session:app-kill"),
  SetAutoStart: probed("SetAutoStart", setAutoStartIn, t.empty, "session:set-autostart"),
  SetAppArgs: probed("SetAppArgs", setAppArgsIn, t.empty, APP_WRITES),
  SetAppEnvFull: probed("SetAppEnvFull", setAppEnvFullIn, t.empty, APP_WRITES),
  SetAppLauncherMode: probed("SetAppLauncherMode", setAppLauncherModeIn, t.empty, APP_WRITES),
  SetAppWhitelist: probed("SetAppWhitelist", setAppWhitelistIn, t.empty, APP_WRITES),
  SetAppPK: probed("SetAppPK", setAppPkIn, t.empty, "session:set-app-pk"),
  SetAppSecure: probed("SetAppSecure", setAppBoolIn, t.empty, "session:set-app-bools"),
  SetAppKillswitch: probed("SetAppKillswitch", setAppBoolIn, t.empty, "session:set-app-bools"),
  SetAppNetworkInterface: probed(
    "SetAppNetworkInterface",
    setAppNetworkInterfaceIn,
    t.empty,
    "session:set-app-strings",
  ),
  SetAppAddress: probed("SetAppAddress", setAppStringIn, t.empty, "session:set-app-strings"),
  SetAppDNS: probed("SetAppDNS", setAppStringIn, t.empty, APP_WRITES),
  AddApp: probed("AddApp", setAppAddIn, t.empty, "session:set-app-custom"),
  DeleteApp: probed("DeleteApp", appNameIn, t.empty, APP_WRITES),
  AddHypervisor: probed("AddHypervisor", key33, t.empty, TRUST_WRITES),
  RemoveHypervisor: probed("RemoveHypervisor", key33, t.empty, TRUST_WRITES),
  SetMinHops: write("SetMinHops", t.uint16, t.empty, "session:set-minhops"),
  SetCalculateRoutes: write("SetCalculateRoutes", t.bool, t.empty, NETWORK_WRITES),
  SetPublicAutoconnect: write("SetPublicAutoconnect", t.bool, t.empty, "text:visor-observed 4"),
  SetIsPublic: write("SetIsPublic", t.bool, t.empty, NETWORK_WRITES),
  SetRewardAddress: write("SetRewardAddress", t.string, t.lossyString, "session:set-reward"),
  DeleteRewardAddress: write("DeleteRewardAddress", t.empty, t.empty, "session:set-reward"),
  RegisterForwardedPort: probed("RegisterForwardedPort", forwardedPort, t.empty, NETWORK_WRITES),
  UpdateForwardedPort: probed("UpdateForwardedPort", forwardedPort, t.empty, NETWORK_WRITES),
  DeregisterTCPPort: write("DeregisterTCPPort", t.int, t.empty, NETWORK_WRITES),
};

/**
 * The table's rows, in its order.
 * @internal tests go through all of them
 */
export const METHODS: readonly MethodRow[] = Object.values(CALLS);

const BY_NAME: ReadonlyMap<string, MethodRow> = new Map(METHODS.map((row) => [row.name, row]));

/** The row of a method, or `undefined` when it is never sent. */
export function methodRow(name: string): MethodRow | undefined {
  return BY_NAME.get(name);
}

function read<A, R>(
  name: MethodName,
  methodClass: Exclude<MethodClass, "write">,
  args: Schema<A>,
  reply: Schema<R>,
  evidence: Evidence,
): Call<A, R> {
  return {
    name,
    class: methodClass,
    evidence,
    method: defineMethod(`${SERVICE}.${name}`, args, reply),
  };
}

function write<A, R>(
  name: MethodName,
  args: Schema<A>,
  reply: Schema<R>,
  evidence: Evidence,
): Call<A, R> {
  return {
    name,
    class: "write",
    evidence,
    method: defineMethod(`${SERVICE}.${name}`, args, reply),
  };
}

function probed<A, R>(
  name: MethodName,
  args: Schema<A>,
  reply: Schema<R>,
  evidence: Evidence,
): Call<A, R> {
  return { ...write(name, args, reply, evidence), probe: "bool" };
}
