// Taking over what a visor shows at one path into the manifest: no secret ever, nothing open to all without --open.
import { canonicalJson, FleetError, type Json } from "../../core/index.ts";
import type { ManifestEdit } from "../../manifest/index.ts";
import {
  defaultPort,
  type DesiredField,
  type DesiredVisor,
  isLoopbackHost,
  leadingAddress,
  type ObservedApp,
  type SeenVisor,
  settingAt,
} from "../../model/index.ts";
import { diffVisor, observedFieldAt, isClosing, parseFieldPath } from "../../reconcile/index.ts";
import { fieldWord } from "./fields.ts";

const RPC_EXEC = "trust.allow_rpc_exec";

/** One value on one visor that the manifest is to take over. */
export interface LiveField {
  readonly desired: DesiredVisor;
  readonly seen: SeenVisor;
  readonly path: string;
  /** How keys are called in the manifest. */
  readonly names: ReadonlyMap<string, string>;
  /** Write `anyone` where a list is empty on the visor, or an address open to others. */
  readonly open: boolean;
}

/**
 * The edits after which a manifest wants what a visor shows at one field; none where it does already.
 * @throws FleetError cli/adopt-field (exit 4) for what must not or cannot stand in a manifest
 */
export function liveEdits(field: LiveField): readonly ManifestEdit[] {
  const { desired, seen, path } = field;
  const leaf = desired.leaves.get(path);
  if (leaf === undefined) return [];
  const { changes, unsupported, notCompared } = diffVisor(desired, seen, undefined);
  const blind = unsupported.find((each) => each.path === path);
  if (blind !== undefined) throw cannot(field, blind.why);
  if (leaf.kind === "value" && leaf.secrets.length > 0) throw isSecret(field);
  if (notCompared.includes(path)) throw isSecret(field);
  if (!changes.some((change) => change.path === path)) return [];
  return leaf.kind === "set" ? listEdits(field, leaf) : valueEdits(field);
}

function listEdits(
  field: LiveField,
  leaf: DesiredField & { readonly kind: "set" },
): readonly ManifestEdit[] {
  const { seen, path, open } = field;
  const found = observedFieldAt(seen, path);
  const live = found.kind === "set" ? found.elements : [];
  const opens = path.endsWith(".whitelist");
  if (opens && live.length === 0) {
    if (open) return [wholeList(path, "anyone")];
    throw cannot(
      field,
      "the list is empty there, which lets everybody in",
      "--open writes `whitelist: anyone`; `fleet apply --only` closes it again",
    );
  }
  if (leaf.exact && live.length === 0) throw isEmpty(field);
  if (leaf.anyone === true)
    return [
      wholeList(
        path,
        live.map((key) => nameOf(key, field)),
      ),
    ];
  const wanted = new Set(leaf.members.map(({ value }) => value));
  const gone = leaf.members.filter(({ value }) => !live.includes(value)).map(({ value }) => value);
  const come = leaf.exact
    ? live.filter((key) => !wanted.has(key))
    : leaf.removed.map(({ value }) => value).filter((key) => live.includes(key));
  const edit =
    (action: "add" | "remove") =>
    (key: string): ManifestEdit => ({
      kind: "member",
      action,
      list: path,
      member: nameOf(key, field),
    });
  // No list is empty in between.
  return [...come.map(edit("add")), ...gone.map(edit("remove"))];
}

function wholeList(path: string, whitelist: Json): ManifestEdit {
  const field = parseFieldPath(path);
  return field.section === "ports"
    ? { kind: "port", port: field.port, fields: { whitelist } }
    : { kind: "app", apps: field.section === "apps" ? [field.app] : [], fields: { whitelist } };
}

function nameOf(key: string, { names }: LiveField): string {
  return names.get(key) ?? key;
}

function valueEdits(field: LiveField): readonly ManifestEdit[] {
  const { seen, path } = field;
  const leaf = parseFieldPath(path);
  const found = observedFieldAt(seen, path);
  if (found.kind !== "value") throw cannot(field, "the visor shows no value there");
  if (canonicalJson(found.raw) !== canonicalJson(found.shown)) throw isSecret(field);
  const { raw } = found;
  if (leaf.section === "ports" && leaf.field === "open") return portEdits(field, leaf.port);
  if (isNothing(raw)) throw isEmpty(field);
  switch (leaf.section) {
    case "settings":
      return [
        { kind: "setting", setting: leaf.setting, value: settingValue(field, leaf.setting, raw) },
      ];
    case "reward_address":
      if (typeof raw !== "string") break;
      return [{ kind: "reward-address", address: raw }];
    case "ports": {
      const record = seen.ports?.find(({ port }) => port === leaf.port);
      if (record === undefined) {
        throw cannot(
          field,
          `port ${leaf.port} is not served there`,
          `\`fleet adopt ${fieldWord(field.desired.name, `ports.${leaf.port}.open`)}\` takes that over`,
        );
      }
      if (leaf.field === "proxy_addr" && raw === leadingAddress(record)) throw isLeftByMove(field);
      return [{ kind: "port", port: leaf.port, fields: { [leaf.field]: raw } }];
    }
    case "apps": {
      const app = seen.apps.find(({ name }) => name === leaf.app);
      if (leaf.field === "env" || !isShown(app, raw)) throw isSecret(field);
      const isKey = leaf.field === "pk" && typeof raw === "string";
      const value = isKey ? nameOf(raw, field) : raw;
      return [{ kind: "app", apps: [leaf.app], fields: { [leaf.field]: value } }];
    }
    default:
      break;
  }
  if (path === RPC_EXEC && typeof raw === "boolean") return [{ kind: "rpc-exec", allowed: raw }];
  throw cannot(field, "the visor shows no such value there");
}

/** A setting as the manifest writes it: an address that others reach is written with who may use it. */
function settingValue(field: LiveField, setting: string, raw: Json): Json {
  const isAddress = settingAt(setting)?.type.kind === "open-host" && typeof raw === "string";
  if (!isAddress || isLoopbackHost(raw)) return raw;
  if (field.open) return { host: raw, whitelist: "anyone" };
  throw cannot(
    field,
    `it is ${raw} there, where everybody who reaches that may use the proxy`,
    "--open writes `{ host: …, whitelist: anyone }`; `fleet apply --only` closes it again",
  );
}

/** What is masked among the arguments must not come in through the field that they are read as. */
function isShown(app: ObservedApp | undefined, raw: Json): boolean {
  if (app === undefined || typeof raw !== "string") return true;
  const isArgument = app.raw.open().args.some((each) => each === raw || each.endsWith(`=${raw}`));
  return !isArgument || app.args.some((each) => each === raw || each.endsWith(`=${raw}`));
}

/** A port that others closed or opened: its whole record is taken over. */
function portEdits(field: LiveField, port: number): readonly ManifestEdit[] {
  const record = field.seen.ports?.find((each) => each.port === port);
  if (record === undefined || isClosing(record, field.seen.key))
    return [{ kind: "close-port", port }];
  if (record.whitelist.length === 0 && !field.open) {
    throw cannot(
      field,
      "the port is open to everybody there",
      "--open writes `whitelist: anyone`; `fleet apply --only` closes it again",
    );
  }
  const { port: _, whitelist, ...values } = record;
  const usual: Readonly<Record<string, Json>> = { ...defaultPort(port) };
  const others = Object.entries(values).filter(
    ([name, value]) => value !== usual[name] && value !== leadingAddress(record),
  );
  const members = whitelist.length === 0 ? "anyone" : whitelist.map((key) => nameOf(key, field));
  return [{ kind: "port", port, fields: { whitelist: members, ...Object.fromEntries(others) } }];
}

/** True for what a manifest has no words for: an empty value is refused there. */
function isNothing(raw: Json): boolean {
  if (typeof raw === "object" && raw !== null) return Object.keys(raw).length === 0;
  return raw === null || raw === "";
}

function isEmpty(field: LiveField): FleetError {
  return cannot(
    field,
    "nothing is set there, and a manifest cannot say so",
    "take the line out of the manifest: then the value is left alone",
  );
}

function isLeftByMove(field: LiveField): FleetError {
  return cannot(
    field,
    "it leads where the local port leads anyway, as a move leaves it until the visor restarts",
    "`fleet apply` takes it away once the visor has restarted",
  );
}

function isSecret(field: LiveField): FleetError {
  return cannot(
    field,
    "the value is, or may hold, a secret, and none is written into a manifest",
    "write env:NAME or file:PATH for it by hand",
  );
}

function cannot({ desired, path }: LiveField, why: string, next?: string): FleetError {
  return new FleetError(
    "cli/adopt-field",
    `${fieldWord(desired.name, path)} cannot be taken over: ${why}`,
    { next: next ?? "edit the manifest by hand, then run fleet plan", exit: 4 },
  );
}
