// A commit that is too long to be held, written as its objects come.
import { type AppendFile, concatBytes, Sha256 } from "../../../core/index.ts";
import { encodeFrame, FRAME_TYPES } from "./frame.ts";
import type { SegmentIndexer } from "./segment-index.ts";

const CHECK_SIZE = 32;
/** Bytes that wait for one write. */
const WRITE_SIZE = 1024 * 1024;

/** A commit whose objects are written while they come. Made by a store's writer. */
export class StreamedCommit {
  readonly #file: AppendFile;
  readonly #indexer: SegmentIndexer;
  readonly #checks = new Sha256();
  #offset: number;
  #count = 0;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  constructor(file: AppendFile, offset: number, indexer: SegmentIndexer) {
    this.#file = file;
    this.#offset = offset;
    this.#indexer = indexer;
  }

  /** Takes further objects, in order, and writes them once they are many. @throws FleetError files/* */
  async add(objects: readonly Uint8Array[]): Promise<void> {
    for (const bytes of objects) {
      const frame = encodeFrame(FRAME_TYPES.object, bytes);
      this.#indexer.object({ body: bytes, from: this.#offset });
      this.#checks.add(frame.subarray(-CHECK_SIZE));
      this.#offset += frame.length;
      this.#count += 1;
      this.#waiting.push(frame);
      this.#waitingBytes += frame.length;
      if (this.#waitingBytes >= WRITE_SIZE) await this.#write();
    }
  }

  /** What the commit's record says of its objects. Nothing is added any more. */
  async finish(): Promise<{
    readonly count: number;
    readonly digest: Uint8Array;
    readonly file: AppendFile;
  }> {
    await this.#write();
    return { count: this.#count, digest: this.#checks.finish(), file: this.#file };
  }

  async #write(): Promise<void> {
    const frames = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (frames.length > 0) await this.#file.append(concatBytes(...frames));
  }
}
