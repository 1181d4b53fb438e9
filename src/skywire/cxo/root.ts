// A Root: the signed head of a feed, in its encoded form and as values; hashes signed and verified with secp256k1 keys.
import { createECDH } from "node:crypto";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { concatBytes, equalBytes, FleetError, sha256, toHex } from "../../core/index.ts";
import { ByteReader, ObjectWriter } from "./encoded-values.ts";
import { isBlank } from "./refs.ts";

// Signing hashes and checking signatures with secp256k1 keys.

const HASH_SIZE = 32;
const SECRET_KEY_SIZE = 32;
const PUBLIC_KEY_SIZE = 33;
const SIGNATURE_SIZE = 65;
const RECOVERY_ID_MAX = 3;
const ORDER = secp256k1.Point.CURVE().n;
const FIELD = secp256k1.Point.CURVE().p;

/** A command opens the same ledger to plan and again to write: what was proven is not proven twice. */
const PROVEN_MAX = 64;
const proven = new Set<string>();

/** Why bytes are no secret key; `undefined` when they are one. */
export function secretKeyFault(secret: Uint8Array): string | undefined {
  if (secret.length !== SECRET_KEY_SIZE) return `a secret key has ${SECRET_KEY_SIZE} bytes`;
  return secp256k1.utils.isValidSecretKey(secret)
    ? undefined
    : "the number is not between 1 and the group order";
}

/** Why bytes are no public key; `undefined` when they are a compressed point. */
export function publicKeyFault(key: Uint8Array): string | undefined {
  if (key.length !== PUBLIC_KEY_SIZE) return `a public key has ${PUBLIC_KEY_SIZE} bytes`;
  if (key[0] !== 2 && key[0] !== 3) return "a public key begins with 02 or 03";
  return secp256k1.utils.isValidPublicKey(key, true) ? undefined : "the point is not on the curve";
}

/**
 * The compressed public key of a secret key.
 * @throws FleetError cxo/key
 */
export function publicKeyOf(secret: Uint8Array): Uint8Array {
  const fault = secretKeyFault(secret);
  if (fault !== undefined) throw new FleetError("cxo/key", `not a secret key: ${fault}`);
  // By the platform: noble builds the tables of its curve first.
  const pair = createECDH("secp256k1");
  pair.setPrivateKey(secret);
  return new Uint8Array(pair.getPublicKey(null, "compressed"));
}

/**
 * Signs a 32-byte hash as it is. The same hash and key give the same signature (RFC 6979), where Go
 * draws a random nonce; both verify alike.
 * @returns r, s (32 bytes big-endian each, s low) and the recovery id, 65 bytes
 * @throws FleetError cxo/key, cxo/hash
 * Source: skycoin/src/cipher (SignHash).
 */
export function signHash(hash: Uint8Array, secret: Uint8Array): Uint8Array {
  const fault = secretKeyFault(secret);
  if (fault !== undefined) throw new FleetError("cxo/key", `not a secret key: ${fault}`);
  checkHash(hash);
  if (hash.every((byte) => byte === 0))
    throw new FleetError("cxo/hash", "a null hash is never signed");
  const recovered = secp256k1.sign(hash, secret, {
    prehash: false,
    lowS: true,
    format: "recovered",
  });
  return concatBytes(recovered.subarray(1), recovered.subarray(0, 1));
}

/**
 * The key that made a signature. As in Go, of a recovery id only the lowest two bits count here.
 * @throws FleetError cxo/signature
 * Source: skycoin/src/cipher/secp256k1-go (RecoverPubkey).
 */
export function recoverKey(hash: Uint8Array, signature: Uint8Array): Uint8Array {
  checkHash(hash);
  const { r, s, recoveryId } = splitSignature(signature);
  const x = (recoveryId & 2) === 0 ? r : r + ORDER;
  if (r === 0n || r >= ORDER || s === 0n || s >= ORDER || x >= FIELD)
    throw refused("no key can be recovered from it");
  try {
    return new secp256k1.Signature(r, s, recoveryId & RECOVERY_ID_MAX)
      .recoverPublicKey(hash)
      .toBytes(true);
  } catch (cause) {
    throw new FleetError(
      "cxo/signature",
      "the signature is refused: no key can be recovered from it",
      { cause },
    );
  }
}

/**
 * Proves that `key` signed `hash`, by Go's rules: the recovered key is the key, the recovery id is 0
 * to 3, and the top bit of s is clear. (Go takes s up to 2^255, a little more than a low s.)
 * @throws FleetError cxo/signature, cxo/key
 * Source: skycoin/src/cipher (VerifyPubKeySignedHash).
 */
export function verifySignature(hash: Uint8Array, signature: Uint8Array, key: Uint8Array): void {
  const what = [hash, signature, key].map(toHex).join(" ");
  if (proven.has(what)) return;
  const fault = publicKeyFault(key);
  if (fault !== undefined) throw new FleetError("cxo/key", `not a public key: ${fault}`);
  const recovered = recoverKey(hash, signature);
  if (!equalBytes(recovered, key)) throw refused("another key made it, or it signs something else");
  if ((signature[64] ?? 0) > RECOVERY_ID_MAX) throw refused("the recovery id is over 3");
  if (((signature[32] ?? 0) & 0x80) !== 0) throw refused("the top bit of s is set");
  if (proven.size >= PROVEN_MAX) proven.clear();
  proven.add(what);
}

/**
 * The shared secret of a public and a secret key: SHA-256 of the compressed product point.
 * @throws FleetError cxo/key
 * Source: skycoin/src/cipher (ECDH).
 */
export function sharedSecret(key: Uint8Array, secret: Uint8Array): Uint8Array {
  const fault = publicKeyFault(key) ?? secretKeyFault(secret);
  if (fault !== undefined) throw new FleetError("cxo/key", `not a pair of keys: ${fault}`);
  return sha256(secp256k1.getSharedSecret(secret, key, true));
}

function splitSignature(signature: Uint8Array): { r: bigint; s: bigint; recoveryId: number } {
  if (signature.length !== SIGNATURE_SIZE)
    throw refused(`it has ${signature.length} bytes, not ${SIGNATURE_SIZE}`);
  return {
    r: bigEndian(signature.subarray(0, 32)),
    s: bigEndian(signature.subarray(32, 64)),
    recoveryId: signature[64] ?? 0,
  };
}

function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

function checkHash(hash: Uint8Array): void {
  if (hash.length !== HASH_SIZE)
    throw new FleetError("cxo/hash", `a hash has ${HASH_SIZE} bytes, this has ${hash.length}`);
}

function refused(why: string): FleetError {
  return new FleetError("cxo/signature", `the signature is refused: ${why}`);
}

// A Root: the signed head of a feed, in its encoded form and as values.

const DYNAMIC_SIZE = 2 * HASH_SIZE;

/** A pointer with its own type: an object's hash and the hash of its schema. */
export interface Dynamic {
  readonly hash: Uint8Array;
  readonly schema: Uint8Array;
}

/** One signed state of a feed. Its hash and signature are not part of the encoding. */
export interface Root {
  readonly refs: readonly Dynamic[];
  /** Free for the application. */
  readonly descriptor: Uint8Array;
  /** Hash of the registry. */
  readonly reg: Uint8Array;
  /** The feed: a compressed secp256k1 key. */
  readonly pub: Uint8Array;
  /** Names one of the feed's sequences; never 0. */
  readonly nonce: bigint;
  /** Counts from 0 within its sequence. */
  readonly seq: bigint;
  /** Unix nanoseconds. */
  readonly time: bigint;
  /** Hash of the Root before; blank only at seq 0. */
  readonly prev: Uint8Array;
}

/** A Root whose signature by its own feed key was checked. Only {@link verifyRoot} makes one. */
export type VerifiedRoot = Root & { readonly hash: Uint8Array; readonly __verified: "root" };

/**
 * Encodes a Root.
 * Source: cxo skyobject/registry, Root; Prev follows Time directly because Sig and Hash are not encoded.
 */
export function encodeRoot(root: Root): Uint8Array {
  const writer = new ObjectWriter();
  writer.u32(root.refs.length);
  for (const { hash, schema } of root.refs) {
    writer.raw(hash);
    writer.raw(schema);
  }
  writer.bytes(root.descriptor);
  writer.raw(root.reg);
  writer.raw(root.pub);
  writer.u64(root.nonce);
  writer.u64(root.seq);
  writer.i64(root.time);
  writer.raw(root.prev);
  return writer.finish();
}

/**
 * Decodes a Root that is the whole of `bytes`. The encoding has one form, so nothing else decodes.
 * @throws FleetError cxo/truncated, cxo/trailing
 */
export function decodeRoot(bytes: Uint8Array): Root {
  const reader = new ByteReader(bytes);
  const count = reader.u32();
  if (count * DYNAMIC_SIZE > reader.left) {
    throw new FleetError(
      "cxo/truncated",
      `the bytes end too early: ${count} references do not fit`,
    );
  }
  const refs: Dynamic[] = [];
  for (let index = 0; index < count; index += 1) {
    refs.push({ hash: reader.raw(HASH_SIZE), schema: reader.raw(HASH_SIZE) });
  }
  const root: Root = {
    refs,
    descriptor: reader.bytes(),
    reg: reader.raw(HASH_SIZE),
    pub: reader.raw(PUBLIC_KEY_SIZE),
    nonce: reader.u64(),
    seq: reader.u64(),
    time: reader.i64(),
    prev: reader.raw(HASH_SIZE),
  };
  reader.end();
  return root;
}

/**
 * Why a node could not store a Root, or we would not; `undefined` when it is well formed. The tree
 * below it and its place behind the Root before it are other questions.
 */
export function rootFault(root: Root): string | undefined {
  if (publicKeyFault(root.pub) !== undefined) return "the feed key is no key";
  if (isBlank(root.reg)) return "the registry reference is blank";
  if (root.nonce === 0n) return "the nonce is 0";
  if (root.time <= 0n) return "the time is not after 1970";
  if (root.seq === 0n && !isBlank(root.prev)) return "the first Root names a Root before it";
  if (root.seq > 0n && isBlank(root.prev)) return "the hash of the Root before is blank";
  const unschemed = root.refs.some(({ hash, schema }) => !isBlank(hash) && isBlank(schema));
  return unschemed ? "a reference does not name its schema" : undefined;
}

/**
 * Decodes a Root from bytes of unknown origin and proves that `feed` signed it.
 * @throws FleetError cxo/root, cxo/signature, cxo/truncated, cxo/trailing
 */
export function verifyRoot(
  bytes: Uint8Array,
  signature: Uint8Array,
  feed: Uint8Array,
): VerifiedRoot {
  const hash = sha256(bytes);
  verifySignature(hash, signature, feed);
  return { ...decodeRootOf(bytes, feed), hash } as VerifiedRoot;
}

/**
 * Decodes a well-formed Root of a feed without its signature: for Roots that a signed one leads back
 * to by their hashes.
 * @throws FleetError cxo/root, cxo/truncated, cxo/trailing
 */
export function decodeRootOf(bytes: Uint8Array, feed: Uint8Array): Root {
  const root = decodeRoot(bytes);
  if (!equalBytes(root.pub, feed))
    throw new FleetError("cxo/root", "the Root names another feed than the one it is in");
  const fault = rootFault(root);
  if (fault !== undefined) throw new FleetError("cxo/root", `the Root is malformed: ${fault}`);
  return root;
}
