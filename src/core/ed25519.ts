// Signatures of operators (ed25519), verified as strictly as other readers of a ledger must.
import {
  createHash,
  createPublicKey,
  type KeyObject,
  verify as platformVerify,
  createPrivateKey,
  sign as platformSign,
} from "node:crypto";
import { getPublicKey, hashes, Point } from "@noble/ed25519";
import { formatBase64Url } from "./base64.ts";
import { fromHex, toHex } from "./bytes.ts";
import { isOperatorKey, type OperatorKey } from "./keys.ts";

const KEY_SIZE = 32;
const SIGNATURE_SIZE = 64;
const GROUP_ORDER = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
const KEYS_REMEMBERED_MAX = 1000;

hashes.sha512 = (message) => new Uint8Array(createHash("sha512").update(message).digest());

// A fleet has few operators and long histories: a key is judged once.
const judgedKeys = new Map<string, KeyObject | undefined>();

/** One signature to be verified. */
export interface SignatureItem {
  readonly key: OperatorKey;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** Verifies many signatures as {@link verifyEd25519} does, with one verdict each, in their order. */
export type VerifyMany = (items: readonly SignatureItem[]) => Promise<readonly boolean[]>;

/** The public key of a 32-byte secret seed, in its text form. */
export function ed25519KeyOf(seed: Uint8Array): OperatorKey {
  return formatOperatorKey(getPublicKey(seed));
}

/**
 * Signs with a 32-byte secret seed; the same message and seed give the same 64 bytes (RFC 8032). The seed must not
 * change while it is in use.
 */
export function signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array {
  const signature = platformSign(null, message, secretKey(seed));
  return new Uint8Array(signature.buffer, signature.byteOffset, signature.length);
}

// An operator signs every entry with one seed. Held by the seed itself: with it the key is gone.
const secretKeys = new WeakMap<Uint8Array, KeyObject>();

function secretKey(seed: Uint8Array): KeyObject {
  const known = secretKeys.get(seed);
  if (known !== undefined) return known;
  if (seed.length !== KEY_SIZE) throw new TypeError(`an ed25519 seed has ${KEY_SIZE} bytes`);
  const [d, x] = [formatBase64Url(seed), formatBase64Url(getPublicKey(seed))];
  const key = createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", d, x }, format: "jwk" });
  secretKeys.set(seed, key);
  return key;
}

/**
 * True when `key` signed `message`, by the strict reading of RFC 8032: every number in its one
 * encoding, keys only from the prime-order group (no small-order and no mixed-order points), and the
 * group equation without the cofactor. With such keys the cofactored equation differs only for an R
 * outside the group, which is refused too; so every strict verifier gives one verdict.
 */
export function verifyEd25519(
  key: OperatorKey,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== SIGNATURE_SIZE) return false;
  if (littleEndian(signature.subarray(KEY_SIZE)) >= GROUP_ORDER) return false;
  const judged = judgeKey(key);
  return judged !== undefined && platformVerify(null, message, judged, signature);
}

/** True when a key can be accepted at all: a point of the prime-order group in its one encoding. */
export function isStrictEd25519Key(key: OperatorKey): boolean {
  return judgeKey(key) !== undefined;
}

function judgeKey(key: OperatorKey): KeyObject | undefined {
  if (judgedKeys.has(key)) return judgedKeys.get(key);
  const judged = isPrimeOrderPoint(key) ? platformKey(key) : undefined;
  if (judgedKeys.size >= KEYS_REMEMBERED_MAX) judgedKeys.clear();
  judgedKeys.set(key, judged);
  return judged;
}

function isPrimeOrderPoint(key: OperatorKey): boolean {
  try {
    const point = Point.fromBytes(operatorKeyBytes(key), false);
    return !point.is0() && point.isTorsionFree();
  } catch {
    return false;
  }
}

function platformKey(key: OperatorKey): KeyObject {
  return createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: formatBase64Url(operatorKeyBytes(key)) },
    format: "jwk",
  });
}

/** The 32 bytes of an operator's key. */
export function operatorKeyBytes(key: OperatorKey): Uint8Array {
  return fromHex(key.slice("ed25519:".length));
}

function formatOperatorKey(bytes: Uint8Array): OperatorKey {
  const text = `ed25519:${toHex(bytes)}`;
  if (!isOperatorKey(text)) throw new TypeError("an ed25519 key has 32 bytes");
  return text;
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes.toReversed())}`);
}
