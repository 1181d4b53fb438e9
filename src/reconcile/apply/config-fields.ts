// The fields of SetConfigFields calls, made from changes and a fresh reading, and which of them go in one call.
import { assert, FleetError, type Json, type JsonObject } from "../../core/index.ts";
import {
  appFieldRow,
  type Change,
  OWN_FIELDS,
  OWN_LISTS,
  ownFieldRow,
  type OwnListPath,
  parseWhitelist,
  type SecretRef,
  splitArgs,
  WEB_PROXIES,
} from "../../model/index.ts";
import { type AppReading, WHOLE_BLOCKS, type WriteSession } from "../../skywire/visor/index.ts";
import { appAfter, changesArgs, isOfApp, parseFieldPath } from "../diff/index.ts";
import { revealSecrets } from "./read-back.ts";

// A value that must be text, where a plan that was written by hand may hold something else.

/**
 * A plain value as the text that a visor takes; absent is empty.
 * @throws FleetError plan/damaged for a list or an object, of which no such text can be made
 */
export function plainText(value: Json): string {
  if (value === null) return "";
  if (typeof value !== "object") return String(value);
  throw new FleetError("plan/damaged", "not written: the plan has no plain value for it", {
    next: "make the plan again",
    exit: 64,
  });
}

// The fields of one `SetConfigFields` call, made from changes and a fresh reading of lists and apps.

/** What values need beside the changes they are made of. */
export interface WriteFacts {
  readonly secrets: ReadonlyMap<SecretRef, string>;
  /** Whitelists that may end empty, because they are written `anyone`. */
  readonly openToAnyone: readonly string[];
  /** Every path that the manifest owns on the visor. */
  readonly owned: readonly string[];
}

/**
 * Refuses to write a whitelist that changes would empty: others shortened it since the plan was made.
 * @throws FleetError apply/would-open
 */
export function assertNotOpened(
  path: string,
  keys: readonly string[],
  { openToAnyone }: WriteFacts,
): void {
  if (keys.length > 0 || openToAnyone.includes(path)) return;
  throw new FleetError(
    "apply/would-open",
    "not written: others shortened the list meanwhile, and what is left would be open to everybody",
    { next: "make the plan again" },
  );
}

/**
 * The argument list of one app after its changes, made from a fresh reading of the app.
 * @throws FleetError apply/would-open, plan/damaged
 */
export function argsAfter(
  app: Pick<AppReading, "name" | "binary" | "args">,
  changes: readonly Change[],
  facts: WriteFacts,
): readonly string[] {
  const own = changes.filter(({ path }) => isOfApp(path, app.name));
  // A plan that somebody wrote by hand must not come out as an option that is left away.
  for (const { after } of own.filter((change) => changesArgs(change) && !isArgs(change)))
    plainText(after);
  const { args, ...program } = appAfter(app, own, (value) => revealSecrets(value, facts.secrets));
  const whitelist = `apps.${app.name}.whitelist`;
  if (own.some(({ path }) => path === whitelist)) {
    const keys = splitArgs({ ...program, args }).typed.get("whitelist") ?? "";
    assertNotOpened(whitelist, parseWhitelist(keys), facts);
  }
  return args;
}

function isArgs({ path }: Change): boolean {
  return path.endsWith(".args");
}

/** The environment of an app as `NAME=value` elements, sorted by name. */
export function envAfter(
  change: Change,
  secrets: ReadonlyMap<SecretRef, string>,
): readonly string[] {
  const value = revealSecrets(change.after, secrets);
  assert(
    value !== null && typeof value === "object" && !Array.isArray(value),
    "an environment is a map",
  );
  return Object.entries(value)
    .map(([name, text]) => `${name}=${plainText(text ?? null)}`)
    .sort();
}

/** One field of `SetConfigFields`, and the changes that it makes. */
export interface ConfigField {
  readonly value: Json;
  readonly changes: readonly Change[];
}

/**
 * What a block is made of beside what is said of it. A hypervisor without this would let everybody in without a
 * password: Go's zero value of `enable_auth` is false.
 */
const BLOCK_DEFAULTS: Readonly<Record<string, JsonObject>> = { hypervisor: { enable_auth: true } };

/**
 * The fields that make changes. Lists are set-to values, so each is read again on the same connection first and only
 * the elements of this step are added or taken away; a block that the visor is without is one field, whole.
 */
export async function configFieldsOf(
  session: WriteSession,
  changes: readonly Change[],
  facts: WriteFacts,
): Promise<ReadonlyMap<string, ConfigField>> {
  const fields = new Map<string, ConfigField>();
  const put = (path: string, value: Json, of: readonly Change[]): void => {
    fields.set(path, { value, changes: [...of] });
  };
  const lists = groupLists(changes);
  const needsTrust = lists.size > 0 || changes.some(isInBlock);
  const config = needsTrust ? await session.readConfig() : undefined;
  for (const [path, list] of lists) {
    const row = OWN_FIELDS[path];
    const now = config?.[row.seen];
    if (now === undefined) throw listGone(path);
    put(row.config, applyElements(now, list), list);
  }
  const needsApps = changes.some((change) => changesArgs(change));
  const apps = needsApps ? await session.readApps() : [];
  for (const app of apps) {
    const own = changes.filter((change) => changesArgs(change) && isOfApp(change.path, app.name));
    if (own.length > 0) put(`launcher.apps[${app.name}].args`, argsAfter(app, changes, facts), own);
  }
  for (const change of changes) {
    const field = fieldOf(change, facts);
    if (field !== undefined) put(field.path, field.value, [change]);
  }
  const unset = config?.unsetBlocks ?? [];
  return wholeBlocks(
    fields,
    WHOLE_BLOCKS.filter((block) => unset.includes(block)),
  );
}

/** The field of a change that is neither of a list nor of an app's arguments. */
function fieldOf(
  change: Change,
  facts: WriteFacts,
): { readonly path: string; readonly value: Json } | undefined {
  const leaf = parseFieldPath(change.path);
  if (leaf.section === "settings") return { path: leaf.setting, value: change.after };
  if (leaf.section === "apps") {
    if (!appFieldRow(leaf.field).inConfig || changesArgs(change)) return undefined;
    const isEnv = leaf.field === "env";
    const value = isEnv ? [...envAfter(change, facts.secrets)] : change.after;
    return { path: `launcher.apps[${leaf.app}].${leaf.field}`, value };
  }
  if (!("path" in leaf)) return undefined;
  const { type, config } = ownFieldRow(leaf.path);
  return type === "keys" ? undefined : { path: config, value: change.after };
}

/** True for a setting that stands in a block of the configuration. */
function isInBlock({ path }: Change): boolean {
  const field = parseFieldPath(path);
  return field.section === "settings" && field.setting.includes(".");
}

/** The same fields, those of blocks that are not set joined to one field each. */
function wholeBlocks(
  fields: ReadonlyMap<string, ConfigField>,
  unset: readonly string[],
): ReadonlyMap<string, ConfigField> {
  const whole = new Map<string, ConfigField>();
  for (const [path, field] of fields) {
    const [block = "", name, ...deeper] = path.split(".");
    if (name === undefined || deeper.length > 0 || !unset.includes(block)) {
      whole.set(path, field);
      continue;
    }
    const known = whole.get(block);
    const members = (known?.value ?? BLOCK_DEFAULTS[block] ?? {}) as JsonObject;
    whole.set(block, {
      value: { ...members, [name]: field.value },
      changes: [...(known?.changes ?? []), ...field.changes],
    });
  }
  return whole;
}

function listGone(path: string): FleetError {
  return new FleetError(
    "apply/list-gone",
    `not written: ${path} could be read a moment ago and cannot any more`,
    {
      next: "run the same command again",
    },
  );
}

function groupLists(changes: readonly Change[]): ReadonlyMap<OwnListPath, readonly Change[]> {
  const lists = OWN_LISTS.map(
    (path) => [path, changes.filter((change) => change.path === path)] as const,
  );
  return new Map(lists.filter(([, own]) => own.length > 0));
}

function applyElements(now: readonly string[], changes: readonly Change[]): readonly string[] {
  const keys = new Set(now);
  for (const { element, after } of changes) {
    if (element === undefined) continue;
    if (after === true) keys.add(element);
    else keys.delete(element);
  }
  return [...keys].sort();
}

// In which calls of SetConfigFields fields go, so that what one of them does besides does not undo another.

/** Fields by configuration path. */
export type Fields = ReadonlyMap<string, Json>;

/** What decides about calls beside the fields themselves. */
export interface CallFacts {
  /** What the visor shows of settings now, by configuration path. */
  readonly shown: Readonly<Record<string, Json>>;
  /** Configuration paths of settings that the manifest owns. */
  readonly owned: ReadonlySet<string>;
}

/**
 * Splits fields into the calls that set them, in order. Setting the address of a web proxy turns it on, and turning
 * on the .dmsg proxy starts the .skynet one whatever its own setting says: what shall be off is said off afterwards.
 */
export function callsOf(fields: Fields, { shown, owned }: CallFacts): readonly Fields[] {
  const first = new Map(fields);
  const after = new Map<string, Json>();
  for (const proxy of WEB_PROXIES) {
    const enable = `${proxy}.enable`;
    const isOff = (fields.get(enable) ?? shown[enable]) === false;
    if (!isOff || !(fields.has(`${proxy}.proxy_addr`) || isStarted(proxy, fields, owned))) continue;
    first.delete(enable);
    after.set(enable, false);
  }
  return [first, after].filter((call) => call.size > 0);
}

/** True for the .skynet proxy where the call starts it beside the other one and its own setting is ours. */
function isStarted(proxy: string, fields: Fields, owned: ReadonlySet<string>): boolean {
  return proxy === "skynet_web" && owned.has("skynet_web.enable") && startsSkynet(fields);
}

/** True for fields that start the .skynet proxy without naming it. */
export function startsSkynet(fields: Fields): boolean {
  return fields.get("dmsg_web.enable") === true;
}
