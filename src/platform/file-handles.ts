// Small deeds on open files and folders that every way of writing has in common.
import { randomBytes } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import process from "node:process";

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
