// Finds entries in the segment files by their number.
import { type Files, FleetError, hasCode } from "../../../core/index.ts";
import type { FeedKey } from "../../keys/index.ts";
import { FRAME_TYPES, isFrame, streamFrames } from "./frame.ts";
import {
  claimedIndex,
  encodeSegmentIndex,
  indexName,
  readSegmentIndex,
  type SegmentIndex,
  SegmentIndexer,
} from "./segment-index.ts";
import { parseCommit, segmentName } from "./segment.ts";

const FILE_MODE = 0o600;

/** An entry's object as it stands in the files; nothing is proved about it yet. */
export interface RawEntry {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** The segment that still grows, as it is now. */
export interface LiveSegment {
  readonly number: number;
  readonly size: number;
  readonly indexer: SegmentIndexer;
}

/** What reading entries needs. */
export interface EntryFilesOptions {
  readonly files: Files;
  readonly folder: string;
  readonly feed: FeedKey;
  readonly live: () => LiveSegment;
  /** True when index files may be written anew. */
  readonly isWritable: boolean;
}

/** Reads entries by their number, in order, from wherever they stand. */
export class EntryFiles {
  readonly #options: EntryFilesOptions;
  readonly #sealed = new Map<number, SegmentIndex>();

  constructor(options: EntryFilesOptions) {
    this.#options = options;
  }

  /**
   * The entries from `from` up to but not including `to`, some at a time. What they say is proved by
   * whoever asks.
   * @throws FleetError ledger/missing-entry where one is not found, files/*
   */
  async *read(from: number, to: number): AsyncGenerator<readonly RawEntry[], void> {
    let next = from;
    const live = this.#live();
    const isRecent = live.entries > 0 && from >= live.firstEntry;
    for (const segment of isRecent ? [live] : await this.#segments()) {
      if (next >= to) return;
      if (next < segment.firstEntry || next >= segment.firstEntry + segment.entries) continue;
      for await (const batch of this.#readSegment(segment, next, to)) {
        next += batch.length;
        yield batch;
      }
    }
    if (next < to) throw new FleetError("ledger/missing-entry", `entry ${next} is not there`);
  }

  /** Makes every index anew from its segment: one of them was wrong. @throws FleetError files/* */
  async reindex(): Promise<void> {
    this.#sealed.clear();
    let next = 0;
    for (let number = 1; number < this.#options.live().number; number += 1) {
      const index = await this.#makeIndex(number, next);
      next = index.firstEntry + index.entries;
    }
  }

  /** Indexes of all segments, the live one last. */
  async #segments(): Promise<readonly SegmentIndex[]> {
    const live = this.#options.live();
    const indexes: SegmentIndex[] = [];
    let next = 0;
    for (let number = 1; number < live.number; number += 1) {
      let index = this.#sealed.get(number) ?? (await this.#loadIndex(number));
      if (index?.firstEntry !== next) index = await this.#makeIndex(number, next);
      this.#sealed.set(number, index);
      indexes.push(index);
      next = index.firstEntry + index.entries;
    }
    return [...indexes, this.#live()];
  }

  #live(): SegmentIndex {
    const { indexer, size } = this.#options.live();
    return indexer.finish(size);
  }

  async #loadIndex(number: number): Promise<SegmentIndex | undefined> {
    const { files, folder, feed } = this.#options;
    const facts = await files.stat(`${folder}/${segmentName(number)}`);
    if (facts === undefined) return undefined;
    return await readSegmentIndex(files, folder, feed, { number, size: facts.size });
  }

  async #makeIndex(number: number, next: number): Promise<SegmentIndex> {
    const { files, folder, isWritable } = this.#options;
    const path = `${folder}/${segmentName(number)}`;
    const file = await files.openRead(path);
    if (file === undefined) throw new FleetError("ledger/missing-entry", `${path} is not there`);
    const indexer = new SegmentIndexer(number, next);
    try {
      for await (const batch of streamFrames(file, 0, file.size)) {
        for (const item of batch) {
          if (!isFrame(item)) continue;
          if (item.type === FRAME_TYPES.object) indexer.object(item);
          const commit = item.type === FRAME_TYPES.commit ? parseCommit(item, number) : undefined;
          if (commit !== undefined) indexer.commit(commit);
        }
      }
    } finally {
      await file.close();
    }
    const index = indexer.finish(file.size);
    this.#sealed.set(number, index);
    if (isWritable) await this.#keepIndex(index);
    return index;
  }

  // Without its file the index is made again next time.
  async #keepIndex(index: SegmentIndex): Promise<void> {
    const { files, folder, feed } = this.#options;
    const path = `${folder}/${indexName(index.number)}`;
    try {
      await files.replace(path, encodeSegmentIndex(feed, index), { mode: FILE_MODE });
    } catch (error) {
      if (!hasCode(error, "files/")) throw error;
    }
  }

  async *#readSegment(
    { number, sizeBytes, places }: SegmentIndex,
    from: number,
    to: number,
  ): AsyncGenerator<readonly RawEntry[], void> {
    const { files, folder } = this.#options;
    const place = places.findLast(({ entry }) => entry <= from);
    const file = await files.openRead(`${folder}/${segmentName(number)}`);
    if (file === undefined || place === undefined) return;
    let next = place.entry;
    try {
      for await (const batch of streamFrames(file, place.offset, sizeBytes)) {
        const found: RawEntry[] = [];
        for (const item of batch) {
          if (!isFrame(item) || item.type !== FRAME_TYPES.object) continue;
          if (claimedIndex(item.body) !== next || next >= to) continue;
          if (next >= from) found.push({ index: next, bytes: item.body });
          next += 1;
        }
        if (found.length > 0) yield found;
        if (next >= to) return;
      }
    } finally {
      await file.close();
    }
  }
}
