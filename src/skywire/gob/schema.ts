// The builders by which Go types are described, so that their values can be read and written.
import { assert, defined, equalBytes } from "../../core/index.ts";
import type { GenericValue } from "./generic-value.ts";
import {
  baseOf,
  type IntNode,
  type Marshaler,
  type OpaqueCodec,
  type Registry,
  type Schema,
  type SchemaNode,
  type StructNode,
} from "./schema-node.ts";

/** A complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** A value inside an interface, with the name its Go type is registered under. */
export interface InterfaceValue {
  readonly name: string;
  readonly value: unknown;
}

/** Field names in wire order, each with its schema. */
export type StructFields = Readonly<Record<string, Schema<unknown>>>;

/** The value of a struct: one property for each field. */
export type StructValue<F extends StructFields> = {
  readonly [K in keyof F]: F[K] extends Schema<infer T> ? T : never;
};

/** One entry of a map whose keys are compared by text. */
export interface KeyedEntry<K, V> {
  readonly key: K;
  readonly value: V;
}

/** What a plain opaque schema may say beside its marshaler. */
export interface OpaqueOptions {
  readonly goName?: string;
  /** Every payload has this many bytes; the zero value is then all zero bytes. */
  readonly sizeBytes?: number;
  /** The payload of Go's zero value; empty when neither this nor `sizeBytes` is given. */
  readonly zero?: Uint8Array;
  /** The marshaler has a pointer receiver: Go sends even its zero value. */
  readonly alwaysSent?: boolean;
  /** Schemas of the exported struct fields under the marshaler. */
  readonly fields?: readonly Schema<unknown>[];
}

const FIELD_NAME = /^\p{Lu}[\p{L}\p{N}_]*$/u;

function schemaOf<T>(node: SchemaNode): Schema<T> {
  return { node };
}

function integer<T>(
  kind: IntNode["kind"],
  form: IntNode["form"],
  bits: IntNode["bits"],
  plain: boolean,
): Schema<T> {
  return schemaOf({ kind, form, bits, plain });
}

function list<T>(element: Schema<T>): Schema<readonly T[]> {
  const base = element.node.kind === "lazy" ? undefined : element.node;
  assert(
    base?.kind !== "uint" || base.bits !== 8,
    "a Go []uint8 is t.bytes on the wire, not a list",
  );
  return schemaOf({ kind: "list", element: element.node });
}

function array<T>(element: Schema<T>, length: number): Schema<readonly T[]> {
  return schemaOf({ kind: "array", element: element.node, length });
}

function map<K, V>(key: Schema<K>, value: Schema<V>): Schema<ReadonlyMap<K, V>> {
  return schemaOf({ kind: "map", key: key.node, value: value.node, keyText: undefined });
}

function keyedMap<K, V>(
  key: Schema<K>,
  value: Schema<V>,
  keyText: (key: K) => string,
): Schema<ReadonlyMap<string, KeyedEntry<K, V>>> {
  return schemaOf({
    kind: "map",
    key: key.node,
    value: value.node,
    keyText: (raw) => keyText(raw as K),
  });
}

function struct<F extends StructFields>(name: string, fields: F): Schema<StructValue<F>> {
  const named = Object.entries(fields).map(([field, schema]) => {
    assert(FIELD_NAME.test(field), `${field} is no exported Go field name`);
    return { name: field, node: schema.node };
  });
  const node: StructNode = {
    kind: "struct",
    fields: named,
    ...(name === "" ? {} : { goName: name }),
  };
  return schemaOf(node);
}

function ptr<T>(target: Schema<T>): Schema<T | undefined> {
  return schemaOf({ kind: "ptr", target: target.node });
}

function lazy<T>(get: () => Schema<T>): Schema<T> {
  let node: SchemaNode | undefined;
  return schemaOf({ kind: "lazy", get: () => (node ??= get().node) });
}

function opaqueOf<T>(codec: OpaqueCodec<T>): Schema<T> {
  return schemaOf({
    kind: "opaque",
    codec: {
      ...codec,
      isZero: (value) => codec.isZero(value as T),
      encode: (value) => codec.encode(value as T),
    },
  });
}

function opaque(marshaler: Marshaler, options: OpaqueOptions = {}): Schema<Uint8Array> {
  const { goName = "opaque", sizeBytes, alwaysSent = false } = options;
  const zero = options.zero ?? new Uint8Array(sizeBytes ?? 0);
  const sized = (bytes: unknown): Uint8Array => {
    if (!(bytes instanceof Uint8Array)) throw new TypeError("not a Uint8Array");
    if (sizeBytes !== undefined && bytes.length !== sizeBytes)
      throw new RangeError(`not ${sizeBytes} bytes`);
    return bytes;
  };
  return opaqueOf({
    marshaler,
    goName,
    zero: () => zero.slice(),
    isZero: (value) => !alwaysSent && value instanceof Uint8Array && equalBytes(value, zero),
    encode: sized,
    decode: sized,
    ...defined({ fields: options.fields }),
  });
}

function registry(entries: Readonly<Record<string, Schema<unknown>>> = {}): Registry {
  const byName = new Map([...BASIC_NAMES, ...Object.entries(entries)]);
  return { schemaOf: (name) => byName.get(name) };
}

function iface(known: Registry = registry()): Schema<InterfaceValue | undefined> {
  return schemaOf({ kind: "iface", registry: known });
}

function named<T>(goName: string, target: Schema<T>): Schema<T> {
  const node = target.node.kind === "ptr" ? target.node : baseOf(target.node);
  return schemaOf({ ...node, goName });
}

/** The value of a struct without fields. */
export type EmptyStruct = Readonly<Record<never, never>>;

/** Builders of schemas. A schema is compared by identity: build each one once. */
export interface SchemaBuilders {
  readonly bool: Schema<boolean>;
  /** Go's `int`; a value beyond 2^53-1 is refused with gob/range. */
  readonly int: Schema<number>;
  readonly int8: Schema<number>;
  readonly int16: Schema<number>;
  readonly int32: Schema<number>;
  readonly int64: Schema<bigint>;
  /** Go's `uint`; a value beyond 2^53-1 is refused with gob/range. */
  readonly uint: Schema<number>;
  readonly uint8: Schema<number>;
  readonly uint16: Schema<number>;
  readonly uint32: Schema<number>;
  readonly uint64: Schema<bigint>;
  readonly float: Schema<number>;
  readonly float32: Schema<number>;
  readonly complex: Schema<Complex>;
  /** Go's `[]byte`; also named types of it and slices of named uint8 types. */
  readonly bytes: Schema<Uint8Array>;
  /** Strict UTF-8: other bytes are refused with gob/text. */
  readonly string: Schema<string>;
  /** Bytes that are not UTF-8 become U+FFFD. */
  readonly lossyString: Schema<string>;
  /** A Go string as its bytes. */
  readonly rawString: Schema<Uint8Array>;
  readonly list: typeof list;
  readonly array: typeof array;
  /** Go's `[length]byte` without a marshaler: numbers on the wire, bytes here. */
  readonly byteArray: (length: number) => Schema<Uint8Array>;
  /** An absent map is an empty one here; `t.ptr(t.map(...))` tells nil from empty. */
  readonly map: typeof map;
  /** A map whose keys are no primitives: `keyText` makes the `Map` key. */
  readonly keyedMap: typeof keyedMap;
  /** `name` is Go's `pkg.Type`, empty for an unnamed struct; only what follows the dot goes on the wire. */
  readonly struct: typeof struct;
  /** The struct without fields: what a method takes or returns when it has nothing to say. */
  readonly empty: Schema<EmptyStruct>;
  /** `undefined` stands for nil. Go flattens pointers, and a pointer to a zero scalar arrives as nil. */
  readonly ptr: typeof ptr;
  /** For types that contain themselves. */
  readonly lazy: typeof lazy;
  /** A value of any type registered under a name; the basic types always are. */
  readonly iface: typeof iface;
  /** Names and schemas of what interface values may hold. */
  readonly registry: typeof registry;
  /** A marshaler's payload as it is. */
  readonly opaque: typeof opaque;
  /** A marshaler's payload with its own form here. */
  readonly opaqueOf: typeof opaqueOf;
  /** The same values under another Go type name, which shows in definitions and error texts. */
  readonly named: typeof named;
  /** Decode only: whatever comes, by the type it says it has. */
  readonly generic: Schema<GenericValue>;
}

export const t: SchemaBuilders = {
  bool: schemaOf({ kind: "bool" }),
  int: integer("int", "number", 64, true),
  int8: integer("int", "number", 8, false),
  int16: integer("int", "number", 16, false),
  int32: integer("int", "number", 32, false),
  int64: integer("int", "bigint", 64, false),
  uint: integer("uint", "number", 64, true),
  uint8: integer("uint", "number", 8, false),
  uint16: integer("uint", "number", 16, false),
  uint32: integer("uint", "number", 32, false),
  uint64: integer("uint", "bigint", 64, false),
  float: schemaOf({ kind: "float", bits: 64 }),
  float32: schemaOf({ kind: "float", bits: 32 }),
  complex: schemaOf({ kind: "complex" }),
  bytes: schemaOf({ kind: "bytes" }),
  string: schemaOf({ kind: "string", form: "strict" }),
  lossyString: schemaOf({ kind: "string", form: "lossy" }),
  rawString: schemaOf({ kind: "string", form: "raw" }),
  list,
  array,
  byteArray: (length) => schemaOf({ kind: "byteArray", length }),
  map,
  keyedMap,
  struct,
  empty: struct("", {}),
  ptr,
  lazy,
  iface,
  registry,
  opaque,
  opaqueOf,
  named,
  generic: schemaOf({ kind: "generic" }),
};

/** Names under which every Go program knows the basic types. */
const BASIC_NAMES: readonly (readonly [string, Schema<unknown>])[] = [
  ["bool", t.bool],
  ["int", named("int", t.int64)],
  ["int8", t.int8],
  ["int16", t.int16],
  ["int32", t.int32],
  ["int64", t.int64],
  ["uint", named("uint", t.uint64)],
  ["uint8", t.uint8],
  ["uint16", t.uint16],
  ["uint32", t.uint32],
  ["uint64", t.uint64],
  ["float32", t.float32],
  ["float64", t.float],
  ["complex64", named("complex64", t.complex)],
  ["complex128", t.complex],
  ["uintptr", named("uintptr", t.uint64)],
  ["string", t.string],
  ["[]uint8", t.bytes],
  ["[]bool", list(t.bool)],
  ["[]int", list(named("int", t.int64))],
  ["[]int8", list(t.int8)],
  ["[]int16", list(t.int16)],
  ["[]int32", list(t.int32)],
  ["[]int64", list(t.int64)],
  ["[]uint", list(named("uint", t.uint64))],
  ["[]uint16", list(t.uint16)],
  ["[]uint32", list(t.uint32)],
  ["[]uint64", list(t.uint64)],
  ["[]uintptr", list(named("uintptr", t.uint64))],
  ["[]float32", list(t.float32)],
  ["[]float64", list(t.float)],
  ["[]complex64", list(named("complex64", t.complex))],
  ["[]complex128", list(t.complex)],
  ["[]string", list(t.string)],
];
