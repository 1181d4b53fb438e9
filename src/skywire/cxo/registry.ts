// A registry: the schemas of all types of a feed, made from the types.
import { equalBytes, FleetError, sha256, utf8 } from "../../core/index.ts";
import { ByteReader, ObjectWriter } from "./encoded-values.ts";
import { fillFault, schemaFault, typesWithReferences } from "./registry-check.ts";
import {
  type BasicType,
  type CxoField,
  type CxoSchema,
  type CxoType,
  decodeSchema,
  encodeSchema,
  encodingTag,
  goTagValue,
  REFERENCE_TYPES,
  SCHEMA_KINDS,
  type SchemaField,
  type TypesByName,
} from "./schema.ts";

// Makes a schema from a type.

const NESTING_MAX = 32;

/** How a type is used decides how it is written: fields hold whole structs, elements only their names. */
type Place = "field" | "element";

/**
 * Makes the schema of one registered type.
 * @throws FleetError cxo/registry
 */
function buildSchema(name: string, types: TypesByName): CxoSchema {
  const type = types.get(name);
  if (typeof type !== "object" || !("struct" in type)) {
    throw new FleetError("cxo/registry", `${name} is not a struct, so it cannot be registered`);
  }
  return structSchema(name, type.struct, types, 0);
}

function structSchema(
  name: string,
  fields: readonly CxoField[],
  types: TypesByName,
  nesting: number,
): CxoSchema {
  if (nesting > NESTING_MAX)
    throw new FleetError("cxo/registry", `${name} nests too deep, or holds itself by value`);
  const seen = fields.filter((field) => !encodingTag(field).skip);
  return {
    ...bare(SCHEMA_KINDS.struct, name),
    fields: seen.map((field) => fieldSchema(field, types, nesting)),
  };
}

function fieldSchema(field: CxoField, types: TypesByName, nesting: number): SchemaField {
  const tag = field.tag ?? "";
  if (field.type === "Ref" || field.type === "Refs") {
    const target = goTagValue(tag, "skyobject").replace(/^schema=/, "");
    if (target === "")
      throw new FleetError(
        "cxo/registry",
        `field ${field.name} does not say its schema in a skyobject tag`,
      );
    return { name: field.name, tag, schema: referenceSchema(field.type, stub(target, types)) };
  }
  return { name: field.name, tag, schema: typeSchema(field.type, "field", types, nesting + 1) };
}

function typeSchema(type: CxoType, place: Place, types: TypesByName, nesting: number): CxoSchema {
  if (typeof type === "string") return basicSchema(type, place);
  if ("use" in type) return usedSchema(type.use, place, types, nesting);
  if ("named" in type) {
    // Go names every struct that is not anonymous, and builds no registry that leaves one out.
    if (typeof type.type === "object" && "struct" in type.type)
      return usedSchema(type.named, place, types, nesting);
    return { ...typeSchema(type.type, place, types, nesting), name: type.named };
  }
  if ("struct" in type) return structSchema("", type.struct, types, nesting);
  if ("map" in type) throw new FleetError("cxo/registry", "a map has no schema");
  if ("array" in type) {
    return {
      ...bare(SCHEMA_KINDS.array, ""),
      length: type.len,
      element: typeSchema(type.array, "element", types, nesting + 1),
    };
  }
  return {
    ...bare(SCHEMA_KINDS.slice, ""),
    element: typeSchema(type.slice, "element", types, nesting + 1),
  };
}

function usedSchema(name: string, place: Place, types: TypesByName, nesting: number): CxoSchema {
  if (place === "element") return stub(name, types);
  const type = types.get(name);
  if (typeof type !== "object" || !("struct" in type)) throw missing(name);
  return structSchema(name, type.struct, types, nesting);
}

function basicSchema(type: BasicType, place: Place): CxoSchema {
  switch (type) {
    case "Dynamic":
      return { ...bare(SCHEMA_KINDS.dynamic, ""), referenceType: REFERENCE_TYPES.dynamic };
    case "Ref":
    case "Refs":
      throw new FleetError(
        "cxo/registry",
        `${type} stands only directly in a field of a struct, not as ${place}`,
      );
    case "bytes":
      return { ...bare(SCHEMA_KINDS.slice, ""), element: bare(SCHEMA_KINDS.uint8, "uint8") };
    default:
      return bare(SCHEMA_KINDS[type], type);
  }
}

function referenceSchema(type: "Ref" | "Refs", element: CxoSchema): CxoSchema {
  const referenceType = type === "Ref" ? REFERENCE_TYPES.ref : REFERENCE_TYPES.refs;
  return { ...bare(SCHEMA_KINDS.pointer, ""), referenceType, element };
}

function stub(name: string, types: TypesByName): CxoSchema {
  if (!types.has(name)) throw missing(name);
  return bare(SCHEMA_KINDS.struct, name);
}

function bare(kind: number, name: string): CxoSchema {
  return {
    referenceType: REFERENCE_TYPES.none,
    kind,
    name,
    length: 0,
    fields: [],
    element: undefined,
  };
}

function missing(name: string): FleetError {
  return new FleetError("cxo/registry", `the schema of ${name} is missing`);
}

// A registry: the schemas of all types of a feed.

/** A registry of more bytes is refused; real ones have a few hundred. */
const REGISTRY_SIZE_MAX = 256 * 1024;

/** The types of a feed's objects, as their one encoded form and what it says. */
export interface CxoRegistry {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes: what a Root's `Reg` holds. */
  readonly ref: Uint8Array;
  /** Sorted by name. */
  readonly entries: readonly RegistryEntry[];
}

/** One registered type. */
export interface RegistryEntry {
  readonly name: string;
  readonly schema: CxoSchema;
  /** SHA-256 of the encoded schema: what a Dynamic's `Schema` holds. */
  readonly ref: Uint8Array;
  readonly hasReferences: boolean;
}

/** A type and the name it is registered under. Only structs can be registered. */
export interface RegisteredType {
  readonly name: string;
  readonly type: CxoType;
}

/**
 * Builds a registry with the bytes Go's builder gives for the same types.
 * @throws FleetError cxo/registry for what Go refuses to build: a name that is missing or taken twice,
 * a Ref or Refs without a schema tag or inside a slice or array, a type that is no struct
 * Source: cxo skyobject/registry (Reg.Register, newRegistry).
 */
export function buildRegistry(types: readonly RegisteredType[]): CxoRegistry {
  const byName = new Map(types.map(({ name, type }) => [name, type]));
  if (byName.size !== types.length)
    throw new FleetError("cxo/registry", "a type name is registered twice");
  const schemas = types.map(({ name }) => ({ name, schema: buildSchema(name, byName) }));
  schemas.sort((left, right) => compareBytes(utf8(left.name), utf8(right.name)));
  return toRegistry(encodeRegistry(schemas), schemas);
}

/**
 * Decodes and checks a registry of unknown origin. Stricter than Go, which panics on several of
 * these: sorted unique names, one encoded form, known kinds, every name defined, no struct inside
 * itself by value.
 * @throws FleetError cxo/truncated, cxo/trailing, cxo/registry, cxo/not-canonical
 */
export function decodeRegistry(bytes: Uint8Array): CxoRegistry {
  if (bytes.length > REGISTRY_SIZE_MAX) {
    throw new FleetError(
      "cxo/registry",
      `a registry of ${bytes.length} bytes is over the limit of ${REGISTRY_SIZE_MAX}`,
    );
  }
  const reader = new ByteReader(bytes);
  const schemas: { name: string; schema: CxoSchema }[] = [];
  const count = reader.count();
  for (let index = 0; index < count; index += 1) {
    const nameBytes = reader.bytes();
    const schema = decodeSchema(reader.bytes());
    if (!equalBytes(utf8(schema.name), nameBytes)) {
      throw new FleetError(
        "cxo/registry",
        `the schema of ${schema.name} stands under another name`,
      );
    }
    const last = schemas.at(-1);
    if (last !== undefined && compareBytes(utf8(last.name), nameBytes) >= 0) {
      throw new FleetError("cxo/registry", `${schema.name} is out of order or registered twice`);
    }
    schemas.push({ name: schema.name, schema });
  }
  reader.end();
  const fault = schemaFault(new Map(schemas.map(({ name, schema }) => [name, schema])));
  if (fault !== undefined) throw new FleetError("cxo/registry", fault);
  if (!equalBytes(encodeRegistry(schemas), bytes)) {
    throw new FleetError("cxo/not-canonical", "the registry is not in its one encoded form");
  }
  return toRegistry(bytes.slice(), schemas);
}

/**
 * Checks that a Go node can fill a Root that uses this registry; asked before anything is published.
 * @throws FleetError cxo/registry
 */
export function checkPublishable(registry: CxoRegistry): void {
  const byName = new Map(registry.entries.map(({ name, schema }) => [name, schema]));
  const fault = schemaFault(byName) ?? fillFault(byName);
  if (fault !== undefined) throw new FleetError("cxo/registry", fault);
}

function encodeRegistry(
  schemas: readonly { readonly name: string; readonly schema: CxoSchema }[],
): Uint8Array {
  const writer = new ObjectWriter();
  writer.u32(schemas.length);
  for (const { name, schema } of schemas) {
    writer.bytes(utf8(name));
    writer.bytes(encodeSchema(schema));
  }
  return writer.finish();
}

function toRegistry(
  bytes: Uint8Array,
  schemas: readonly { readonly name: string; readonly schema: CxoSchema }[],
): CxoRegistry {
  const byName = new Map(schemas.map(({ name, schema }) => [name, schema]));
  const pointing = typesWithReferences(byName);
  const entries = schemas.map(({ name, schema }) => ({
    name,
    schema,
    ref: sha256(encodeSchema(schema)),
    hasReferences: pointing.has(name),
  }));
  return { bytes, ref: sha256(bytes), entries };
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
