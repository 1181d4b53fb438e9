import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import {
  canonicalJson,
  digestOf,
  FleetError,
  fromHex,
  fromUtf8,
  type JsonObject,
  type Random,
  stretchPassphrase,
  toHex,
  utf8,
} from "../../core/index.ts";
import { FIRST_COUNTERS, type KeyCounters, SECRET_SIZE } from "./keys.ts";

const FILE_VERSION = 1;
const SALT_SIZE = 16;
const NONCE_SIZE = 24;
const CHECK_DIGITS = 16;
const COUNTER_NAMES = ["ed25519", "cxo-feed", "seal", "secret-digest"] as const;

/** A key file's content: the secret itself, or sealed with a passphrase. */
export type KeyFile = OpenKeyFile | SealedKeyFile;

/** A key file whose secret stands in it as it is. */
export interface OpenKeyFile {
  readonly version: number;
  readonly counters: KeyCounters;
  /** 64 hex digits. */
  readonly secret: string;
  /** It held nothing but the digits. */
  readonly isBare: boolean;
}

/** A key file whose secret is sealed with a passphrase. */
export interface SealedKeyFile {
  readonly version: number;
  readonly counters: KeyCounters;
  readonly sealed: { readonly salt: string; readonly nonce: string; readonly box: string };
}

/** Makes a key file's content; with a passphrase the secret is sealed, bound to its counters. */
export function makeKeyFile(
  secret: Uint8Array,
  counters: KeyCounters,
  passphrase: string | undefined,
  random: Random,
): KeyFile {
  return passphrase === undefined
    ? { version: FILE_VERSION, counters, secret: toHex(secret), isBare: false }
    : seal(secret, counters, passphrase, random);
}

/** Formats a key file. */
export function formatKeyFile(file: KeyFile): Uint8Array {
  return utf8(`${canonicalJson({ ...asJson(file), check: checkOf(file) })}\n`);
}

/**
 * Parses a key file, or 64 hex digits alone.
 * @throws FleetError key/file, key/version
 */
export function parseKeyFile(bytes: Uint8Array, path: string): KeyFile {
  const text = textOf(bytes, path).trim();
  if (/^[0-9a-fA-F]{64}$/.test(text))
    return { version: FILE_VERSION, counters: FIRST_COUNTERS, secret: text, isBare: true };
  const value = parseObject(text, path);
  if (value["version"] !== FILE_VERSION) {
    throw new FleetError(
      "key/version",
      `the operator key at ${path} has a format that this release does not read`,
      {
        next: "update fleet to the release that made it",
        exit: 4,
      },
    );
  }
  const { check, ...rest } = value;
  const file = toKeyFile(rest, path);
  if (check !== checkOf(file))
    throw badFile(path, "its check value does not fit: a character was changed");
  return file;
}

function toKeyFile(value: Readonly<Record<string, unknown>>, path: string): KeyFile {
  const counters = toCounters(value["counters"]);
  if (counters === undefined) throw badFile(path, "its counters are missing");
  const { secret, sealed } = value;
  if (typeof secret === "string" && /^[0-9a-f]{64}$/.test(secret))
    return { version: FILE_VERSION, counters, secret, isBare: false };
  if (typeof sealed !== "object" || sealed === null)
    throw badFile(path, "it holds no secret of 64 hex digits");
  const { salt, nonce, box } = sealed as Readonly<Record<string, unknown>>;
  if (!isHex(salt, SALT_SIZE) || !isHex(nonce, NONCE_SIZE) || !isHex(box, SECRET_SIZE + 16)) {
    throw badFile(path, "its sealed secret is malformed");
  }
  return { version: FILE_VERSION, counters, sealed: { salt, nonce, box } };
}

function toCounters(value: unknown): KeyCounters | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const given = value as Readonly<Record<string, unknown>>;
  const numbers = COUNTER_NAMES.map((name) => given[name]);
  if (!numbers.every((number) => Number.isSafeInteger(number) && Number(number) >= 0))
    return undefined;
  const [ed25519 = 0, feed = 0, sealNumber = 0, digest = 0] = numbers.map(Number);
  return { ed25519, "cxo-feed": feed, seal: sealNumber, "secret-digest": digest };
}

function seal(
  secret: Uint8Array,
  counters: KeyCounters,
  passphrase: string,
  random: Random,
): KeyFile {
  const salt = random(SALT_SIZE);
  const nonce = random(NONCE_SIZE);
  const box = xchacha20poly1305(
    stretchPassphrase(passphrase, salt),
    nonce,
    sealContext(counters),
  ).encrypt(secret);
  return {
    version: FILE_VERSION,
    counters,
    sealed: { salt: toHex(salt), nonce: toHex(nonce), box: toHex(box) },
  };
}

/**
 * Opens a sealed secret.
 * @throws FleetError key/passphrase
 */
export function unsealSecret(file: SealedKeyFile, passphrase: string, path: string): Uint8Array {
  const { salt, nonce, box } = file.sealed;
  const key = stretchPassphrase(passphrase, fromHex(salt));
  try {
    return xchacha20poly1305(key, fromHex(nonce), sealContext(file.counters)).decrypt(fromHex(box));
  } catch {
    // The cause would say no more, and nothing near a secret goes into errors.
    throw new FleetError(
      "key/passphrase",
      `the passphrase does not open the operator key at ${path}`,
      {
        next: "try the passphrase again",
        exit: 4,
      },
    );
  }
}

function sealContext(counters: KeyCounters): Uint8Array {
  return utf8(`fleet.skywire/v1 key file ${canonicalJson({ ...counters })}`);
}

function checkOf(file: KeyFile): string {
  return digestOf(asJson(file)).slice("sha256:".length, "sha256:".length + CHECK_DIGITS);
}

function asJson(file: KeyFile): JsonObject {
  const { version, counters } = file;
  const common = { version, counters: { ...counters } };
  return "secret" in file
    ? { ...common, secret: file.secret }
    : { ...common, sealed: { ...file.sealed } };
}

function textOf(bytes: Uint8Array, path: string): string {
  try {
    return fromUtf8(bytes);
  } catch {
    throw badFile(path, "it is not text");
  }
}

// The parser's own message quotes the text, which is the secret: it is dropped on purpose.
function parseObject(text: string, path: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null)
      return value as Readonly<Record<string, unknown>>;
  } catch {
    throw badFile(path, "it is neither a key file nor 64 hex digits");
  }
  throw badFile(path, "it is neither a key file nor 64 hex digits");
}

function isHex(value: unknown, size: number): value is string {
  return typeof value === "string" && value.length === size * 2 && /^[0-9a-f]*$/.test(value);
}

function badFile(path: string, why: string): FleetError {
  return new FleetError("key/file", `the operator key at ${path} cannot be read: ${why}`, {
    next: "copy the key file back from its kept copy",
    exit: 4,
  });
}
