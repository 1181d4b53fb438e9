// Bytes as hex, as base64 and as text, joined and compared, and a holder of those that nothing may print.
import { FleetError } from "./errors.ts";

// Bytes as hex and as text, joined and compared.

const HEX_DIGITS = "0123456789abcdef";
const BYTE_HEX: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => (HEX_DIGITS[byte >> 4] ?? "") + (HEX_DIGITS[byte & 15] ?? ""),
);
const CODE_OF_0 = 0x30;
const CODE_OF_9 = 0x39;
const CODE_OF_A = 0x61;
/** Makes a letter's code that of the small letter. */
const LOWER_CASE = 0x20;
const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Formats bytes as lower-case hex, two digits each. */
export function toHex(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += BYTE_HEX[byte];
  return hex;
}

/**
 * Parses hex of either case into fresh bytes.
 * @throws FleetError core/hex for an odd length or a character that is no hex digit
 */
export function fromHex(hex: string): Uint8Array {
  if (hex.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(hex)) {
    throw new FleetError("core/hex", "not an even number of hexadecimal digits");
  }
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index += 1)
    bytes[index] = (digitAt(hex, index * 2) << 4) | digitAt(hex, index * 2 + 1);
  return bytes;
}

/** The value of a character that is a hex digit. */
function digitAt(hex: string, index: number): number {
  const code = hex.charCodeAt(index);
  return code <= CODE_OF_9 ? code - CODE_OF_0 : (code | LOWER_CASE) - CODE_OF_A + 10;
}

/**
 * Text of one character for each byte, for the keys of a map: made in a quarter of the time of hex, and
 * never shown. At most some ten thousand bytes.
 */
export function byteKey(bytes: Uint8Array): string {
  return String(Reflect.apply(String.fromCharCode, undefined, bytes));
}

/** Joins byte strings into one fresh array. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** True when both hold the same bytes. Not constant-time: never for secrets. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1)
    if (left[index] !== right[index]) return false;
  return true;
}

/** Encodes text as UTF-8. */
export function utf8(text: string): Uint8Array {
  return textEncoder.encode(text);
}

/**
 * Decodes UTF-8 strictly.
 * @throws FleetError core/utf8 for bytes that are not UTF-8
 */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return textDecoder.decode(bytes);
  } catch (cause) {
    throw new FleetError("core/utf8", "bytes are not UTF-8 text", { cause });
  }
}

// Bytes as base64, the standard form and the one of addresses.

const CHUNK_SIZE = 8192; // An argument list has a limit.

/** Formats bytes in standard base64 with padding. Source: RFC 4648 section 4. */
export function formatBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let from = 0; from < bytes.length; from += CHUNK_SIZE) {
    binary += String.fromCharCode(...bytes.subarray(from, from + CHUNK_SIZE));
  }
  return btoa(binary);
}

/** Parses the one standard base64 form of some bytes; `undefined` for every other text. */
export function parseBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return formatBase64(bytes) === text ? bytes : undefined;
}

/** Formats bytes in base64 for addresses and JSON web keys, without padding. Source: RFC 4648 section 5. */
export function formatBase64Url(bytes: Uint8Array): string {
  return formatBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// A holder of secrets that nothing prints.

/**
 * Holds a value that must never be printed: inspection, JSON and string conversion show nothing of it.
 * Whoever opens it answers for where it goes.
 */
export class Hidden<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  open(): T {
    return this.#value;
  }

  toJSON(): undefined {
    return undefined;
  }
}
