// Replies of the releases of 2026. Source: visorapi/api.go.
import { duration, type GoTime, type Schema, t, time } from "../gob/index.ts";
import type { ConfFlag } from "./conf-file.ts";
import { type RouteGroup, routeGroup } from "./route-groups.ts";
import { visorKey } from "./wire-keys.ts";
import {
  type AppConfigFields,
  appConfigFields,
  type AppStateOf,
  appStateOf,
  buildInfo,
  type servedBuildInfoWire,
  type DmsgStats,
  dmsgStats,
  persistentTransport,
  type PersistentTransport,
  route,
  type RouteWire,
  type TransportEntry,
  transportFields,
} from "./wire-shared.ts";

interface AppConfig2026 extends AppConfigFields {
  readonly User: string;
  readonly Group: string;
  readonly WorkDir: string;
  readonly Env: readonly string[];
  readonly LauncherMode: string;
  readonly RestartPolicy: string;
}
export type AppState2026 = AppStateOf<AppConfig2026>;
export const appState2026: Schema<AppState2026> = appStateOf<AppConfig2026>({
  ...appConfigFields,
  User: t.string,
  Group: t.string,
  WorkDir: t.string,
  Env: t.list(t.string),
  LauncherMode: t.string,
  RestartPolicy: t.string,
});

export interface Transport2026 extends TransportEntry {
  readonly LatencyMS: number;
  readonly ThroughputBps: number;
  readonly Initiator: boolean;
  readonly RemoteIP: string;
  readonly RemoteCountry: string;
}

export const transport2026: Schema<Transport2026> = t.struct("visorapi.TransportSummary", {
  ...transportFields,
  LatencyMS: t.float,
  ThroughputBps: t.float,
  Initiator: t.bool,
  RemoteIP: t.string,
  RemoteCountry: t.string,
});

export interface Overview2026 {
  readonly PubKey: string;
  readonly BuildInfo: servedBuildInfoWire | undefined;
  readonly AppProtoVersion: string;
  readonly Apps: readonly AppState2026[];
  readonly Transports: readonly Transport2026[];
  readonly RoutesCount: number;
  readonly LocalIP: string;
  readonly PublicIP: string;
  readonly IsSymmetricNAT: boolean;
  readonly NATType: string;
  readonly CountryCode: string;
  readonly RegionName: string;
  readonly CityName: string;
  readonly Latitude: number;
  readonly Longitude: number;
  readonly Hypervisors: readonly string[];
  readonly ConnectedHypervisor: readonly string[];
  readonly Hostname: string;
}

export const overview2026: Schema<Overview2026> = t.struct("visorapi.Overview", {
  PubKey: visorKey,
  BuildInfo: t.ptr(buildInfo),
  AppProtoVersion: t.string,
  Apps: t.list(appState2026),
  Transports: t.list(transport2026),
  RoutesCount: t.int,
  LocalIP: t.string,
  PublicIP: t.string,
  IsSymmetricNAT: t.bool,
  NATType: t.string,
  CountryCode: t.string,
  RegionName: t.string,
  CityName: t.string,
  Latitude: t.float,
  Longitude: t.float,
  Hypervisors: t.list(visorKey),
  ConnectedHypervisor: t.list(visorKey),
  Hostname: t.string,
});

export interface Health2026 {
  readonly ServicesHealth: string;
  readonly UptimeTrackerHealth: string;
  readonly AutoconnectHealth: string;
  readonly TransportabilityHealth: string;
}
export const health2026: Schema<Health2026> = t.struct("visorapi.HealthInfo", {
  ServicesHealth: t.string,
  UptimeTrackerHealth: t.string,
  AutoconnectHealth: t.string,
  TransportabilityHealth: t.string,
});

const dmsgServer = t.struct("visorapi.DMSGServerInfo", {
  PK: visorKey,
  Latency: duration,
  Carrier: t.string,
  Protocol: t.string,
  Streams: t.int,
});

const load = t.struct("visorapi.LoadInfo", {
  Load1: t.float,
  Load5: t.float,
  Load15: t.float,
  CPUCores: t.int,
  MemUsedPercent: t.float,
  DiskUsedPercent: t.float,
});

const summaryFields = {
  Overview: t.ptr(overview2026),
  Health: t.ptr(health2026),
  Uptime: t.float,
  Routes: t.list(route),
  RouteGroups: t.list(routeGroup),
  IsHypervisor: t.bool,
  HypervisorAddr: t.string,
  DmsgStats: t.ptr(dmsgStats),
  ConnectedDmsgServers: t.list(t.string),
  DMSGServers: t.list(dmsgServer),
  Online: t.bool,
  MinHops: t.uint16,
  PersistentTransports: t.list(persistentTransport),
  RewardAddress: t.string,
  RewardEligible: t.ptr(t.bool),
  RewardIneligibleReason: t.string,
  BuildTag: t.string,
  ConfigVersion: t.string,
  PublicAutoconnect: t.bool,
  IsPublic: t.bool,
  Load: t.ptr(load),
};

export interface Summary2026 {
  readonly Overview: Overview2026 | undefined;
  readonly Health: Health2026 | undefined;
  readonly Uptime: number;
  readonly Routes: readonly RouteWire[];
  readonly RouteGroups: readonly RouteGroup[];
  readonly IsHypervisor: boolean;
  readonly HypervisorAddr: string;
  readonly DmsgStats: DmsgStats | undefined;
  readonly ConnectedDmsgServers: readonly string[];
  readonly DMSGServers: readonly {
    readonly PK: string;
    readonly Latency: bigint;
    readonly Carrier: string;
    readonly Protocol: string;
    readonly Streams: number;
  }[];
  readonly Online: boolean;
  readonly MinHops: number;
  readonly PersistentTransports: readonly PersistentTransport[];
  readonly RewardAddress: string;
  readonly RewardEligible: boolean | undefined;
  readonly RewardIneligibleReason: string;
  readonly BuildTag: string;
  readonly ConfigVersion: string;
  readonly PublicAutoconnect: boolean;
  readonly IsPublic: boolean;
  readonly Load:
    | {
        readonly Load1: number;
        readonly Load5: number;
        readonly Load15: number;
        readonly CPUCores: number;
        readonly MemUsedPercent: number;
        readonly DiskUsedPercent: number;
      }
    | undefined;
}
export const summary2026: Schema<Summary2026> = t.struct("visorapi.Summary", summaryFields);

export interface ForwardedPort {
  readonly Port: number;
  readonly LocalPort: number;
  readonly Label: string;
  readonly Description: string;
  readonly ShowOnLanding: boolean;
  readonly Whitelist: readonly string[];
  readonly Skynet: boolean;
  readonly DMSG: boolean;
  readonly UDP: boolean;
  readonly ProxyAddr: string;
  readonly PreserveHost: boolean;
  readonly InjectPK: boolean;
}
export const servedForwardedPort: Schema<ForwardedPort> = t.struct("visorapi.ForwardedPort", {
  Port: t.int,
  LocalPort: t.int,
  Label: t.string,
  Description: t.string,
  ShowOnLanding: t.bool,
  Whitelist: t.list(visorKey),
  Skynet: t.bool,
  DMSG: t.bool,
  UDP: t.bool,
  ProxyAddr: t.string,
  PreserveHost: t.bool,
  InjectPK: t.bool,
});

export interface ConfigFieldChange {
  readonly Path: string;
  readonly Old: Uint8Array;
  readonly New: Uint8Array;
  readonly Live: boolean;
}
export const servedConfigFieldChange: Schema<ConfigFieldChange> = t.struct(
  "visorapi.ConfigFieldChange",
  {
    Path: t.string,
    Old: t.bytes,
    New: t.bytes,
    Live: t.bool,
  },
);

export const pendingHypervisor: Schema<{
  PK: string;
  Fingerprint: string;
  FirstSeen: GoTime;
  LastSeen: GoTime;
  Via: string;
}> = t.struct("visorapi.PendingHypervisor", {
  PK: visorKey,
  Fingerprint: t.string,
  FirstSeen: time,
  LastSeen: time,
  Via: t.string,
});

export const servedManagedVisor: Schema<{
  PK: string;
  Online: boolean;
  IsLocal: boolean;
  Version: string;
  BuildTag: string;
  Uptime: number;
  Hostname: string;
}> = t.struct("visorapi.HVVisorEntry", {
  PK: visorKey,
  Online: t.bool,
  IsLocal: t.bool,
  Version: t.string,
  BuildTag: t.string,
  Uptime: t.float,
  Hostname: t.string,
});

export const servedSkyenvState: Schema<{
  Path: string;
  Exists: boolean;
  Writable: boolean;
  Values: ReadonlyMap<string, string>;
  Flags: readonly ConfFlag[];
}> = t.struct("visorapi.SkyenvState", {
  Path: t.string,
  Exists: t.bool,
  Writable: t.bool,
  Values: t.map(t.string, t.string),
  Flags: t.list(
    t.struct("visorapi.SkyenvFlag", {
      Name: t.string,
      Type: t.string,
      Usage: t.string,
      EnvKey: t.string,
      EnvFormat: t.string,
      EnvNegate: t.bool,
    }),
  ),
});
