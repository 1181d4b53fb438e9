// Writes a value of a type as the bytes of an object.
import { FleetError, utf8 } from "../../core/index.ts";
import {
  type CxoField,
  type CxoStruct,
  type CxoType,
  type CxoValue,
  encodingTag,
  FloatBits,
  type TypesByName,
} from "./schema.ts";
import { ObjectWriter } from "./encoded-values.ts";

const HASH_SIZE = 32;
const QUIET_NAN_32 = 0x7fc0_0000;
const QUIET_NAN_64 = 0x7ff8_0000_0000_0000n;
const INTEGER_RANGE: Readonly<Record<string, readonly [number, number]>> = {
  int8: [-0x80, 0x7f],
  int16: [-0x8000, 0x7fff],
  int32: [-0x8000_0000, 0x7fff_ffff],
  uint8: [0, 0xff],
  uint16: [0, 0xffff],
  uint32: [0, 0xffff_ffff],
};

/**
 * Encodes a value as the skycoin encoder does. A map keeps the order of its pairs (Go's is random,
 * so hashed objects hold none).
 * @throws FleetError cxo/value when the value is not of the type, cxo/type when the type cannot be encoded
 * Source: skycoin/src/cipher/encoder.
 */
export function encodeValue(
  type: CxoType,
  value: CxoValue,
  types: TypesByName = new Map(),
): Uint8Array {
  const writer = new ObjectWriter();
  write(writer, type, value, types);
  return writer.finish();
}

function write(writer: ObjectWriter, type: CxoType, value: CxoValue, types: TypesByName): void {
  if (typeof type === "string") return writeBasic(writer, type, value);
  if ("named" in type) return write(writer, type.type, value, types);
  if ("use" in type) return write(writer, registered(type.use, types), value, types);
  if ("struct" in type) return writeStruct(writer, type.struct, asStruct(value), types);
  if ("map" in type) return writeMap(writer, type.map, asList(value), types);
  if ("array" in type) return writeArray(writer, type, value, types);
  if (type.slice === "uint8") return writer.bytes(asBytes(value));
  const items = asList(value);
  writer.u32(items.length);
  for (const item of items) write(writer, type.slice, item, types);
}

function writeBasic(writer: ObjectWriter, type: string, value: CxoValue): void {
  switch (type) {
    case "bool":
      if (typeof value !== "boolean") throw notA(type);
      return writer.u8(value ? 1 : 0);
    case "int64":
      if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value) throw notA(type);
      return writer.i64(value);
    case "uint64":
      if (typeof value !== "bigint" || BigInt.asUintN(64, value) !== value) throw notA(type);
      return writer.u64(value);
    case "float32":
      if (value instanceof FloatBits) return writer.u32(Number(BigInt.asUintN(32, value.bits)));
      if (typeof value !== "number") throw notA(type);
      return Number.isNaN(value) ? writer.u32(QUIET_NAN_32) : writer.f32(value);
    case "float64":
      if (value instanceof FloatBits) return writer.u64(value.bits);
      if (typeof value !== "number") throw notA(type);
      return Number.isNaN(value) ? writer.u64(QUIET_NAN_64) : writer.f64(value);
    case "string":
      return writer.bytes(typeof value === "string" ? utf8(value) : asBytes(value));
    case "bytes":
      return writer.bytes(asBytes(value));
    case "Ref":
    case "Refs":
      return writer.raw(asHash(value));
    case "Dynamic": {
      const { Hash: hash, Schema: schema } = asStruct(value);
      writer.raw(asHash(hash));
      return writer.raw(asHash(schema));
    }
    default:
      return writeInteger(writer, type, value);
  }
}

function writeInteger(writer: ObjectWriter, type: string, value: CxoValue): void {
  const range = INTEGER_RANGE[type];
  if (range === undefined) throw new FleetError("cxo/type", `${type} has no encoding`);
  const [least, most] = range;
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
    throw notA(type);
  if (type.endsWith("8")) return writer.u8(value & 0xff);
  if (type.endsWith("16")) return writer.u16(value & 0xffff);
  return writer.u32(value >>> 0);
}

function writeStruct(
  writer: ObjectWriter,
  fields: readonly CxoField[],
  value: CxoStruct,
  types: TypesByName,
): void {
  for (const [index, field] of fields.entries()) {
    const tag = encodingTag(field);
    if (tag.omitEmpty && index !== fields.length - 1) {
      throw new FleetError(
        "cxo/type",
        `omitempty of field ${field.name} is only allowed on the last field`,
      );
    }
    if (tag.skip) continue;
    const member = value[field.name];
    if (member === undefined) throw new FleetError("cxo/value", `field ${field.name} is missing`);
    if (!(tag.omitEmpty && isEmpty(member, field.type, types)))
      write(writer, field.type, member, types);
  }
}

function isEmpty(value: CxoValue, type: CxoType, types: TypesByName): boolean {
  if (type === "Ref" || type === "Refs") return false;
  if (typeof type === "object" && "named" in type) return isEmpty(value, type.type, types);
  if (typeof type === "object" && "use" in type)
    return isEmpty(value, registered(type.use, types), types);
  return (
    (typeof value === "string" || value instanceof Uint8Array || Array.isArray(value)) &&
    value.length === 0
  );
}

function writeMap(
  writer: ObjectWriter,
  [keyType, valueType]: readonly [CxoType, CxoType],
  pairs: readonly CxoValue[],
  types: TypesByName,
): void {
  writer.u32(pairs.length);
  for (const pair of pairs) {
    const [key, value] = asList(pair);
    if (key === undefined || value === undefined) throw notA("map pair");
    write(writer, keyType, key, types);
    write(writer, valueType, value, types);
  }
}

function writeArray(
  writer: ObjectWriter,
  type: { readonly array: CxoType; readonly len: number },
  value: CxoValue,
  types: TypesByName,
): void {
  const items = type.array === "uint8" ? asBytes(value) : asList(value);
  if (items.length !== type.len) {
    throw new FleetError("cxo/value", `an array of ${type.len} was given ${items.length} elements`);
  }
  if (items instanceof Uint8Array) return writer.raw(items);
  for (const item of items) write(writer, type.array, item, types);
}

/** The type registered under a name. @throws FleetError cxo/type */
export function registered(name: string, types: TypesByName): CxoType {
  const type = types.get(name);
  if (type === undefined) throw new FleetError("cxo/type", `type ${name} is not registered`);
  return type;
}

function asBytes(value: CxoValue | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) throw notA("byte string");
  return value;
}

function asHash(value: CxoValue | undefined): Uint8Array {
  const hash = asBytes(value);
  if (hash.length !== HASH_SIZE) throw notA("hash of 32 bytes");
  return hash;
}

function asList(value: CxoValue): readonly CxoValue[] {
  if (!Array.isArray(value)) throw notA("list");
  return value as readonly CxoValue[];
}

function asStruct(value: CxoValue): CxoStruct {
  if (typeof value !== "object" || Array.isArray(value)) throw notA("struct");
  if (value instanceof Uint8Array || value instanceof FloatBits) throw notA("struct");
  return value as CxoStruct;
}

function notA(type: string): FleetError {
  return new FleetError("cxo/value", `the value is not a ${type}`);
}
