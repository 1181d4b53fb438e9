// Readers of values that hold no others: numbers, texts, bytes, and types with a format of their own.
import { FleetError } from "../../core/index.ts";
import { malformed, outOfRange } from "./gob-error.ts";
import { COST } from "./memory-cost.ts";
import { readCount } from "./read-generic.ts";
import type { IntNode, OpaqueNode, StringNode } from "./schema-node.ts";
import { decodeLossyText } from "./text.ts";
import type { Read, ValueReader } from "./value-reader.ts";

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
