import type { AppBehaviour } from "../../../src/skywire/embedded/index.ts";
import type { Json, JsonObject, VisorSessionVector } from "../../support/vectors.ts";

/** What was the case on the recorded visor when a session began, and what happened to it from outside. */
export interface Arrangement {
  readonly config: JsonObject;
  readonly reward: string | undefined;
  readonly behaviours: Readonly<Record<string, AppBehaviour>>;
  /** Apps that had been started before. */
  readonly running: readonly string[];
  readonly early: boolean;
  readonly key: string;
  /** The second recorded visor serves as a hypervisor. */
  readonly otherIsHypervisor: boolean;
  readonly transports: readonly { readonly remote: string; readonly type: string }[];
  /** Before the call with this Seq. */
  readonly before: ReadonlyMap<number, { readonly waitMs?: number; readonly crash?: string }>;
}

interface Hint {
  readonly running?: readonly string[];
  readonly behaviours?: Readonly<Record<string, AppBehaviour>>;
  readonly before?: Arrangement["before"];
  readonly args?: Readonly<Record<string, readonly string[]>>;
  readonly unknownMembers?: boolean;
  /** Of the RPC, the app server and stcp. */
  readonly ports?: readonly [string, string, string];
}

export const VISOR_A = "020fdf9170efe592a2909437788f40b41b424949ebbec82ecd4c5511d4912abcc1";
export const VISOR_B = "039a20cdaed63693317705ba972f56bc67c1a35accb3c1457861e52c865831af2e";

/** What earlier sessions had left behind and the session itself does not show. */
const HINTS: Readonly<Record<string, Hint>> = {
  "pipelined-mixed-errors": {
    running: ["vpn-server"],
    behaviours: { "vpn-server": "reports-error" },
  },
  "degraded-reads": { ports: ["3437", "5507", "7779"] },
  "app-start-twice": { running: ["skysocks"] },
  "app-set-status": { running: ["skysocks"] },
  "app-kill": { before: new Map([[3, { waitMs: 500 }]]) },
  "app-crash-sigkill": { before: new Map([[1, { crash: "skychat" }]]) },
  "app-life-vpn-server": { behaviours: { "vpn-server": "reports-error" } },
  "app-life-skychat": {
    behaviours: { skychat: "reports-error" },
    before: new Map([[0, { crash: "skychat" }]]),
  },
  "app-stop-that-hangs": { running: ["skysocks-client"] },
  "app-address-taken": { unknownMembers: true },
  "set-app-custom": {
    args: { "vpn-server": ["app", "vpn-server", "--passcode", "p w", "-secure=false"] },
  },
  "set-app-pk": {
    args: { "vpn-client": ["app", "vpn-client", "--dns", "127.0.0.53", "--passcode", "pw"] },
  },
  "set-app-bools": {
    args: {
      "vpn-client": [
        "app",
        "vpn-client",
        "--dns",
        "127.0.0.53",
        "--passcode",
        "pw",
        "--srv",
        "039a20cdaed63693317705ba972f56bc67c1a35accb3c1457861e52c865831af2e",
      ],
      "vpn-server": ["app", "vpn-server", "--passcode", "p w"],
    },
  },
  "set-app-strings": {
    args: { "vpn-server": ["app", "vpn-server", "--passcode", "p w", "-secure=false"] },
  },
};

/** The recorded configuration's apps, in its order. */
const APPS: readonly JsonObject[] = [
  app("vpn-client", "skywire", ["app", "vpn-client", "--dns", "127.0.0.53"], 43),
  app("skychat", "skywire", ["app", "skychat", "--addr", ":8001"], 1, true),
  app("skysocks", "skywire", ["app", "skysocks"], 3),
  app("skysocks-client", "skywire", ["app", "skysocks-client", "--addr", ":8101"], 13),
  app("vpn-server", "skywire", ["app", "vpn-server"], 44),
  app("crash-now", "crash-now", [], 60),
  app("crash-later", "crash-later", [], 61),
  app("no-binary", "does-not-exist", [], 62),
  app("never-speaks", "never-speaks", [], 63),
];

const BEHAVIOURS: Readonly<Record<string, AppBehaviour>> = {
  "crash-now": "crash-at-start",
  "crash-later": "crash-at-start",
  "no-binary": "no-binary",
  "never-speaks": "never-speaks",
};

/** Methods after which a reply no longer tells how the session began. */
const PROCESS_CHANGES = /\.(StartApp|StopApp|KillApp|RestartApp|SetAppDetailedStatus)$/;
const CHANGES = /\.(Set|Add|Delete|Remove|Do)\w*$/;

/** Arranges what a session's own replies and the hints tell. */
export function arrangementOf(session: VisorSessionVector): Arrangement {
  const hint = HINTS[session.name] ?? {};
  const shown = statesShown(session);
  const summary = summaryShown(session);
  const overview = (summary?.["Overview"] ?? overviewShown(session)) as JsonObject | undefined;
  const failing = failingApps(shown);
  const started = [...shown]
    .filter(([name, { status }]) => name !== "skychat" && (status === 1 || status === 3))
    .map(([name]) => name);
  const asksReward = session.calls?.some((call) => call.method.endsWith("RewardAddress"));
  return {
    config: configOf(session, hint, overview, summary?.["MinHops"] ?? 0),
    reward: asksReward === true ? "" : undefined,
    behaviours: { ...BEHAVIOURS, ...hint.behaviours, ...failing },
    running: [...new Set([...(hint.running ?? []), ...started, ...Object.keys(failing)])],
    early: /^(degraded|early)-/.test(session.name),
    before: hint.before ?? new Map(),
    key: keyOf(overview),
    otherIsHypervisor: ((overview?.["ConnectedHypervisor"] ?? []) as readonly Json[]).length > 0,
    transports: ((overview?.["Transports"] ?? []) as readonly JsonObject[]).map((transport) => ({
      remote: textOf(transport["Remote"]),
      type: textOf(transport["Type"]),
    })),
  };
}

function configOf(
  session: VisorSessionVector,
  hint: Hint,
  overview: JsonObject | undefined,
  minHops: Json,
): JsonObject {
  const [cliPort, serverPort, stcpPort] = hint.ports ?? ["3435", "5505", "7777"];
  const hasUnknown = hint.unknownMembers === true;
  return {
    version: "v1.3.28",
    sk: "0".repeat(64),
    pk: keyOf(overview),
    "skywire-tcp": { pk_table: null, listening_address: `:${stcpPort}` },
    dmsgpty: { dmsg_port: 22, cli_network: "unix", cli_address: "pty.sock", whitelist: [] },
    transport: { public_autoconnect: false },
    routing: { min_hops: minHops, ...(hasUnknown ? { x_unknown_nested: true } : {}) },
    launcher: {
      server_addr: `localhost:${serverPort}`,
      bin_path: "/opt/sky-a/bin",
      apps: appsOf(session, hint),
    },
    survey_whitelist: [],
    hypervisors: overview?.["Hypervisors"] ?? [],
    cli_addr: `localhost:${cliPort}`,
    local_path: "/opt/sky-a/run/A/local",
    is_public: false,
    persistent_transports: null,
    ...(hasUnknown ? { x_unknown_top: { a: 1 } } : {}),
  };
}

function appsOf(session: VisorSessionVector, hint: Hint): readonly JsonObject[] {
  const shown = statesShown(session);
  const known = APPS.map((entry) => {
    const name = textOf(entry["name"]);
    const config = shown.get(name)?.config;
    const args = hint.args?.[name] ?? (config?.["Args"] as readonly Json[] | undefined);
    return {
      ...entry,
      ...(args === undefined ? {} : { args }),
      ...(config === undefined ? {} : { auto_start: config["AutoStart"] ?? false }),
    };
  });
  const added = [...shown].filter(([name]) => !APPS.some((entry) => entry["name"] === name));
  const isAddedLater = session.name === "set-app-custom";
  return [
    ...withUnknownMember(known, hint),
    ...(isAddedLater ? [] : added.map(([, { config }]) => appOf(config))),
  ];
}

function keyOf(overview: JsonObject | undefined): string {
  return textOf(overview?.["PubKey"] ?? VISOR_A);
}

interface Shown {
  readonly config: JsonObject;
  /** `undefined` when the session had changed processes before it was shown. */
  readonly status: number | undefined;
}

function statesShown(session: VisorSessionVector): ReadonlyMap<string, Shown> {
  const states = new Map<string, Shown>();
  let isUntouched = true;
  let isUnchanged = true;
  for (const call of session.calls ?? []) {
    for (const state of appStatesIn(call.reply)) {
      const config = state["AppConfig"] as JsonObject;
      const name = textOf(config["Name"]);
      const status = isUntouched ? Number(state["Status"]) : undefined;
      if (!states.has(name) && isUnchanged) states.set(name, { config, status });
    }
    if (PROCESS_CHANGES.test(call.method)) isUntouched = false;
    if (
      CHANGES.test(call.method) &&
      !/Transport|MinHops|Reward|DetailedStatus|AppError/.test(call.method)
    )
      isUnchanged = false;
  }
  return states;
}

function appStatesIn(reply: Json | undefined): readonly JsonObject[] {
  if (Array.isArray(reply)) return (reply as readonly Json[]).flatMap((item) => appStatesIn(item));
  if (typeof reply !== "object" || reply === null) return [];
  const object = reply as JsonObject;
  if (object["AppConfig"] !== undefined) return [object];
  return [...appStatesIn(object["Overview"]), ...appStatesIn(object["Apps"])];
}

function summaryShown(session: VisorSessionVector): JsonObject | undefined {
  const before = (session.calls ?? []).findIndex((call) => CHANGES.test(call.method));
  const calls = (session.calls ?? []).slice(0, before < 0 ? undefined : before);
  return calls.find((call) => call.method.endsWith(".Summary"))?.reply as JsonObject | undefined;
}

function overviewShown(session: VisorSessionVector): JsonObject | undefined {
  const first = session.calls?.[0];
  return first?.method.endsWith(".Overview") === true
    ? (first.reply as JsonObject | undefined)
    : undefined;
}

/** Apps that had reported an error of their own before. */
function failingApps(shown: ReadonlyMap<string, Shown>): Readonly<Record<string, AppBehaviour>> {
  return Object.fromEntries(
    [...shown]
      .filter(([, { status }]) => status === 2)
      .map(([name]) => [name, "reports-error" as const]),
  );
}

function withUnknownMember(apps: readonly JsonObject[], hint: Hint): readonly JsonObject[] {
  if (hint.unknownMembers !== true) return apps;
  return apps.map((entry) =>
    entry["name"] === "skychat" ? { ...entry, x_unknown_app: "keep?" } : entry,
  );
}

function app(
  name: string,
  binary: string,
  args: readonly string[],
  port: number,
  autoStart = false,
): JsonObject {
  return { name, binary, args, auto_start: autoStart, port };
}

function appOf(config: JsonObject): JsonObject {
  return {
    name: config["Name"] ?? "",
    binary: config["Binary"] ?? "",
    args: config["Args"] ?? [],
    auto_start: config["AutoStart"] ?? false,
    port: config["Port"] ?? 0,
  };
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
