import { assert } from "../../core/index.ts";
import type { AppField } from "../../model/index.ts";

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
