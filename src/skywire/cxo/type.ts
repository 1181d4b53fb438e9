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
