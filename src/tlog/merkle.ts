import { concatBytes, sha256 } from "../core/index.ts";
import { sha256OfPair } from "./sha256-pair.ts";

const LEAF_PREFIX = new Uint8Array([0]);
const NODE_PREFIX = 1;

/** The bytes of one hash. */
export const HASH_SIZE = 32;

/** The root of a tree without leaves: SHA-256 of no bytes. Source: RFC 6962 section 2.1. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array());

/**
 * The hash of a leaf with these bytes: 32 fresh bytes, SHA-256 of a zero byte and the leaf.
 *
 * Source: RFC 6962 section 2.1.
 */
export function leafHash(bytes: Uint8Array): Uint8Array {
  return sha256(concatBytes(LEAF_PREFIX, bytes));
}

/**
 * The hash of the node above two hashes: 32 fresh bytes, SHA-256 of a one byte and both.
 *
 * Source: RFC 6962 section 2.1.
 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256OfPair(NODE_PREFIX, left, right);
}
