// Reads a value of a registered type from the bytes of an object.
import { equalBytes, FleetError, hasCode, toHex } from "../../core/index.ts";
import { encodeValue, registered } from "./encode.ts";
import { ByteReader } from "./encoded-values.ts";
import {
  type CxoField,
  type CxoType,
  type CxoValue,
  encodingTag,
  FloatBits,
  type TypesByName,
} from "./schema.ts";

/** How deep a value may nest: far above any schema in use, far below the call stack. */
const NESTING_MAX = 64;
/** How many values one object may hold; byte strings count once. Bounds types without bytes, too. */
const VALUES_MAX = 1_000_000;
const HASH_SIZE = 32;
const QUIET_NAN_32 = 0x7fc0_0000n;
const QUIET_NAN_64 = 0x7ff8_0000_0000_0000n;

// A byte order mark is part of the text here: the encoder carries strings as they are.
const textDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A decoded value and how many bytes it took. */
export interface DecodedObject {
  readonly value: CxoValue;
  readonly used: number;
}

/**
 * Decodes a value exactly as Go's decoder does, with its two freedoms: bytes behind the value are
 * left alone, and a last `omitempty` field that is cut short at the end of the bytes reads as empty.
 * Objects that are stored or signed go through {@link decodeExactly} instead.
 * @throws FleetError cxo/truncated, cxo/value, cxo/length, cxo/type
 * Source: skycoin/src/cipher/encoder (DeserializeRaw).
 */
export function decodeValue(
  type: CxoType,
  bytes: Uint8Array,
  types: TypesByName = new Map(),
): DecodedObject {
  const reader = new ByteReader(bytes);
  const value = new ValueDecoder(reader, types).read(type, 0, 0);
  return { value, used: reader.at };
}

/**
 * Decodes a value that must be the whole of `bytes` in its one encoded form.
 * @throws FleetError as {@link decodeValue}, and cxo/trailing, cxo/not-canonical
 */
export function decodeExactly(
  type: CxoType,
  bytes: Uint8Array,
  types: TypesByName = new Map(),
): CxoValue {
  const { value, used } = decodeValue(type, bytes, types);
  if (used !== bytes.length) {
    throw new FleetError(
      "cxo/trailing",
      `${bytes.length - used} bytes are left after the object, at byte ${used}`,
    );
  }
  if (hasSeveralForms(type, types) && !equalBytes(encodeValue(type, value, types), bytes)) {
    throw new FleetError("cxo/not-canonical", "the object is not in its one encoded form");
  }
  return value;
}

// The decoder gives back what it read but for one freedom: an empty last field that may be left out.
const severalForms = new WeakMap<TypesByName, Map<string, boolean>>();

function hasSeveralForms(type: CxoType, types: TypesByName): boolean {
  if (typeof type === "string") return false;
  if ("use" in type) {
    const known = severalForms.get(types) ?? new Map<string, boolean>();
    severalForms.set(types, known);
    const answer = known.get(type.use);
    if (answer !== undefined) return answer;
    // A type that holds itself asks for itself: what is said meanwhile is not kept.
    known.set(type.use, false);
    const named = types.get(type.use);
    const found = named !== undefined && hasSeveralForms(named, types);
    known.set(type.use, found);
    return found;
  }
  if ("named" in type) return hasSeveralForms(type.type, types);
  if ("slice" in type) return hasSeveralForms(type.slice, types);
  if ("array" in type) return hasSeveralForms(type.array, types);
  if ("map" in type) return type.map.some((part) => hasSeveralForms(part, types));
  return type.struct.some(
    (field) => encodingTag(field).omitEmpty || hasSeveralForms(field.type, types),
  );
}

class ValueDecoder {
  readonly #reader: ByteReader;
  readonly #types: TypesByName;
  #values = 0;

  constructor(reader: ByteReader, types: TypesByName) {
    this.#reader = reader;
    this.#types = types;
  }

  read(type: CxoType, maxLength: number, nesting: number): CxoValue {
    if (nesting > NESTING_MAX)
      throw new FleetError("cxo/limit", `values nest deeper than ${NESTING_MAX}`);
    this.#values += 1;
    if (this.#values > VALUES_MAX)
      throw new FleetError("cxo/limit", `an object holds more than ${VALUES_MAX} values`);
    if (typeof type === "string") return this.#basic(type, maxLength);
    if ("named" in type) return this.read(type.type, maxLength, nesting);
    if ("use" in type) return this.read(registered(type.use, this.#types), maxLength, nesting + 1);
    if ("struct" in type) return this.#struct(type.struct, nesting);
    if ("map" in type) return this.#map(type.map, maxLength, nesting);
    if ("array" in type) {
      if (type.array === "uint8") return this.#reader.raw(type.len);
      return this.#items(type.array, type.len, nesting);
    }
    const count = this.#count(maxLength);
    if (type.slice === "uint8") return this.#reader.raw(count);
    return this.#items(type.slice, count, nesting);
  }

  #basic(type: string, maxLength: number): CxoValue {
    const reader = this.#reader;
    switch (type) {
      case "bool":
        return this.#bool();
      case "int8":
        return (reader.u8() << 24) >> 24;
      case "int16":
        return (reader.u16() << 16) >> 16;
      case "int32":
        return reader.u32() | 0;
      case "int64":
        return reader.i64();
      case "uint8":
        return reader.u8();
      case "uint16":
        return reader.u16();
      case "uint32":
        return reader.u32();
      case "uint64":
        return reader.u64();
      case "float32":
        return float32(reader.u32());
      case "float64":
        return float64(reader.u64());
      case "string":
        return textOrBytes(reader.raw(this.#count(maxLength)));
      case "bytes":
        return reader.raw(this.#count(maxLength));
      case "Ref":
      case "Refs":
        return reader.raw(HASH_SIZE);
      case "Dynamic":
        return { Hash: reader.raw(HASH_SIZE), Schema: reader.raw(HASH_SIZE) };
      default:
        throw new FleetError("cxo/type", `${type} has no encoding`);
    }
  }

  #bool(): boolean {
    const byte = this.#reader.u8();
    if (byte > 1)
      throw new FleetError(
        "cxo/value",
        `a bool is 0 or 1, found ${byte} at byte ${this.#reader.at - 1}`,
      );
    return byte === 1;
  }

  // The order of the two checks is Go's: a count beyond the bytes is "truncated" even when it is also too long.
  #count(maxLength: number): number {
    const count = this.#reader.count();
    if (maxLength > 0 && count > maxLength) {
      throw new FleetError("cxo/length", `a length of ${count} is over the limit of ${maxLength}`);
    }
    return count;
  }

  #items(type: CxoType, count: number, nesting: number): readonly CxoValue[] {
    const items: CxoValue[] = [];
    for (let index = 0; index < count; index += 1) items.push(this.read(type, 0, nesting + 1));
    return items;
  }

  #map(
    [keyType, valueType]: readonly [CxoType, CxoType],
    maxLength: number,
    nesting: number,
  ): readonly CxoValue[] {
    const count = this.#count(maxLength);
    const pairs: CxoValue[] = [];
    const seen = new Set<string>();
    for (let index = 0; index < count; index += 1) {
      const key = this.read(keyType, 0, nesting + 1);
      const name = toHex(encodeValue(keyType, key, this.#types));
      if (seen.has(name)) throw new FleetError("cxo/value", "a map holds the same key twice");
      seen.add(name);
      pairs.push([key, this.read(valueType, 0, nesting + 1)]);
    }
    return pairs;
  }

  #struct(fields: readonly CxoField[], nesting: number): CxoValue {
    const members: Record<string, CxoValue> = {};
    for (const [index, field] of fields.entries()) {
      const tag = encodingTag(field);
      if (tag.omitEmpty && index !== fields.length - 1) {
        throw new FleetError(
          "cxo/type",
          `omitempty of field ${field.name} is only allowed on the last field`,
        );
      }
      if (tag.skip) continue;
      const value = this.#member(field.type, tag.omitEmpty, tag.maxLength, nesting + 1);
      if (Object.hasOwn(members, field.name))
        throw new FleetError("cxo/type", `field ${field.name} is there twice`);
      // A plain assignment of this one name would set what the object inherits from.
      if (field.name === "__proto__")
        Object.defineProperty(members, field.name, { value, enumerable: true });
      else members[field.name] = value;
    }
    return members;
  }

  #member(type: CxoType, omitEmpty: boolean, maxLength: number, nesting: number): CxoValue {
    try {
      return this.read(type, maxLength, nesting);
    } catch (error) {
      if (omitEmpty && this.#reader.left === 0 && hasCode(error, "cxo/truncated"))
        return emptyOf(type, this.#types);
      throw error;
    }
  }
}

function emptyOf(type: CxoType, types: TypesByName): CxoValue {
  if (type === "string") return "";
  if (typeof type === "object" && "named" in type) return emptyOf(type.type, types);
  if (typeof type === "object" && "use" in type) return emptyOf(registered(type.use, types), types);
  if (type === "bytes" || (typeof type === "object" && "slice" in type && type.slice === "uint8")) {
    return new Uint8Array();
  }
  if (typeof type === "object" && ("slice" in type || "map" in type)) return [];
  throw new FleetError(
    "cxo/truncated",
    "the bytes end before the last field, which has no empty form",
  );
}

function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  try {
    return textDecoder.decode(bytes);
  } catch {
    return bytes;
  }
}

function float32(bits: number): number | FloatBits {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits);
  const value = view.getFloat32(0);
  return Number.isNaN(value) && BigInt(bits) !== QUIET_NAN_32 ? new FloatBits(BigInt(bits)) : value;
}

function float64(bits: bigint): number | FloatBits {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  const value = view.getFloat64(0);
  return Number.isNaN(value) && bits !== QUIET_NAN_64 ? new FloatBits(bits) : value;
}
