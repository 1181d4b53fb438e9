// A Root: the signed head of a feed, in its encoded form and as values.
import { equalBytes, FleetError, sha256 } from "../../core/index.ts";
import { ByteReader } from "./reader.ts";
import { isBlank } from "./refs.ts";
import { publicKeyFault, verifySignature } from "./signature.ts";
import { ObjectWriter } from "./writer.ts";

const HASH_SIZE = 32;
const PUBLIC_KEY_SIZE = 33;
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
