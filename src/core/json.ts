// JSON documents: read, written in the one form that is hashed and signed (RFC 8785), and their digests.
import { createHash, createHmac, hash, hkdfSync } from "node:crypto";
import { fromUtf8, toHex, utf8 } from "./bytes.ts";
import { BugError } from "./errors.ts";

// JSON in the one form that is hashed and signed (RFC 8785).

const LONE_SURROGATE = /\p{Surrogate}/u;

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object; absent and `undefined` members are the same. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/**
 * Formats a value as canonical JSON: no white space, object keys sorted by UTF-16 code units,
 * numbers as ECMAScript prints them. Members that are `undefined` are left out.
 * @throws BugError for what has no canonical form: non-finite numbers, lone surrogates, functions
 * Source: RFC 8785 (JSON Canonicalization Scheme).
 */
export function canonicalJson(value: Json): string {
  // The language's own writer is several times as fast, and differs in the order of members and in surrogates only.
  const text = isSorted(value) ? JSON.stringify(value) : undefined;
  return text === undefined || text.includes("\\ud") ? written(value) : text;
}

function written(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value))
      throw new BugError("canonical JSON has no form for NaN or infinity");
    return JSON.stringify(value);
  }
  if (typeof value === "string") return canonicalString(value);
  if (isArray(value)) return `[${value.map(written).join(",")}]`;
  if (typeof value !== "object")
    throw new BugError(`canonical JSON has no form for ${typeof value}`);
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined) members.push(`${canonicalString(key)}:${written(member)}`);
  }
  return `{${members.join(",")}}`;
}

/** The UTF-8 bytes of {@link canonicalJson}. */
export function canonicalJsonBytes(value: Json): Uint8Array {
  return utf8(canonicalJson(value));
}

/**
 * True when a text is the canonical JSON of its value.
 * @param value what JSON.parse made of the text
 * @throws BugError for a lone surrogate, which has no canonical form
 */
export function isCanonicalJson(text: string, value: Json): boolean {
  return canonicalJson(value) === text;
}

/** True for a value all of whose objects have their members in order, and none that JSON has no form for. */
function isSorted(value: Json | undefined): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return typeof value === "string" || typeof value === "boolean";
  if (value === null) return true;
  if (isArray(value)) return value.every(isSorted);
  let before: string | undefined;
  for (const key of Object.keys(value)) {
    if (before !== undefined && key < before) return false;
    before = key;
    const member = value[key];
    if (member !== undefined && !isSorted(member)) return false;
  }
  return true;
}

function canonicalString(text: string): string {
  if (LONE_SURROGATE.test(text))
    throw new BugError("canonical JSON has no form for a lone surrogate");
  return JSON.stringify(text);
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

// Reading the text of a JSON document: what is no JSON is refused by the reader in its own words.

/**
 * The value of a JSON text, of which nothing is known yet.
 * @param refused makes the error of whoever reads; its cause may quote the text
 */
export function parseJson(text: string, refused: (cause: unknown) => Error): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw refused(cause);
  }
}

/** The value of a JSON text in UTF-8; `undefined` where it is none. */
export function jsonIfAny(text: string | Uint8Array): Json | undefined {
  try {
    return JSON.parse(typeof text === "string" ? text : fromUtf8(text)) as Json;
  } catch {
    return undefined;
  }
}

/** True for a JSON object: no list, no null, no plain value. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// SHA-256 and what is built on it: digests of documents, keyed hashes and derived keys.

/** A SHA-256 in text form: `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`;

/** SHA-256 of bytes: 32 fresh bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(hash("sha256", bytes, "buffer"));
}

/** SHA-256 of bytes that come in parts. */
export class Sha256 {
  readonly #hash = createHash("sha256");

  /** Takes the next bytes. */
  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** The hash of all of them, 32 fresh bytes. Ends it. */
  finish(): Uint8Array {
    return new Uint8Array(this.#hash.digest());
  }
}

/** HMAC-SHA-256: 32 fresh bytes. */
export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac("sha256", key).update(bytes).digest());
}

/** HKDF-SHA-256 (RFC 5869), extract and expand, `size` bytes. */
export function hkdfSha256(
  input: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  size: number,
): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", input, salt, info, size));
}

/** The digest of bytes as they stand: SHA-256. */
export function digestOfBytes(bytes: Uint8Array): Digest {
  return `sha256:${toHex(sha256(bytes))}`;
}

/** The digest of a document: SHA-256 of its canonical JSON. */
export function digestOf(document: Json): Digest {
  return digestOfBytes(canonicalJsonBytes(document));
}
