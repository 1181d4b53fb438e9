// SHA-256 and what is built on it: digests of documents, keyed hashes and derived keys.
import { createHash, createHmac, hash, hkdfSync } from "node:crypto";
import { toHex } from "./bytes.ts";
import { canonicalJsonBytes, type Json } from "./canonical-json.ts";

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
