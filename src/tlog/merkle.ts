// The hashes of leaves and nodes of an RFC 6962 tree.
import { concatBytes, sha256 } from "../core/index.ts";
import { sha256OfPair } from "./sha256-pair.ts";

const LEAF_PREFIX = new Uint8Array([0]);
/** A leaf behind its prefix, for one call: most leaves are short, and a log hashes many. */
const leaf = new Uint8Array(16_384);
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
  if (bytes.length >= leaf.length) return sha256(concatBytes(LEAF_PREFIX, bytes));
  leaf.set(bytes, LEAF_PREFIX.length);
  return sha256(leaf.subarray(0, LEAF_PREFIX.length + bytes.length));
}

/**
 * The hash of the node above two hashes: 32 fresh bytes, SHA-256 of a one byte and both.
 *
 * Source: RFC 6962 section 2.1.
 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256OfPair(NODE_PREFIX, left, right);
}
