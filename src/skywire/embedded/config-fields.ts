import type { Json, JsonObject } from "../../core/index.ts";
import { isList, type Shape, shapeFault } from "./config-shape.ts";
import {
  type ConfigPath,
  parseConfigPath,
  type PathStep,
  valueAt,
  withValue,
} from "./config-path.ts";

/** One field to set: where, and to what. */
export interface FieldEdit {
  readonly path: string;
  readonly steps: readonly PathStep[];
  readonly old: Json;
  readonly value: Json;
  readonly isLive: boolean;
}

/** Paths in force at once. Source: api_config_fields.go (PRs #5052 and #5071, then pty.whitelist). */
const LIVE_PATHS: ReadonlySet<string> = new Set([
  "is_public",
  "log_level",
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

const WHOLE_MAPS: ReadonlySet<string> = new Set([
  "app_settings",
  "routing.router_settings",
  "routing.router_app_settings",
]);
const READ_ONLY: ReadonlySet<string> = new Set(["dmsg.sessions_count"]);

/**
 * Checks one entry of `SetConfigFields` against a configuration. Throws the text a visor refuses it with.
 * Source: api_config_fields.go for the rules; the texts are assumed, but for `is not set`.
 */
export function checkField(config: JsonObject, path: string, text: string): FieldEdit {
  const parsed = parseConfigPath(path);
  if (typeof parsed === "string") throw new Error(parsed);
  refuseSecrets(path, parsed);
  if (WHOLE_MAPS.has(path)) throw new Error(`${path} cannot be set as a whole`);
  if (READ_ONLY.has(path)) throw new Error(`${path} is read-only`);
  refuseUnset(config, parsed.steps);
  const value = parseFieldValue(path, parsed.shape, text);
  const isLive = LIVE_PATHS.has(path.replaceAll(/\[[^\]]*\]/g, "[*]"));
  return { path, steps: parsed.steps, old: valueAt(config, parsed.steps) ?? null, value, isLive };
}

/** The configuration after an edit. */
export function withEdit(config: JsonObject, edit: FieldEdit): JsonObject {
  return withValue(config, edit.steps, edit.value);
}

function refuseSecrets(path: string, parsed: ConfigPath): void {
  for (const { name } of parsed.steps) {
    if (name === "sk" || name === "pk" || name.endsWith("_sk") || name.includes("secret_key")) {
      throw new Error(`${path} cannot be set`);
    }
  }
}

function refuseUnset(config: JsonObject, steps: readonly PathStep[]): void {
  for (let count = 1; count < steps.length; count += 1) {
    const block = steps.slice(0, count);
    const value = valueAt(config, block);
    if (value === undefined || value === null) {
      throw new Error(`${formatSteps(block)} is not set; set the whole block first`);
    }
  }
  const app = steps.at(-1);
  if (app?.kind === "app" && valueAt(config, steps) === undefined)
    throw new Error(`no app named ${app.name}`);
}

/** Strict, with two indulgences: a bare word for a text, and a quoted scalar for what is none. */
function parseFieldValue(path: string, shape: Shape, text: string): Json {
  const parsed = parseJson(text);
  if (parsed === undefined) {
    if (shape.kind === "text" || shape.kind === "key") return text;
    throw new Error(`${path}: invalid JSON`);
  }
  const fault = shapeFault(shape, parsed);
  if (fault === undefined) return parsed;
  const inner = typeof parsed === "string" && shape.kind !== "text" ? parseJson(parsed) : undefined;
  if (inner === undefined || shapeFault(shape, inner) !== undefined)
    throw new Error(`${path}: ${fault}`);
  return inner;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function formatSteps(steps: readonly PathStep[]): string {
  return steps
    .map((step, index) =>
      step.kind === "member" ? (index === 0 ? "" : ".") + step.name : `[${step.name}]`,
    )
    .join("");
}

/** The texts of a list of JSON values. */
export function textsIn(value: Json): readonly string[] {
  return isList(value) ? value.filter((item) => typeof item === "string") : [];
}
