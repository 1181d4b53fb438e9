// The index of a segment: where its entries stand, derived from it and never believed.
import { assert, type Files, fromHex, hasCode } from "../../../core/index.ts";
import { ByteReader, ObjectWriter } from "../../../skywire/cxo/index.ts";
import { type FeedKey, formatFeedKey } from "../../keys/index.ts";
import { encodeFrame, type Frame, FRAME_TYPES, scanFrames } from "./frame.ts";
import type { StoredCommit } from "./segment.ts";

/** Entries are found by the place of every so-manieth; the tree proves them in groups of the same size. */
export const BLOCK_ENTRIES = 64;

const FEED_SIZE = 33;
const INDEX_PREFIX_SIZE = 8;

/** Where the entries of one segment stand. Derived from it, and never believed about their content. */
export interface SegmentIndex {
  readonly number: number;
  /** Of the segment when this was made. */
  readonly sizeBytes: number;
  readonly commits: number;
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  /** Index of the first entry; where the next segment begins when it has none. */
  readonly firstEntry: number;
  readonly entries: number;
  /** Where its first entry stands, and every one whose index is a multiple of the block size. */
  readonly places: readonly EntryPlace[];
}

/** An entry's index and the offset of its record. */
export interface EntryPlace {
  readonly entry: number;
  readonly offset: number;
}

/** The file name of a segment's index. */
export function indexName(number: number): string {
  return `index-${String(number).padStart(6, "0")}`;
}

/**
 * The index that an object claims by its first eight bytes, which are an entry's index; `undefined`
 * for a node of a list, a log or a registry: their bytes 4 to 8 count something and are never zero.
 */
export function claimedIndex(body: Uint8Array): number | undefined {
  if (body.length < INDEX_PREFIX_SIZE) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, INDEX_PREFIX_SIZE);
  return view.getUint32(4, true) === 0 ? view.getUint32(0, true) : undefined;
}

/** Gathers the index of a segment from its records, taken in order. */
export class SegmentIndexer {
  readonly #number: number;
  readonly #places: EntryPlace[] = [];
  #first: number | undefined;
  #next: number | undefined;
  #commits = 0;
  #firstSeq = 0n;
  #lastSeq = 0n;

  /** For a segment that begins at entry `next`, where that is known. */
  constructor(number: number, next?: number) {
    this.#number = number;
    this.#next = next;
  }

  /** Goes on behind what an index covers. */
  static resume({
    number,
    commits,
    firstSeq,
    lastSeq,
    firstEntry,
    entries,
    places,
  }: SegmentIndex): SegmentIndexer {
    const indexer = new SegmentIndexer(number, firstEntry + entries);
    indexer.#places.push(...places);
    if (entries > 0) indexer.#first = firstEntry;
    indexer.#commits = commits;
    indexer.#firstSeq = firstSeq;
    indexer.#lastSeq = lastSeq;
    return indexer;
  }

  /** The index of the entry that comes next, once one was seen or told. */
  get next(): number | undefined {
    return this.#next;
  }

  object({ body, from }: Pick<Frame, "body" | "from">): void {
    const entry = claimedIndex(body);
    if (entry === undefined || (this.#next !== undefined && entry !== this.#next)) return;
    if (this.#first === undefined || entry % BLOCK_ENTRIES === 0)
      this.#places.push({ entry, offset: from });
    this.#first ??= entry;
    this.#next = entry + 1;
  }

  commit({ seq }: Pick<StoredCommit, "seq">): void {
    if (this.#commits === 0) this.#firstSeq = seq;
    this.#lastSeq = seq;
    this.#commits += 1;
  }

  /** Forgets entries from `size` on: those of a commit that was never finished. */
  cut(size: number): void {
    if (this.#next === undefined || this.#next <= size) return;
    this.#next = size;
    while ((this.#places.at(-1)?.entry ?? -1) >= size) this.#places.pop();
    if (this.#first !== undefined && this.#first >= size) this.#first = undefined;
  }

  finish(sizeBytes: number): SegmentIndex {
    const firstEntry = this.#first ?? this.#next ?? 0;
    return {
      number: this.#number,
      sizeBytes,
      commits: this.#commits,
      firstSeq: this.#firstSeq,
      lastSeq: this.#lastSeq,
      firstEntry,
      entries: (this.#next ?? 0) - firstEntry,
      places: [...this.#places],
    };
  }
}

/** Encodes the index file of a segment. */
export function encodeSegmentIndex(feed: FeedKey, index: SegmentIndex): Uint8Array {
  const writer = new ObjectWriter();
  writer.raw(fromHex(feed));
  writer.u32(index.number);
  writer.u64(BigInt(index.sizeBytes));
  writer.u32(index.commits);
  writer.u64(index.firstSeq);
  writer.u64(index.lastSeq);
  writer.u64(BigInt(index.firstEntry));
  writer.u64(BigInt(index.entries));
  writer.u32(index.places.length);
  for (const { entry, offset } of index.places) {
    writer.u64(BigInt(entry));
    writer.u64(BigInt(offset));
  }
  return encodeFrame(FRAME_TYPES.index, writer.finish());
}

/** Reads the index file of a segment; `undefined` when there is none that is whole and of this segment. */
export async function readSegmentIndex(
  files: Files,
  folder: string,
  feed: FeedKey,
  { number, size }: { readonly number: number; readonly size: number },
): Promise<SegmentIndex | undefined> {
  const index = await readGrowingIndex(files, folder, feed, number);
  return index?.sizeBytes === size ? index : undefined;
}

/** The same for a segment that still grows: it covers what stood there up to the end of some commit. */
export async function readGrowingIndex(
  files: Files,
  folder: string,
  feed: FeedKey,
  number: number,
): Promise<SegmentIndex | undefined> {
  const bytes = await files.read(`${folder}/${indexName(number)}`);
  const { frames, bad } = scanFrames(bytes ?? new Uint8Array());
  const [frame] = frames;
  if (frame?.type !== FRAME_TYPES.index || frames.length !== 1 || bad.length > 0) return undefined;
  const index = decodeIndex(frame.body, feed);
  return index?.number === number ? index : undefined;
}

function decodeIndex(body: Uint8Array, feed: FeedKey): SegmentIndex | undefined {
  try {
    const reader = new ByteReader(body);
    if (formatFeedKey(reader.raw(FEED_SIZE)) !== feed) return undefined;
    const head = {
      number: reader.u32(),
      sizeBytes: Number(reader.u64()),
      commits: reader.u32(),
      firstSeq: reader.u64(),
      lastSeq: reader.u64(),
      firstEntry: Number(reader.u64()),
      entries: Number(reader.u64()),
    };
    const places: EntryPlace[] = [];
    for (let left = reader.u32(); left > 0; left -= 1)
      places.push({ entry: Number(reader.u64()), offset: Number(reader.u64()) });
    reader.end();
    return { ...head, places };
  } catch (error) {
    assert(hasCode(error, "cxo/"), "reading bytes ends only in coded errors");
    return undefined;
  }
}
