// Keys as texts, of visors, operators and those that records are sealed to; and the signatures of operators (ed25519).
import { Point } from "@noble/ed25519";
import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  ECDH,
  type KeyObject,
  sign as platformSign,
  verify as platformVerify,
} from "node:crypto";
import { formatBase64Url, fromHex, toHex } from "./bytes.ts";
import { FleetError } from "./errors.ts";
import { remembering } from "./small-words.ts";

// Keys as texts: of visors, of operators, and those that records are sealed to.

/** The name of one visor on the network: a compressed secp256k1 point, 66 lower-case hex digits. */
export type VisorKey = string & { readonly __brand: "VisorKey" };

/** An operator's ed25519 public key: `ed25519:` and 64 lower-case hex digits. */
export type OperatorKey = string & { readonly __brand: "OperatorKey" };

/** An operator's X25519 public key for sealed entries: `x25519:` and 64 lower-case hex digits. */
export type SealKey = string & { readonly __brand: "SealKey" };

/** Why a text is no visor key; `undefined` when it is one. */
export function visorKeyFault(text: string): string | undefined {
  if (/^ed25519:/i.test(text)) {
    return "this is an operator's ed25519 key, not a visor's key (66 hexadecimal digits)";
  }
  if (!/^[0-9a-fA-F]*$/.test(text)) return "a visor key has only hexadecimal digits";
  if (text.length === 64) {
    return "64 digits are an ed25519 public key or a secret key; a visor key has 66 and begins with 02 or 03";
  }
  if (text.length !== 66) return `a visor key has 66 hexadecimal digits, this has ${text.length}`;
  if (!/^0[23]/.test(text)) return "a visor key begins with 02 or 03";
  if (!isOnCurve(text))
    return "no such key exists (the point is not on the curve): a digit is probably wrong";
  return undefined;
}

/** The key that a text is, or why it is none: one check of the curve, which costs more than all else. */
export function checkVisorKey(
  text: string,
): { readonly key: VisorKey } | { readonly fault: string } {
  const fault = visorKeyFault(text);
  return fault === undefined ? { key: text.toLowerCase() as VisorKey } : { fault };
}

/**
 * Parses a visor key; upper-case digits are accepted and become lower case.
 * @throws FleetError key/visor
 */
export function parseVisorKey(text: string): VisorKey {
  const checked = checkVisorKey(text);
  if ("fault" in checked) {
    throw new FleetError("key/visor", `${text}: ${checked.fault}`, {
      next: "copy the key again from the visor",
      exit: 64,
    });
  }
  return checked.key;
}

/** The form of an operator key. */
export const OPERATOR_KEY_FORM: RegExp = /^ed25519:[0-9a-f]{64}$/;

/** The form of a seal key. */
export const SEAL_KEY_FORM: RegExp = /^x25519:[0-9a-f]{64}$/;

/** True when `text` has the form of an operator key. The point itself is checked when it verifies. */
export function isOperatorKey(text: string): text is OperatorKey {
  return OPERATOR_KEY_FORM.test(text);
}

/** True when `text` has the form of a seal key. */
export function isSealKey(text: string): text is SealKey {
  return SEAL_KEY_FORM.test(text);
}

/** The same keys come again in every record and reply; the curve costs more than all else of them. */
const KNOWN_MAX = 4096;
const known = new Set<string>();

function isOnCurve(hex: string): boolean {
  if (known.has(hex)) return true;
  try {
    ECDH.convertKey(hex, "secp256k1", "hex", "hex", "uncompressed");
  } catch {
    return false;
  }
  if (known.size >= KNOWN_MAX) known.clear();
  known.add(hex);
  return true;
}

// Signatures of operators (ed25519), verified as strictly as other readers of a ledger must.

const KEY_SIZE = 32;
const SIGNATURE_SIZE = 64;
const GROUP_ORDER = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
const KEYS_REMEMBERED_MAX = 1000;
/** What stands before the 32 bytes of a secret (RFC 5958) of each curve (RFC 8410). */
const SECRET_HEADS = {
  ed25519: "302e020100300506032b657004220420",
  x25519: "302e020100300506032b656e04220420",
} as const;

/** One signature to be verified. */
export interface SignatureItem {
  readonly key: OperatorKey;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** Verifies many signatures as {@link verifyEd25519} does, with one verdict each, in their order. */
export type VerifyMany = (items: readonly SignatureItem[]) => Promise<readonly boolean[]>;

/** The public key of a 32-byte secret seed, in its text form. The seed must not change while it is in use. */
export function ed25519KeyOf(seed: Uint8Array): OperatorKey {
  return formatOperatorKey(publicBytesOf(secretKey(seed)));
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
  const key = secretObject("ed25519", seed);
  secretKeys.set(seed, key);
  return key;
}

/** A 32-byte secret of a curve as the platform takes it. */
function secretObject(curve: keyof typeof SECRET_HEADS, secret: Uint8Array): KeyObject {
  if (secret.length !== KEY_SIZE) throw new TypeError(`an ${curve} secret has ${KEY_SIZE} bytes`);
  const key = `${SECRET_HEADS[curve]}${toHex(secret)}`;
  return createPrivateKey({ key, encoding: "hex", format: "der", type: "pkcs8" });
}

/** The 32 bytes of the public key to a secret. */
function publicBytesOf(secret: KeyObject): Uint8Array {
  const key = createPublicKey(secret).export({ format: "der", type: "spki" });
  return new Uint8Array(key.subarray(-KEY_SIZE));
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

/** A fleet has few operators and long histories: a key is judged once. */
const judgeKey: (key: OperatorKey) => KeyObject | undefined = remembering(
  KEYS_REMEMBERED_MAX,
  (key: OperatorKey) => (isPrimeOrderPoint(key) ? platformKey(key) : undefined),
);

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

// Key agreement with X25519 (RFC 7748), by the platform.

/** What stands before the 32 bytes of a public key (RFC 5280) of this curve (RFC 8410). */
const AGREEMENT_PUBLIC_HEAD = "302a300506032b656e032100";

/** The public key of a 32-byte secret, 32 bytes. */
export function x25519KeyOf(secret: Uint8Array): Uint8Array {
  return publicBytesOf(secretObject("x25519", secret));
}

/**
 * The secret that a 32-byte secret and another's public key share, 32 bytes.
 * @throws Error for a public key of small order, with which everybody shares the same, and for what has not 32 bytes
 */
export function x25519Shared(secret: Uint8Array, key: Uint8Array): Uint8Array {
  if (key.length !== KEY_SIZE) throw new TypeError(`an x25519 key has ${KEY_SIZE} bytes`);
  const publicKey = createPublicKey({
    key: `${AGREEMENT_PUBLIC_HEAD}${toHex(key)}`,
    encoding: "hex",
    format: "der",
    type: "spki",
  });
  return new Uint8Array(diffieHellman({ privateKey: secretObject("x25519", secret), publicKey }));
}
