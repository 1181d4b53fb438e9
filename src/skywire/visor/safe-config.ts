// What is taken from a visor's configuration, which may hold its secret key: only what stands on a list.
import { FleetError, type Json, parseVisorKey, type VisorKey } from "../../core/index.ts";
import { unsetBlocksOf } from "./blocks.ts";
import { compileAllowList, projectJson } from "./config-projection.ts";

/** Configuration paths that are plain settings. Source: skywire-rpc 4.5 and 7. */
export const SETTING_PATHS: readonly string[] = [
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
