// A schema: one type as a registry holds it.
import { FleetError, fromUtf8, utf8 } from "../../core/index.ts";
import { ByteReader } from "./reader.ts";
import { ObjectWriter } from "./writer.ts";

/** Numbers of Go's reflect.Kind as they stand in schemas. */
export const SCHEMA_KINDS = {
  bool: 1,
  int8: 3,
  int16: 4,
  int32: 5,
  int64: 6,
  uint8: 8,
  uint16: 9,
  uint32: 10,
  uint64: 11,
  float32: 13,
  float64: 14,
  array: 17,
  dynamic: 20,
  map: 21,
  pointer: 22,
  slice: 23,
  string: 24,
  struct: 25,
} as const;

/** What a reference in a schema points with: 0 is no reference. */
export const REFERENCE_TYPES = { none: 0, ref: 1, refs: 2, dynamic: 3 } as const;

/** Schemas inside schemas; far above what real registries use. */
const NESTING_MAX = 32;

/** One type as a registry describes it. A struct without fields may be a stub: a name defined elsewhere. */
export interface CxoSchema {
  readonly referenceType: number;
  readonly kind: number;
  readonly name: string;
  /** Elements of an array, else 0. */
  readonly length: number;
  readonly fields: readonly SchemaField[];
  readonly element: CxoSchema | undefined;
}

/** One field of a struct schema. */
export interface SchemaField {
  readonly name: string;
  readonly tag: string;
  readonly schema: CxoSchema;
}

/**
 * Encodes a schema.
 * Source: cxo skyobject/registry, SchemaRec and FieldRec; the kind of a field record is always zero.
 */
export function encodeSchema(schema: CxoSchema): Uint8Array {
  const writer = new ObjectWriter();
  writer.u32(schema.referenceType);
  writer.u32(schema.kind);
  writer.bytes(utf8(schema.name));
  writer.u32(schema.length);
  writer.u32(schema.fields.length);
  for (const field of schema.fields) writer.bytes(encodeField(field));
  writer.bytes(schema.element === undefined ? new Uint8Array() : encodeSchema(schema.element));
  return writer.finish();
}

function encodeField(field: SchemaField): Uint8Array {
  const writer = new ObjectWriter();
  writer.bytes(utf8(field.name));
  writer.bytes(utf8(field.tag));
  writer.u32(0);
  writer.bytes(encodeSchema(field.schema));
  return writer.finish();
}

/**
 * Decodes one schema that is the whole of `bytes`.
 * @throws FleetError cxo/truncated, cxo/trailing, cxo/registry
 */
export function decodeSchema(bytes: Uint8Array, nesting = 0): CxoSchema {
  if (nesting > NESTING_MAX)
    throw new FleetError("cxo/registry", `schemas nest deeper than ${NESTING_MAX}`);
  const reader = new ByteReader(bytes);
  const referenceType = reader.u32();
  const kind = reader.u32();
  const name = schemaText(reader.bytes());
  const length = reader.u32();
  const fields: SchemaField[] = [];
  const fieldCount = reader.count();
  for (let index = 0; index < fieldCount; index += 1)
    fields.push(decodeField(reader.bytes(), nesting));
  const element = reader.bytes();
  reader.end();
  return {
    referenceType,
    kind,
    name,
    length,
    fields,
    element: element.length === 0 ? undefined : decodeSchema(element, nesting + 1),
  };
}

function decodeField(bytes: Uint8Array, nesting: number): SchemaField {
  const reader = new ByteReader(bytes);
  const name = schemaText(reader.bytes());
  const tag = schemaText(reader.bytes());
  if (reader.u32() !== 0)
    throw new FleetError("cxo/registry", `the kind of field ${name} is not zero`);
  const schema = decodeSchema(reader.bytes(), nesting + 1);
  reader.end();
  return { name, tag, schema };
}

function schemaText(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw new FleetError("cxo/registry", "a name in the registry is not UTF-8", { cause });
  }
}
