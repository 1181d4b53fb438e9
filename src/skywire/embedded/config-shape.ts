// The shape of a configuration as the Go struct has it, and what is no value of it.
import { type Json, type JsonObject, visorKeyFault, isJsonObject } from "../../core/index.ts";

/**
 * The type of one configuration value. Objects know all their fields: a visor decodes its file into a Go
 * struct, and what the struct does not have is forgotten.
 */
export type ConfigShape =
  | { readonly kind: "bool" | "int" | "uint16" | "text" | "key" | "json" }
  | { readonly kind: "list"; readonly of: ConfigShape }
  | { readonly kind: "map"; readonly of: ConfigShape }
  | { readonly kind: "object"; readonly fields: Readonly<Record<string, ConfigShape>> };

const bool: ConfigShape = { kind: "bool" };
const int: ConfigShape = { kind: "int" };
const uint16: ConfigShape = { kind: "uint16" };
const text: ConfigShape = { kind: "text" };
const json: ConfigShape = { kind: "json" };
const key: ConfigShape = { kind: "key" };
const keys: ConfigShape = { kind: "list", of: key };
const texts: ConfigShape = { kind: "list", of: text };

const UINT16_MAX = 65_535;

function object(fields: Readonly<Record<string, ConfigShape>>): ConfigShape {
  return { kind: "object", fields };
}

const webResolver = object({
  enable: bool,
  proxy_port: int,
  proxy_addr: text,
  domain_suffix: text,
  upstream_socks: text,
  upstream_rules: { kind: "list", of: object({ suffix: text, upstream: text }) },
});

const pty = object({
  dmsg_port: int,
  cli_network: text,
  cli_address: text,
  whitelist: keys,
  ssh_listen: text,
  allow_rpc_exec: bool,
});

const app = object({
  name: text,
  binary: text,
  args: texts,
  auto_start: bool,
  port: int,
  user: text,
  group: text,
  work_dir: text,
  env: texts,
  launcher_mode: text,
  restart_policy: text,
});

const persistentTransports: ConfigShape = { kind: "list", of: object({ pk: key, type: text }) };

/**
 * The configuration in memory: apps' arguments are a list here whatever the file has.
 * Source: visorconfig/v1.go and config_compat.go (mid-2026), in their field order; the newest members and the types
 * of mux_fec, router_settings and upstream_rules from api_config_fields.go (autumn 2026). `dmsghttp_server_path` and
 * `restart_check_delay` are of older releases only.
 */
export const CONFIG_SHAPE: Readonly<Record<string, ConfigShape>> = {
  version: text,
  sk: text,
  pk: key,
  dmsg: object({
    discovery: text,
    sessions_count: int,
    servers: { kind: "list", of: json },
    servers_type: text,
    protocol: text,
  }),
  pty,
  dmsgpty: pty,
  dmsgscp: object({ whitelist: keys }),
  ui_server: json,
  log_server: json,
  dmsg_web: webResolver,
  skynet_web: webResolver,
  skymail_bridge: json,
  "skywire-tcp": object({ pk_table: json, listening_address: text }),
  transport: object({
    discovery: text,
    discovery_dmsg: text,
    address_resolver: text,
    address_resolver_dmsg: text,
    public_autoconnect: bool,
    transport_setup: keys,
    user_transport_setup: keys,
    log_store: object({ type: text, location: text, rotation_interval: text }),
    stcpr_port: int,
    sudph_port: int,
    ar_transport_limit: int,
    tps_sk: text,
  }),
  routing: object({
    route_setup_nodes: keys,
    user_route_setup_nodes: keys,
    route_setup_sk: text,
    route_finder: text,
    route_finder_dmsg: text,
    route_finder_timeout: text,
    min_hops: uint16,
    calculate_routes: bool,
    transport_preference: texts,
    policy_per_dial: text,
    mux_fec: bool,
    mux_routes: int,
    no_transit: bool,
    router_settings: { kind: "map", of: text },
    router_app_settings: { kind: "map", of: json },
  }),
  uptime_tracker: object({ addr: text, addr_dmsg: text }),
  launcher: object({
    service_discovery: text,
    service_discovery_dmsg: text,
    apps: { kind: "list", of: app },
    server_addr: text,
    bin_path: text,
    display_node_ip: bool,
    heartbeat_interval: text,
  }),
  app_settings: { kind: "map", of: json },
  stats: json,
  wisp: json,
  resolvers: json,
  browse_origin: json,
  skymail: json,
  wallet: json,
  coin_nodes: json,
  embedded_services: json,
  keyring: json,
  public_visor: json,
  flight_recorder: bool,
  skychat: object({ group_history_db: text }),
  survey_whitelist: keys,
  user_survey_whitelist: keys,
  hypervisors: keys,
  cli_addr: text,
  log_level: text,
  local_path: text,
  dmsghttp_server_path: text,
  stun_servers: texts,
  shutdown_timeout: text,
  restart_check_delay: text,
  is_public: bool,
  geoip: text,
  persistent_transports: persistentTransports,
  conf_service: text,
  conf_service_dmsg: text,
  reward_address: text,
  reward_system: text,
  reward_system_dmsg: text,
  memory_limit: text,
  hypervisor: object({
    enable: bool,
    db_path: text,
    enable_auth: bool,
    enable_pk_endpoint: bool,
    cookies: json,
    dmsg_port: int,
    http_addr: text,
    enable_tls: bool,
    tls_cert_file: text,
    tls_key_file: text,
    ui_disable: bool,
    lan_dmsg_server: json,
  }),
};

/** Why a JSON value does not decode into a shape, or `undefined` when it does. `null` is Go's zero value. */
export function shapeFault(shape: ConfigShape, value: Json): string | undefined {
  if (value === null || shape.kind === "json") return undefined;
  switch (shape.kind) {
    case "bool":
      return typeof value === "boolean" ? undefined : cannot(value, "bool");
    case "int":
    case "uint16":
      return isWhole(value, shape.kind)
        ? undefined
        : cannot(value, shape.kind, typeof value === "number" ? `number ${value}` : undefined);
    case "text":
      return typeof value === "string" ? undefined : cannot(value, "string");
    case "key":
      return keyFault(value);
    case "list":
      return isList(value) ? firstFault(shape.of, value) : cannot(value, goTypeOf(shape));
    case "map":
      return isJsonObject(value)
        ? firstFault(shape.of, Object.values(value))
        : cannot(value, goTypeOf(shape));
    case "object":
      return isJsonObject(value) ? fieldsFault(shape.fields, value) : cannot(value, "struct");
  }
}

/** The name of a shape's Go type, as a visor writes it in its errors; structs are called so. */
export function goTypeOf(shape: ConfigShape): string {
  switch (shape.kind) {
    case "text":
      return "string";
    case "key":
      return "cipher.PubKey";
    case "list":
      return `[]${goTypeOf(shape.of)}`;
    case "map":
      return `map[string]${goTypeOf(shape.of)}`;
    case "object":
      return "struct";
    case "json":
      return "interface {}";
    default:
      return shape.kind;
  }
}

function isWhole(value: Json, kind: "int" | "uint16"): boolean {
  if (typeof value !== "number" || !Number.isInteger(value)) return false;
  return kind === "int" || (value >= 0 && value <= UINT16_MAX);
}

/** A value without the members its shape does not have: what decoding into a Go struct leaves of it. */
export function projectShape(shape: ConfigShape, value: Json): Json {
  if (shape.kind === "list" && isList(value))
    return value.map((item) => projectShape(shape.of, item));
  if (shape.kind !== "object" || !isJsonObject(value)) return value;
  const known: Record<string, Json> = {};
  for (const [name, field] of Object.entries(shape.fields)) {
    const member = value[name];
    if (member !== undefined) known[name] = projectShape(field, member);
  }
  return known;
}

/** True for a JSON array. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function keyFault(value: Json): string | undefined {
  if (typeof value !== "string") return cannot(value, "cipher.PubKey");
  return visorKeyFault(value) === undefined ? undefined : "Invalid public key";
}

function firstFault(shape: ConfigShape, values: readonly (Json | undefined)[]): string | undefined {
  for (const item of values) {
    const fault = shapeFault(shape, item ?? null);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function fieldsFault(
  fields: Readonly<Record<string, ConfigShape>>,
  value: JsonObject,
): string | undefined {
  for (const [name, member] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) return `json: unknown field ${JSON.stringify(name)}`;
    const fault = shapeFault(field, member ?? null);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function cannot(value: Json, goType: string, called?: string): string {
  const kind = isList(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
  return `json: cannot unmarshal ${called ?? kind} into Go value of type ${goType}`;
}
