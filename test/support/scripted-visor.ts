import { type Json, type VisorKey, parseVisorKey, utf8 } from "../../src/core/index.ts";
import { key33, type Schema, t } from "../../src/skywire/gob/index.ts";
import {
  defineMethod,
  type Handler,
  type RequestEvent,
  RpcServer,
  served,
  type ServedMethod,
} from "../../src/skywire/rpc/index.ts";
import { CALLS, SERVICE } from "../../src/skywire/visor/methods.ts";

/** Keys that exist, for tests. */
export const KEYS = {
  local: parseVisorKey("020fdf9170efe592a2909437788f40b41b424949ebbec82ecd4c5511d4912abcc1"),
  far: parseVisorKey("039a20cdaed63693317705ba972f56bc67c1a35accb3c1457861e52c865831af2e"),
  third: parseVisorKey("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
} as const;

/** What must never come out of the reader. */
export const CANARY = "c0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ff";

/** The fields of an app as a server sends them; older releases lack those after the port. */
export const newAppState = t.struct("appserver.AppState", {
  AppConfig: t.struct("appserver.AppConfig", {
    Name: t.string,
    Binary: t.string,
    Args: t.list(t.string),
    AutoStart: t.bool,
    Port: t.uint16,
    User: t.string,
    Env: t.list(t.string),
    LauncherMode: t.string,
  }),
  Status: t.int,
  DetailedStatus: t.string,
});
const oldAppState = t.struct("appserver.AppState", {
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

interface ScriptedApp {
  readonly name: string;
  readonly binary?: string;
  readonly args?: readonly string[];
  readonly env?: readonly string[];
  readonly autoStart?: boolean;
  readonly status?: number;
}

const overview = t.struct("visor.Overview", {
  PubKey: key33,
  BuildInfo: t.ptr(
    t.struct("buildinfo.Info", { Version: t.string, Commit: t.string, Date: t.string }),
  ),
  Transports: t.list(
    t.struct("visor.TransportSummary", { Remote: key33, Type: t.string, IsSetup: t.bool }),
  ),
  PublicIP: t.string,
  Hypervisors: t.list(key33),
});
const newSummary = t.struct("visor.Summary", {
  Overview: t.ptr(overview),
  MinHops: t.uint16,
  RewardAddress: t.string,
  PublicAutoconnect: t.bool,
  IsPublic: t.bool,
});
const oldSummary = t.struct("visor.Summary", {
  Overview: t.ptr(overview),
  MinHops: t.uint16,
  RewardAddress: t.string,
  PublicAutoconnect: t.bool,
});

/** What a scripted visor is. Handlers replace the standard ones; `undefined` removes the method. */
export interface Script {
  readonly key: VisorKey;
  /** `newest` has every method of the table, `old` those of v1.3.28. */
  readonly release?: "newest" | "old";
  readonly apps?: readonly ScriptedApp[];
  readonly config?: Json;
  readonly uptimeSeconds?: number;
  readonly methods?: readonly ServedMethod[];
  readonly without?: readonly string[];
  /** False: requests are not remembered. */
  readonly keepsRequests?: boolean;
}

export interface ScriptedVisor {
  readonly key: VisorKey;
  readonly server: RpcServer;
  /** Every request in the order of arrival. */
  readonly requests: readonly RequestEvent[];
}

/** A handler under the table's name for it. */
export function answers<A, R>(
  name: keyof typeof CALLS,
  args: Schema<A>,
  reply: Schema<R>,
  handler: Handler<A, R>,
): ServedMethod {
  return served(defineMethod(`${SERVICE}.${name}`, args, reply), handler);
}

/** A method that answers with an error text. */
export function fails(name: keyof typeof CALLS, text: string): ServedMethod {
  return answers(name, t.empty, t.empty, () => {
    throw new Error(text);
  });
}

/** A visor that answers by its script. */
export function scriptedVisor(script: Script): ScriptedVisor {
  const requests: RequestEvent[] = [];
  const standard = script.release === "old" ? oldMethods(script) : newMethods(script);
  const byName = new Map(
    [...standard, ...(script.methods ?? [])].map((method) => [method.name, method]),
  );
  for (const name of script.without ?? []) byName.delete(`${SERVICE}.${name}`);
  const server = new RpcServer({
    methods: [...byName.values()],
    observe: (event) => {
      if (script.keepsRequests !== false) requests.push(event);
    },
  });
  return { key: script.key, server, requests };
}

/** A configuration of about the real size, with a secret key in it. */
export function configOf(
  key: VisorKey,
  more: Readonly<Record<string, Json>> = {},
): Readonly<Record<string, Json>> {
  return {
    version: "v1.3.94",
    sk: CANARY,
    pk: key,
    dmsg: { discovery: "http://127.0.0.1:9090", sessions_count: 2, servers: [] },
    pty: {
      dmsg_port: 22,
      cli_network: "unix",
      cli_address: "/tmp/dmsgpty.sock",
      whitelist: [KEYS.local],
    },
    "skywire-tcp": { pk_table: null, listening_address: ":7777" },
    transport: {
      discovery: "http://127.0.0.1:9091",
      public_autoconnect: true,
      stcpr_port: 0,
      sudph_port: 0,
    },
    routing: { min_hops: 0, calculate_routes: true, transport_preference: ["stcpr", "sudph"] },
    launcher: {
      server_addr: "localhost:5505",
      apps: [{ name: "vpn-server", args: `--passcode ${CANARY}`, env: [`TOKEN=${CANARY}`] }],
    },
    survey_whitelist: [KEYS.third],
    survey_client_sk: CANARY,
    hypervisors: [KEYS.local],
    cli_addr: "localhost:3435",
    log_level: "info",
    stun_servers: ["127.0.0.1:3478"],
    is_public: false,
    reward_address: "2jBbGxZRGoQG1mqhPBnXnLTxK6oxsTf8os6",
    hypervisor: {
      enable: true,
      enable_auth: true,
      http_addr: ":8000",
      cookies: { hash_key: CANARY },
    },
    dmsg_web: { enable: false, proxy_addr: "" },
    ...more,
  };
}

function common(script: Script): readonly ServedMethod[] {
  return [
    answers("Uptime", t.empty, t.float, () => script.uptimeSeconds ?? 100),
    answers("TransportTypes", t.empty, t.list(t.string), () => ["stcpr", "dmsg"]),
    answers("RemoteVisors", t.empty, t.list(t.string), () => []),
    answers("Transports", CALLS.Transports.method.args, CALLS.Transports.method.reply, () => []),
    answers("StopApp", t.string, t.empty, () => ({})),
    answers("KillApp", t.string, t.empty, () => ({})),
    answers("SetAutoStart", CALLS.SetAutoStart.method.args, t.empty, () => ({})),
    answers("SetMinHops", t.uint16, t.empty, () => ({})),
    answers("SetPublicAutoconnect", t.bool, t.empty, () => ({})),
    answers("SetAppPK", CALLS.SetAppPK.method.args, t.empty, () => ({})),
    answers("SetAppSecure", CALLS.SetAppSecure.method.args, t.empty, () => ({})),
  ];
}

function newMethods(script: Script): readonly ServedMethod[] {
  const config = utf8(JSON.stringify(script.config ?? configOf(script.key), undefined, "  "));
  const quiet = [
    CALLS.SetAppArgs,
    CALLS.SetAppEnvFull,
    CALLS.SetAppLauncherMode,
    CALLS.SetAppWhitelist,
    CALLS.SetAppKillswitch,
    CALLS.SetAppNetworkInterface,
    CALLS.SetAppAddress,
    CALLS.SetAppDNS,
    CALLS.AddApp,
    CALLS.DeleteApp,
    CALLS.AddHypervisor,
    CALLS.RemoveHypervisor,
    CALLS.SetCalculateRoutes,
    CALLS.SetIsPublic,
    CALLS.DeleteRewardAddress,
    CALLS.RegisterForwardedPort,
    CALLS.UpdateForwardedPort,
    CALLS.DeregisterTCPPort,
    CALLS.StartApp,
  ].map(({ name, method }) =>
    served(defineMethod<unknown, object>(`${SERVICE}.${name}`, method.args, t.empty), () => ({})),
  );
  return [
    ...common(script),
    ...quiet,
    answers("Apps", t.empty, t.list(newAppState), () =>
      (script.apps ?? []).map((app) => ({
        AppConfig: {
          ...oldConfig(app),
          User: "",
          Env: app.env ?? [],
          LauncherMode: "",
        },
        ...statusOf(app),
      })),
    ),
    answers("IsStartupComplete", t.empty, t.bool, () => true),
    answers("GetRuntimeConfig", t.empty, t.bytes, () => config),
    answers("GetConfigPath", t.empty, t.string, () => "/opt/skywire/skywire.json"),
    answers("Skyenv", t.empty, CALLS.Skyenv.method.reply, () => ({
      Exists: true,
      Writable: true,
      Values: new Map([
        ["LOGLVL", "info"],
        ["SOMETOKEN", CANARY],
      ]),
    })),
    answers("ListForwardedPorts", t.empty, CALLS.ListForwardedPorts.method.reply, () => []),
    answers("HVListVisors", t.empty, CALLS.HVListVisors.method.reply, () => []),
    answers("Overview", t.empty, overview, () => overviewOf(script, "v1.3.95")),
    answers("Summary", t.empty, newSummary, () => ({
      Overview: overviewOf(script, "v1.3.95"),
      MinHops: 1,
      RewardAddress: "",
      PublicAutoconnect: true,
      IsPublic: false,
    })),
    answers(
      "SetConfigFields",
      CALLS.SetConfigFields.method.args,
      CALLS.SetConfigFields.method.reply,
      (fields) => [...fields.keys()].sort().map((path) => ({ Path: path, Live: true })),
    ),
    answers("SetRewardAddress", t.string, t.string, (address) => address),
  ];
}

function oldMethods(script: Script): readonly ServedMethod[] {
  return [
    ...common(script),
    answers("Apps", t.empty, t.list(oldAppState), () =>
      (script.apps ?? []).map((app) => ({ AppConfig: oldConfig(app), ...statusOf(app) })),
    ),
    answers("Overview", t.empty, overview, () => overviewOf(script, "v1.3.28")),
    answers("Summary", t.empty, oldSummary, () => ({
      Overview: overviewOf(script, "v1.3.28"),
      MinHops: 2,
      RewardAddress: "",
      PublicAutoconnect: false,
    })),
    answers("StartApp", t.string, t.empty, () => ({})),
  ];
}

function oldConfig(app: ScriptedApp): {
  Name: string;
  Binary: string;
  Args: readonly string[];
  AutoStart: boolean;
  Port: number;
} {
  return {
    Name: app.name,
    Binary: app.binary ?? app.name,
    Args: app.args ?? [],
    AutoStart: app.autoStart ?? false,
    Port: 44,
  };
}

function statusOf(app: ScriptedApp): { Status: number; DetailedStatus: string } {
  const status = app.status ?? 0;
  return { Status: status, DetailedStatus: status === 1 ? "Running" : "" };
}

function overviewOf(
  script: Script,
  version: string,
): {
  PubKey: string;
  BuildInfo: { Version: string; Commit: string; Date: string };
  Transports: readonly { Remote: string; Type: string; IsSetup: boolean }[];
  PublicIP: string;
  Hypervisors: readonly string[];
} {
  return {
    PubKey: script.key,
    BuildInfo: { Version: version, Commit: "0e7420a5cb01", Date: "2026-09-14T00:00:00Z" },
    Transports: [{ Remote: KEYS.third, Type: "stcpr", IsSetup: false }],
    PublicIP: "192.0.2.7",
    Hypervisors: [KEYS.third],
  };
}
