// Chooses the method that writes a path on one visor, by what the visor was found to serve.
import {
  APP_FIELDS,
  type AppField,
  appFieldRow,
  type Change,
  type Lifetime,
  OWN_FIELDS,
  ownFieldRow,
  type SeenVisor,
  settingAt,
} from "../../model/index.ts";
import { type MethodName, methodRow } from "../../skywire/visor/index.ts";
import { isBlockUnset } from "./observed-field.ts";
import { type FieldPath, parseFieldPath } from "./field-path.ts";
import { isWebPort, type LeftOf, mayListen, NOTHING_LEFT, recordOf } from "./served-port.ts";

/** How a field is written on one visor. */
export interface FieldWriter {
  readonly kind: "writer";
  readonly method: string;
  readonly lifetime: Lifetime;
  readonly restart: Change["restart"];
  /** What the plan says of it beside when it is in force, a clause. */
  readonly note?: string;
}

/** A field that this visor's release cannot take. */
export interface NoWriter {
  readonly kind: "unsupported";
  readonly why: string;
}

/** What the change does to the field; adding to and removing from a list may need different methods. */
export type FieldVerb = "add" | "change" | "remove";

/** Source: the real v1.3.28 program, which ends at what its own setters store; mended by PR #3025 (2026-06-05). */
const BROKEN_SETTER =
  "this release can only store it with one dash, such as -secure=true, which keeps the app from starting";

/**
 * Chooses the method that writes a field, from what the visor was found to serve and never from a version:
 * `SetConfigFields` where it is served, otherwise the setter of older releases. `left` tells what of served ports waits
 * for a restart of the visor.
 */
export function writerOf(
  seen: SeenVisor,
  path: string,
  verb: FieldVerb,
  left: LeftOf = NOTHING_LEFT,
): FieldWriter | NoWriter {
  const field = parseFieldPath(path);
  switch (field.section) {
    case "trust":
      return field.path === "trust.dmsgscp" ? scpWriter(seen) : trustWriter(seen, field.path, verb);
    case "rpc_exec":
      return rpcExecWriter(seen);
    case "survey":
      return serves(seen, "SetConfigFields")
        ? { ...writer("SetConfigFields", "config", "visor"), note: SURVEY_LOST }
        : unsupported("this release cannot change its survey whitelist");
    case "reward_address":
      return rewardWriter(seen, verb);
    case "settings":
      return settingWriter(seen, field.setting);
    case "apps":
      return appWriter(seen, field);
    case "ports":
      return portWriter(seen, field, left);
  }
}

/** The survey whitelist has a variable there, and is not copied to it. Source: api_config_mirror.go. */
const SURVEY_LOST =
  "lost at the next package update where the visor's configuration comes from /etc/skywire.conf, unless SURVEYPKS has the key too";

const CONFIG_ONLY =
  "lost at the next package update where the visor's configuration comes from /etc/skywire.conf";

function blockNote(path: string): string {
  const block = path.split(".", 1)[0] ?? "";
  return `the visor has no ${block} block, so it is sent whole; lost at the next package update where the configuration comes from /etc/skywire.conf`;
}

function trustWriter(
  seen: SeenVisor,
  path: "trust.hypervisors" | "trust.pty",
  verb: FieldVerb,
): FieldWriter | NoWriter {
  const row = ownFieldRow(path);
  if (!seen.configReadable) return unsupported(row.unseen);
  if (serves(seen, "SetConfigFields")) {
    return writer("SetConfigFields", seen.keepsConf ? "conf" : "config", "none");
  }
  const [add, take] = row.setters;
  const method = verb === "remove" ? take : add;
  if (method === undefined)
    return unsupported("this release has no lasting way to change its pty whitelist");
  if (!serves(seen, method)) return unsupported(`this release does not serve ${method}`);
  // Releases that keep a list of pending hypervisors admit and drop keys at once; earlier ones at a restart.
  return writer(method, "config", serves(seen, "PendingHypervisors") ? "none" : "visor");
}

function scpWriter(seen: SeenVisor): FieldWriter | NoWriter {
  if (!serves(seen, "SetConfigFields"))
    return unsupported("this release has no lasting way to change who may copy files");
  const { config } = ownFieldRow("trust.dmsgscp");
  const note = isBlockUnset(seen, config) ? blockNote(config) : CONFIG_ONLY;
  return { ...writer("SetConfigFields", "config", "visor"), note };
}

function rpcExecWriter(seen: SeenVisor): FieldWriter | NoWriter {
  if (!serves(seen, "SetConfigFields"))
    return unsupported("this release has no lasting way to change it");
  return { ...writer("SetConfigFields", "config", "visor"), note: CONFIG_ONLY };
}

function rewardWriter(seen: SeenVisor, verb: FieldVerb): FieldWriter | NoWriter {
  if (serves(seen, "SetConfigFields")) {
    return writer("SetConfigFields", seen.keepsConf ? "conf" : "config", "none");
  }
  const [set, take] = OWN_FIELDS.reward_address.setters;
  const method = verb === "remove" ? take : set;
  return serves(seen, method)
    ? writer(method, "config", "none")
    : unsupported(`this release does not serve ${method}`);
}

function settingWriter(seen: SeenVisor, path: string): FieldWriter | NoWriter {
  const setting = settingAt(path);
  if (setting === undefined)
    return unsupported("this version of fleet does not manage the setting");
  if (serves(seen, "SetConfigFields")) {
    // The block is sent whole then, which is neither live nor mirrored.
    if (isBlockUnset(seen, path))
      return { ...writer("SetConfigFields", "config", "visor"), note: blockNote(path) };
    const lifetime = setting.mirrored && seen.keepsConf ? "conf" : "config";
    return writer("SetConfigFields", lifetime, setting.live ? "none" : "visor");
  }
  if (setting.olderSetter === undefined || seen.methods.get(setting.olderSetter) === "absent") {
    return unsupported("this release has no way to change the setting");
  }
  // Releases that do not serve their configuration read these values once, when they start.
  return writer(setting.olderSetter, "config", seen.configReadable ? "none" : "visor");
}

function appWriter(
  seen: SeenVisor,
  leaf: FieldPath & { readonly section: "apps" },
): FieldWriter | NoWriter {
  switch (leaf.field) {
    case "present":
      return unsupported("adding and removing an app is chosen by the value");
    case "running":
      return writer("StartApp", "memory", "none");
    default:
      return appFieldWriter(seen, leaf.field);
  }
}

function appFieldWriter(seen: SeenVisor, field: AppField): FieldWriter | NoWriter {
  const { inConfig, setters, restart, option, type } = appFieldRow(field);
  if (inConfig && serves(seen, "SetConfigFields"))
    return writer("SetConfigFields", "config", restart);
  const method = setters.find((each) => serves(seen, each));
  if (method !== undefined) return writer(method, "config", restart);
  if (option !== undefined && type === "flag") return unsupported(BROKEN_SETTER);
  const last = setters.at(-1);
  return unsupported(
    last === undefined
      ? `this release cannot change the ${field} of an app`
      : `this release does not serve ${last}`,
  );
}

/** No update starts, ends or moves a dmsg listener: what concerns it is in force after the visor restarts. */
function portWriter(
  seen: SeenVisor,
  { port, field }: FieldPath & { readonly section: "ports" },
  left: LeftOf,
): FieldWriter | NoWriter {
  const isThere = recordOf(seen, port) !== undefined;
  const isLate =
    isThere &&
    ((field === "dmsg" && !isWebPort(port)) ||
      (field === "local_port" && mayListen(seen, port, left)));
  return firstServed(
    seen,
    isThere ? "UpdateForwardedPort" : "RegisterForwardedPort",
    isLate ? "visor" : "none",
  );
}

/** The methods that close a port: its record is taken away, or written so that it shuts everybody out. */
export function closingWriter(
  seen: SeenVisor,
  port: number,
  part: "take-away" | "shut",
): FieldWriter | NoWriter {
  if (part === "take-away") return firstServed(seen, "DeregisterTCPPort", "none");
  const isThere = recordOf(seen, port) !== undefined;
  return firstServed(seen, isThere ? "UpdateForwardedPort" : "RegisterForwardedPort", "visor");
}

/** Every method that may write a field, so that a reader can ask beforehand which of them are served. */
export function methodsOf(path: string): readonly MethodName[] {
  const leaf = parseFieldPath(path);
  switch (leaf.section) {
    case "settings": {
      const older = settingAt(leaf.setting)?.olderSetter;
      return older === undefined ? ["SetConfigFields"] : ["SetConfigFields", older];
    }
    case "apps": {
      const { inConfig, setters } = APP_FIELDS[leaf.field];
      return inConfig ? ["SetConfigFields", ...setters] : setters;
    }
    case "ports":
      return ["RegisterForwardedPort", "UpdateForwardedPort", "DeregisterTCPPort"];
    default:
      return ["SetConfigFields", ...OWN_FIELDS[leaf.path].setters];
  }
}

/** The method that adds or removes an app, when the visor serves it. */
export function appPresenceWriter(seen: SeenVisor, wanted: boolean): FieldWriter | NoWriter {
  return firstServed(seen, wanted ? "AddApp" : "DeleteApp", "none");
}

function firstServed(
  seen: SeenVisor,
  method: string,
  restart: Change["restart"],
): FieldWriter | NoWriter {
  return serves(seen, method)
    ? writer(method, "config", restart)
    : unsupported(`this release does not serve ${method}`);
}

/**
 * Served as far as it could be asked. A method whose argument allows no harmless probe counts as served until
 * the visor says otherwise; then nothing was written and the outcome is `unsupported`.
 */
function serves(seen: SeenVisor, method: string): boolean {
  const row = methodRow(method);
  if (row?.class === "write" && row.probe === undefined)
    return seen.methods.get(method) !== "absent";
  return seen.methods.get(method) === "present";
}

function writer(method: string, lifetime: Lifetime, restart: Change["restart"]): FieldWriter {
  return { kind: "writer", method, lifetime, restart };
}

function unsupported(why: string): NoWriter {
  return { kind: "unsupported", why };
}
