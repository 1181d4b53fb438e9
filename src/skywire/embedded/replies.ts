// What a visor of a release answers about itself, made of what it holds.
import { type VisorKey, isJsonObject } from "../../core/index.ts";
import { isList } from "./config-shape.ts";
import { visorKeyFromSeed } from "./identity.ts";
import { deploymentKeys } from "./initial-config.ts";
import { routeGroups } from "./route-groups.ts";
import type { LiveTransport } from "./transports.ts";
import type { VisorInstance } from "./visor-instance.ts";
import type { AppState2024, Overview2024, Summary2024 } from "./wire-2024.ts";
import type {
  AppState2026,
  Health2026,
  Overview2026,
  Summary2026,
  Transport2026,
} from "./wire-2026.ts";
import type { servedBuildInfoWire, PersistentTransport, TransportEntry } from "./wire-shared.ts";

const PROTOCOL_VERSION = "0.1.0";
const BUILD_TAG = "linux_arm64";
const DMSG_SERVER_FIRST = 24;
const DMSG_ROUND_TRIP_NS = 41_000_000n;
/** `connecting` until the first report to the uptime tracker. Source: the recorded sessions of v1.3.20-6. */
const HEALTHY_AFTER_MS = 300_000;

/** The key a visor says it has; one that is made an impostor says another. */
export function reportedKey(instance: VisorInstance): VisorKey {
  const { visor } = instance;
  return visor.state === "wrong-key" ? visorKeyFromSeed("impostor", visor.name) : visor.key;
}

/** The same items from another place on: Go's map order changes from call to call, so must ours. */
export function rotated<T>(instance: VisorInstance, items: readonly T[]): readonly T[] {
  const by = instance.visor.nextTurn() % Math.max(1, items.length);
  return by === 0 ? items : [...items.slice(by), ...items.slice(0, by)];
}

export function uptimeSeconds(instance: VisorInstance): number {
  return (instance.visor.world.clock.now() - instance.startedAtMs) / 1000;
}

export function healthWord(instance: VisorInstance): string {
  return instance.ageMs() < HEALTHY_AFTER_MS ? "connecting" : "healthy";
}

export function health2026Of(instance: VisorInstance): Health2026 {
  return {
    ServicesHealth: healthWord(instance),
    UptimeTrackerHealth: healthWord(instance),
    AutoconnectHealth: "healthy",
    TransportabilityHealth: "healthy",
  };
}

export function appStates2024(instance: VisorInstance): readonly AppState2024[] {
  return rotated(
    instance,
    instance.apps().map((app) => {
      const { status, detail } = instance.status(app);
      return {
        AppConfig: {
          Name: app.name,
          Binary: app.binary,
          Args: app.args,
          AutoStart: app.autoStart,
          Port: app.port,
        },
        Status: status,
        DetailedStatus: detail,
      };
    }),
  );
}

export function appStates2026(instance: VisorInstance): readonly AppState2026[] {
  return rotated(
    instance,
    instance.apps().map((app) => {
      const { status, detail } = instance.status(app);
      return {
        AppConfig: {
          Name: app.name,
          Binary: app.binary,
          Args: app.args,
          AutoStart: app.autoStart,
          Port: app.port,
          User: "",
          Group: "",
          WorkDir: "",
          Env: app.env,
          LauncherMode: app.launcherMode,
          RestartPolicy: app.restartPolicy,
        },
        Status: status,
        DetailedStatus: detail,
      };
    }),
  );
}

/** One transport as `AddTransport` answers it; lists carry traffic as well. */
export function transportEntry(
  instance: VisorInstance,
  transport: LiveTransport,
  logs: boolean,
): TransportEntry {
  return {
    ID: transport.id,
    Local: instance.visor.key,
    Remote: transport.remote,
    Type: transport.type,
    Log: logs ? { recvBytes: transport.recvBytes, sentBytes: transport.sentBytes } : undefined,
    IsSetup: false,
    Label: transport.label,
  };
}

export function transport2026Of(
  instance: VisorInstance,
  transport: LiveTransport,
  logs: boolean,
): Transport2026 {
  const { visor } = instance;
  return {
    ID: transport.id,
    Local: visor.key,
    Remote: transport.remote,
    Type: transport.type,
    Log: logs ? { recvBytes: transport.recvBytes, sentBytes: transport.sentBytes } : undefined,
    IsSetup: false,
    Label: transport.label,
    LatencyMS: 10 + visor.spread / 7,
    ThroughputBps: 1_000_000 + visor.spread * 311,
    Initiator: visor.spread % 2 === 0,
    RemoteIP: `198.51.100.${(visor.spread % 250) + 1}`,
    RemoteCountry: "ZZ",
  };
}

function buildInfoOf(instance: VisorInstance): servedBuildInfoWire {
  const { version, commit, date } = instance.visor.profile.build.value;
  return { Version: version, Commit: commit, Date: date };
}

function localAddress(instance: VisorInstance): string {
  return `192.168.${instance.visor.spread % 200}.2`;
}

function connectedKeys(instance: VisorInstance): readonly VisorKey[] {
  return instance.connectedHypervisors().map((hypervisor) => hypervisor.key);
}

export function overview2024Of(instance: VisorInstance): Overview2024 {
  return {
    PubKey: reportedKey(instance),
    BuildInfo: buildInfoOf(instance),
    AppProtoVersion: PROTOCOL_VERSION,
    Apps: appStates2024(instance),
    Transports: instance.transports().map((transport) => transportEntry(instance, transport, true)),
    RoutesCount: 0,
    LocalIP: localAddress(instance),
    PublicIP: "203.0.113.7",
    IsSymmetricNAT: false,
    Hypervisors: instance.keysAt("hypervisors"),
    ConnectedHypervisor: connectedKeys(instance),
  };
}

export function overview2026Of(instance: VisorInstance): Overview2026 {
  return {
    PubKey: reportedKey(instance),
    BuildInfo: buildInfoOf(instance),
    AppProtoVersion: PROTOCOL_VERSION,
    Apps: appStates2026(instance),
    Transports: instance
      .transports()
      .map((transport) => transport2026Of(instance, transport, true)),
    RoutesCount: 0,
    LocalIP: localAddress(instance),
    PublicIP: "203.0.113.7",
    IsSymmetricNAT: false,
    NATType: "full-cone",
    CountryCode: "ZZ",
    RegionName: "",
    CityName: "",
    Latitude: 0,
    Longitude: 0,
    Hypervisors: instance.keysAt("hypervisors"),
    ConnectedHypervisor: connectedKeys(instance),
    Hostname: instance.visor.name,
  };
}

export function summary2024Of(instance: VisorInstance): Summary2024 {
  const server = deploymentKeys()[DMSG_SERVER_FIRST] ?? instance.visor.key;
  return {
    Overview: overview2024Of(instance),
    Health: { ServicesHealth: healthWord(instance) },
    Uptime: uptimeSeconds(instance),
    Routes: [],
    IsHypervisor: false,
    DmsgStats: { PK: instance.visor.key, ServerPK: server, RoundTrip: DMSG_ROUND_TRIP_NS },
    Online: false,
    MinHops: minHopsOf(instance),
    PersistentTransports: persistentOf(instance),
    SkybianBuildVersion: "",
    RewardAddress: instance.rewardAddress ?? "",
    BuildTag: BUILD_TAG,
    PublicAutoconnect: flagAt(instance, "transport", "public_autoconnect"),
  };
}

export function summary2026Of(instance: VisorInstance): Summary2026 {
  const servers = deploymentKeys().slice(DMSG_SERVER_FIRST, DMSG_SERVER_FIRST + 2);
  const server = servers[0] ?? instance.visor.key;
  const reward = instance.rewardAddress ?? "";
  return {
    Overview: overview2026Of(instance),
    Health: health2026Of(instance),
    Uptime: uptimeSeconds(instance),
    Routes: [],
    RouteGroups: routeGroups(),
    IsHypervisor: false,
    HypervisorAddr: "",
    DmsgStats: { PK: instance.visor.key, ServerPK: server, RoundTrip: DMSG_ROUND_TRIP_NS },
    ConnectedDmsgServers: servers,
    DMSGServers: servers.map((PK) => ({
      PK,
      Latency: DMSG_ROUND_TRIP_NS,
      Carrier: "tcp",
      Protocol: "yamux",
      Streams: 4,
    })),
    Online: false,
    MinHops: minHopsOf(instance),
    PersistentTransports: persistentOf(instance),
    RewardAddress: reward,
    RewardEligible: reward === "" ? undefined : true,
    RewardIneligibleReason: reward === "" ? "no reward address" : "",
    BuildTag: BUILD_TAG,
    ConfigVersion: typeof instance.config["version"] === "string" ? instance.config["version"] : "",
    PublicAutoconnect: flagAt(instance, "transport", "public_autoconnect"),
    IsPublic: instance.config["is_public"] === true,
    Load: {
      Load1: 0.12,
      Load5: 0.2,
      Load15: 0.18,
      CPUCores: 4,
      MemUsedPercent: 31.5,
      DiskUsedPercent: 44.25,
    },
  };
}

export function minHopsOf(instance: VisorInstance): number {
  const routing = instance.config["routing"];
  const hops = isJsonObject(routing) ? routing["min_hops"] : undefined;
  return typeof hops === "number" ? hops : 0;
}

export function flagAt(instance: VisorInstance, section: string, name: string): boolean {
  const block = instance.config[section];
  return isJsonObject(block) && block[name] === true;
}

export function persistentOf(instance: VisorInstance): readonly PersistentTransport[] {
  const list = instance.config["persistent_transports"];
  return (isList(list) ? list : []).filter(isJsonObject).map((item) => ({
    PK: typeof item["pk"] === "string" ? item["pk"] : "",
    NetType: typeof item["type"] === "string" ? item["type"] : "",
  }));
}
