// What a visor's methods take and return, as Go declares it. Fields that no reader here needs are left out of
// replies: gob matches by name and skips the rest.
// Source: skywire-rpc 5.3 and the recorded sessions of v1.3.20-6.
import { type GenericValue, key33, type Schema, t } from "../gob/index.ts";

export type Empty = Readonly<Record<never, never>>;

interface AppConfigWire {
  readonly Name: string;
  readonly Binary: string;
  readonly Args: readonly string[];
  readonly AutoStart: boolean;
  readonly Port: number;
  /** A list of strings, or nothing on a release without the field. */
  readonly Env: GenericValue;
  /** A string, or nothing on a release without the field. */
  readonly LauncherMode: GenericValue;
  /** A string, or nothing on a release without the field. */
  readonly RestartPolicy: GenericValue;
}

export interface AppStateWire {
  readonly AppConfig: AppConfigWire;
  readonly Status: number;
  readonly DetailedStatus: string;
}

export const appState: Schema<AppStateWire> = t.struct("appserver.AppState", {
  AppConfig: t.struct("appserver.AppConfig", {
    Name: t.string,
    Binary: t.string,
    Args: t.list(t.string),
    AutoStart: t.bool,
    Port: t.uint16,
    Env: t.generic,
    LauncherMode: t.generic,
    RestartPolicy: t.generic,
  }),
  Status: t.int,
  DetailedStatus: t.lossyString,
});

export interface ForwardedPortWire {
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

export const forwardedPort: Schema<ForwardedPortWire> = t.struct("visorapi.ForwardedPort", {
  Port: t.int,
  LocalPort: t.int,
  Label: t.string,
  Description: t.string,
  ShowOnLanding: t.bool,
  Whitelist: t.list(key33),
  Skynet: t.bool,
  DMSG: t.bool,
  UDP: t.bool,
  ProxyAddr: t.string,
  PreserveHost: t.bool,
  InjectPK: t.bool,
});

interface BuildInfoWire {
  readonly Version: string;
  readonly Commit: string;
  readonly Date: string;
}

export interface OverviewWire {
  readonly PubKey: string;
  readonly BuildInfo: BuildInfoWire | undefined;
  readonly LocalIP: string;
  readonly PublicIP: string;
  readonly Hostname: string;
  readonly Hypervisors: readonly string[];
  readonly ConnectedHypervisor: readonly string[];
  /** Only counted. */
  readonly Transports: readonly { readonly IsSetup: boolean }[];
}

export const overview: Schema<OverviewWire> = t.struct("visor.Overview", {
  PubKey: key33,
  BuildInfo: t.ptr(
    t.struct("buildinfo.Info", {
      Version: t.lossyString,
      Commit: t.lossyString,
      Date: t.lossyString,
    }),
  ),
  LocalIP: t.lossyString,
  PublicIP: t.lossyString,
  Hostname: t.lossyString,
  Hypervisors: t.list(key33),
  ConnectedHypervisor: t.list(key33),
  Transports: t.list(t.struct("visor.TransportSummary", { IsSetup: t.bool })),
});

interface PersistentTransportWire {
  readonly PK: string;
  readonly NetType: string;
}

export interface SummaryWire {
  readonly Overview: OverviewWire | undefined;
  readonly Health: { readonly ServicesHealth: string } | undefined;
  readonly IsHypervisor: boolean;
  readonly MinHops: number;
  readonly PersistentTransports: readonly PersistentTransportWire[];
  readonly RewardAddress: string;
  readonly BuildTag: string;
  readonly ConfigVersion: string;
  readonly PublicAutoconnect: boolean;
  /** True or false, or nothing on a release without the field. */
  readonly IsPublic: GenericValue;
}

export const summary: Schema<SummaryWire> = t.struct("visor.Summary", {
  Overview: t.ptr(overview),
  Health: t.ptr(t.struct("visor.HealthInfo", { ServicesHealth: t.lossyString })),
  IsHypervisor: t.bool,
  MinHops: t.uint16,
  PersistentTransports: t.list(
    t.struct("transport.PersistentTransports", { PK: key33, NetType: t.lossyString }),
  ),
  RewardAddress: t.lossyString,
  BuildTag: t.lossyString,
  ConfigVersion: t.lossyString,
  PublicAutoconnect: t.bool,
  IsPublic: t.generic,
});

export interface TransportsIn {
  readonly FilterTypes?: readonly string[];
  readonly FilterPubKeys?: readonly string[];
  readonly ShowLogs?: boolean;
}

export const transportsIn: Schema<TransportsIn> = t.struct("visor.TransportsIn", {
  FilterTypes: t.list(t.string),
  FilterPubKeys: t.list(key33),
  ShowLogs: t.bool,
});

export interface TransportWire {
  readonly Remote: string;
}

export const transport: Schema<TransportWire> = t.struct("visor.TransportSummary", {
  Remote: key33,
});

export interface ManagedVisorWire {
  readonly PK: string;
  readonly Hostname: string;
}

export const managedVisor: Schema<ManagedVisorWire> = t.struct("visorapi.HVVisorEntry", {
  PK: key33,
  Hostname: t.lossyString,
});

export interface SkyenvWire {
  readonly Exists: boolean;
  readonly Writable: boolean;
  /** Variables of the file, lists as words with blanks between. Source: skyenvfile/read.go. */
  readonly Values: ReadonlyMap<string, string>;
}

export const skyenvState: Schema<SkyenvWire> = t.struct("visorapi.SkyenvState", {
  Exists: t.bool,
  Writable: t.bool,
  Values: t.map(t.lossyString, t.lossyString),
});

export interface ConfigFieldChangeWire {
  readonly Path: string;
  readonly Live: boolean;
}

/** The reply's old and new values are not decoded: they can hold app arguments with passwords. */
export const configFieldChange: Schema<ConfigFieldChangeWire> = t.struct(
  "visorapi.ConfigFieldChange",
  {
    Path: t.string,
    Live: t.bool,
  },
);

export interface AppNameIn {
  readonly AppName: string;
}
export interface StartAppIn extends AppNameIn {
  readonly LauncherMode: string;
}
export interface SetAutoStartIn extends AppNameIn {
  readonly AutoStart: boolean;
}
export interface SetAppBoolIn extends AppNameIn {
  readonly Val: boolean;
}
export interface SetAppStringIn extends AppNameIn {
  readonly Val: string;
}
export interface SetAppArgsIn extends AppNameIn {
  readonly Args: readonly string[];
}
export interface SetAppEnvFullIn extends AppNameIn {
  readonly Env: readonly string[];
}
export interface SetAppLauncherModeIn extends AppNameIn {
  readonly Mode: string;
}
export interface SetAppWhitelistIn extends AppNameIn {
  readonly Whitelist: string;
}
export interface SetAppPkIn extends AppNameIn {
  readonly PK: string;
}
export interface SetAppNetworkInterfaceIn extends AppNameIn {
  readonly NetIfc: string;
}
export interface SetAppAddIn extends AppNameIn {
  readonly BinaryName: string;
}

export const appNameIn: Schema<AppNameIn> = t.struct("visorapi.AppNameIn", { AppName: t.string });
export const startAppIn: Schema<StartAppIn> = t.struct("visorapi.StartAppIn", {
  AppName: t.string,
  LauncherMode: t.string,
});
export const setAutoStartIn: Schema<SetAutoStartIn> = t.struct("visor.SetAutoStartIn", {
  AppName: t.string,
  AutoStart: t.bool,
});
export const setAppBoolIn: Schema<SetAppBoolIn> = t.struct("visor.SetAppBoolIn", {
  AppName: t.string,
  Val: t.bool,
});
export const setAppStringIn: Schema<SetAppStringIn> = t.struct("visor.SetAppStringIn", {
  AppName: t.string,
  Val: t.string,
});
export const setAppArgsIn: Schema<SetAppArgsIn> = t.struct("visorapi.SetAppArgsIn", {
  AppName: t.string,
  Args: t.list(t.string),
});
export const setAppEnvFullIn: Schema<SetAppEnvFullIn> = t.struct("visorapi.SetAppEnvFullIn", {
  AppName: t.string,
  Env: t.list(t.string),
});
export const setAppLauncherModeIn: Schema<SetAppLauncherModeIn> = t.struct(
  "visorapi.SetAppLauncherModeIn",
  {
    AppName: t.string,
    Mode: t.string,
  },
);
export const setAppWhitelistIn: Schema<SetAppWhitelistIn> = t.struct("visorapi.SetAppWhitelistIn", {
  AppName: t.string,
  Whitelist: t.string,
});
export const setAppPkIn: Schema<SetAppPkIn> = t.struct("visor.SetAppPKIn", {
  AppName: t.string,
  PK: key33,
});
export const setAppNetworkInterfaceIn: Schema<SetAppNetworkInterfaceIn> = t.struct(
  "visor.SetAppNetworkInterfaceIn",
  { AppName: t.string, NetIfc: t.string },
);
export const setAppAddIn: Schema<SetAppAddIn> = t.struct("visor.SetAppAddIn", {
  AppName: t.string,
  BinaryName: t.string,
});
