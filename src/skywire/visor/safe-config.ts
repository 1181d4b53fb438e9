// A visor's configuration, which may hold its secret key: what is taken from it, which of its paths may be written, and what visors copy from /etc/skywire.conf.
import { assert, FleetError, type Json, parseVisorKey, type VisorKey } from "../../core/index.ts";
import { compileAllowList, projectJson } from "./config-projection.ts";

// What is taken from a visor's configuration, which may hold its secret key: only what stands on a list.

/** Configuration paths that are plain settings. Source: skywire-rpc 4.5 and 7. */
const SETTING_PATHS: readonly string[] = [
  "is_public",
  "log_level",
  "transport.public_autoconnect",
  "transport.stcpr_port",
  "transport.sudph_port",
  "routing.min_hops",
  "routing.calculate_routes",
  "routing.transport_preference",
  "persistent_transports",
  "stun_servers",
  "hypervisor.enable",
  "hypervisor.enable_auth",
  "hypervisor.ui_disable",
  "hypervisor.http_addr",
  "dmsg_web.enable",
  "dmsg_web.proxy_addr",
  "dmsg_web.upstream_socks",
  "dmsg_web.upstream_rules",
  "skynet_web.enable",
  "skynet_web.proxy_addr",
  "skynet_web.upstream_socks",
  "skynet_web.upstream_rules",
];

/** What is taken from a visor's configuration. Its secret key, app arguments and everything else stay out. */
export interface SafeConfig {
  readonly pk: VisorKey;
  /** The release that wrote the configuration, as it says. */
  readonly version: string;
  /** Sorted and distinct, as all lists of keys here. */
  readonly hypervisors: readonly string[];
  /** Undefined when the visor has no pty block: then it has no such list, and none can be set. */
  readonly pty?: readonly string[];
  readonly survey: readonly string[];
  /** Who may copy files; nobody where there is no such block. */
  readonly dmsgscp: readonly string[];
  /** Whether RPC clients of the visor itself may run commands; undefined when the visor has no pty block. */
  readonly allowRpcExec?: boolean;
  /** Empty when there is none. */
  readonly rewardAddress: string;
  /** Blocks that are not there; no field of theirs can be set by its path. */
  readonly unsetBlocks: readonly string[];
  /** The {@link SETTING_PATHS} that are there. */
  readonly settings: Readonly<Record<string, Json>>;
}

const ALLOWED = compileAllowList([
  "pk",
  "version",
  "hypervisors",
  "pty.whitelist",
  "dmsgpty.whitelist",
  "pty.allow_rpc_exec",
  "dmsgscp.whitelist",
  "survey_whitelist",
  "reward_address",
  ...SETTING_PATHS,
]);
const KEY = /^[0-9a-f]{66}$/;

/**
 * Takes the safe part out of a configuration and overwrites the bytes, which may hold the visor's secret key.
 * `expected` is the key that the visor should have; another one is returned all the same.
 * @throws FleetError visor/config-json (no JSON object, perhaps half written), visor/config-shape (a value of
 * another kind than it should have); neither holds anything of the text
 */
export function takeSafeConfig(bytes: Uint8Array, expected?: VisorKey): SafeConfig {
  try {
    return safeConfigOf(projectJson(bytes, ALLOWED), expected);
  } finally {
    bytes.fill(0);
  }
}

function safeConfigOf(
  found: ReadonlyMap<string, Json>,
  expected: VisorKey | undefined,
): SafeConfig {
  const settings: Record<string, Json> = {};
  for (const path of SETTING_PATHS) {
    const value = found.get(path);
    if (value !== undefined && value !== null) settings[path] = value;
  }
  const block = found.has("pty") ? "pty" : "dmsgpty";
  return {
    pk: keyAt(found, expected),
    version: textAt(found, "version"),
    hypervisors: keysAt(found, "hypervisors"),
    ...(found.has(block) ? { pty: keysAt(found, `${block}.whitelist`) } : {}),
    survey: keysAt(found, "survey_whitelist"),
    dmsgscp: keysAt(found, "dmsgscp.whitelist"),
    ...(found.has("pty") ? { allowRpcExec: found.get("pty.allow_rpc_exec") === true } : {}),
    rewardAddress: textAt(found, "reward_address"),
    unsetBlocks: unsetBlocksOf(found),
    settings,
  };
}

function keyAt(found: ReadonlyMap<string, Json>, expected: VisorKey | undefined): VisorKey {
  const text = textAt(found, "pk");
  // Saves the check of the curve, which costs more than all the rest here.
  if (text === expected) return expected;
  try {
    return parseVisorKey(text);
  } catch {
    throw shapeError("pk");
  }
}

function textAt(found: ReadonlyMap<string, Json>, path: string): string {
  const value = found.get(path) ?? "";
  if (typeof value !== "string") throw shapeError(path);
  return value;
}

function keysAt(found: ReadonlyMap<string, Json>, path: string): readonly string[] {
  const value = found.get(path) ?? [];
  if (!Array.isArray(value)) throw shapeError(path);
  const keys = new Set<string>();
  for (const item of value) {
    const key = typeof item === "string" ? item.toLowerCase() : "";
    if (!KEY.test(key)) throw shapeError(path);
    keys.add(key);
  }
  return [...keys].sort();
}

function shapeError(path: string): FleetError {
  return new FleetError(
    "visor/config-shape",
    `the configuration has an unexpected value at ${path}`,
    {
      next: "look at the configuration on the visor itself",
    },
  );
}

// Blocks of a configuration that a visor may be without: then nothing in them can be set by path.

/** Blocks that may be sent whole where a visor is without them. Source: PR #2366, embedded_dmsgweb.go, api_config_fields.go. */
export const WHOLE_BLOCKS = ["dmsg_web", "skynet_web", "hypervisor", "dmsgscp"] as const;
/** A visor without a pty has no terminal: that block has ports and sockets that are not ours to make up. */
const OPTIONAL_BLOCKS = [...WHOLE_BLOCKS, "pty"] as const;

/** The optional blocks that are not among the objects of a projected configuration. */
function unsetBlocksOf(found: ReadonlyMap<string, unknown>): readonly string[] {
  return OPTIONAL_BLOCKS.filter((block) => !found.has(block));
}

// Which paths of a configuration may be written at all.

const LISTS = [
  "hypervisors",
  "pty.whitelist",
  "dmsgscp.whitelist",
  "survey_whitelist",
  "reward_address",
  "pty.allow_rpc_exec",
];
const WRITABLE: ReadonlySet<string> = new Set([...LISTS, ...WHOLE_BLOCKS, ...SETTING_PATHS]);
/** A bracketed app name ends at the first bracket, so a name with one could reach another field. */
const APP_FIELD = /^launcher\.apps\[[^[\]]+\]\.(?:args|env|auto_start|launcher_mode|binary)$/;

/** Refuses, as a bug of ours, to write any other path: none of a key, an address of the RPC or a service. */
export function assertWritablePaths(paths: Iterable<string>): void {
  for (const path of paths)
    assert(
      WRITABLE.has(path) || APP_FIELD.test(path),
      `the configuration path ${path} must not be written`,
    );
}

// Where /etc/skywire.conf keeps what visors copy to it.

/** The variable of a configuration path, and how its text is to be read. */
export interface ConfVariable {
  readonly name: string;
  readonly form: "keys" | "text" | "flag" | "inverted" | "number";
}

/**
 * Variables by configuration path. `hypervisor.enable_auth` is left out, since the name of its variable was not found.
 * Source: api_config_mirror.go @407a07f3 for the paths, describe.go for the names.
 */
export const CONF_VARIABLES: ReadonlyMap<string, ConfVariable> = new Map<string, ConfVariable>([
  ["hypervisors", { name: "HYPERVISORPKS", form: "keys" }],
  ["pty.whitelist", { name: "DMSGPTYPKS", form: "keys" }],
  ["is_public", { name: "VISORISPUBLIC", form: "flag" }],
  ["log_level", { name: "LOGLVL", form: "text" }],
  ["reward_address", { name: "REWARDSKYADDR", form: "text" }],
  ["routing.min_hops", { name: "MINHOPS", form: "number" }],
  ["routing.calculate_routes", { name: "CALCULATEROUTES", form: "flag" }],
  ["transport.public_autoconnect", { name: "DISABLEPUBLICAUTOCONN", form: "inverted" }],
  ["hypervisor.enable", { name: "ISHYPERVISOR", form: "flag" }],
  ["dmsg_web.enable", { name: "DMSGWEB", form: "flag" }],
  ["dmsg_web.proxy_addr", { name: "DMSGWEBADDR", form: "text" }],
  ["dmsg_web.upstream_socks", { name: "DMSGWEBUPSTREAM", form: "text" }],
  ["skynet_web.enable", { name: "SKYNETWEB", form: "flag" }],
  ["skynet_web.proxy_addr", { name: "SKYNETWEBADDR", form: "text" }],
  ["skynet_web.upstream_socks", { name: "SKYNETWEBUPSTREAM", form: "text" }],
]);

const NAMES: ReadonlySet<string> = new Set([...CONF_VARIABLES.values()].map(({ name }) => name));

/** Keeps what visors copy to the file; whatever else stands there, secrets among it, is dropped. */
export function confValues(all: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...all].filter(([name]) => NAMES.has(name)));
}
