/**
 * Types that every release has, as Go declares them. They are declared here once more and not taken from the
 * client's side: a mistake in one must not hide the same mistake in the other.
 * Source: the recorded sessions of v1.3.20-6; visorapi/args.go for 2026.
 */
import { duration, type LogEntry, type Schema, t, uuid } from "../gob/index.ts";
import { trafficLog, visorKey } from "./wire-keys.ts";

export const appNameIn: Schema<{ AppName: string }> = t.struct("visorapi.AppNameIn", {
  AppName: t.string,
});

export const setAutoStartIn: Schema<{ AppName: string; AutoStart: boolean }> = t.struct(
  "visor.SetAutoStartIn",
  {
    AppName: t.string,
    AutoStart: t.bool,
  },
);
export const setAppPkIn: Schema<{ AppName: string; PK: string }> = t.struct("visor.SetAppPKIn", {
  AppName: t.string,
  PK: visorKey,
});
export const setAppBoolIn: Schema<{ AppName: string; Val: boolean }> = t.struct(
  "visor.SetAppBoolIn",
  {
    AppName: t.string,
    Val: t.bool,
  },
);
export const setAppStringIn: Schema<{ AppName: string; Val: string }> = t.struct(
  "visor.SetAppStringIn",
  {
    AppName: t.string,
    Val: t.string,
  },
);
export const setAppNetworkInterfaceIn: Schema<{ AppName: string; NetIfc: string }> = t.struct(
  "visor.SetAppNetworkInterfaceIn",
  { AppName: t.string, NetIfc: t.string },
);
export const setAppAddIn: Schema<{ AppName: string; BinaryName: string }> = t.struct(
  "visor.SetAppAddIn",
  {
    AppName: t.string,
    BinaryName: t.string,
  },
);
export const setAppStatusIn: Schema<{ AppName: string; Status: string }> = t.struct(
  "visor.SetAppStatusIn",
  {
    AppName: t.string,
    Status: t.string,
  },
);
export const setAppErrorIn: Schema<{ AppName: string; Err: string }> = t.struct(
  "visor.SetAppErrorIn",
  {
    AppName: t.string,
    Err: t.string,
  },
);
export const setAppMapIn: Schema<{
  AppName: string;
  Val: ReadonlyMap<string, { readonly name: string; readonly value: unknown } | undefined>;
}> = t.struct("visor.SetAppMapIn", { AppName: t.string, Val: t.map(t.string, t.iface()) });

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

export const transportsIn: Schema<{
  FilterTypes: readonly string[];
  FilterPubKeys: readonly string[];
  ShowLogs: boolean;
}> = t.struct("visor.TransportsIn", {
  FilterTypes: t.list(t.string),
  FilterPubKeys: t.list(visorKey),
  ShowLogs: t.bool,
});

export const addTransportIn: Schema<{ RemotePK: string; TpType: string; Timeout: bigint }> =
  t.struct("visor.AddTransportIn", { RemotePK: visorKey, TpType: t.string, Timeout: duration });

export interface TransportEntry {
  readonly ID: string;
  readonly Local: string;
  readonly Remote: string;
  readonly Type: string;
  readonly Log: LogEntry | undefined;
  readonly IsSetup: boolean;
  readonly Label: string;
}
export const transport2024: Schema<TransportEntry> = t.struct("visor.TransportSummary", {
  ID: uuid,
  Local: visorKey,
  Remote: visorKey,
  Type: t.string,
  Log: t.ptr(trafficLog),
  IsSetup: t.bool,
  Label: t.string,
});

export interface BuildInfoWire {
  readonly Version: string;
  readonly Commit: string;
  readonly Date: string;
}
export const buildInfo: Schema<BuildInfoWire> = t.struct("buildinfo.Info", {
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

export const dmsgStats: Schema<{ PK: string; ServerPK: string; RoundTrip: bigint }> = t.struct(
  "dmsgtracker.DmsgClientSummary",
  { PK: visorKey, ServerPK: visorKey, RoundTrip: duration },
);
