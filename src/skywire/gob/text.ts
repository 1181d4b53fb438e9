// Texts: UTF-8 and hexadecimal digits read and written fast, and the names that Go gives to types.
import { baseOf, isPointer, type SchemaNode } from "./schema-node.ts";

// UTF-8 and hexadecimal digits, read and written fast; bytes that are no UTF-8 are never mended unasked.

const SHORT_TEXT_BYTES = 16;
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lossyDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Decodes `size` bytes of UTF-8 at `from`; `undefined` when they are not UTF-8. A leading U+FEFF stays.
 * Short ASCII text is put together here, since a call of the decoder costs more than the text.
 */
export function decodeText(bytes: Uint8Array, from: number, size: number): string | undefined {
  if (size === 0) return "";
  if (size <= SHORT_TEXT_BYTES) {
    const units: number[] = [];
    let high = 0;
    for (let index = from; index < from + size; index += 1) {
      const byte = bytes[index] ?? 0;
      high |= byte;
      units.push(byte);
    }
    if (high < 0x80) return String.fromCharCode.apply(undefined, units);
  }
  try {
    return strictDecoder.decode(bytes.subarray(from, from + size));
  } catch {
    return undefined;
  }
}

/** Decodes UTF-8 with U+FFFD for what is none. */
export function decodeLossyText(bytes: Uint8Array): string {
  return lossyDecoder.decode(bytes);
}

/** Writes UTF-8 into `target` from `offset`, which must have room for three bytes a character. */
export function encodeText(text: string, target: Uint8Array, offset: number): number {
  return encoder.encodeInto(text, target.subarray(offset)).written;
}

/** True when the text holds half of a surrogate pair, which UTF-8 cannot carry. */
export function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

const DASH = 0x2d;
const HEX_DIGITS: Uint8Array = encoder.encode("0123456789abcdef");
/** The two digits of each byte as one 16-bit number in this machine's order, so that one store writes both. */
const HEX_PAIRS = new Uint16Array(
  Uint8Array.from(
    { length: 512 },
    (_, at) => HEX_DIGITS[at % 2 === 0 ? at >> 5 : (at >> 1) & 15] ?? 0,
  ).buffer,
);

/** Makes a writer of `size` bytes as lower-case hex. */
export function hexText(size: number): (bytes: Uint8Array, from: number) => string {
  const pairs = new Uint16Array(size);
  const line = new Uint8Array(pairs.buffer);
  return (bytes, from) => {
    for (let index = 0; index < size; index += 1)
      pairs[index] = HEX_PAIRS[bytes[from + index] ?? 0] ?? 0;
    return strictDecoder.decode(line);
  };
}

/** Makes a writer of bytes as lower-case hex in groups of so many bytes, with dashes between them. */
export function groupedHexText(
  groups: readonly number[],
): (bytes: Uint8Array, from: number) => string {
  const size = groups.reduce((sum, group) => sum + group, 0);
  const line = new Uint8Array(2 * size + groups.length - 1).fill(DASH);
  return (bytes, from) => {
    let at = from;
    let column = 0;
    for (const group of groups) {
      for (const stop = at + group; at < stop; at += 1) {
        const byte = bytes[at] ?? 0;
        line[column] = HEX_DIGITS[byte >> 4] ?? 0;
        line[column + 1] = HEX_DIGITS[byte & 15] ?? 0;
        column += 2;
      }
      column += 1;
    }
    return strictDecoder.decode(line);
  };
}

// The names that Go gives to types, in its error messages and in definitions on the wire.

const MAX_TEXT_DEPTH = 8;

/** Go's text of a type, as its error messages name it: `[]string`, `*visor.Overview`, `struct { A int }`. */
export function goTypeText(node: SchemaNode, depth = 0): string {
  if (node.kind === "lazy") return goTypeText(node.get(), depth);
  if (node.goName !== undefined) return node.goName;
  if (depth > MAX_TEXT_DEPTH) return "...";
  const inner = (target: SchemaNode): string => goTypeText(target, depth + 1);
  switch (node.kind) {
    case "int":
    case "uint":
      return node.plain ? node.kind : `${node.kind}${node.bits}`;
    case "float":
      return `float${node.bits}`;
    case "bool":
      return "bool";
    case "complex":
      return "complex128";
    case "bytes":
      return "[]uint8";
    case "string":
      return "string";
    case "generic":
    case "iface":
      return "interface {}";
    case "list":
      return `[]${inner(node.element)}`;
    case "array":
      return `[${node.length}]${inner(node.element)}`;
    case "byteArray":
      return `[${node.length}]uint8`;
    case "map":
      return `map[${inner(node.key)}]${inner(node.value)}`;
    case "ptr":
      return `*${inner(node.target)}`;
    case "opaque":
      return node.codec.goName;
    case "struct":
      if (node.fields.length === 0) return "struct {}";
      return `struct { ${node.fields.map((field) => `${field.name} ${inner(field.node)}`).join("; ")} }`;
  }
}

/** The bare name of a named type (`Overview` of `visor.Overview`), empty for unnamed ones. */
export function bareName(node: SchemaNode): string {
  const base = baseOf(node);
  const name = base.kind === "opaque" ? base.codec.goName : (base.goName ?? "");
  return /^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)?$/u.test(name)
    ? name.slice(name.lastIndexOf(".") + 1)
    : "";
}

/** The name a definition carries when its type is first met as a slice element. */
export function elementName(node: SchemaNode): string {
  return isPointer(node) ? "" : bareName(node);
}

/** The name a definition carries when its type is first met as a struct field. */
export function fieldTypeName(node: SchemaNode): string {
  const base = baseOf(node);
  const bare = bareName(base);
  return bare === "" ? goTypeText(base) : bare;
}
