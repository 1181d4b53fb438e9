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

/** A leaf path taken apart. */
export type LeafPath =
  | { readonly section: "trust"; readonly list: "hypervisors" | "pty" }
  | { readonly section: "survey" }
  | { readonly section: "reward_address" }
  | { readonly section: "settings"; readonly setting: string }
  | { readonly section: "apps"; readonly app: string; readonly field: AppField }
  | { readonly section: "ports"; readonly port: number; readonly field: PortField };

/** Parses a leaf path that the manifest or a plan made; anything else is a bug. */
export function parseLeafPath(path: string): LeafPath {
  if (path === "survey" || path === "reward_address") return { section: path };
  if (path === "trust.hypervisors") return { section: "trust", list: "hypervisors" };
  if (path === "trust.pty") return { section: "trust", list: "pty" };
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
  if (["survey", "reward_address", "trust.hypervisors", "trust.pty"].includes(text)) return true;
  if (text.startsWith("settings.")) return settingAt(text.slice("settings.".length)) !== undefined;
  const [, app, appField = ""] = /^apps\.(.+)\.([^.]+)$/.exec(text) ?? [];
  if (app !== undefined) return Object.hasOwn(APP_FIELDS, appField);
  const [, port, portField = ""] = /^ports\.(\d{1,5})\.([^.]+)$/.exec(text) ?? [];
  return port !== undefined && Object.hasOwn(PORT_FIELDS, portField);
}
