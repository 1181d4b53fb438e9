// The numbered files of a relay's store, of which only the last one grows.
import { type AppendFile, type Files, FleetError, type ReadFile } from "../core/index.ts";

const NAME = /^([0-9]{10})\.segment$/;

/** The files of a relay's store, numbered from 1: the last one grows, the others stay as they are. */
export class DiskSegments {
  readonly #files: Files;
  readonly #folder: string;
  readonly #readers = new Map<number, ReadFile>();
  #writer: AppendFile | undefined;
  #last: number;
  #size: number;

  private constructor(files: Files, folder: string, last: number, size: number) {
    this.#files = files;
    this.#folder = folder;
    this.#last = last;
    this.#size = size;
  }

  /** Opens the segments in a folder, which is made when it is missing. @throws FleetError files/* */
  static async open(files: Files, folder: string): Promise<DiskSegments> {
    await files.makeFolder(folder);
    const numbers = (await files.list(folder)).flatMap((name) => NAME.exec(name)?.[1] ?? []);
    const last = Math.max(0, ...numbers.map(Number));
    const segments = new DiskSegments(files, folder, last, 0);
    segments.#size = last === 0 ? 0 : ((await files.stat(segments.#path(last)))?.size ?? 0);
    return segments;
  }

  /** Number of the segment that grows; 0 when there is none yet. */
  get last(): number {
    return this.#last;
  }

  /** Bytes in the segment that grows. */
  get size(): number {
    return this.#size;
  }

  /** A segment for reading, `undefined` when it is gone. */
  async reader(segment: number): Promise<ReadFile | undefined> {
    const open = this.#readers.get(segment);
    if (open !== undefined) return open;
    const opened = await this.#files.openRead(this.#path(segment));
    if (opened !== undefined) this.#readers.set(segment, opened);
    return opened;
  }

  /** Begins a new segment; what is in the one before is made durable first. */
  async rotate(): Promise<void> {
    await this.sync();
    await this.#writer?.close();
    this.#writer = undefined;
    await this.#files.create(this.#path(this.#last + 1), new Uint8Array());
    this.#last += 1;
    this.#size = 0;
  }

  /**
   * Adds bytes to the segment that grows. When that fails, what was added of them is cut off again.
   * @throws FleetError files/*
   */
  async append(bytes: Uint8Array): Promise<void> {
    this.#writer ??= await this.#files.openAppend(this.#path(this.#last));
    try {
      await this.#writer.append(bytes);
      this.#size += bytes.length;
    } catch (error) {
      await this.cut(this.#size);
      throw error;
    }
  }

  async sync(): Promise<void> {
    await this.#writer?.sync();
  }

  /** Cuts the segment that grows. @throws FleetError relay/store when even that fails */
  async cut(size: number): Promise<void> {
    try {
      await this.#files.truncate(this.#path(this.#last), size);
      this.#size = size;
    } catch (cause) {
      throw new FleetError("relay/store", "the relay's store cannot be put right after a failure", {
        cause,
        next: "make room on the disk, then start the relay again",
      });
    }
  }

  async close(): Promise<void> {
    await this.#writer?.close();
    this.#writer = undefined;
    for (const reader of this.#readers.values()) await reader.close();
    this.#readers.clear();
  }

  #path(segment: number): string {
    return `${this.#folder}/${String(segment).padStart(10, "0")}.segment`;
  }
}
