// Reads values without a schema, by the types that their sender defined and within the limits.
import { malformed } from "./gob-error.ts";
import {
  emptyRecord,
  GenericComplex,
  GenericInterface,
  GenericOpaque,
  GenericText,
  type GenericValue,
} from "./generic-value.ts";
import { readInterfaceName, readInterfaceType, readSingletonMark } from "./interface-head.ts";
import { COST } from "./memory-cost.ts";
import type { ValueReader } from "./value-reader.ts";
import type { WireType, WireTypes } from "./wire-types.ts";

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
