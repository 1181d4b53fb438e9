// What a visor shows at one path, as text and JSON may show it and as it is compared.
import { defined, type Digest, type Json } from "../../core/index.ts";
import {
  defaultPort,
  type KeptField,
  type AppTypedField,
  isOf2024,
  knowsWhitelist,
  MASK,
  OWN_FIELDS,
  type OwnListPath,
  type ObservedApp,
  parseWhitelist,
  programOf,
  type SeenVisor,
  settingAt,
  splitArgs,
  typedForm,
} from "../../model/index.ts";
import { type FieldPath, parseFieldPath } from "./field-path.ts";
import { CLOSING, isClosing } from "./served-port.ts";

/** What a visor shows at one field. */
export type ObservedField =
  | {
      readonly kind: "value";
      /** As it may be shown; `null` is absent. */
      readonly shown: Json;
      /** As it is, for comparing only. */
      readonly raw: Json;
      /** Keyed digest of `raw`, where a recorded observation holds one. */
      readonly keyed?: string;
      /** Set when `raw` is not known and stands for what is shown; `differs` is the digest of what it is not. */
      readonly hidden?: { readonly differs?: Digest };
    }
  | { readonly kind: "set"; readonly elements: readonly string[] }
  | { readonly kind: "missing-app" }
  | { readonly kind: "unsupported"; readonly why: string; readonly notObserved?: true };

/** Reads one field out of an observation. The visor's own key never counts as a member of its trust lists. */
export function observedFieldAt(seen: SeenVisor, path: string): ObservedField {
  const kept = seen.kept?.get(path);
  if (kept !== undefined && kept.kind !== "missing-app") return foundKept(kept);
  if (seen.kept !== undefined && kept === undefined) {
    return { ...unsupported("the recorded observation does not hold it"), notObserved: true };
  }
  return foundLive(seen, path);
}

function foundKept(kept: Exclude<KeptField, { readonly kind: "missing-app" }>): ObservedField {
  if (kept.kind !== "value") return kept;
  const { shown, raw, keyed, differs } = kept;
  return {
    kind: "value",
    shown,
    raw: raw ?? shown,
    ...defined({ keyed }),
    ...(raw === undefined ? { hidden: differs === undefined ? {} : { differs } } : {}),
  };
}

function foundLive(seen: SeenVisor, path: string): ObservedField {
  const field = parseFieldPath(path);
  switch (field.section) {
    case "trust":
    case "survey":
      return foundList(seen, field.path);
    case "rpc_exec":
      return foundRpcExec(seen, field.path);
    case "reward_address":
      return foundText(seen, field.path);
    case "settings":
      return foundSetting(seen, field.setting);
    case "apps":
      return foundApp(seen, field);
    case "ports":
      return foundPort(seen, field);
  }
}

function foundList(seen: SeenVisor, path: OwnListPath): ObservedField {
  const row = OWN_FIELDS[path];
  const elements = seen[row.seen];
  if (elements === undefined) return unsupported(row.unseen);
  return {
    kind: "set",
    elements: row.risk === "trust" ? elements.filter((key) => key !== seen.key) : elements,
  };
}

function foundText(seen: SeenVisor, path: "reward_address"): ObservedField {
  const row = OWN_FIELDS[path];
  const text = seen[row.seen];
  return text === undefined ? unsupported(row.unseen) : plain(text === "" ? null : text);
}

function foundRpcExec(seen: SeenVisor, path: "trust.allow_rpc_exec"): ObservedField {
  const row = OWN_FIELDS[path];
  const isOn = seen[row.seen];
  if (isOn !== undefined) return plain(isOn);
  return unsupported(
    seen.configReadable && isBlockUnset(seen, row.config)
      ? "the visor has no pty block"
      : row.unseen,
  );
}

function foundSetting(seen: SeenVisor, setting: string): ObservedField {
  const value = seen.settings[setting];
  if (value !== undefined) return plain(value);
  // What is switched on in a block is off where there is no such block.
  if (setting.endsWith(".enable") && isBlockUnset(seen, setting)) return plain(false);
  const known = settingAt(setting)?.summaryField !== undefined;
  return seen.configReadable && !known
    ? plain(null)
    : unsupported("this release does not show the setting, so a change could not be checked");
}

/** True for a configuration path in a block that the visor is without. */
export function isBlockUnset(seen: Pick<SeenVisor, "unsetBlocks">, path: string): boolean {
  return path.includes(".") && (seen.unsetBlocks ?? []).includes(path.split(".", 1)[0] ?? "");
}

function foundApp(seen: SeenVisor, leaf: FieldPath & { readonly section: "apps" }): ObservedField {
  const [app, ...others] = seen.apps.filter(({ name }) => name === leaf.app);
  if (others.length > 0) return unsupported(twice(`an app ${leaf.app}`));
  if (leaf.field === "present") return plain(app !== undefined);
  if (app === undefined) return { kind: "missing-app" };
  switch (leaf.field) {
    case "running":
      return plain(app.running);
    case "auto_start":
      return plain(app.autoStart);
    case "binary":
      return plain(app.binary === "" ? app.name : app.binary);
    case "launcher_mode":
      return app.launcherMode === undefined
        ? unsupported("this release does not show how it launches apps")
        : plain(app.launcherMode === "" ? null : app.launcherMode);
    case "args":
      return {
        kind: "value",
        raw: splitArgs(rawOf(app)).rest,
        shown: splitArgs(app).rest,
      };
    case "env":
      return foundEnv(app);
    case "whitelist":
      return knowsWhitelist(seen, app)
        ? {
            kind: "set",
            elements: parseWhitelist(splitArgs(rawOf(app)).typed.get("whitelist") ?? ""),
          }
        : unsupported("the apps of this release know no whitelist");
    default:
      return foundTyped(app, leaf.field);
  }
}

/** What the app goes by: an option that is not given has the value that the program takes then. */
function foundTyped(app: ObservedApp, field: AppTypedField): ObservedField {
  const { typed, broken } = splitArgs(rawOf(app));
  const form = typedForm(programOf(rawOf(app)), field);
  const element = broken.get(field);
  if (element !== undefined) return plain(element);
  const text = typed.get(field) ?? "";
  const absent = form?.absent;
  if (text === "" && absent !== undefined) {
    if (typeof absent === "boolean") return plain(absent);
    return plain(isOf2024(app) ? absent.of2024 : absent.of2026);
  }
  if (text === "") return plain(null);
  return plain(form?.form === "flag" ? text === "true" : text);
}

function rawOf(app: ObservedApp): ObservedApp {
  return { ...app, args: app.raw.open().args };
}

function twice(what: string): string {
  return `the visor has ${what} twice, and which one counts is not known: take one out of its configuration, then restart it`;
}

function foundEnv(app: ObservedApp): ObservedField {
  const env = app.raw.open().env;
  if (env === undefined) return unsupported("this release does not show the environment of apps");
  const variables = env.map((element): readonly [string, string] => {
    const equals = element.indexOf("=");
    return equals < 0 ? [element, ""] : [element.slice(0, equals), element.slice(equals + 1)];
  });
  return {
    kind: "value",
    raw: Object.fromEntries(variables),
    shown: Object.fromEntries(variables.map(([name]) => [name, MASK])),
  };
}

function foundPort(
  seen: SeenVisor,
  leaf: FieldPath & { readonly section: "ports" },
): ObservedField {
  if (seen.ports === undefined) return unsupported("this release does not list its served ports");
  const [port, ...others] = seen.ports.filter((candidate) => candidate.port === leaf.port);
  if (others.length > 0) return unsupported(twice(`port ${leaf.port}`));
  const isShut = port !== undefined && isClosing(port, seen.key);
  if (leaf.field === "open") return plain(isShut ? CLOSING : port !== undefined);
  // The visor's own key shuts everybody out; it is no member that a manifest could name.
  if (leaf.field === "whitelist")
    return { kind: "set", elements: isShut ? [] : (port?.whitelist ?? []) };
  return plain((port ?? defaultPort(leaf.port))[leaf.field]);
}

function plain(value: Json): ObservedField {
  return { kind: "value", raw: value, shown: value };
}

function unsupported(why: string): ObservedField & { readonly kind: "unsupported" } {
  return { kind: "unsupported", why };
}
