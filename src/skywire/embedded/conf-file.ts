// /etc/skywire.conf: its text, and which settings are copied there.
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
 * Source: api_config_mirror.go for the paths, describe.go for the names of the variables; HYPERVISORAUTH alone is
 * assumed.
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

const FORMS: ReadonlyMap<string, ConfRow["form"]> = new Map(
  [...CONF_ROWS, ...READ_ONLY_ROWS].map(({ variable, form }) => [variable, form]),
);

/**
 * The text of /etc/skywire.conf: lists are arrays of quoted words, flags and numbers are bare, texts are quoted.
 * Source: autoconfigcmd.go, describe.go.
 */
export function formatConf(conf: Conf): string {
  return [...conf]
    .map(([variable, value]) => `${variable}=${shellValue(FORMS.get(variable) ?? "text", value)}\n`)
    .join("");
}

function shellValue(form: ConfRow["form"], value: string): string {
  switch (form) {
    case "keys":
      return `(${wordsOf(value)
        .map((word) => `'${word}'`)
        .join(" ")})`;
    case "text":
      return `'${value}'`;
    default:
      return value;
  }
}

/** The variables as `Skyenv` shows them: the words of a list with blanks between. Source: skyenvfile/read.go. */
export function shownConf(conf: Conf): Conf {
  return new Map(
    [...conf].map(([variable, value]) => [
      variable,
      FORMS.get(variable) === "keys" ? wordsOf(value).join(" ") : value,
    ]),
  );
}

function wordsOf(value: string): readonly string[] {
  return value.split(",").filter((word) => word !== "");
}

/** Reads the variables of /etc/skywire.conf, in this form or with a quoted text for a list; other lines are passed over. */
export function parseConf(text: string): Conf {
  const conf = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, variable, list] = /^([A-Z]+)=\(([^)]*)\)$/.exec(line) ?? [];
    if (variable !== undefined && list !== undefined) {
      const words = list.split(/\s+/).map((word) => word.replaceAll("'", ""));
      conf.set(variable, words.filter((word) => word !== "").join(","));
      continue;
    }
    const match = /^([A-Z]+)='?([^']*)'?$/.exec(line);
    if (match?.[1] !== undefined) conf.set(match[1], match[2] ?? "");
  }
  return conf;
}

/** A flag of the packaging that a variable of /etc/skywire.conf stands for. Source: describe.go. */
export interface ConfFlag {
  readonly Name: string;
  readonly Type: string;
  readonly Usage: string;
  readonly EnvKey: string;
  readonly EnvFormat: string;
  readonly EnvNegate: boolean;
}

/** The flags behind the variables that visors mirror. Their names and usage texts are ours. */
export const CONF_FLAGS: readonly ConfFlag[] = CONF_ROWS.map(({ path, variable, form }) => ({
  Name: path.replaceAll(/[._]/g, "-"),
  Type:
    form === "keys"
      ? "stringSlice"
      : form === "text"
        ? "string"
        : form === "number"
          ? "int"
          : "bool",
  Usage: path,
  EnvKey: variable,
  EnvFormat: form === "keys" ? "array" : form === "text" ? "quoted" : "bare",
  EnvNegate: form === "inverted",
}));

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
      return wordsOf(text);
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
