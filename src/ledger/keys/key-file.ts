import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import {
  canonicalJson,
  digestOf,
  type Files,
  FleetError,
  fromHex,
  fromUtf8,
  hasCode,
  type JsonObject,
  type Random,
  stretchPassphrase,
  toHex,
  utf8,
} from "../../core/index.ts";
import { FIRST_COUNTERS, type KeyCounters, OperatorKeys, SECRET_SIZE } from "./keys.ts";

const FILE_VERSION = 1;
const FILE_MODE = 0o600;
const OTHERS_BITS = 0o077;
const SALT_SIZE = 16;
const NONCE_SIZE = 24;
const CHECK_DIGITS = 16;
const COUNTER_NAMES = ["ed25519", "cxo-feed", "seal", "secret-digest"] as const;

/** A key file's content: the secret itself, or sealed with a passphrase. */
type KeyFile = {
  readonly version: number;
  readonly counters: KeyCounters;
} & (
  | { readonly secret: string }
  | { readonly sealed: { readonly salt: string; readonly nonce: string; readonly box: string } }
);

/** How to read a key file. */
export interface ReadKeyOptions {
  readonly files: Files;
  readonly path: string;
  /** Asked for only when the file needs one. */
  readonly passphrase?: () => Promise<string | undefined>;
  /** False for the secret files of robots, whose mode is their platform's business. */
  readonly isModeChecked?: boolean;
}

/**
 * Reads an operator's key: a key file, or 64 hex digits alone (what secret stores hold).
 * @throws FleetError key/missing, key/mode, key/file, key/version, key/passphrase
 */
export async function readKeyFile({
  files,
  path,
  passphrase,
  isModeChecked = true,
}: ReadKeyOptions): Promise<OperatorKeys> {
  const bytes = await files.read(path);
  if (bytes === undefined) {
    throw new FleetError("key/missing", `there is no operator key at ${path}`, {
      next: "run fleet keygen",
      exit: 4,
    });
  }
  const mode = (await files.stat(path))?.mode ?? 0;
  if (isModeChecked && (mode & OTHERS_BITS) !== 0) {
    throw new FleetError("key/mode", `others may read the operator key at ${path}`, {
      next: `run chmod 600 ${path}`,
      exit: 4,
    });
  }
  const file = parseKeyFile(bytes, path);
  if ("secret" in file) return OperatorKeys.derive(fromHex(file.secret), file.counters);
  const words = await passphrase?.();
  if (words === undefined) {
    throw new FleetError("key/passphrase", `the operator key at ${path} needs its passphrase`, {
      next: "run the command in a terminal that can ask for it",
      exit: 4,
    });
  }
  return OperatorKeys.derive(unseal(file, words, path), file.counters);
}

/** How to write a key file. */
export interface WriteKeyOptions {
  readonly files: Files;
  readonly path: string;
  readonly secret: Uint8Array;
  readonly counters?: KeyCounters;
  readonly passphrase?: string;
  readonly random: Random;
  /** A key is never written into or below this folder: it is what gets committed. */
  readonly manifestFolder?: string;
}

/**
 * Writes a new key file, readable by its owner alone. Never replaces one.
 * @throws FleetError key/exists, key/below-manifest, files/*
 */
export async function writeKeyFile(options: WriteKeyOptions): Promise<OperatorKeys> {
  const {
    files,
    path,
    secret,
    counters = FIRST_COUNTERS,
    passphrase,
    random,
    manifestFolder,
  } = options;
  const keys = OperatorKeys.derive(secret, counters);
  const folder = path.slice(0, path.lastIndexOf("/")) || "/";
  await checkPlace(files, folder, manifestFolder);
  await files.makeFolder(folder);
  // Looked at again: the folder may be a link that only now can be followed.
  await checkPlace(files, folder, manifestFolder);
  const file =
    passphrase === undefined
      ? { version: FILE_VERSION, counters, secret: toHex(secret) }
      : seal(secret, counters, passphrase, random);
  try {
    await files.create(path, formatKeyFile(file), { mode: FILE_MODE });
  } catch (cause) {
    if (!hasCode(cause, "files/exists")) throw cause;
    throw new FleetError("key/exists", `there is already an operator key at ${path}`, {
      next: "use it as it is, or make another with fleet keygen --new",
      exit: 4,
      cause,
    });
  }
  return keys;
}

async function checkPlace(
  files: Files,
  folder: string,
  manifestFolder: string | undefined,
): Promise<void> {
  if (manifestFolder === undefined) return;
  const forbidden = await resolved(files, manifestFolder);
  const place = await resolved(files, folder);
  if (place !== forbidden && !place.startsWith(`${forbidden === "/" ? "" : forbidden}/`)) return;
  throw new FleetError(
    "key/below-manifest",
    `an operator key is never kept below the manifest's folder ${manifestFolder}`,
    {
      next: "choose a folder outside, such as the usual configuration folder",
      exit: 4,
    },
  );
}

/** A path with the links of its longest existing part followed. */
async function resolved(files: Files, path: string): Promise<string> {
  const real = await files.realPath(path);
  if (real !== undefined || path === "/" || !path.includes("/")) return real ?? path;
  const cut = path.lastIndexOf("/");
  const parent = await resolved(files, path.slice(0, cut) || "/");
  return `${parent === "/" ? "" : parent}/${path.slice(cut + 1)}`;
}

function formatKeyFile(file: KeyFile): Uint8Array {
  return utf8(`${canonicalJson({ ...asJson(file), check: checkOf(file) })}\n`);
}

function parseKeyFile(bytes: Uint8Array, path: string): KeyFile {
  const text = textOf(bytes, path).trim();
  if (/^[0-9a-fA-F]{64}$/.test(text))
    return { version: FILE_VERSION, counters: FIRST_COUNTERS, secret: text };
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
    return { version: FILE_VERSION, counters, secret };
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

function unseal(
  file: Extract<KeyFile, { readonly sealed: object }>,
  passphrase: string,
  path: string,
): Uint8Array {
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
