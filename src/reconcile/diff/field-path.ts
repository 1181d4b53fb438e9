// The paths of fields: their grammar, taken apart and put together, and how much harm a wrong value does at one.
import { assert, remembering } from "../../core/index.ts";
import {
  type AppField,
  appFieldRow,
  isAppField,
  isOwnPath,
  ownFieldRow,
  type OwnListPath,
  type OwnPath,
  type PortField,
  portFieldRow,
  type Risk,
  settingAt,
} from "../../model/index.ts";

// The paths of fields: their grammar, taken apart and put together.

/** The lists of trust: the first two are ways in, the third says who may copy files. */
type AccessListPath = Exclude<OwnListPath, "survey">;

/** True for a list by which keys come into a visor: lock-out goes by these. */
export function isWayIn(path: string): boolean {
  return isOwnPath(path) && ownFieldRow(path).isWayIn === true;
}

/** A field path taken apart. */
export type FieldPath =
  | { readonly section: "trust"; readonly path: AccessListPath }
  | { readonly section: "rpc_exec"; readonly path: "trust.allow_rpc_exec" }
  | { readonly section: "survey"; readonly path: "survey" }
  | { readonly section: "reward_address"; readonly path: "reward_address" }
  | { readonly section: "settings"; readonly setting: string }
  | { readonly section: "apps"; readonly app: string; readonly field: AppField }
  | { readonly section: "ports"; readonly port: number; readonly field: PortField };

/** What a visor has once, by its path: a row without a line here does not compile. */
const OWN_SECTIONS: Readonly<Record<OwnPath, "trust" | "rpc_exec" | "survey" | "reward_address">> =
  {
    "trust.hypervisors": "trust",
    "trust.pty": "trust",
    "trust.dmsgscp": "trust",
    "trust.allow_rpc_exec": "rpc_exec",
    survey: "survey",
    reward_address: "reward_address",
  };

/**
 * Parses a field path that the manifest or a plan made; anything else is a bug. The visors of a fleet have the same few
 * paths, and each is asked for many times.
 */
export const parseFieldPath: (path: string) => FieldPath = remembering(10_000, (path) => {
  if (isOwnPath(path)) return { section: OWN_SECTIONS[path], path } as FieldPath;
  if (path.startsWith("settings."))
    return { section: "settings", setting: path.slice("settings.".length) };
  const match = /^(apps|ports)\.(.+)\.([^.]+)$/.exec(path);
  assert(match !== null, `${path} is no field path`);
  const [, section, name = "", field] = match;
  return section === "apps"
    ? { section: "apps", app: name, field: field as AppField }
    : { section: "ports", port: Number(name), field: field as PortField };
});

/** True for a text that {@link parseFieldPath} takes: a path that some manifest could own. */
export function isFieldPath(text: string): boolean {
  if (isOwnPath(text)) return true;
  if (text.startsWith("settings.")) return settingAt(text.slice("settings.".length)) !== undefined;
  const [, app, appField = ""] = /^apps\.(.+)\.([^.]+)$/.exec(text) ?? [];
  if (app !== undefined) return isAppField(appField);
  const [, port, portField = ""] = /^ports\.(\d{1,5})\.([^.]+)$/.exec(text) ?? [];
  return port !== undefined && (portField === "open" || portFieldRow(portField) !== undefined);
}

// How much harm a wrong value does at a path.

/**
 * How much harm a wrong value does at this field: what its row says. Opening a list to everybody is trust given to
 * everybody.
 */
export function riskOf(path: string, opensToAnyone: boolean): Risk {
  if (opensToAnyone) return "trust";
  const leaf = parseFieldPath(path);
  switch (leaf.section) {
    case "settings":
      return settingAt(leaf.setting)?.risk ?? "trust";
    case "apps":
      return appFieldRow(leaf.field).risk;
    case "ports":
      return portFieldRow(leaf.field)?.risk ?? "app";
    default:
      return ownFieldRow(leaf.path).risk;
  }
}
