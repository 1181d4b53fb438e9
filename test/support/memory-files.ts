import {
  type AppendFile,
  equalBytes,
  type Files,
  FleetError,
  type ReadFile,
} from "../../src/core/index.ts";

/** What can go wrong in {@link MemoryFiles}. */
export interface FileFaults {
  /** Writes fail when all files together would hold more bytes; a part that fits is written. */
  roomBytes?: number;
  isReadOnly?: boolean;
  /** The process ends at the effect with this number, counted from 0: nothing more happens. */
  crashAt?: number;
  /** A new file appears empty, then half, then whole: what a file system without links does. */
  isCreateInSteps?: boolean;
}

/** Thrown where a crash was asked for. */
export class SimulatedCrash extends Error {}

interface MemoryFile {
  bytes: Uint8Array;
  /** How many of the bytes survive a loss of power. */
  durable: number;
  mode: number;
  modifiedMs: number;
}

/**
 * Files in memory, with faults and a count of effects. An effect is one thing that a crash can come
 * before: a write, a sync, a rename, a cut, a removal. Folders exist when they are named.
 */
export class MemoryFiles implements Files {
  readonly files = new Map<string, MemoryFile>();
  faults: FileFaults = {};
  effects = 0;
  nowMs = 0;

  async read(
    path: string,
    { bytesMax = Number.MAX_SAFE_INTEGER } = {},
  ): Promise<Uint8Array | undefined> {
    const bytes = this.files.get(path)?.bytes;
    if (bytes !== undefined && bytes.length > bytesMax)
      throw new FleetError("files/too-large", `${path} is larger than ${bytesMax} bytes`, {
        exit: 64,
      });
    return bytes?.slice();
  }

  async write(
    path: string,
    bytes: Uint8Array,
    { mode = 0o600, expected, isAppended = false }: NonNullable<Parameters<Files["write"]>[2]> = {},
  ): Promise<void> {
    const there = this.files.get(path);
    if (expected !== undefined && (there === undefined || !equalBytes(there.bytes, expected)))
      throw new FleetError("files/changed", `${path} is not what was read any more`, { exit: 5 });
    const before = isAppended && there !== undefined ? there.bytes : new Uint8Array();
    const all = new Uint8Array([...before, ...bytes]);
    await this.replace(path, all, { mode: there?.mode ?? mode });
  }

  async replace(path: string, bytes: Uint8Array, { mode = 0o600 } = {}): Promise<void> {
    this.#writable(path);
    this.#effect();
    if (this.#used() + bytes.length > this.#room())
      throw new FleetError("files/full", "no room left");
    this.#put(path, bytes, mode);
  }

  async create(
    path: string,
    bytes: Uint8Array,
    options: { readonly mode?: number } = {},
  ): Promise<void> {
    this.#writable(path);
    if (this.files.has(path)) throw new FleetError("files/exists", `${path} is there`);
    if (this.faults.isCreateInSteps === true) {
      for (const part of [0, Math.trunc(bytes.length / 2)]) {
        await this.replace(path, bytes.subarray(0, part), options);
      }
    }
    await this.replace(path, bytes, options);
  }

  // Bytes that are synced as they are written can still be cut by a loss of power in between: two effects.
  async openAppend(path: string, { mode = 0o600, syncsEach = false } = {}): Promise<AppendFile> {
    this.#writable(path);
    if (!this.files.has(path)) this.#put(path, new Uint8Array(), mode);
    return {
      append: async (bytes) => {
        this.#append(path, bytes);
        if (syncsEach) this.#sync(path);
      },
      sync: async () => this.#sync(path),
      close: async () => undefined,
    };
  }

  async openRead(path: string): Promise<ReadFile | undefined> {
    const opened = this.files.get(path);
    if (opened === undefined) return undefined;
    return {
      size: opened.bytes.length,
      read: async (offset, size) => opened.bytes.slice(offset, offset + size),
      close: async () => undefined,
    };
  }

  async truncate(path: string, size: number): Promise<void> {
    this.#writable(path);
    this.#effect();
    const file = this.#file(path);
    file.bytes = file.bytes.slice(0, size);
    file.durable = size;
  }

  async list(path: string): Promise<readonly string[]> {
    const inside = [...this.files.keys()].filter((name) => name.startsWith(`${path}/`));
    const names = inside.map((name) => name.slice(path.length + 1).replace(/\/.*$/, ""));
    return [...new Set(names)].toSorted();
  }

  async makeFolder(path: string): Promise<void> {
    this.#writable(path);
  }

  async move(from: string, to: string): Promise<void> {
    this.#writable(to);
    if (this.files.has(to) || (await this.list(to)).length > 0)
      throw new FleetError("files/exists", `${to} is there`);
    this.#effect();
    for (const [path, file] of [...this.files]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.files.delete(path);
      this.files.set(`${to}${path.slice(from.length)}`, file);
    }
  }

  async remove(path: string): Promise<void> {
    this.#writable(path);
    this.#effect();
    this.files.delete(path);
  }

  async stat(path: string): ReturnType<Files["stat"]> {
    const file = this.files.get(path);
    if (file === undefined) return undefined;
    return {
      size: file.bytes.length,
      mode: file.mode,
      modifiedMs: file.modifiedMs,
      isFolder: false,
      identity: identityOf(file),
    };
  }

  async realPath(path: string): Promise<string | undefined> {
    return path;
  }

  /** The files after the power went away: of bytes never synced the first `kept` of each file remain. */
  afterPowerLoss(kept = 0): MemoryFiles {
    const after = new MemoryFiles();
    for (const [path, file] of this.files) {
      const size = Math.min(file.bytes.length, file.durable + kept);
      after.files.set(path, { ...file, bytes: file.bytes.slice(0, size), durable: size });
    }
    return after;
  }

  /** The same files, all durable and without faults. */
  copy(): MemoryFiles {
    return this.afterPowerLoss(Number.MAX_SAFE_INTEGER);
  }

  #append(path: string, bytes: Uint8Array): void {
    this.#writable(path);
    this.#effect();
    const file = this.#file(path);
    const hasLimit = this.faults.roomBytes !== undefined;
    const room = hasLimit ? Math.max(0, this.#room() - this.#used()) : bytes.length;
    const fitting = bytes.subarray(0, room);
    file.bytes = joined(file.bytes, fitting);
    if (fitting.length < bytes.length) throw new FleetError("files/full", "no room left");
  }

  #sync(path: string): void {
    this.#effect();
    const file = this.#file(path);
    file.durable = file.bytes.length;
  }

  #put(path: string, bytes: Uint8Array, mode: number): void {
    this.files.set(path, {
      bytes: bytes.slice(),
      durable: bytes.length,
      mode,
      modifiedMs: this.nowMs,
    });
  }

  #file(path: string): MemoryFile {
    const file = this.files.get(path);
    if (file === undefined) throw new FleetError("files/failed", `${path} is missing`);
    return file;
  }

  #effect(): void {
    const at = this.effects;
    this.effects += 1;
    if (this.faults.crashAt !== undefined && at >= this.faults.crashAt)
      throw new SimulatedCrash(`crash at effect ${at}`);
  }

  #writable(path: string): void {
    if (this.faults.isReadOnly === true)
      throw new FleetError("files/read-only", `${path} is read-only`);
  }

  #room(): number {
    return this.faults.roomBytes ?? Number.MAX_SAFE_INTEGER;
  }

  #used(): number {
    return [...this.files.values()].reduce((size, { bytes }) => size + bytes.length, 0);
  }
}

/** How much of a buffer is written; what is behind that is room for what is appended next. */
const written = new WeakMap<ArrayBufferLike, number>();

/** The bytes and what follows them; only now and then are all of them copied. */
function joined(bytes: Uint8Array, more: Uint8Array): Uint8Array {
  const size = bytes.length + more.length;
  const { buffer, byteOffset } = bytes;
  const hasRoom =
    byteOffset === 0 && written.get(buffer) === bytes.length && size <= buffer.byteLength;
  const all = hasRoom ? new Uint8Array(buffer) : new Uint8Array(2 * size);
  if (!hasRoom) all.set(bytes);
  all.set(more, bytes.length);
  written.set(all.buffer, size);
  return all.subarray(0, size);
}

const identities = new WeakMap<MemoryFile, number>();
let nextIdentity = 0;

/** Every file that was put is another one; what is appended to it changes it too. */
function identityOf(file: MemoryFile): string {
  const id = identities.get(file) ?? nextIdentity++;
  identities.set(file, id);
  return `${id} ${file.bytes.length} ${file.modifiedMs}`;
}
