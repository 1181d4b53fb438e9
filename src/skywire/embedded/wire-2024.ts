// Replies of the release v1.3.28. Source: the type definitions in the recorded sessions of v1.3.20-6.
import { type Schema, t } from "../gob/index.ts";
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

export type AppState2024 = AppStateOf<AppConfigFields>;
export const appState2024: Schema<AppState2024> = appStateOf(appConfigFields);

export const transport2024: Schema<TransportEntry> = t.struct(
  "visor.TransportSummary",
  transportFields,
);

export interface Overview2024 {
  readonly PubKey: string;
  readonly BuildInfo: servedBuildInfoWire | undefined;
  readonly AppProtoVersion: string;
  readonly Apps: readonly AppState2024[];
  readonly Transports: readonly TransportEntry[];
  readonly RoutesCount: number;
  readonly LocalIP: string;
  readonly PublicIP: string;
  readonly IsSymmetricNAT: boolean;
  readonly Hypervisors: readonly string[];
  readonly ConnectedHypervisor: readonly string[];
}

export const overview2024: Schema<Overview2024> = t.struct("visor.Overview", {
  PubKey: visorKey,
  BuildInfo: t.ptr(buildInfo),
  AppProtoVersion: t.string,
  Apps: t.list(appState2024),
  Transports: t.list(transport2024),
  RoutesCount: t.int,
  LocalIP: t.string,
  PublicIP: t.string,
  IsSymmetricNAT: t.bool,
  Hypervisors: t.list(visorKey),
  ConnectedHypervisor: t.list(visorKey),
});

export const health2024: Schema<{ ServicesHealth: string }> = t.struct("visor.HealthInfo", {
  ServicesHealth: t.string,
});

export interface Summary2024 {
  readonly Overview: Overview2024 | undefined;
  readonly Health: { readonly ServicesHealth: string } | undefined;
  readonly Uptime: number;
  readonly Routes: readonly RouteWire[];
  readonly IsHypervisor: boolean;
  readonly DmsgStats: DmsgStats | undefined;
  readonly Online: boolean;
  readonly MinHops: number;
  readonly PersistentTransports: readonly PersistentTransport[];
  readonly SkybianBuildVersion: string;
  readonly RewardAddress: string;
  readonly BuildTag: string;
  readonly PublicAutoconnect: boolean;
}

export const summary2024: Schema<Summary2024> = t.struct("visor.Summary", {
  Overview: t.ptr(overview2024),
  Health: t.ptr(health2024),
  Uptime: t.float,
  Routes: t.list(route),
  IsHypervisor: t.bool,
  DmsgStats: t.ptr(dmsgStats),
  Online: t.bool,
  MinHops: t.uint16,
  PersistentTransports: t.list(persistentTransport),
  SkybianBuildVersion: t.string,
  RewardAddress: t.string,
  BuildTag: t.string,
  PublicAutoconnect: t.bool,
});
