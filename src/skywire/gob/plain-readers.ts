// Readers of plain values and of structs, whose fields meet by name, and Go's rules for taking a sender's type into a schema.
import { FleetError } from "../../core/index.ts";
import { malformed, typeMismatch, outOfRange } from "./gob-error.ts";
import { COST } from "./memory-cost.ts";
import { genericZero, readCount } from "./read-generic.ts";
import {
  baseOf,
  type IntNode,
  type OpaqueNode,
  type SchemaNode,
  type StringNode,
  type StructNode,
  zeroMaker,
} from "./schema-node.ts";
import { decodeLossyText, goTypeText } from "./text.ts";
import type { TypedReaders } from "./typed-reader.ts";
import type { Read, ValueReader } from "./value-reader.ts";
import { BUILTIN, type WireType, type WireTypes } from "./wire-types.ts";

// What fits what: Go's rules for taking a sender's type into a schema.

/** True when Go would take the sender's type for this schema; structs are compared later, by their fields. */
export function fitsType(types: WireTypes, id: number, node: SchemaNode, depth = 0): boolean {
  const base = baseOf(node);
  const wire = types.get(id);
  if (base.kind === "generic" || depth > 64) return true;
  if (base.kind === "opaque")
    return wire?.kind === "opaque" && wire.marshaler === base.codec.marshaler;
  if (wire?.kind === "opaque") return false;
  switch (base.kind) {
    case "struct":
      return true;
    case "list":
      return wire?.kind === "list" && fitsType(types, wire.element, base.element, depth + 1);
    case "array":
      return (
        wire?.kind === "array" &&
        wire.length === base.length &&
        fitsType(types, wire.element, base.element, depth + 1)
      );
    case "byteArray":
      return wire?.kind === "array" && wire.length === base.length && wire.element === BUILTIN.uint;
    case "map":
      return (
        wire?.kind === "map" &&
        fitsType(types, wire.key, base.key, depth + 1) &&
        fitsType(types, wire.value, base.value, depth + 1)
      );
    default:
      return id === BUILTIN[base.kind];
  }
}

// Readers of values that hold no others: numbers, texts, bytes, and types with a format of their own.

/** A reader of whole numbers, refused where the schema has no room for them. */
export function integerReader(node: IntNode, name: string): Read {
  const signed = node.kind === "int";
  if (node.form === "bigint") {
    const big = signed
      ? (reader: ValueReader) => reader.signedBig()
      : (reader: ValueReader) => reader.unsignedBig();
    return (reader) => {
      const value = big(reader);
      if (BigInt.asIntN(64, value) !== value && BigInt.asUintN(64, value) !== value) {
        reader.refuse(outOfRange(name));
      }
      reader.charge(0, COST.bigint);
      return value;
    };
  }
  if (node.bits === 64) {
    return signed ? (reader) => reader.signed(name) : (reader) => reader.unsigned(name);
  }
  const max = 2 ** (signed ? node.bits - 1 : node.bits) - 1;
  const min = signed ? -max - 1 : 0;
  return (reader) => {
    const value = signed ? reader.signed(name) : reader.unsigned(name);
    if (value < min || value > max) reader.refuse(outOfRange(name));
    return value;
  };
}

/** Reads a number that must be one of 32 bits. */
export function readFloat32(reader: ValueReader, name: string): number {
  const value = reader.float();
  const size = Math.abs(value);
  if (size > MAX_FLOAT32 && size !== Number.POSITIVE_INFINITY) reader.refuse(outOfRange(name));
  return value;
}

const MAX_FLOAT32 = 3.4028234663852886e38;
const NO_BYTES = new Uint8Array(0);

/** Reads bytes into a copy of their own. */
export function readBytes(reader: ValueReader): Uint8Array {
  const size = reader.length();
  if (size === 0) return NO_BYTES;
  reader.charge(1, COST.bytes + size);
  return reader.take(size);
}

/** A reader of text, or of the raw bytes where the schema says so. */
export function stringReader(node: StringNode, name: string): Read {
  if (node.form === "raw") return readBytes;
  return (reader) => {
    const size = reader.length();
    reader.charge(0, COST.text + 2 * size);
    const start = reader.pos;
    const text = reader.text(size);
    if (text !== undefined) return text;
    if (node.form === "lossy") return decodeLossyText(reader.bytes.subarray(start, start + size));
    reader.refuse(
      new FleetError("gob/text", `gob: the string ${name} is not UTF-8`, {
        next: "read it as raw bytes if the program behind it means what it sends",
      }),
    );
    return "";
  };
}

/** A reader of an array of bytes of one length. */
export function byteArrayReader(length: number, name: string): Read {
  return (reader) => {
    const count = readCount(reader, 1, false);
    if (count !== length) throw malformed("an array of a length that is not its type's");
    reader.charge(count, COST.bytes + count);
    const result = new Uint8Array(count);
    const { bytes } = reader;
    for (let index = 0; index < count; index += 1) {
      const first = bytes[reader.pos] ?? 0;
      if (first < 0x80 && reader.pos < reader.end) {
        result[index] = first;
        reader.pos += 1;
      } else {
        const value = reader.unsigned(name);
        if (value > 0xff) reader.refuse(outOfRange(name));
        result[index] = value;
      }
    }
    return result;
  };
}

/** A reader of values that have a format of their own. */
export function opaqueReader(node: OpaqueNode): Read {
  const { codec } = node;
  const { decodeAt } = codec;
  return (reader) => {
    const size = reader.length();
    reader.charge(1, COST.opaque + 3 * size);
    const from = reader.pos;
    reader.pos = from + size;
    try {
      if (decodeAt !== undefined) return decodeAt(reader.bytes, from, from + size);
      return codec.decode(reader.bytes.slice(from, from + size));
    } catch (cause) {
      reader.refuse(
        new FleetError("gob/opaque", `gob: a ${codec.goName} that its own format refuses`, {
          cause,
        }),
      );
      return codec.zero();
    }
  };
}

// Makes the reader for a sender's struct and a schema: fields meet by name.

/** What to do with one of the sender's fields. */
interface FieldStep {
  /** `undefined`: the schema does not have it. */
  readonly name: string | undefined;
  readonly read: Read;
  readonly zero: (reader: ValueReader) => unknown;
}

const nothing = (): undefined => undefined;

/**
 * Makes the reader for a sender's struct and a schema: fields meet by name, unknown ones are dropped, omitted
 * and missing ones get their zero value. Objects of one pair always get their properties in one order.
 * @throws FleetError gob/mismatch with Go's text
 */
export function structReader(
  readers: TypedReaders,
  wire: Extract<WireType, { kind: "struct" }>,
  schema: StructNode,
): Read {
  const byName = new Map(schema.fields.map((field) => [field.name, field.node]));
  let nodes = 1;
  let costBytes: number = COST.record;
  const steps = wire.fields.map((field): FieldStep => {
    const node = byName.get(field.name);
    if (node === undefined)
      return { name: undefined, read: readers.ignore(field.id), zero: nothing };
    byName.delete(field.name);
    if (!fitsType(readers.types, field.id, node)) {
      throw typeMismatch(
        `gob: wrong type (${goTypeText(node)}) for received field ${wire.name}.${field.name}`,
      );
    }
    const zero = zeroMaker(node);
    nodes += 1 + zero.nodes;
    costBytes += COST.property + zero.costBytes;
    const isGeneric = baseOf(node).kind === "generic";
    return {
      name: field.name,
      read: fieldReader(readers, field.id, node, field.name),
      zero: isGeneric ? (reader) => genericZero(reader, readers.types, field.id) : zero.make,
    };
  });
  const missing = [...byName].map(([name, node]) => {
    const zero = zeroMaker(node);
    nodes += 1 + zero.nodes;
    costBytes += COST.property + zero.costBytes;
    return { name, zero: zero.make };
  });
  return (reader) => {
    reader.charge(nodes, costBytes);
    reader.descend();
    const result: Record<string, unknown> = {};
    readPresent(reader, steps, result);
    for (const field of missing) result[field.name] = field.zero();
    reader.depthLeft += 1;
    return result;
  };
}

function fieldReader(
  readers: TypedReaders,
  id: number,
  node: StructNode["fields"][number]["node"],
  name: string,
): Read {
  // A field type that no definition described is an error only when the field is sent.
  if (readers.types.get(id) === undefined && baseOf(node).kind !== "generic") {
    return () => {
      throw malformed(`a value of type ${id}, which is not defined`);
    };
  }
  return readers.value(id, node, name);
}

function readPresent(
  reader: ValueReader,
  steps: readonly FieldStep[],
  result: Record<string, unknown>,
): void {
  const { bytes } = reader;
  let next = 0;
  while (reader.pos < reader.end) {
    let delta = bytes[reader.pos] ?? 0;
    if (delta < 0x80) reader.pos += 1;
    else delta = reader.small();
    if (delta === 0) break;
    const field = next + delta - 1;
    const step = steps[field];
    if (step === undefined) throw malformed("a field number out of bounds");
    for (; next < field; next += 1) fillZero(reader, steps[next], result);
    const value = step.read(reader);
    if (step.name !== undefined) result[step.name] = value;
    next = field + 1;
  }
  for (; next < steps.length; next += 1) fillZero(reader, steps[next], result);
}

function fillZero(
  reader: ValueReader,
  step: FieldStep | undefined,
  result: Record<string, unknown>,
): void {
  if (step?.name !== undefined) result[step.name] = step.zero(reader);
}
