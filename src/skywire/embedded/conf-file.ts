import type { Json, JsonObject } from "../../core/index.ts";
import { isList } from "./config-shape.ts";
import { parseConfigPath, valueAt, withField } from "./config-path.ts";

/** The settings of /etc/skywire.conf: variable and value, as the shell reads them. */
export type Conf = ReadonlyMap<string, string>;

/** How one configuration path stands in /etc/skywire.conf. */
interface ConfRow {
  readonly path: string;
  readonly variable: string;
  readonly form: "keys" | "text" | "flag" | "inverted" | "number";
}

/**
 * Source: api_config_mirror.go for the paths; the names of HYPERVISORPKS, DMSGPTYPKS, SURVEYPKS and MINHOPS from
 * the packaging documents, the other names are assumed.
 */
const CONF_ROWS: readonly ConfRow[] = [
  { path: "hypervisors", variable: "HYPERVISORPKS", form: "keys" },
  { path: "pty.whitelist", variable: "DMSGPTYPKS", form: "keys" },
  { path: "routing.min_hops", variable: "MINHOPS", form: "number" },
  { path: "is_public", variable: "VISORISPUBLIC", form: "flag" },
  { path: "log_level", variable: "LOGLVL", form: "text" },
  { path: "reward_address", variable: "REWARDSKYADDR", form: "text" },
  { path: "routing.calculate_routes", variable: "CALCULATEROUTES", form: "flag" },
  { path: "transport.public_autoconnect", variable: "DISABLEPUBLICAUTOCONN", form: "inverted" },
  { path: "hypervisor.enable", variable: "ISHYPERVISOR", form: "flag" },
  { path: "hypervisor.enable_auth", variable: "HYPERVISORAUTH", form: "flag" },
  { path: "dmsg_web.enable", variable: "DMSGWEB", form: "flag" },
  { path: "dmsg_web.proxy_addr", variable: "DMSGWEBADDR", form: "text" },
  { path: "dmsg_web.upstream_socks", variable: "DMSGWEBUPSTREAM", form: "text" },
  { path: "skynet_web.enable", variable: "SKYNETWEB", form: "flag" },
  { path: "skynet_web.proxy_addr", variable: "SKYNETWEBADDR", form: "text" },
  { path: "skynet_web.upstream_socks", variable: "SKYNETWEBUPSTREAM", form: "text" },
];

/** Read when a configuration is made anew, but never written by the visor. */
const READ_ONLY_ROWS: readonly ConfRow[] = [
  { path: "survey_whitelist", variable: "SURVEYPKS", form: "keys" },
];

/** Takes the values of mirrored paths from a configuration; other paths are left out. */
export function mirrorPaths(conf: Conf, config: JsonObject, paths: readonly string[]): Conf {
  const changed = new Map(conf);
  for (const row of CONF_ROWS) {
    if (!paths.includes(row.path)) continue;
    changed.set(row.variable, formatValue(row, fieldOf(config, row.path)));
  }
  return changed;
}

/** A fresh configuration with everything that /etc/skywire.conf says. */
export function applyConf(config: JsonObject, conf: Conf): JsonObject {
  let changed = config;
  for (const row of [...CONF_ROWS, ...READ_ONLY_ROWS]) {
    const text = conf.get(row.variable);
    if (text === undefined) continue;
    const value = parseValue(row, text);
    const known = fieldOf(config, row.path);
    const isExtra = row.path === "survey_whitelist" && isList(known) && isList(value);
    changed = withField(changed, row.path, isExtra ? [...new Set([...known, ...value])] : value);
  }
  return changed;
}

/** The text of /etc/skywire.conf. */
export function formatConf(conf: Conf): string {
  return [...conf].map(([variable, value]) => `${variable}='${value}'\n`).join("");
}

/** Reads the variables of /etc/skywire.conf; other lines are passed over. */
export function parseConf(text: string): Conf {
  const conf = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^([A-Z]+)='?([^']*)'?$/.exec(line);
    if (match?.[1] !== undefined) conf.set(match[1], match[2] ?? "");
  }
  return conf;
}

function fieldOf(config: JsonObject, path: string): Json | undefined {
  const parsed = parseConfigPath(path);
  return typeof parsed === "string" ? undefined : valueAt(config, parsed.steps);
}

function formatValue(row: ConfRow, value: Json | undefined): string {
  switch (row.form) {
    case "keys":
      return isList(value) ? value.filter((key) => typeof key === "string").join(",") : "";
    case "text":
      return typeof value === "string" ? value : "";
    case "number":
      return typeof value === "number" ? String(value) : "0";
    case "flag":
      return String(value === true);
    case "inverted":
      return String(value !== true);
  }
}

function parseValue(row: ConfRow, text: string): Json {
  switch (row.form) {
    case "keys":
      return text.split(",").filter((key) => key !== "");
    case "text":
      return text;
    case "number":
      return Number(text);
    case "flag":
      return text === "true";
    case "inverted":
      return text !== "true";
  }
}
