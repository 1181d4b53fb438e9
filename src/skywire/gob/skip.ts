// Passes over values that nobody wants, without building them and within the same limits.
import { malformed } from "./gob-error.ts";
import { readInterfaceName, readInterfaceType, readSingletonMark } from "./interface-head.ts";
import { readCount } from "./read-generic.ts";
import type { ValueReader } from "./value-reader.ts";
import type { WireType, WireTypes } from "./wire-types.ts";

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
