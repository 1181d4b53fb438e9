// Reads, writes and rotates an operator's key file.
import { type Files, FleetError, fromHex, hasCode, type Random } from "../../core/index.ts";
import {
  formatKeyFile,
  type KeyFile,
  makeKeyFile,
  parseKeyFile,
  unsealSecret,
} from "./key-file-format.ts";
import {
  countersAfter,
  FIRST_COUNTERS,
  type KeyCounters,
  OperatorKeys,
  type RotatedKey,
  type WriterKeys,
} from "./keys.ts";

const FILE_MODE = 0o600;
/** A key file has some hundred bytes. */
const FILE_BYTES_MAX = 64 * 1024;
const OTHERS_BITS = 0o077;

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
export async function readKeyFile(options: ReadKeyOptions): Promise<OperatorKeys> {
  const { secret, file } = await openKeyFile(options);
  return OperatorKeys.derive(secret, file.counters);
}

interface OpenedKeyFile {
  readonly secret: Uint8Array;
  readonly file: KeyFile;
  readonly passphrase: string | undefined;
}

async function openKeyFile({
  files,
  path,
  passphrase,
  isModeChecked = true,
}: ReadKeyOptions): Promise<OpenedKeyFile> {
  const bytes = await files.read(path, { bytesMax: FILE_BYTES_MAX });
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
  if ("secret" in file) return { secret: fromHex(file.secret), file, passphrase: undefined };
  const words = await passphrase?.();
  if (words === undefined) {
    throw new FleetError("key/passphrase", `the operator key at ${path} needs its passphrase`, {
      next: "run the command in a terminal that can ask for it",
      exit: 4,
    });
  }
  return { secret: unsealSecret(file, words, path), file, passphrase: words };
}

/** A rotation that is ready: nothing about the key file can refuse it any more. */
export interface KeyRotation {
  readonly keys: OperatorKeys;
  readonly next: OperatorKeys;
  /** Replaces the key file by one with the raised counters, in one step. */
  write(): Promise<void>;
}

/** How to rotate the keys of a key file. */
export interface RotateKeyOptions extends ReadKeyOptions {
  readonly random: Random;
}

/**
 * Prepares to rotate some of a key file's keys. The entry that says so comes first, signed by `keys`; then
 * the file is written. A crash between the two is put right by {@link settleRotation}. A file with a
 * passphrase keeps it.
 * @throws FleetError key/missing, key/mode, key/file, key/version, key/passphrase, key/bare
 */
export async function prepareRotation(
  options: RotateKeyOptions,
  rotated: readonly RotatedKey[],
): Promise<KeyRotation> {
  const opened = await openKeyFile(options);
  const { secret, file } = opened;
  if ("isBare" in file && file.isBare && options.isModeChecked === false) {
    throw new FleetError(
      "key/bare",
      `the operator key at ${options.path} is a bare secret, which cannot keep what was rotated`,
      { next: "give the robot a new secret, and add its operator to the manifest", exit: 4 },
    );
  }
  const keys = OperatorKeys.derive(secret, file.counters);
  const next = keys.nextKeys(rotated);
  return { keys, next, write: () => replaceKeyFile(options, opened, next.counters) };
}

/**
 * Reads an operator's key and holds it against the keys that its ledger's newest rotation names: where
 * a crash kept the key file from being written, it is written now.
 * @throws FleetError key/rotated when the ledger was rotated further by another copy of the key, and
 *   what {@link readKeyFile} throws
 */
export async function settleRotation(
  options: RotateKeyOptions,
  writer: WriterKeys,
): Promise<OperatorKeys> {
  const opened = await openKeyFile(options);
  const keys = OperatorKeys.derive(opened.secret, opened.file.counters);
  const counters = countersAfter(writer, keys);
  if (counters === undefined) {
    throw new FleetError(
      "key/rotated",
      `the ledger is written by ${writer.operator}, which the key at ${options.path} does not give`,
      { next: "copy the key file from the machine where it was rotated last", exit: 4 },
    );
  }
  if (counters === keys.counters) return keys;
  await replaceKeyFile(options, opened, counters);
  return OperatorKeys.derive(opened.secret, counters);
}

async function replaceKeyFile(
  { files, path, random }: RotateKeyOptions,
  { secret, passphrase }: OpenedKeyFile,
  counters: KeyCounters,
): Promise<void> {
  const bytes = formatKeyFile(makeKeyFile(secret, counters, passphrase, random));
  await files.write(path, bytes, { mode: FILE_MODE });
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
  const file = makeKeyFile(secret, counters, passphrase, random);
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
