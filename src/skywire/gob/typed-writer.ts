// Makes writers for schemas; each is made once.
import type { FleetError } from "../../core/index.ts";
import type { ByteWriter } from "./message-bytes.ts";
import { unencodable } from "./gob-error.ts";
import { goTypeText } from "./text.ts";
import {
  type BaseNode,
  baseOf,
  type IntNode,
  isPointer,
  omitsOf,
  type SchemaNode,
  type StringNode,
  zeroMaker,
} from "./schema-node.ts";

/** Where values are written to. */
export interface EncodeStream {
  readonly out: ByteWriter;
  /** Writes what follows the name of an interface value; `write` writes the value itself. */
  interfaceValue(node: SchemaNode, write: () => void): void;
}

/** Writes one value; throws FleetError gob/value when it is not of its schema. */
type Write = (stream: EncodeStream, value: unknown) => void;

/** How the values of a schema are written. */
export interface TypedWriter {
  /** As a whole value or inside an interface. */
  readonly top: Write;
  /** As an element. */
  readonly write: Write;
  /** True when Go omits the value as a struct field. */
  readonly omits: (value: unknown) => boolean;
}

const made = new WeakMap<SchemaNode, TypedWriter>();

/** The writer of a schema; made once. */
export function typedWriter(node: SchemaNode): TypedWriter {
  const known = made.get(node);
  if (known !== undefined) return known;
  const write = writeOf(node);
  const isStruct = baseOf(node).kind === "struct";
  const top: Write = isStruct
    ? write
    : (stream, value) => {
        stream.out.byte(0);
        write(stream, value);
      };
  const writer: TypedWriter = { top, write, omits: omitsOf(node) };
  made.set(node, writer);
  return writer;
}

function wrong(node: SchemaNode, value: unknown): FleetError {
  const got =
    value === null
      ? "null"
      : typeof value === "object"
        ? "an object of another shape"
        : `a ${typeof value}`;
  return unencodable(`a ${goTypeText(node)}`, `got ${value === undefined ? "nothing" : got}`);
}

/** Later makes the writer only when a value comes: a type may contain itself. */
function later(node: SchemaNode): () => TypedWriter {
  let writer: TypedWriter | undefined;
  return () => (writer ??= typedWriter(node));
}

function writeOf(node: SchemaNode): Write {
  if (node.kind === "ptr" || node.kind === "lazy") {
    const inner = later(baseOf(node));
    const pointer = isPointer(node);
    return (stream, value) => {
      if (value === undefined && pointer)
        throw unencodable(`a nil ${goTypeText(node)}`, "only a struct field can be nil");
      inner().write(stream, value);
    };
  }
  switch (node.kind) {
    case "bool":
      return (stream, value) => {
        if (typeof value !== "boolean") throw wrong(node, value);
        stream.out.byte(value ? 1 : 0);
      };
    case "int":
    case "uint":
      return node.form === "bigint" ? bigWriter(node) : numberWriter(node);
    case "float":
      return (stream, value) => {
        if (typeof value !== "number") throw wrong(node, value);
        stream.out.float(node.bits === 32 ? Math.fround(value) : value);
      };
    case "complex":
      return (stream, value) => {
        const { re, im } = propertiesOf(node, value);
        if (typeof re !== "number" || typeof im !== "number") throw wrong(node, value);
        stream.out.float(re);
        stream.out.float(im);
      };
    case "string":
      return stringWriter(node);
    case "bytes":
      return (stream, value) => {
        if (!(value instanceof Uint8Array)) throw wrong(node, value);
        stream.out.counted(value);
      };
    case "opaque":
      return (stream, value) => {
        let payload: Uint8Array;
        try {
          payload = node.codec.encode(value);
        } catch (cause) {
          throw unencodable(
            `a ${node.codec.goName}`,
            cause instanceof Error ? cause.message : "it has another shape",
          );
        }
        stream.out.counted(payload);
      };
    case "generic":
      return () => {
        throw unencodable("a generic value", "it has no schema");
      };
    default:
      return containerWriter(node);
  }
}

function containerWriter(
  node: Extract<BaseNode, { kind: "list" | "array" | "byteArray" | "map" | "struct" | "iface" }>,
): Write {
  switch (node.kind) {
    case "list":
    case "array": {
      const element = later(node.element);
      return (stream, value) => {
        if (!Array.isArray(value)) throw wrong(node, value);
        if (node.kind === "array" && value.length !== node.length) {
          throw unencodable(`a ${goTypeText(node)}`, `got ${value.length} elements`);
        }
        stream.out.uint(value.length);
        const { write } = element();
        for (const item of value) write(stream, item);
      };
    }
    case "byteArray":
      return (stream, value) => {
        if (!(value instanceof Uint8Array) || value.length !== node.length)
          throw wrong(node, value);
        stream.out.uint(value.length);
        for (const byte of value) stream.out.uint(byte);
      };
    case "map": {
      const key = later(node.key);
      const item = later(node.value);
      return (stream, value) => {
        if (!(value instanceof Map)) throw wrong(node, value);
        stream.out.uint(value.size);
        for (const [name, entry] of value as ReadonlyMap<unknown, unknown>) {
          const pair =
            node.keyText === undefined ? { key: name, value: entry } : propertiesOf(node, entry);
          key().write(stream, pair["key"]);
          item().write(stream, pair["value"]);
        }
      };
    }
    case "struct":
      return structWriter(node);
    case "iface":
      return interfaceWriter(node);
  }
}

function interfaceWriter(node: Extract<BaseNode, { kind: "iface" }>): Write {
  return (stream, value) => {
    if (value === undefined) {
      stream.out.byte(0);
      return;
    }
    const { name, value: content } = propertiesOf(node, value);
    if (typeof name !== "string" || name === "") throw wrong(node, value);
    const schema = node.registry.schemaOf(name);
    if (schema === undefined)
      throw unencodable("an interface value", `the name ${name} is not registered`);
    if (!stream.out.text(name)) throw unencodable("an interface name", "half of a surrogate pair");
    stream.interfaceValue(schema.node, () => typedWriter(schema.node).top(stream, content));
  };
}

function structWriter(node: Extract<BaseNode, { kind: "struct" }>): Write {
  const fields = node.fields.map((field) => ({
    name: field.name,
    writer: later(field.node),
    nilable: isPointer(field.node) || baseOf(field.node).kind === "iface",
    zero: () => zeroMaker(field.node).make(),
  }));
  return (stream, value) => {
    const properties = propertiesOf(node, value);
    const { out } = stream;
    let last = -1;
    for (let index = 0; index < fields.length; index += 1) {
      const field = fields[index];
      if (field === undefined) continue;
      let content = properties[field.name];
      if (content === undefined) {
        if (field.nilable) continue;
        content = field.zero();
      }
      const writer = field.writer();
      if (writer.omits(content)) continue;
      out.uint(index - last);
      last = index;
      writer.write(stream, content);
    }
    out.byte(0);
  };
}

function numberWriter(node: IntNode): Write {
  const signed = node.kind === "int";
  const max =
    node.bits === 64 ? Number.MAX_SAFE_INTEGER : 2 ** (signed ? node.bits - 1 : node.bits) - 1;
  const min = signed ? (node.bits === 64 ? -max : -max - 1) : 0;
  return (stream, value) => {
    if (typeof value !== "number") throw wrong(node, value);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw unencodable(`a ${goTypeText(node)}`, `${value} is no integer from ${min} to ${max}`);
    }
    if (signed) stream.out.int(value);
    else stream.out.uint(value);
  };
}

function bigWriter(node: IntNode): Write {
  const signed = node.kind === "int";
  return (stream, value) => {
    if (typeof value !== "bigint") throw wrong(node, value);
    const fits = signed ? BigInt.asIntN(node.bits, value) : BigInt.asUintN(node.bits, value);
    if (fits !== value)
      throw unencodable(`a ${goTypeText(node)}`, `${value} has more than ${node.bits} bits`);
    if (signed) stream.out.bigInt(value);
    else stream.out.bigUint(value);
  };
}

function stringWriter(node: StringNode): Write {
  if (node.form === "raw") {
    return (stream, value) => {
      if (!(value instanceof Uint8Array)) throw wrong(node, value);
      stream.out.counted(value);
    };
  }
  return (stream, value) => {
    if (typeof value !== "string") throw wrong(node, value);
    if (!stream.out.text(value)) throw unencodable("a string", "it holds half of a surrogate pair");
  };
}

function propertiesOf(node: SchemaNode, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) throw wrong(node, value);
  return value as Readonly<Record<string, unknown>>;
}
