// Writing to what a name that somebody gave leads to: a file, through links, a device or a pipe.
import {
  access,
  constants,
  type FileHandle,
  open,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { execFile } from "node:child_process";
import path from "node:path";
import process from "node:process";
import { equalBytes, FleetError } from "../core/index.ts";
import { isCode, syncFolder, temporaryName, writeAll, writeToStream } from "./streams.ts";

const LINKS_MAX = 40;
const LS_TIMEOUT_MS = 3_000;
const MODE_BITS = 0o7777;
/** Names that stand for what a process has open: a file behind them cannot be given another in its place. */
const OPEN_FILES = /^\/(?:dev|proc)\//;

/** What {@link writeFile} goes by. */
export interface WriteFileOptions {
  /** Of a file that is not there yet. */
  readonly mode: number;
  /** What the file must hold; it must then be a plain file. */
  readonly expected?: Uint8Array;
  /** Puts the bytes behind what a plain file holds. */
  readonly isAppended?: boolean;
}

/**
 * Writes bytes to what a name leads to. A plain file is replaced in one step and keeps mode, owner and group; one
 * that has other names or an access list, that is mounted by itself, or whose owner cannot be kept is written where it
 * stands, while a whole copy lies beside it.
 * @throws FleetError files/changed; errors of the system
 */
export async function writeFile(
  name: string,
  bytes: Uint8Array,
  options: WriteFileOptions,
): Promise<void> {
  const facts = await orNothing(() => stat(name));
  if (options.expected !== undefined && facts?.isFile() !== true) throw changed(name);
  if (facts === undefined) return await makeNew(await endOfLinks(name), bytes, options.mode);
  if (facts.isDirectory())
    throw new FleetError("files/failed", `${name} is a folder`, { next: "name a file" });
  if (!facts.isFile()) return await writeToStream(name, bytes);
  if (options.isAppended === true || OPEN_FILES.test(path.resolve(name)))
    return await append(name, bytes);
  const real = await realpath(name);
  // Renaming would get past a file's mode: only the folder is asked.
  await access(real, constants.W_OK);
  await replaceKept(real, bytes, options.expected);
}

async function makeNew(file: string, bytes: Uint8Array, mode: number): Promise<void> {
  const copy = await writeCopy(file, bytes, { mode });
  await putInPlace(copy, file);
}

/** Where links lead that end at nothing. */
async function endOfLinks(name: string): Promise<string> {
  let file = path.resolve(name);
  for (let steps = 0; steps < LINKS_MAX; steps += 1) {
    const target = await readlink(file).catch(() => undefined);
    if (target === undefined) return file;
    file = path.resolve(path.dirname(file), target);
  }
  return file;
}

/** Replaces a plain file whose name is no link. */
async function replaceKept(
  file: string,
  bytes: Uint8Array,
  expected: Uint8Array | undefined,
): Promise<void> {
  const { mode, uid, gid, nlink } = await stat(file);
  const copy = await writeCopy(file, bytes, { mode: mode & MODE_BITS, owner: { uid, gid } });
  try {
    if (copy.isLike && nlink === 1 && !(await hasAccessList(file))) {
      if (expected !== undefined) await checkHolds(file, expected);
      if (await isRenamed(copy.path, file)) return await syncFolder(path.dirname(file));
    }
    await writeWhereItStands(file, bytes, expected);
  } finally {
    await rm(copy.path, { force: true });
  }
}

/**
 * True for a file that has an access list beside its mode: a file put in its place would not have it. Node cannot ask
 * the system, and `ls` marks such a file by the sign behind the mode.
 * Source: POSIX.1-2024, ls, "Long Output": the optional alternate access method flag.
 */
function hasAccessList(file: string): Promise<boolean> {
  if (process.platform === "win32") return Promise.resolve(false);
  return new Promise((resolve) => {
    execFile("ls", ["-ld", "--", file], { timeout: LS_TIMEOUT_MS }, (error, out) =>
      resolve(error === null && /^\S{10}[+@]/.test(out)),
    );
  });
}

/** A whole file beside another, which may take its place. */
interface Copy {
  readonly path: string;
  /** It has the owner, group and mode that were asked for. */
  readonly isLike: boolean;
}

async function writeCopy(
  file: string,
  bytes: Uint8Array,
  like: { readonly mode: number; readonly owner?: { readonly uid: number; readonly gid: number } },
): Promise<Copy> {
  const copy = temporaryName(file);
  const handle = await open(copy, "wx", like.owner === undefined ? like.mode : like.mode & 0o700);
  try {
    await writeAll(handle, bytes);
    const isLike = like.owner === undefined || (await isMadeLike(handle, like.mode, like.owner));
    await handle.sync();
    return { path: copy, isLike };
  } catch (error) {
    await rm(copy, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function isMadeLike(
  handle: FileHandle,
  mode: number,
  { uid, gid }: { readonly uid: number; readonly gid: number },
): Promise<boolean> {
  const own = await handle.stat();
  try {
    if (own.uid !== uid || own.gid !== gid) await handle.chown(uid, gid);
  } catch (error) {
    if (isCode(error, "EPERM", "EINVAL", "ENOSYS", "EACCES")) return false;
    throw error;
  }
  // Behind the change of owner, which takes some of these bits away.
  await handle.chmod(mode);
  return true;
}

async function putInPlace({ path: copy }: Copy, file: string): Promise<void> {
  try {
    await rename(copy, file);
  } catch (error) {
    await rm(copy, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
}

/** False where another file cannot take the name, as that of a file that is mounted by itself. */
async function isRenamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (isCode(error, "EBUSY", "EXDEV", "EPERM")) return false;
    throw error;
  }
}

async function writeWhereItStands(
  file: string,
  bytes: Uint8Array,
  expected: Uint8Array | undefined,
): Promise<void> {
  const handle = await open(file, constants.O_RDWR);
  try {
    const before = new Uint8Array(await handle.readFile());
    if (expected !== undefined && !equalBytes(before, expected)) throw changed(file);
    await overwrite(handle, bytes).catch(async (error: unknown) => {
      await overwrite(handle, before);
      throw error;
    });
  } finally {
    await handle.close();
  }
}

async function overwrite(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  await writeAll(handle, bytes, 0);
  await handle.truncate(bytes.length);
  await handle.sync();
}

async function append(name: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(name, "a");
  try {
    await writeAll(handle, bytes);
  } finally {
    await handle.close();
  }
}

async function checkHolds(file: string, expected: Uint8Array): Promise<void> {
  const handle = await orNothing(() => open(file, "r"));
  if (handle === undefined) throw changed(file);
  try {
    const { size } = await handle.stat();
    const isSame =
      size === expected.length && equalBytes(new Uint8Array(await handle.readFile()), expected);
    if (!isSame) throw changed(file);
  } finally {
    await handle.close();
  }
}

function changed(file: string): FleetError {
  return new FleetError("files/changed", `${file} is not what was read any more`, {
    next: "run the command again",
    exit: 5,
  });
}

async function orNothing<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (isCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}
