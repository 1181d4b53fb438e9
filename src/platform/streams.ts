// Open files, devices and pipes: small deeds that every way of writing has in common, and reading and writing without waiting for ever.
import { randomBytes } from "node:crypto";
import { constants, type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { FleetError } from "../core/index.ts";

// Small deeds on open files and folders that every way of writing has in common.

/**
 * Writes all bytes, at a place of the file or where the handle stands: the system may take fewer than it was given,
 * as it does when the disk gets full.
 */
export async function writeAll(
  handle: FileHandle,
  bytes: Uint8Array,
  from?: number,
): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const place = from === undefined ? null : from + at;
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, place);
    at += bytesWritten;
  }
}

/** Makes the names in a folder durable. Windows cannot, and does not need to: its renames are durable by themselves. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** So many letters, of up to four bytes each, leave room for more in the 255 bytes that a name may have. */
const NAME_KEPT = 48;

/** A name beside a file that nobody else has. */
export function temporaryName(file: string): string {
  const name = path.basename(file).slice(0, NAME_KEPT);
  return path.join(path.dirname(file), `.${name}.${randomBytes(6).toString("hex")}.tmp`);
}

/** True for an error of the system with one of these codes. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

// Devices and pipes that somebody named as a file: read and written without waiting for ever.

/** How long the other end of a pipe may take to come. */
const OPEN_MS = 5_000;
/** How long the other end may be silent once it is there. */
const SILENT_MS = 60_000;
const POLL_MS = 20;
const CHUNK_SIZE = 64 * 1024;
/** Room in which the end of a file shows itself. */
const PROBE_SIZE = 512;
const MIB = 1024 * 1024;
// Opening a pipe waits for its other end, in one of the few threads that all files share.
const AT_ONCE = constants.O_NONBLOCK ?? 0;

/**
 * Writes to a device, or to a pipe that somebody reads.
 * @throws FleetError files/no-reader when nobody reads a pipe; errors of the system
 */
export async function writeToStream(name: string, bytes: Uint8Array): Promise<void> {
  const handle = await openWriting(name);
  try {
    let quietSince = performance.now();
    for (let at = 0; at < bytes.length;) {
      const written = await writeSome(handle, bytes.subarray(at));
      if (written > 0) {
        at += written;
        quietSince = performance.now();
      } else if (performance.now() - quietSince > SILENT_MS) throw noReader(name);
      else await wait(POLL_MS);
    }
  } catch (error) {
    if (isCode(error, "EPIPE")) throw noReader(name);
    throw error;
  } finally {
    await handle.close();
  }
}

async function openWriting(name: string): Promise<FileHandle> {
  const untilMs = performance.now() + OPEN_MS;
  for (;;) {
    try {
      return await open(name, constants.O_WRONLY | AT_ONCE);
    } catch (error) {
      if (!isCode(error, "ENXIO")) throw error;
      if (performance.now() >= untilMs) throw noReader(name);
    }
    await wait(POLL_MS);
  }
}

async function writeSome(handle: FileHandle, bytes: Uint8Array): Promise<number> {
  try {
    return (await handle.write(bytes, 0, Math.min(bytes.length, CHUNK_SIZE))).bytesWritten;
  } catch (error) {
    if (isCode(error, "EAGAIN")) return 0;
    throw error;
  }
}

/**
 * Reads a file, device or pipe to its end, and never more than a limit: a file that is larger is not begun.
 * @throws FleetError files/too-large, files/no-writer for a pipe that gives nothing; errors of the system
 */
export async function readToEnd(name: string, bytesMax: number): Promise<Uint8Array> {
  const handle = await open(name, constants.O_RDONLY | AT_ONCE);
  try {
    const facts = await handle.stat();
    if (facts.isFile() && facts.size > bytesMax) throw tooLarge(name, bytesMax);
    const sizeHint = facts.isFile() ? facts.size : 0;
    return await gather(handle, { name, bytesMax, sizeHint, isPipe: facts.isFIFO() });
  } finally {
    await handle.close();
  }
}

interface Gathering {
  readonly name: string;
  readonly bytesMax: number;
  /** How many bytes there are as far as the system says; 0 where it does not. */
  readonly sizeHint: number;
  readonly isPipe: boolean;
}

async function gather(
  handle: FileHandle,
  { name, bytesMax, sizeHint, isPipe }: Gathering,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let quietSince = performance.now();
  for (;;) {
    const room = new Uint8Array(
      sizeHint === 0 ? CHUNK_SIZE : Math.max(PROBE_SIZE, sizeHint - size + 1),
    );
    const count = await readSome(handle, room);
    // A pipe that nobody has opened for writing yet looks like one that has come to its end.
    if (count === 0 && (!isPipe || size > 0)) return joined(chunks, size);
    if (count !== undefined && count > 0) {
      size += count;
      if (size > bytesMax) throw tooLarge(name, bytesMax);
      chunks.push(room.subarray(0, count));
      quietSince = performance.now();
      continue;
    }
    const patienceMs = count === 0 ? OPEN_MS : SILENT_MS;
    if (performance.now() - quietSince > patienceMs) throw noWriter(name, patienceMs);
    await wait(POLL_MS);
  }
}

/** How many bytes came; `undefined` where some may come later. */
async function readSome(handle: FileHandle, room: Uint8Array): Promise<number | undefined> {
  try {
    return (await handle.read(room, 0, room.length, null)).bytesRead;
  } catch (error) {
    if (isCode(error, "EAGAIN")) return undefined;
    throw error;
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [only = new Uint8Array(), ...more] = chunks;
  if (more.length === 0) return only;
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** The error of what is larger than it may be; nothing behind the limit was kept. */
export function tooLarge(name: string, bytesMax: number): FleetError {
  const limit =
    bytesMax < MIB ? `${Math.trunc(bytesMax / 1024)} KiB` : `${Math.trunc(bytesMax / MIB)} MiB`;
  return new FleetError(
    "files/too-large",
    `${name} is larger than ${limit}, which nothing is that is read here`,
    {
      next: "check that this is the right file",
      exit: 64,
    },
  );
}

function noWriter(name: string, patienceMs: number): FleetError {
  return new FleetError(
    "files/no-writer",
    `the pipe ${name} gave nothing for ${patienceMs / 1_000} s`,
    {
      next: "have something written to it, or name a file",
    },
  );
}

function noReader(name: string): FleetError {
  return new FleetError("files/no-reader", `nobody reads the pipe ${name}`, {
    next: "begin to read it first, or name a file",
  });
}
