// From the layers of one visor, which are its roles and itself, to its fields.
import { canonicalJson, defined, type Json, type JsonObject, type Place } from "../core/index.ts";
import {
  type DesiredField,
  keyMembersOf,
  type Origin,
  SAME_ENTRY,
  usualOfPort,
} from "../model/index.ts";
import { type Layer, type Merging, mergeList, mergeValue, type LayerValue } from "./layers.ts";
import type { Written, WrittenList, WrittenValue } from "./manifest.ts";

/** Apps or ports that any layer names, with the place of the nearest name. */
export function namedIn(layers: readonly Layer[], section: "apps" | "ports"): Map<string, Origin> {
  const named = new Map<string, Origin>();
  for (const { role, body } of layers) {
    for (const [name, place] of body[section]) {
      named.set(name, { place, ...defined({ role }) });
    }
  }
  return named;
}

type SaidByPath = ReadonlyMap<string, readonly LayerValue<Written>[]>;

/** Every field that the layers of a visor come to, by path; the layer behind wins, and defaults stand where none says more. */
export function mergeLayers(merging: Merging, layers: readonly Layer[]): Map<string, DesiredField> {
  const said = new Map<string, LayerValue<Written>[]>();
  for (const layer of layers) {
    for (const [path, written] of layer.body.written) {
      const known = said.get(path);
      if (known === undefined) said.set(path, [{ layer, written }]);
      else known.push({ layer, written });
    }
  }
  const fields = new Map<string, DesiredField>();
  const settled = settleApps(merging, layers, said, fields);
  const ports = namedIn(layers, "ports");
  for (const port of ports.keys()) settlePort(merging, port, said, { leaves: fields, settled });
  for (const [path, all] of said) {
    if (settled.has(prefixOf(path))) continue;
    const field = sharedField(merging, path, all) ?? mergeField(merging, path, all);
    if (field !== undefined) fields.set(path, field);
  }
  for (const [port, origin] of ports) {
    if (!settled.has(`ports.${port}`)) addPortDefaults(port, origin, fields);
  }
  return fields;
}

/** The field that one role alone gives, unless this visor would stand in its own list. */
function sharedField(
  merging: Merging,
  path: string,
  all: readonly LayerValue<Written>[],
): DesiredField | undefined {
  const [only] = all;
  if (only?.layer.role === undefined || all.length > 1) return undefined;
  const known = merging.shared.get(only.written);
  const field = known ?? mergeField({ ...merging, key: undefined }, path, all);
  if (field === undefined) return undefined;
  merging.shared.set(only.written, field);
  if (field.kind === "value") return field;
  const has = (element: { readonly value: string }): boolean => element.value === merging.key;
  return field.members.some(has) || field.removed.some(has) ? undefined : field;
}

function prefixOf(path: string): string {
  const dot = path.indexOf(".", path.indexOf(".") + 1);
  return dot < 0 ? path : path.slice(0, dot);
}

function mergeField(
  merging: Merging,
  path: string,
  all: readonly LayerValue<Written>[],
): DesiredField | undefined {
  const lists = all.filter((one): one is LayerValue<WrittenList> => one.written.kind === "list");
  if (lists.length > 0) return mergeList(merging, path, lists);
  const values = all.filter((one): one is LayerValue<WrittenValue> => one.written.kind === "value");
  const isKey = path.startsWith("apps.") && path.endsWith(".pk");
  if (isKey)
    return mergeValue(
      merging,
      path,
      values.flatMap((one) => withKey(merging, one)),
    );
  const members = path.startsWith("settings.") ? keyMembersOf(path.slice("settings.".length)) : [];
  return mergeValue(
    merging,
    path,
    members.length === 0 ? values : values.flatMap((one) => withKeys(merging, one, members)),
  );
}

/** Replaces the names of visors in records by their keys; two names of one visor make one entry twice. */
function withKeys(
  merging: Merging,
  one: LayerValue<WrittenValue>,
  members: readonly string[],
): readonly LayerValue<WrittenValue>[] {
  const { value, place } = one.written;
  if (!Array.isArray(value)) return [];
  const records: Json[] = [];
  for (const item of value as readonly JsonObject[]) {
    const record: Record<string, Json> = { ...(item as Record<string, Json>) };
    for (const name of members) {
      const text = record[name];
      if (typeof text !== "string") return [];
      const [element] = merging.members.resolveOne({ text, place }).elements;
      if (element === undefined) return [];
      record[name] = element.value;
    }
    records.push(record);
  }
  if (new Set(records.map((record) => canonicalJson(record))).size < records.length) {
    merging.report({
      code: "manifest/value",
      severity: "error",
      message: `this ${SAME_ENTRY}, and two of these names are one visor`,
      at: place,
      next: "remove one of the two",
    });
    return [];
  }
  return [{ ...one, written: { ...one.written, value: records } }];
}

/** Replaces the name of a visor by its key. */
function withKey(
  merging: Merging,
  one: LayerValue<WrittenValue>,
): readonly LayerValue<WrittenValue>[] {
  const { value, place } = one.written;
  if (typeof value !== "string") return [];
  const [element] = merging.members.resolveOne({ text: value, place }).elements;
  return element === undefined
    ? []
    : [{ ...one, written: { ...one.written, value: element.value } }];
}

/**
 * Decides for each app whether it is deleted. A deleted app has no other field; the returned prefixes
 * are settled.
 */
function settleApps(
  merging: Merging,
  layers: readonly Layer[],
  said: SaidByPath,
  fields: Map<string, DesiredField>,
): Set<string> {
  const settled = new Set<string>();
  for (const app of namedIn(layers, "apps").keys()) {
    const path = `apps.${app}.present`;
    const all = said.get(path);
    if (all === undefined) continue;
    const field = mergeField(merging, path, all);
    const isKept = field?.kind === "value" && field.value === true;
    if (isKept) continue;
    settled.add(`apps.${app}`);
    if (field === undefined) continue;
    fields.set(path, field);
    if (field.origin.role !== undefined)
      refuseDeletedAndUsed(merging, app, layers, field.origin.place);
  }
  return settled;
}

function refuseDeletedAndUsed(
  merging: Merging,
  app: string,
  layers: readonly Layer[],
  deleted: Place,
): void {
  for (const { body } of layers) {
    const place = body.apps.get(app);
    const present = body.written.get(`apps.${app}.present`);
    if (place === undefined || present !== undefined) continue;
    merging.report({
      code: "manifest/contradiction",
      severity: "error",
      message: `the app ${app} is configured here, and a role of the same visor deletes it`,
      at: place,
      text: app,
      next: "write present: true at the visor to keep the app, or remove one of the two",
      related: [{ message: "deleted here", at: deleted }],
    });
  }
}

function settlePort(
  merging: Merging,
  port: string,
  said: SaidByPath,
  result: { readonly leaves: Map<string, DesiredField>; readonly settled: Set<string> },
): void {
  const path = `ports.${port}.open`;
  const field = mergeField(merging, path, said.get(path) ?? []);
  if (field?.kind === "value" && field.value === true) return;
  result.settled.add(`ports.${port}`);
  if (field !== undefined) result.leaves.set(path, field);
}

function addPortDefaults(port: string, named: Origin, fields: Map<string, DesiredField>): void {
  const origin: Origin = { ...named, byDefault: true };
  for (const [field, value] of Object.entries(usualOfPort(Number(port)))) {
    const path = `ports.${port}.${field}`;
    if (!fields.has(path)) fields.set(path, { kind: "value", path, value, secrets: [], origin });
  }
}
