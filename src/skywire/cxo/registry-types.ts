// The types of a registry, made ready once for reading its feed's objects.
import { FleetError, toHex } from "../../core/index.ts";
import { decodeExactly } from "./decode.ts";
import type { CxoRegistry } from "./registry.ts";
import {
  type BasicType,
  type CxoSchema,
  type CxoType,
  type CxoValue,
  REFERENCE_TYPES,
  SCHEMA_KINDS,
  type TypesByName,
} from "./schema.ts";

const BASIC_OF_KIND: ReadonlyMap<number, BasicType> = new Map([
  [SCHEMA_KINDS.bool, "bool"],
  [SCHEMA_KINDS.int8, "int8"],
  [SCHEMA_KINDS.int16, "int16"],
  [SCHEMA_KINDS.int32, "int32"],
  [SCHEMA_KINDS.int64, "int64"],
  [SCHEMA_KINDS.uint8, "uint8"],
  [SCHEMA_KINDS.uint16, "uint16"],
  [SCHEMA_KINDS.uint32, "uint32"],
  [SCHEMA_KINDS.uint64, "uint64"],
  [SCHEMA_KINDS.float32, "float32"],
  [SCHEMA_KINDS.float64, "float64"],
  [SCHEMA_KINDS.string, "string"],
]);

/** What is derived from a registry once, since every object of a feed is read by it. */
interface ReadyRegistry {
  readonly types: TypesByName;
  /** Names of the types by the hex of their references. */
  readonly names: ReadonlyMap<string, string>;
}

const ready = new WeakMap<CxoRegistry, ReadyRegistry>();

function readyFor(registry: CxoRegistry): ReadyRegistry {
  const known = ready.get(registry);
  if (known !== undefined) return known;
  const made = {
    types: new Map(registry.entries.map(({ name, schema }) => [name, structType(schema)])),
    names: new Map(registry.entries.toReversed().map(({ name, ref }) => [toHex(ref), name])),
  };
  ready.set(registry, made);
  return made;
}

/** The types of a registry in the form the codec takes. */
export function typesOf(registry: CxoRegistry): TypesByName {
  return readyFor(registry).types;
}

/**
 * Decodes an object of the type that a schema reference names, strictly.
 * @throws FleetError cxo/schema when the registry has no such schema; cxo/* when the bytes are not of it
 */
export function decodeObject(
  registry: CxoRegistry,
  schemaRef: Uint8Array,
  bytes: Uint8Array,
): CxoValue {
  const wanted = toHex(schemaRef);
  const { types, names } = readyFor(registry);
  const name = names.get(wanted);
  if (name === undefined)
    throw new FleetError("cxo/schema", `the registry has no schema ${wanted}`);
  return decodeExactly({ use: name }, bytes, types);
}

function structType(schema: CxoSchema): CxoType {
  return {
    struct: schema.fields.map(({ name, tag, schema: type }) => ({
      name,
      tag,
      type: typeOfSchema(type),
    })),
  };
}

function typeOfSchema(schema: CxoSchema): CxoType {
  if (schema.referenceType === REFERENCE_TYPES.ref) return "Ref";
  if (schema.referenceType === REFERENCE_TYPES.refs) return "Refs";
  if (schema.referenceType === REFERENCE_TYPES.dynamic) return "Dynamic";
  if (schema.kind === SCHEMA_KINDS.struct)
    return schema.name === "" ? structType(schema) : { use: schema.name };
  const basic = BASIC_OF_KIND.get(schema.kind);
  if (basic !== undefined)
    return schema.name === basic ? basic : { named: schema.name, type: basic };
  if (schema.element === undefined)
    throw new FleetError("cxo/registry", `kind ${schema.kind} needs an element`);
  const element = typeOfSchema(schema.element);
  const isBytes = schema.kind === SCHEMA_KINDS.slice && element === "uint8";
  const type: CxoType = isBytes
    ? "bytes"
    : schema.kind === SCHEMA_KINDS.array
      ? { array: element, len: schema.length }
      : { slice: element };
  return schema.name === "" ? type : { named: schema.name, type };
}
