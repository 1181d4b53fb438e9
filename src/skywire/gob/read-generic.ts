// Reads values without a schema, by the types that their sender defined, or passes over them; both within the limits.
import {
  emptyRecord,
  GenericComplex,
  GenericInterface,
  GenericOpaque,
  GenericText,
  type GenericValue,
} from "./generic-value.ts";
import { malformed } from "./gob-error.ts";
import { COST } from "./memory-cost.ts";
import {
  readInterfaceName,
  readInterfaceType,
  readSingletonMark,
  type ValueReader,
} from "./value-reader.ts";
import type { WireType, WireTypes } from "./wire-types.ts";

// Reads values without a schema, by the types that their sender defined and within the limits.

/** Reads a value of type `id`, by what its sender says about it. */
export function readGeneric(reader: ValueReader, types: WireTypes, id: number): GenericValue {
  const type = types.need(id);
  switch (type.kind) {
    case "bool":
      return reader.bool();
    case "int":
      return shrink(reader, reader.signedBig());
    case "uint":
      return shrink(reader, reader.unsignedBig());
    case "float":
      return reader.float();
    case "complex":
      reader.charge(1, COST.record);
      return new GenericComplex(reader.float(), reader.float());
    case "bytes":
      return readBytes(reader);
    case "opaque":
      return new GenericOpaque(type.marshaler, readBytes(reader));
    case "string":
      return readText(reader);
    case "iface":
      return readInterface(reader, types);
    default:
      return readComposite(reader, types, type);
  }
}

/** Reads a value as it stands at the top of a message or of an interface. */
export function readGenericTop(reader: ValueReader, types: WireTypes, id: number): GenericValue {
  if (types.need(id).kind !== "struct") readSingletonMark(reader);
  return readGeneric(reader, types, id);
}

function readComposite(
  reader: ValueReader,
  types: WireTypes,
  type: Extract<WireType, { kind: "array" | "list" | "map" | "struct" }>,
): GenericValue {
  reader.descend();
  try {
    switch (type.kind) {
      case "array":
      case "list":
        return readList(reader, types, type);
      case "map":
        return readMap(reader, types, type.key, type.value);
      case "struct":
        return readStruct(reader, types, type);
    }
  } finally {
    reader.depthLeft += 1;
  }
}

function shrink(reader: ValueReader, value: bigint): number | bigint {
  const small = Number(value);
  if (Number.isSafeInteger(small)) return small;
  reader.charge(0, COST.bigint);
  return value;
}

function readBytes(reader: ValueReader): Uint8Array {
  const size = reader.length();
  reader.charge(1, COST.bytes + size);
  return reader.take(size);
}

function readText(reader: ValueReader): string | GenericText {
  const size = reader.length();
  reader.charge(1, COST.text + 2 * size);
  const start = reader.pos;
  return reader.text(size) ?? new GenericText(reader.bytes.slice(start, start + size));
}

function readInterface(reader: ValueReader, types: WireTypes): GenericValue {
  const name = readInterfaceName(reader);
  if (name === undefined) return undefined;
  reader.descend();
  reader.charge(1, COST.record + COST.text + 2 * name.length);
  const value = readGenericTop(reader, types, readInterfaceType(reader));
  reader.depthLeft += 1;
  return new GenericInterface(name, value);
}

/** Reads the count of a list, array or map whose entries take at least `entryBytes` of the message. */
export function readCount(reader: ValueReader, entryBytes: number, mayGoOn: boolean): number {
  const count = reader.small();
  if (!mayGoOn && count * entryBytes > reader.left)
    throw malformed("a count larger than its message");
  return count;
}

function readList(
  reader: ValueReader,
  types: WireTypes,
  type: Extract<WireType, { kind: "array" | "list" }>,
): GenericValue {
  const count = readCount(reader, 1, types.mayGoOn(type.element));
  if (type.kind === "array" && count !== type.length)
    throw malformed("an array of a length that is not its type's");
  reader.charge(count, COST.list);
  const items: GenericValue[] = [];
  for (let index = 0; index < count; index += 1) {
    reader.charge(0, COST.slot);
    items.push(readGeneric(reader, types, type.element));
  }
  return items;
}

function readMap(reader: ValueReader, types: WireTypes, key: number, value: number): GenericValue {
  const mayGoOn = types.mayGoOn(key) || types.mayGoOn(value);
  const count = readCount(reader, 2, mayGoOn);
  reader.charge(2 * count, COST.map);
  const entries = new Map<GenericValue, GenericValue>();
  for (let index = 0; index < count; index += 1) {
    reader.charge(0, COST.entry);
    const name = readGeneric(reader, types, key);
    entries.set(name, readGeneric(reader, types, value));
  }
  return entries;
}

function readStruct(
  reader: ValueReader,
  types: WireTypes,
  type: Extract<WireType, { kind: "struct" }>,
): GenericValue {
  const { fields } = type;
  reader.charge(1 + fields.length, COST.record + COST.property * fields.length);
  const record = emptyRecord();
  let next = 0;
  while (reader.left > 0) {
    const delta = reader.small();
    if (delta === 0) break;
    const field = next + delta - 1;
    const present = fields[field];
    if (present === undefined) throw malformed("a field number out of bounds");
    for (; next < field; next += 1) fillZero(reader, types, record, fields[next]);
    record[present.name] = readGeneric(reader, types, present.id);
    next = field + 1;
  }
  for (; next < fields.length; next += 1) fillZero(reader, types, record, fields[next]);
  return record;
}

function fillZero(
  reader: ValueReader,
  types: WireTypes,
  record: Record<string, GenericValue>,
  field: { readonly name: string; readonly id: number } | undefined,
): void {
  if (field === undefined) return;
  record[field.name] = genericZero(reader, types, field.id);
}

/** What an omitted field of type `id` holds, by what its sender says about it. */
export function genericZero(reader: ValueReader, types: WireTypes, id: number): GenericValue {
  const kind = types.get(id)?.kind;
  switch (kind) {
    case "bool":
      return false;
    case "int":
    case "uint":
    case "float":
      return 0;
    case "string":
      return "";
    case "bytes":
      return NO_BYTES;
    case "list":
      return NO_ITEMS;
    case "complex":
      reader.charge(0, COST.record);
      return new GenericComplex(0, 0);
    default:
      return undefined;
  }
}

const NO_BYTES = new Uint8Array(0);
const NO_ITEMS: readonly GenericValue[] = Object.freeze([]);

// Passes over values that nobody wants, without building them and within the same limits.

/** Reads past a value as it stands at the top of a message or of an interface. */
export function skipTop(reader: ValueReader, types: WireTypes, id: number): void {
  if (types.need(id).kind !== "struct") readSingletonMark(reader);
  skipValue(reader, types, id);
}

/** Reads past a value of type `id` without building it. */
export function skipValue(reader: ValueReader, types: WireTypes, id: number): void {
  const type = types.need(id);
  switch (type.kind) {
    case "bool":
    case "int":
    case "uint":
      reader.unsignedBig();
      return;
    case "float":
      reader.float();
      return;
    case "complex":
      reader.float();
      reader.float();
      return;
    case "bytes":
    case "opaque":
    case "string":
      reader.pass(reader.length());
      return;
    default:
      reader.descend();
      skipComposite(reader, types, type);
      reader.depthLeft += 1;
  }
}

function skipComposite(reader: ValueReader, types: WireTypes, type: WireType): void {
  switch (type.kind) {
    case "iface":
      if (readInterfaceName(reader) !== undefined)
        skipTop(reader, types, readInterfaceType(reader));
      return;
    case "array":
    case "list": {
      const count = readCount(reader, 1, types.mayGoOn(type.element));
      if (type.kind === "array" && count !== type.length) {
        throw malformed("an array of a length that is not its type's");
      }
      reader.charge(count, 0);
      for (let index = 0; index < count; index += 1) skipValue(reader, types, type.element);
      return;
    }
    case "map": {
      const count = readCount(reader, 2, types.mayGoOn(type.key) || types.mayGoOn(type.value));
      reader.charge(2 * count, 0);
      for (let index = 0; index < count; index += 1) {
        skipValue(reader, types, type.key);
        skipValue(reader, types, type.value);
      }
      return;
    }
    case "struct":
      reader.charge(1, 0);
      skipStruct(reader, types, type);
      return;
    default:
  }
}

function skipStruct(
  reader: ValueReader,
  types: WireTypes,
  type: Extract<WireType, { kind: "struct" }>,
): void {
  let next = 0;
  while (reader.left > 0) {
    const delta = reader.small();
    if (delta === 0) return;
    next += delta;
    const field = type.fields[next - 1];
    if (field === undefined) throw malformed("a field number out of bounds");
    skipValue(reader, types, field.id);
  }
}
