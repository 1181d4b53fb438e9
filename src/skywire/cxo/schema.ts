// The types that objects of a feed can have, and the schema of one as a registry holds it.
import { FleetError, fromUtf8, utf8 } from "../../core/index.ts";
import { ByteReader, ObjectWriter } from "./encoded-values.ts";

// The types that objects of a feed can have.

/** Kinds without parts of their own. Integers have a fixed width: the format has no plain `int`. */
export type BasicType =
  | "bool"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float32"
  | "float64"
  | "string"
  | "bytes"
  | "Ref"
  | "Refs"
  | "Dynamic";

/**
 * The type of a CXO object. `use` stands for a registered type by its name; `named` gives a Go type
 * name to something that is not registered (it only shows in schemas, never in encoded values).
 */
export type CxoType =
  | BasicType
  | { readonly slice: CxoType }
  | { readonly array: CxoType; readonly len: number }
  | { readonly struct: readonly CxoField[] }
  | { readonly map: readonly [CxoType, CxoType] }
  | { readonly named: string; readonly type: CxoType }
  | { readonly use: string };

/** One field of a struct. `tag` is the raw Go tag text: `enc:` options matter, the rest is carried. */
export interface CxoField {
  readonly name: string;
  readonly type: CxoType;
  readonly tag?: string;
  readonly unexported?: boolean;
}

/**
 * A value of a {@link CxoType}: 64-bit integers are bigint, smaller ones numbers; `bytes`, arrays of
 * uint8, Ref and Refs are Uint8Array; a string that is not UTF-8 is its bytes; Dynamic is
 * `{Hash, Schema}`; a map is a list of pairs; a NaN that is not the usual one is {@link FloatBits}.
 */
export type CxoValue =
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | FloatBits
  | readonly CxoValue[]
  | CxoStruct;

/** A struct's fields by name. */
export interface CxoStruct {
  readonly [field: string]: CxoValue;
}

/** A float by its IEEE bits, for the NaNs that a JavaScript number cannot tell apart. */
export class FloatBits {
  readonly bits: bigint;

  constructor(bits: bigint) {
    this.bits = bits;
  }
}

/** Registered types by name, for the `use` of a {@link CxoType}. */
export type TypesByName = ReadonlyMap<string, CxoType>;

/** What the `enc:` part of a Go field tag asks for. */
export interface EncodingTag {
  readonly skip: boolean;
  readonly omitEmpty: boolean;
  /** 0: no limit. */
  readonly maxLength: number;
}

/**
 * Reads the `enc:` options of a raw Go struct tag.
 * Source: skycoin/src/cipher/encoder, tags of fields (`-`, `omitempty`, `maxlen=N`).
 */
export function encodingTag(field: CxoField): EncodingTag {
  const known = readTags.get(field);
  if (known !== undefined) return known;
  const tag = readTag(field);
  readTags.set(field, tag);
  return tag;
}

// A field's tag is asked for with every value of its struct.
const readTags = new WeakMap<CxoField, EncodingTag>();

function readTag(field: CxoField): EncodingTag {
  const written = goTagValue(field.tag ?? "", "enc");
  const [name = "", ...options] = written.split(",");
  const limit = options.find((option) => option.startsWith("maxlen="));
  return {
    skip: field.unexported === true || field.name === "_" || name.startsWith("-"),
    omitEmpty: options.includes("omitempty"),
    maxLength: limit === undefined ? 0 : Number(limit.slice("maxlen=".length)),
  };
}

/** The value of one `key:"value"` pair in a raw Go struct tag, or the empty string. */
export function goTagValue(tag: string, key: string): string {
  for (const [, name, value] of tag.matchAll(/(\S+?):"((?:[^"\\]|\\.)*)"/g)) {
    if (name === key && value !== undefined) return value.replaceAll(/\\(.)/g, "$1");
  }
  return "";
}

// A schema: one type as a registry holds it.

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
