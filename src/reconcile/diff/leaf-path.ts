import { assert } from "../../core/index.ts";
import { type AppField, settingAt } from "../../model/index.ts";

/** The fields of a served port's record, as leaves. */
export type PortField =
  | "open"
  | "local_port"
  | "label"
  | "description"
  | "show_on_landing"
  | "whitelist"
  | "skynet"
  | "dmsg"
  | "udp"
  | "proxy_addr"
  | "preserve_host"
  | "inject_pk";

/** The lists of trust: the first two are ways in, the third says who may copy files. */
const TRUST_LISTS = ["hypervisors", "pty", "dmsgscp"] as const;
/** One of {@link TRUST_LISTS}. */
export type TrustList = (typeof TRUST_LISTS)[number];

/** Whether RPC clients of the visor itself may run commands there: one value, no list. */
const RPC_EXEC = "trust.allow_rpc_exec";

/** True for a list by which keys come into a visor: lock-out goes by these. */
export function isWayIn(path: string): boolean {
  return path === "trust.hypervisors" || path === "trust.pty";
}

/** A leaf path taken apart. */
export type LeafPath =
  | { readonly section: "trust"; readonly list: TrustList }
  | { readonly section: "rpc_exec" }
  | { readonly section: "survey" }
  | { readonly section: "reward_address" }
  | { readonly section: "settings"; readonly setting: string }
  | { readonly section: "apps"; readonly app: string; readonly field: AppField }
  | { readonly section: "ports"; readonly port: number; readonly field: PortField };

/** Parses a leaf path that the manifest or a plan made; anything else is a bug. */
export function parseLeafPath(path: string): LeafPath {
  if (path === "survey" || path === "reward_address") return { section: path };
  if (path === RPC_EXEC) return { section: "rpc_exec" };
  const list = TRUST_LISTS.find((name) => path === `trust.${name}`);
  if (list !== undefined) return { section: "trust", list };
  if (path.startsWith("settings."))
    return { section: "settings", setting: path.slice("settings.".length) };
  const match = /^(apps|ports)\.(.+)\.([^.]+)$/.exec(path);
  assert(match !== null, `${path} is no leaf path`);
  const [, section, name = "", field] = match;
  return section === "apps"
    ? { section: "apps", app: name, field: field as AppField }
    : { section: "ports", port: Number(name), field: field as PortField };
}

const APP_FIELDS: Readonly<Record<AppField, true>> = {
  present: true,
  running: true,
  auto_start: true,
  binary: true,
  args: true,
  env: true,
  launcher_mode: true,
  whitelist: true,
  pk: true,
  secure: true,
  killswitch: true,
  netifc: true,
  dns: true,
  address: true,
};
const PORT_FIELDS: Readonly<Record<PortField, true>> = {
  open: true,
  local_port: true,
  label: true,
  description: true,
  show_on_landing: true,
  whitelist: true,
  skynet: true,
  dmsg: true,
  udp: true,
  proxy_addr: true,
  preserve_host: true,
  inject_pk: true,
};

/** True for a text that {@link parseLeafPath} takes: a path that some manifest could own. */
export function isLeafPath(text: string): boolean {
  if (["survey", "reward_address", RPC_EXEC].includes(text)) return true;
  if (TRUST_LISTS.some((name) => text === `trust.${name}`)) return true;
  if (text.startsWith("settings.")) return settingAt(text.slice("settings.".length)) !== undefined;
  const [, app, appField = ""] = /^apps\.(.+)\.([^.]+)$/.exec(text) ?? [];
  if (app !== undefined) return Object.hasOwn(APP_FIELDS, appField);
  const [, port, portField = ""] = /^ports\.(\d{1,5})\.([^.]+)$/.exec(text) ?? [];
  return port !== undefined && Object.hasOwn(PORT_FIELDS, portField);
}
