// What the bytes of each object below a Root are.
import { FleetError, toHex } from "../../core/index.ts";
import { decodeRefsNode, decodeRefsTop, isBlank } from "./refs.ts";
import { decodeObject } from "./registry-types.ts";
import type { CxoRegistry, RegistryEntry } from "./registry.ts";
import type { Dynamic } from "./root.ts";
import { type CxoSchema, type CxoValue, REFERENCE_TYPES, SCHEMA_KINDS } from "./schema.ts";

/** One object below a Root and what its bytes are: a value of a type, or a part of a list of such. */
export type TreeItem =
  | { readonly kind: "value"; readonly hash: Uint8Array; readonly entry: RegistryEntry }
  | { readonly kind: "list"; readonly hash: Uint8Array; readonly entry: RegistryEntry }
  | {
      readonly kind: "list-node";
      readonly hash: Uint8Array;
      readonly entry: RegistryEntry;
      readonly depth: number;
      readonly degree: number;
    };

/**
 * What a Root's references point to.
 * @throws FleetError cxo/schema
 */
export function itemsOf(refs: readonly Dynamic[], registry: CxoRegistry): readonly TreeItem[] {
  return refs
    .filter(({ hash }) => !isBlank(hash))
    .map(({ hash, schema }) => ({ kind: "value", hash, entry: entryOf(schema, registry) }));
}

/**
 * What an object points to, in order; nil references are left out. The bytes are read strictly.
 * @throws FleetError cxo/* when the bytes are not what the item says
 */
export function itemsBelow(
  item: TreeItem,
  bytes: Uint8Array,
  registry: CxoRegistry,
): readonly TreeItem[] {
  if (item.kind === "value") {
    const found: TreeItem[] = [];
    collect(item.entry.schema, decodeObject(registry, item.entry.ref, bytes), registry, found);
    return found;
  }
  const { entry } = item;
  const node =
    item.kind === "list"
      ? decodeRefsTop(bytes)
      : {
          ...decodeRefsNode(bytes, item.depth, item.degree),
          depth: item.depth,
          degree: item.degree,
        };
  const { depth, degree } = node;
  return node.elements
    .filter((hash) => !isBlank(hash))
    .map((hash) =>
      depth === 0
        ? { kind: "value", hash, entry }
        : { kind: "list-node", hash, entry, depth: depth - 1, degree },
    );
}

function collect(
  schema: CxoSchema,
  value: CxoValue,
  registry: CxoRegistry,
  found: TreeItem[],
): void {
  const { referenceType, kind, element } = schema;
  if (referenceType !== REFERENCE_TYPES.none) {
    const item = pointedTo(schema, value, registry);
    if (item !== undefined) found.push(item);
  } else if (kind === SCHEMA_KINDS.struct) {
    const { fields } = schema.fields.length > 0 ? schema : namedSchema(schema.name, registry);
    const members = value as Readonly<Record<string, CxoValue>>;
    for (const field of fields) {
      const member = members[field.name];
      if (member !== undefined) collect(field.schema, member, registry, found);
    }
  } else if (element !== undefined && Array.isArray(value)) {
    for (const one of value as readonly CxoValue[]) collect(element, one, registry, found);
  }
}

function pointedTo(
  schema: CxoSchema,
  value: CxoValue,
  registry: CxoRegistry,
): TreeItem | undefined {
  if (schema.referenceType === REFERENCE_TYPES.dynamic) {
    const { Hash, Schema: schemaRef } = value as { Hash: Uint8Array; Schema: Uint8Array };
    if (isBlank(Hash)) return undefined;
    return { kind: "value", hash: Hash, entry: entryOf(schemaRef, registry) };
  }
  const hash = value as Uint8Array;
  if (isBlank(hash)) return undefined;
  const entry = namedEntry(schema.element?.name ?? "", registry);
  return { kind: schema.referenceType === REFERENCE_TYPES.refs ? "list" : "value", hash, entry };
}

function entryOf(schemaRef: Uint8Array, registry: CxoRegistry): RegistryEntry {
  const wanted = toHex(schemaRef);
  const entry = registry.entries.find(({ ref }) => toHex(ref) === wanted);
  if (entry === undefined)
    throw new FleetError("cxo/schema", `the registry has no schema ${wanted}`);
  return entry;
}

function namedEntry(name: string, registry: CxoRegistry): RegistryEntry {
  const entry = registry.entries.find((one) => one.name === name);
  if (entry === undefined) throw new FleetError("cxo/schema", `the registry has no type ${name}`);
  return entry;
}

function namedSchema(name: string, registry: CxoRegistry): CxoSchema {
  return name === "" ? EMPTY_STRUCT : namedEntry(name, registry).schema;
}

const EMPTY_STRUCT: CxoSchema = {
  referenceType: REFERENCE_TYPES.none,
  kind: SCHEMA_KINDS.struct,
  name: "",
  length: 0,
  fields: [],
  element: undefined,
};
