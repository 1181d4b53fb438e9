// The configuration that a visor of a release makes when it has none.
import type { Json, JsonObject, VisorKey } from "../../core/index.ts";
import { CANARIES } from "./canaries.ts";
import { withField } from "./config-path.ts";
import { visorKeyFromSeed } from "./identity.ts";
import type { ReleaseFacts } from "../visor/index.ts";

/** What one visor's first configuration is made from. */
export interface InitialConfigInput {
  readonly profile: ReleaseFacts;
  readonly key: VisorKey;
  readonly hypervisors: readonly VisorKey[];
  readonly pty: readonly VisorKey[];
  readonly survey: readonly VisorKey[];
  readonly isHypervisor: boolean;
  readonly canaries: boolean;
  readonly cliPort: number;
  /** Dotted paths changed last. */
  readonly fields: Readonly<Record<string, Json>>;
}

const DEPLOYMENT_KEYS = 36;
const DEFAULT_HYPERVISOR_PORT = 46;
let deployment: readonly VisorKey[] | undefined;

/** Keys of the services every visor knows: set-up nodes, survey collectors, dmsg servers. Nobody holds them. */
export function deploymentKeys(): readonly VisorKey[] {
  deployment ??= Array.from({ length: DEPLOYMENT_KEYS }, (_, index) =>
    visorKeyFromSeed("deployment", String(index)),
  );
  return deployment;
}

/**
 * The configuration a package installation writes: about 8 KB, nine apps. Sections that do not differ between
 * visors of a release are shared objects.
 * Source: section and field names from visorconfig/v1.go; service addresses are made up. The blocks `dmsg_web` and
 * `skynet_web` come with flags only (PR #2366), and `hypervisor` with being one.
 */
export function initialConfig(input: InitialConfigInput): JsonObject {
  const { profile, key } = input;
  const template = templateOf(profile);
  const pty = { ...PTY, whitelist: input.pty };
  let config: JsonObject = {
    ...template,
    sk: CANARIES.secretKey,
    pk: key,
    [profile.ptySection.value]: pty,
    hypervisors: input.hypervisors,
    survey_whitelist: [...surveyKeys(), ...input.survey],
    cli_addr: `localhost:${input.cliPort}`,
  };
  if (input.isHypervisor) config = { ...config, hypervisor: { ...HYPERVISOR, enable: true } };
  if (input.canaries) config = withCanaries(config);
  for (const [path, value] of Object.entries(input.fields)) config = withField(config, path, value);
  return config;
}

function withCanaries(config: JsonObject): JsonObject {
  const chat = ["--addr", "*:8001", "--internal-token", CANARIES.internalToken];
  let changed = withField(config, "launcher.apps[skychat].args", chat);
  changed = withField(changed, "launcher.apps[skychat].env", [`CHAT_SECRET=${CANARIES.envValue}`]);
  return withField(changed, "launcher.apps[skysocks].args", ["--passcode", CANARIES.passcode]);
}

const PTY = {
  dmsg_port: 22,
  cli_network: "unix",
  cli_address: "/tmp/dmsgpty.sock",
} satisfies JsonObject;

const HYPERVISOR = {
  enable: false,
  db_path: "/opt/skywire/users.db",
  enable_auth: true,
  enable_pk_endpoint: false,
  cookies: { path: "/", domain: "", expires_duration: "12h0m0s", tls: false },
  dmsg_port: DEFAULT_HYPERVISOR_PORT,
  http_addr: ":8000",
  enable_tls: false,
  tls_cert_file: "./ssl/cert.pem",
  tls_key_file: "./ssl/key.pem",
  ui_disable: false,
} satisfies JsonObject;

function surveyKeys(): readonly VisorKey[] {
  return deploymentKeys().slice(0, 12);
}

const templates = new Map<ReleaseFacts, JsonObject>();

function templateOf(profile: ReleaseFacts): JsonObject {
  const known = templates.get(profile);
  if (known !== undefined) return known;
  const template = profile.types.value === "2024" ? template2024(profile) : template2026(profile);
  templates.set(profile, template);
  return template;
}

function services(): Pick<JsonObject, string> {
  return {
    version: "",
    dmsg: {
      discovery: "http://dmsgd.deployment.example",
      sessions_count: 2,
      servers: dmsgServers(),
      servers_type: "all",
    },
    "skywire-tcp": { pk_table: null, listening_address: ":7777" },
    transport: {
      discovery: "http://tpd.deployment.example",
      address_resolver: "http://ar.deployment.example",
      public_autoconnect: true,
      transport_setup: [...deploymentKeys().slice(12, 14), ...deploymentKeys().slice(32, 36)],
      log_store: {
        type: "file",
        location: "/opt/skywire/local/transport_logs",
        rotation_interval: "168h0m0s",
      },
      stcpr_port: 0,
      sudph_port: 0,
    },
    routing: {
      route_setup_nodes: deploymentKeys().slice(14, 24),
      route_finder: "http://rf.deployment.example",
      route_finder_timeout: "10s",
      min_hops: 0,
    },
    uptime_tracker: { addr: "http://ut.deployment.example" },
    stun_servers: Array.from({ length: 10 }, (_, index) => `192.0.2.${index + 10}:3478`),
    shutdown_timeout: "10s",
    persistent_transports: null,
    log_level: "info",
    local_path: "/opt/skywire/local",
    is_public: false,
  };
}

function dmsgServers(): readonly Json[] {
  return deploymentKeys()
    .slice(24, 32)
    .map((server, index) => ({
      version: "",
      sequence: 0,
      timestamp: 0,
      static: server,
      server: { address: `192.0.2.${index + 30}:30081`, availableSessions: 0 },
    }));
}

function template2026(profile: ReleaseFacts): JsonObject {
  const shared = services();
  return {
    ...shared,
    version: profile.build.value.version,
    dmsg: { ...block(shared["dmsg"]), protocol: "yamux" },
    ui_server: null,
    transport: { ...block(shared["transport"]), user_transport_setup: [], ar_transport_limit: 0 },
    routing: {
      ...block(shared["routing"]),
      calculate_routes: false,
      transport_preference: ["stcpr", "sudph", "dmsg"],
      policy_per_dial: "",
      router_settings: {},
    },
    launcher: { ...LAUNCHER, bin_path: "/opt/skywire/apps", apps: apps2026() },
    skychat: { group_history_db: "/opt/skywire/local/skychat/groups.db" },
    user_survey_whitelist: [],
    conf_service: "http://conf.deployment.example",
    reward_address: "",
    reward_system: "http://rewards.deployment.example",
    geoip: "http://ip.deployment.example",
  };
}

function template2024(profile: ReleaseFacts): JsonObject {
  return {
    ...services(),
    version: profile.build.value.version,
    launcher: { ...LAUNCHER, bin_path: "/opt/skywire/apps", apps: apps2024() },
    dmsghttp_server_path: "/opt/skywire/local/custom",
    restart_check_delay: "1s",
  };
}

const LAUNCHER = {
  service_discovery: "http://sd.deployment.example",
  server_addr: "localhost:5505",
  display_node_ip: false,
} satisfies JsonObject;

function apps2026(): readonly Json[] {
  const app = (name: string, port: number, more: JsonObject = {}): JsonObject => ({
    name,
    binary: "",
    args: [],
    auto_start: false,
    port,
    launcher_mode: "internal",
    ...more,
  });
  return [
    app("vpn-client", 43, { args: ["--dns", "1.1.1.1"] }),
    app("skychat", 1, { args: ["--addr", "*:8001"], auto_start: true }),
    app("skysocks", 3, { auto_start: true }),
    app("skysocks-client", 13, { args: ["--addr", ":1080"] }),
    app("vpn-server", 44),
    app("skynet", 57, { auto_start: true }),
    app("dmsgweb", 58, { restart_policy: "on-failure" }),
    app("skynetweb", 59, { restart_policy: "on-failure" }),
    app("pty", 22, { auto_start: true, restart_policy: "always" }),
  ];
}

function apps2024(): readonly Json[] {
  const app = (
    name: string,
    port: number,
    args: readonly string[],
    autoStart: boolean,
  ): JsonObject => ({
    name,
    binary: "skywire",
    args: ["app", name, ...args],
    auto_start: autoStart,
    port,
  });
  return [
    app("vpn-client", 43, ["--dns", "1.1.1.1"], false),
    app("skychat", 1, ["--addr", ":8001"], true),
    app("skysocks", 3, [], false),
    app("skysocks-client", 13, ["--addr", ":1080"], false),
    app("vpn-server", 44, [], false),
  ];
}

function block(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}
