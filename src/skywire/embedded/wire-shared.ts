// Replies that every release has, and the fields that a type of 2026 took over from the one before, in Go's order.
// Declared here once more and not taken from the client's side: a mistake in one must not hide the same in the other.
// Source: the recorded sessions of v1.3.20-6; visorapi/args.go for 2026.
import { duration, type LogEntry, type Schema, t, uuid } from "../gob/index.ts";
import { trafficLog, visorKey } from "./wire-keys.ts";

/** The schemas of some fields of a struct, in Go's order: a definition is sent in it. */
export type WireFields<T> = { readonly [Name in keyof T]: Schema<T[Name]> };

/** An app as its table holds it, on every release. */
export interface AppConfigFields {
  readonly Name: string;
  readonly Binary: string;
  readonly Args: readonly string[];
  readonly AutoStart: boolean;
  readonly Port: number;
}
export const appConfigFields: WireFields<AppConfigFields> = {
  Name: t.string,
  Binary: t.string,
  Args: t.list(t.string),
  AutoStart: t.bool,
  Port: t.uint16,
};

/** An app and what it does. */
export interface AppStateOf<Config> {
  readonly AppConfig: Config;
  readonly Status: number;
  readonly DetailedStatus: string;
}
export function appStateOf<Config>(config: WireFields<Config>): Schema<AppStateOf<Config>> {
  return t.struct("appserver.AppState", {
    AppConfig: t.struct("appserver.AppConfig", config) as Schema<Config>,
    Status: t.int,
    DetailedStatus: t.string,
  });
}

export interface PersistentTransport {
  readonly PK: string;
  readonly NetType: string;
}
export const persistentTransport: Schema<PersistentTransport> = t.struct(
  "transport.PersistentTransports",
  {
    PK: visorKey,
    NetType: t.string,
  },
);

export interface TransportEntry {
  readonly ID: string;
  readonly Local: string;
  readonly Remote: string;
  readonly Type: string;
  readonly Log: LogEntry | undefined;
  readonly IsSetup: boolean;
  readonly Label: string;
}
export const transportFields: WireFields<TransportEntry> = {
  ID: uuid,
  Local: visorKey,
  Remote: visorKey,
  Type: t.string,
  Log: t.ptr(trafficLog),
  IsSetup: t.bool,
  Label: t.string,
};

export interface servedBuildInfoWire {
  readonly Version: string;
  readonly Commit: string;
  readonly Date: string;
}
export const buildInfo: Schema<servedBuildInfoWire> = t.struct("buildinfo.Info", {
  Version: t.string,
  Commit: t.string,
  Date: t.string,
});

export const portDetails: Schema<
  ReadonlyMap<string, { readonly Port: string; readonly Type: string }>
> = t.map(t.string, t.struct("visor.PortDetail", { Port: t.string, Type: t.string }));

export const appStats: Schema<{ Connections: readonly { ID: number }[] }> = t.struct(
  "appserver.AppStats",
  {
    Connections: t.list(t.struct("appserver.ConnectionSummary", { ID: t.uint16 })),
  },
);

export interface DmsgStats {
  readonly PK: string;
  readonly ServerPK: string;
  readonly RoundTrip: bigint;
}
export const dmsgStats: Schema<DmsgStats> = t.struct("dmsgtracker.DmsgClientSummary", {
  PK: visorKey,
  ServerPK: visorKey,
  RoundTrip: duration,
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

/** A route of a summary; what it means in short is never filled in. */
export interface RouteWire {
  readonly Key: number;
  readonly Rule: string;
  readonly Summary: undefined;
}
export const route: Schema<RouteWire> = t.struct("visor.routingRuleResp", {
  Key: t.uint32,
  Rule: t.string,
  Summary: t.ptr(ruleSummary) as Schema<undefined>,
});
