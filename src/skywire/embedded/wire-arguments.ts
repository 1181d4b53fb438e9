// What methods take, as Go declares it: first what every release has, then what came in 2026.
// Declared here once more and not taken from the client's side: a mistake in one must not hide the same in the other.
// Source: the recorded sessions of v1.3.20-6; visorapi/args.go for 2026.
import { duration, type Schema, t } from "../gob/index.ts";
import { visorKey } from "./wire-keys.ts";

export const servedAppNameIn: Schema<{ AppName: string }> = t.struct("visorapi.AppNameIn", {
  AppName: t.string,
});

export const servedSetAutoStartIn: Schema<{ AppName: string; AutoStart: boolean }> = t.struct(
  "visor.SetAutoStartIn",
  {
    AppName: t.string,
    AutoStart: t.bool,
  },
);
export const servedSetAppPkIn: Schema<{ AppName: string; PK: string }> = t.struct(
  "visor.SetAppPKIn",
  {
    AppName: t.string,
    PK: visorKey,
  },
);
export const servedSetAppBoolIn: Schema<{ AppName: string; Val: boolean }> = t.struct(
  "visor.SetAppBoolIn",
  {
    AppName: t.string,
    Val: t.bool,
  },
);
export const servedSetAppStringIn: Schema<{ AppName: string; Val: string }> = t.struct(
  "visor.SetAppStringIn",
  {
    AppName: t.string,
    Val: t.string,
  },
);
export const servedSetAppNetworkInterfaceIn: Schema<{ AppName: string; NetIfc: string }> = t.struct(
  "visor.SetAppNetworkInterfaceIn",
  { AppName: t.string, NetIfc: t.string },
);
export const servedSetAppAddIn: Schema<{ AppName: string; BinaryName: string }> = t.struct(
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

export const servedTransportsIn: Schema<{
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

// Since 2026.

export const servedStartAppIn: Schema<{ AppName: string; LauncherMode: string }> = t.struct(
  "visorapi.StartAppIn",
  {
    AppName: t.string,
    LauncherMode: t.string,
  },
);
export const servedSetAppArgsIn: Schema<{ AppName: string; Args: readonly string[] }> = t.struct(
  "visorapi.SetAppArgsIn",
  {
    AppName: t.string,
    Args: t.list(t.string),
  },
);
export const setAppEnvIn: Schema<{ AppName: string; Key: string; Value: string }> = t.struct(
  "visorapi.SetAppEnvIn",
  {
    AppName: t.string,
    Key: t.string,
    Value: t.string,
  },
);
export const setAppEnvBatchIn: Schema<{ AppName: string; Env: ReadonlyMap<string, string> }> =
  t.struct("visorapi.SetAppEnvBatchIn", { AppName: t.string, Env: t.map(t.string, t.string) });
export const servedSetAppEnvFullIn: Schema<{ AppName: string; Env: readonly string[] }> = t.struct(
  "visorapi.SetAppEnvFullIn",
  { AppName: t.string, Env: t.list(t.string) },
);
export const servedSetAppLauncherModeIn: Schema<{ AppName: string; Mode: string }> = t.struct(
  "visorapi.SetAppLauncherModeIn",
  { AppName: t.string, Mode: t.string },
);
export const servedSetAppWhitelistIn: Schema<{ AppName: string; Whitelist: string }> = t.struct(
  "visorapi.SetAppWhitelistIn",
  { AppName: t.string, Whitelist: t.string },
);
export const addPtyWhitelistIn: Schema<{ PKs: readonly string[] }> = t.struct(
  "visorapi.AddPtyWhitelistIn",
  {
    PKs: t.list(visorKey),
  },
);
