// The file system, as the port Files.
import {
  constants,
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  truncate,
} from "node:fs/promises";
import path from "node:path";
import {
  type AppendFile,
  type FileFacts,
  type Files,
  FleetError,
  type ReadFile,
} from "../core/index.ts";
import { isCode, readToEnd, syncFolder, temporaryName, writeAll } from "./streams.ts";
import { writeFile } from "./write-file.ts";

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const PERMISSION_BITS = 0o777;
/** No file of this program is larger. */
const READ_BYTES_MAX = 256 * 1024 * 1024;

/** The real file system. */
export const nodeFiles: Files = {
  read: (file, { bytesMax = READ_BYTES_MAX } = {}) =>
    orUndefined(() => readToEnd(file, bytesMax), file),
  write: (file, bytes, { mode = FILE_MODE, ...options } = {}) =>
    coded(file, () => writeFile(file, bytes, { mode, ...options })),
  replace: (file, bytes, { mode = FILE_MODE } = {}) =>
    coded(file, () => replaceFile(file, bytes, mode)),
  create: (file, bytes, { mode = FILE_MODE } = {}) =>
    coded(file, () => createFile(file, bytes, mode)),
  openAppend: (file, { mode = FILE_MODE, syncsEach = false } = {}) =>
    coded(file, () => (syncsEach ? openSynced(file, mode) : openAppend(file, mode))),
  openRead: (file) => orUndefined(() => openRead(file), file),
  truncate: (file, size) => coded(file, () => truncateFile(file, size)),
  list: async (folder) => (await orUndefined(() => readdir(folder), folder))?.toSorted() ?? [],
  makeFolder: (folder) => coded(folder, () => makeFolder(folder)),
  move: (from, to) => coded(to, () => moveTo(from, to)),
  remove: (file) => coded(file, () => removeFile(file)),
  stat: (file) => orUndefined(() => factsOf(file), file),
  realPath: (file) => orUndefined(() => realpath(file), file),
};

async function replaceFile(file: string, bytes: Uint8Array, mode: number): Promise<void> {
  const temporary = temporaryName(file);
  await writeTemporary(temporary, bytes, mode);
  try {
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
}

// A link makes the file appear with its whole content, and fails when there is one. File systems
// without links get the file first and its content right after.
async function createFile(file: string, bytes: Uint8Array, mode: number): Promise<void> {
  const temporary = temporaryName(file);
  await writeTemporary(temporary, bytes, mode);
  try {
    await link(temporary, file);
  } catch (error) {
    if (!isCode(error, "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK")) throw error;
    await writeTemporary(file, bytes, mode);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(path.dirname(file));
}

async function writeTemporary(file: string, bytes: Uint8Array, mode: number): Promise<void> {
  const handle = await open(file, "wx", mode);
  try {
    await writeAll(handle, bytes);
    await handle.sync();
  } catch (error) {
    await handle.close();
    await rm(file, { force: true });
    throw error;
  }
  await handle.close();
}

async function openAppend(file: string, mode: number): Promise<AppendFile> {
  const handle = await open(file, "a", mode);
  return {
    append: (bytes) => coded(file, () => writeAll(handle, bytes)),
    sync: () => coded(file, () => handle.datasync()),
    close: () => coded(file, () => handle.close()),
  };
}

// On Linux one call writes and flushes. Elsewhere the same flag leaves bytes in the disk's cache, or is not there.
async function openSynced(file: string, mode: number): Promise<AppendFile> {
  const { O_APPEND, O_CREAT, O_DSYNC, O_WRONLY } = constants;
  if (process.platform !== "linux") {
    const plain = await openAppend(file, mode);
    const append = async (bytes: Uint8Array) => {
      await plain.append(bytes);
      await plain.sync();
    };
    return { ...plain, append };
  }
  const handle = await open(file, O_APPEND | O_CREAT | O_WRONLY | O_DSYNC, mode);
  return {
    append: (bytes) => coded(file, () => writeAll(handle, bytes)),
    sync: async () => undefined,
    close: () => coded(file, () => handle.close()),
  };
}

async function openRead(file: string): Promise<ReadFile> {
  // A pipe in the place of a file of ours must not hold us up.
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) throw notAFile(file, facts.isDirectory());
    const { size } = facts;
    return {
      size,
      read: (offset, wanted) => coded(file, () => readAt(handle, offset, wanted)),
      close: () => coded(file, () => handle.close()),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

// The system may give fewer bytes than it was asked for before the end of the file.
async function readAt(handle: FileHandle, offset: number, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await handle.read(bytes, filled, size - filled, offset + filled);
    if (bytesRead === 0) return bytes.subarray(0, filled);
    filled += bytesRead;
  }
  return bytes;
}

async function truncateFile(file: string, size: number): Promise<void> {
  await truncate(file, size);
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = path.dirname(made))
    await syncFolder(path.dirname(made));
}

// A rename replaces what has the new name; nothing here may be lost that way.
async function moveTo(from: string, to: string): Promise<void> {
  const there = await readdir(to).catch(() => []);
  const isFile = await stat(to).then(
    (facts) => facts.isFile(),
    () => false,
  );
  if (isFile || there.length > 0)
    throw new FleetError("files/exists", `${to} is there already`, { exit: 4 });
  await rename(from, to);
  await syncFolder(path.dirname(to));
  if (path.dirname(from) !== path.dirname(to)) await syncFolder(path.dirname(from));
}

async function removeFile(file: string): Promise<void> {
  await rm(file, { force: true });
  await syncFolder(path.dirname(file)).catch((error: unknown) => {
    if (!isCode(error, "ENOENT")) throw error;
  });
}

async function factsOf(file: string): Promise<FileFacts> {
  const facts = await stat(file);
  return {
    size: facts.size,
    mode: facts.mode & PERMISSION_BITS,
    modifiedMs: facts.mtimeMs,
    isFolder: facts.isDirectory(),
    ...(facts.isFile() && facts.nlink === 0 ? { isNameless: true } : {}),
    // A number alone comes back soon after its file was removed.
    identity: `${facts.ino} ${facts.birthtimeMs} ${facts.mtimeMs} ${facts.ctimeMs}`,
  };
}

async function orUndefined<T>(run: () => Promise<T>, file: string): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (isCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw codedError(file, error);
  }
}

async function coded<T>(file: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw codedError(file, error);
  }
}

function notAFile(file: string, isFolder: boolean): FleetError {
  const what = isFolder ? "a folder" : "no plain file";
  return new FleetError("files/not-a-file", `${file} is ${what}, and a file belongs there`, {
    next: "find out who made it, and move it away",
    exit: 4,
  });
}

function codedError(file: string, cause: unknown): FleetError {
  if (cause instanceof FleetError) return cause;
  if (isCode(cause, "EEXIST"))
    return new FleetError("files/exists", `${file} is already there`, { cause });
  if (isCode(cause, "EISDIR", "ERR_FS_EISDIR")) return notAFile(file, true);
  if (isCode(cause, "ENOSPC", "EDQUOT", "EFBIG")) {
    return new FleetError("files/full", `no room left to write ${file}`, {
      cause,
      next: "make room on the disk",
    });
  }
  if (isCode(cause, "EROFS")) {
    return new FleetError("files/read-only", `${file} is on a read-only file system`, {
      cause,
      next: "choose a folder that can be written",
    });
  }
  if (isCode(cause, "EACCES", "EPERM")) {
    return new FleetError("files/denied", `${file} may not be read or written by this user`, {
      cause,
      next: "check the owner and mode of the file and its folder",
    });
  }
  if (isCode(cause, "ENOTDIR")) {
    return new FleetError("files/failed", `${file} cannot be there: it is not in a folder`, {
      cause,
      next: "look at each folder of that name: one of them is a file",
    });
  }
  return new FleetError("files/failed", `${file} cannot be read or written`, { cause });
}
