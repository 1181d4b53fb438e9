// Setting one field of a configuration as `SetConfigFields` does: checked first, then set.
import { type Json, jsonIfAny, type JsonObject } from "../../core/index.ts";
import { goTypeOf, isList, type ConfigShape, shapeFault } from "./config-shape.ts";
import { parseConfigPath, type PathStep, valueAt, withValue } from "./config-path.ts";

/** One field to set: where, and to what. */
export interface FieldEdit {
  readonly path: string;
  readonly steps: readonly PathStep[];
  readonly old: Json;
  readonly value: Json;
  readonly isLive: boolean;
}

/** Paths in force at once. Source: liveConfigFieldTable in api_config_fields.go (PRs #5052 and #5071, and later). */
const LIVE_PATHS: ReadonlySet<string> = new Set([
  "is_public",
  "log_level",
  "flight_recorder",
  "hypervisors",
  "pty.whitelist",
  "persistent_transports",
  "transport.public_autoconnect",
  "routing.min_hops",
  "routing.calculate_routes",
  "routing.transport_preference",
  "routing.mux_fec",
  "routing.router_settings[*]",
  "launcher.apps[*].auto_start",
  "launcher.apps[*].args",
  "launcher.apps[*].env",
  "reward_address",
  "hypervisor.enable",
  "hypervisor.ui_disable",
  "hypervisor.enable_auth",
  ...["dmsg_web", "skynet_web"].flatMap((section) =>
    ["enable", "proxy_addr", "upstream_socks", "upstream_rules"].map(
      (name) => `${section}.${name}`,
    ),
  ),
]);

/** Paths of which another part of the visor is the owner, and the command that sets them. Source: ownedConfigPaths. */
const OWNED: ReadonlyMap<string, string> = new Map([
  ["app_settings", "skywire cli proxy settings"],
  ["app_settings[*]", "skywire cli proxy settings"],
  ["routing.router_settings", "skywire cli route settings"],
  ["routing.router_app_settings", "skywire cli route settings --app <app>"],
  ["routing.router_app_settings[*]", "skywire cli route settings --app <app>"],
]);

/**
 * Checks one entry of `SetConfigFields` against a configuration. Throws the text a visor refuses it with.
 * Source: api_config_fields.go for the rules and the texts.
 */
export function checkField(config: JsonObject, path: string, text: string): FieldEdit {
  const parsed = parseConfigPath(path, config);
  if (typeof parsed === "string") throw new Error(parsed);
  const template = path.replaceAll(/\[[^\]]*\]/g, "[*]");
  const owner = OWNED.get(template);
  if (owner !== undefined) {
    throw new Error(
      `${path} is owned by the router/app settings catalogs; set it with \`${owner}\``,
    );
  }
  const value = parseFieldValue(path, parsed.shape, text);
  const old = valueAt(config, parsed.steps) ?? null;
  return { path, steps: parsed.steps, old, value, isLive: LIVE_PATHS.has(template) };
}

/** The configuration after an edit. */
export function withEdit(config: JsonObject, edit: FieldEdit): JsonObject {
  return withValue(config, edit.steps, edit.value);
}

/**
 * Strict, with two indulgences: what is no text may be one as it stands, and a scalar that is none may stand in
 * quotes. Source: decodeConfigValue in api_config_fields.go.
 */
function parseFieldValue(path: string, shape: ConfigShape, text: string): Json {
  const parsed = jsonIfAny(text);
  if (typeof parsed !== "string" && shape.kind === "text" && parsed !== null) return text;
  if (parsed === undefined) throw notValid(path, shape, text, syntaxFault(text));
  const fault = shapeFault(shape, parsed);
  if (fault === undefined) return parsed;
  const inner = typeof parsed === "string" && shape.kind !== "text" ? jsonIfAny(parsed) : undefined;
  if (inner === undefined || shapeFault(shape, inner) !== undefined)
    throw notValid(path, shape, text, fault);
  return inner;
}

/** What Go's decoder says of a text that is no JSON, as far as its first character tells. */
function syntaxFault(text: string): string {
  const first = text.trimStart().charAt(0);
  return first === "" ? "EOF" : `invalid character '${first}' looking for beginning of value`;
}

/** The error gives back the value that was sent. */
function notValid(path: string, shape: ConfigShape, text: string, fault: string): Error {
  return new Error(
    `${path}: value ${text} is not valid for this field (${goTypeOf(shape)}): ${fault}`,
  );
}

/** The texts of a list of JSON values. */
export function textsIn(value: Json): readonly string[] {
  return isList(value) ? value.filter((item) => typeof item === "string") : [];
}
