import { type AppendFile, concatBytes, Sha256 } from "../../core/index.ts";
import { encodeFrame, FRAME_TYPES } from "./frame.ts";
import type { SegmentIndexer } from "./segment-index.ts";

const CHECK_SIZE = 32;

/** A commit whose objects are written while they come. Made by a store's writer. */
export class StreamedCommit {
  readonly #file: AppendFile;
  readonly #indexer: SegmentIndexer;
  readonly #checks = new Sha256();
  #offset: number;
  #count = 0;

  constructor(file: AppendFile, offset: number, indexer: SegmentIndexer) {
    this.#file = file;
    this.#offset = offset;
    this.#indexer = indexer;
  }

  /** Writes further objects, in order, with one write. @throws FleetError files/* */
  async add(objects: readonly Uint8Array[]): Promise<void> {
    const frames = objects.map((bytes) => {
      const frame = encodeFrame(FRAME_TYPES.object, bytes);
      this.#indexer.object({ body: bytes, from: this.#offset });
      this.#checks.add(frame.subarray(-CHECK_SIZE));
      this.#offset += frame.length;
      return frame;
    });
    this.#count += frames.length;
    await this.#file.append(concatBytes(...frames));
  }

  /** What the commit's record says of its objects. Nothing is added any more. */
  async finish(): Promise<{
    readonly count: number;
    readonly digest: Uint8Array;
    readonly file: AppendFile;
  }> {
    return { count: this.#count, digest: this.#checks.finish(), file: this.#file };
  }
}
