// The file of an operator's key: the secret as it is, or sealed with a passphrase.
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import {
  canonicalJson,
  COUNT,
  digestOf,
  FleetError,
  fromHex,
  fromUtf8,
  hasShape,
  hexOf,
  jsonIfAny,
  type JsonObject,
  memberNamed,
  membersOf,
  type Random,
  type Shape,
  stretchPassphrase,
  toHex,
  utf8,
  withShape,
} from "../../core/index.ts";
import { FIRST_COUNTERS, type KeyCounters, SECRET_SIZE } from "./keys.ts";

const FILE_VERSION = 1;
const SALT_SIZE = 16;
const NONCE_SIZE = 24;
/** What sealing adds. */
const TAG_SIZE = 16;
const CHECK_DIGITS = 16;

/** A key file's content: the secret itself, or sealed with a passphrase. */
export type KeyFile = OpenKeyFile | SealedKeyFile;

/** A key file whose secret stands in it as it is. */
interface OpenKeyFile {
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

const COUNTERS: Shape<KeyCounters> = membersOf({
  ed25519: COUNT,
  "cxo-feed": COUNT,
  seal: COUNT,
  "secret-digest": COUNT,
});

const SECRET = hexOf(SECRET_SIZE);

const SEALED: Shape<SealedKeyFile["sealed"]> = membersOf({
  salt: hexOf(SALT_SIZE),
  nonce: hexOf(NONCE_SIZE),
  box: hexOf(SECRET_SIZE + TAG_SIZE),
});

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
  // The parser's own message quotes the text, which is the secret: it is dropped on purpose.
  const value = jsonIfAny(text);
  if (typeof value !== "object" || value === null)
    throw badFile(path, "it is neither a key file nor 64 hex digits");
  if (memberNamed(value, "version") !== FILE_VERSION) {
    throw new FleetError(
      "key/version",
      `the operator key at ${path} has a format that this release does not read`,
      {
        next: "update fleet to the release that made it",
        exit: 4,
      },
    );
  }
  const file = toKeyFile(value, path);
  if (memberNamed(value, "check") !== checkOf(file))
    throw badFile(path, "its check value does not fit: a character was changed");
  return file;
}

function toKeyFile(value: unknown, path: string): KeyFile {
  const given = memberNamed(value, "counters");
  if (!hasShape(given, COUNTERS)) throw badFile(path, "its counters are missing");
  // The check value covers what this release reads: what stands beside it is left out.
  const { ed25519, "cxo-feed": feed, seal: seals, "secret-digest": digest } = given;
  const counters = { ed25519, "cxo-feed": feed, seal: seals, "secret-digest": digest };
  const secret = memberNamed(value, "secret");
  if (hasShape(secret, SECRET)) return { version: FILE_VERSION, counters, secret, isBare: false };
  const sealed = memberNamed(value, "sealed");
  if (typeof sealed !== "object" || sealed === null)
    throw badFile(path, "it holds no secret of 64 hex digits");
  const { salt, nonce, box } = withShape(sealed, SEALED, "its sealed secret", () =>
    badFile(path, "its sealed secret is malformed"),
  );
  return { version: FILE_VERSION, counters, sealed: { salt, nonce, box } };
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

function badFile(path: string, why: string): FleetError {
  return new FleetError("key/file", `the operator key at ${path} cannot be read: ${why}`, {
    next: "copy the key file back from its kept copy",
    exit: 4,
  });
}
