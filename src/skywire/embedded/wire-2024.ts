/** Replies of the profile v1.3.28. Source: the type definitions in the recorded sessions of v1.3.20-6. */
import { duration, type Schema, t, uuid } from "../gob/index.ts";
import { visorKey } from "./wire-keys.ts";
import {
  buildInfo,
  type BuildInfoWire,
  dmsgStats,
  persistentTransport,
  type PersistentTransport,
  transport2024,
  type TransportEntry,
} from "./wire-shared.ts";

export interface AppState2024 {
  readonly AppConfig: {
    readonly Name: string;
    readonly Binary: string;
    readonly Args: readonly string[];
    readonly AutoStart: boolean;
    readonly Port: number;
  };
  readonly Status: number;
  readonly DetailedStatus: string;
}

export const appState2024: Schema<AppState2024> = t.struct("appserver.AppState", {
  AppConfig: t.struct("appserver.AppConfig", {
    Name: t.string,
    Binary: t.string,
    Args: t.list(t.string),
    AutoStart: t.bool,
    Port: t.uint16,
  }),
  Status: t.int,
  DetailedStatus: t.string,
});

export interface Overview2024 {
  readonly PubKey: string;
  readonly BuildInfo: BuildInfoWire | undefined;
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

const descriptor = t.struct("routing.RouteDescriptorFields", {
  DstPK: visorKey,
  SrcPK: visorKey,
  DstPort: t.uint16,
  SrcPort: t.uint16,
});
const ruleSummary = t.struct("routing.RuleSummary", {
  KeepAlive: duration,
  Type: t.uint,
  KeyRouteID: t.uint32,
  ConsumeFields: t.ptr(t.struct("routing.RuleConsumeFields", { RouteDescriptor: descriptor })),
  ForwardFields: t.ptr(
    t.struct("routing.RuleForwardFields", {
      RouteDescriptor: descriptor,
      NextRID: t.uint32,
      NextTID: uuid,
    }),
  ),
  IntermediaryForwardFields: t.ptr(
    t.struct("routing.RuleIntermediaryForwardFields", { NextRID: t.uint32, NextTID: uuid }),
  ),
});

export const route: Schema<{ Key: number; Rule: string; Summary: undefined }> = t.struct(
  "visor.routingRuleResp",
  {
    Key: t.uint32,
    Rule: t.string,
    Summary: t.ptr(ruleSummary) as Schema<undefined>,
  },
);

export interface Summary2024 {
  readonly Overview: Overview2024 | undefined;
  readonly Health: { readonly ServicesHealth: string } | undefined;
  readonly Uptime: number;
  readonly Routes: readonly { Key: number; Rule: string; Summary: undefined }[];
  readonly IsHypervisor: boolean;
  readonly DmsgStats:
    | { readonly PK: string; readonly ServerPK: string; readonly RoundTrip: bigint }
    | undefined;
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
