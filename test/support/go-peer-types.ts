import {
  duration,
  type Infer,
  key33,
  logEntry,
  type Schema,
  t,
  time,
  uuid,
} from "../../src/skywire/gob/index.ts";

/** The types of the Go peer, as its source declares them. */
const buildInfo = t.struct("main.BuildInfo", {
  Version: t.string,
  Commit: t.string,
  Date: t.string,
});
export const appState = t.struct("main.AppState", {
  AppConfig: t.struct("main.AppConfig", {
    Name: t.string,
    Binary: t.string,
    Args: t.list(t.string),
    AutoStart: t.bool,
    Port: t.uint16,
    Env: t.list(t.string),
    LauncherMode: t.string,
  }),
  Status: t.int,
  DetailedStatus: t.string,
});
const transportSummary = t.struct("main.TransportSummary", {
  ID: uuid,
  Local: key33,
  Remote: key33,
  Type: t.string,
  Log: t.ptr(logEntry),
  IsSetup: t.bool,
  Label: t.string,
  LatencyMS: t.float,
});
const overview = t.struct("main.Overview", {
  PubKey: key33,
  BuildInfo: t.ptr(buildInfo),
  AppProtoVersion: t.string,
  Apps: t.list(appState),
  Transports: t.list(transportSummary),
  RoutesCount: t.int,
  LocalIP: t.string,
  PublicIP: t.string,
  IsSymmetricNAT: t.bool,
  Hypervisors: t.list(key33),
  ConnectedHypervisor: t.list(key33),
});
export const summary = t.struct("main.Summary", {
  Overview: t.ptr(overview),
  Health: t.ptr(t.struct("main.HealthInfo", { ServicesHealth: t.string })),
  Uptime: t.float,
  IsHypervisor: t.bool,
  DmsgStats: t.ptr(t.struct("main.DmsgStats", { PK: key33, ServerPK: key33, RoundTrip: duration })),
  Online: t.bool,
  LastSeenAt: t.ptr(time),
  MinHops: t.uint16,
  RewardAddress: t.string,
  BuildTag: t.string,
});
export type Summary = Infer<typeof summary>;

export const startAppIn = t.struct("main.StartAppIn", {
  AppName: t.string,
  LauncherMode: t.string,
});
export const configFieldChange = t.struct("main.ConfigFieldChange", {
  Path: t.string,
  Old: t.bytes,
  New: t.bytes,
  Live: t.bool,
});
export const forwardedPort = t.struct("main.ForwardedPort", {
  Port: t.int,
  LocalPort: t.int,
  Label: t.string,
  Description: t.string,
  Whitelist: t.list(key33),
  Skynet: t.bool,
  DMSG: t.bool,
  UDP: t.bool,
});
export const echoIn: Schema<{ readonly Type: string; readonly Data: Uint8Array }> = t.struct(
  "main.EchoIn",
  {
    Type: t.string,
    Data: t.bytes,
  },
);
