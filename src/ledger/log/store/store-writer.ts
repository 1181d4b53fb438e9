// Writes a ledger's store: each commit whole, synced and pinned before it counts.
import { type AppendFile, assert, concatBytes, type FileLock } from "../../../core/index.ts";
import type { FeedKey } from "../../keys/index.ts";
import { encodeFrame, FRAME_TYPES } from "./frame.ts";
import { encodePin, type LockWorld, type Pin, PIN_FILE, replacePin } from "./pin.ts";
import type { LiveSegment } from "./entry-files.ts";
import {
  encodeSegmentIndex,
  indexName,
  type SegmentIndex,
  SegmentIndexer,
} from "./segment-index.ts";
import { encodeCommit, encodeCommitRecord, encodeHeader, segmentPath } from "./segment.ts";
import {
  lockLostError,
  notRecordedError,
  stoppedError,
  type CommitDraft,
  type CommitEnd,
  makeReplicaStore,
  makeStore,
  noteCommit,
  openStore,
  pinOf,
  type StartedStore,
} from "./start-store.ts";
import { StreamedCommit } from "./streamed-commit.ts";
import type { StoreView } from "./read-store.ts";

/** Large enough for years of one operator, small enough to copy and read at once. */
const SEGMENT_SIZE = 16 * 1024 * 1024;
const FILE_MODE = 0o600;
/** So much of a segment is read at most when it is opened. */
const INDEX_DISTANCE = 1024 * 1024;

/** Writes a store. One writer a folder, held by its lock. */
export class StoreWriter {
  readonly #world: LockWorld;
  readonly #folder: string;
  readonly #feed: FeedKey;
  readonly #lock: FileLock;
  #segment: number;
  #size: number;
  #indexer: SegmentIndexer;
  /** Takes commits that are written at once. */
  #file: AppendFile | undefined;
  /** Takes the one commit that is written as it comes. */
  #streamed: AppendFile | undefined;
  #pinFile: AppendFile | undefined;
  #isStopped = false;
  /** How far the index file of the segment covers it, bytes. */
  #indexedTo: number;

  private constructor(
    world: LockWorld,
    folder: string,
    feed: FeedKey,
    { lock, segment, size, indexer, indexedTo = 0 }: StartedStore,
  ) {
    this.#indexedTo = indexedTo;
    this.#world = world;
    this.#folder = folder;
    this.#feed = feed;
    this.#lock = lock;
    this.#segment = segment;
    this.#size = size;
    this.#indexer = indexer;
  }

  /** The segment that is written, as far as it is committed. */
  get live(): LiveSegment {
    return { number: this.#segment, size: this.#size, indexer: this.#indexer };
  }

  /**
   * Makes the store of a new ledger with its first commit.
   * @throws FleetError ledger/exists, ledger/locked, files/*
   */
  static async create(
    world: LockWorld,
    folder: string,
    feed: FeedKey,
    first: CommitDraft,
  ): Promise<StoreWriter> {
    return new StoreWriter(world, folder, feed, await makeStore(world, folder, feed, first));
  }

  /**
   * Takes the lock for the replica of a feed that is not here. Nothing is written before its first
   * commit; what a crash left of an earlier first commit is removed.
   * @throws FleetError ledger/exists, ledger/locked, files/*
   */
  static async createReplica(
    world: LockWorld,
    folder: string,
    feed: FeedKey,
  ): Promise<{ writer: StoreWriter; pin: Pin | undefined }> {
    const { started, pin } = await makeReplicaStore(world, folder, feed);
    return { writer: new StoreWriter(world, folder, feed, started), pin };
  }

  /** Opens the store of a ledger, as {@link openStore} does, which says what it throws. */
  static async open(
    world: LockWorld,
    folder: string,
    feed: FeedKey,
  ): Promise<{ writer: StoreWriter; view: StoreView }> {
    const { started, view } = await openStore(world, folder, feed);
    return { writer: new StoreWriter(world, folder, feed, started), view };
  }

  /**
   * Makes a commit durable: resolves when its records and then its pin are synced.
   * After a failure nothing more is written; the store is opened again to see what is there.
   * @throws FleetError ledger/not-recorded, ledger/stopped, ledger/lock-lost
   */
  async commit(draft: CommitDraft): Promise<void> {
    if (this.#isStopped) throw stoppedError();
    // What is written is made while the disk is asked.
    const sole = this.#checkSole();
    const records = encodeCommit(draft.objects, draft.seq, draft.root, draft.signature);
    await sole;
    this.#isStopped = true;
    const covered = this.#dueIndex();
    const from = await this.#writeRecords(records);
    const pinned = this.#writePin(pinOf(this.#feed, draft, this.#segment, this.#size));
    noteCommit(this.#indexer, draft, from);
    await pinned;
    if (covered?.number === this.#segment) await this.#writeIndex(covered);
    this.#isStopped = false;
  }

  /**
   * Begins a commit that is too long to be held: its objects are written as they come, and it is
   * durable once it is ended. A crash before that leaves a torn tail, which the next start cuts.
   * @throws FleetError ledger/not-recorded, ledger/stopped, ledger/lock-lost
   */
  async beginCommit(): Promise<StreamedCommit> {
    if (this.#isStopped) throw stoppedError();
    const { files, segmentSizeBytes = SEGMENT_SIZE } = this.#world;
    const isNew = this.#segment === 0;
    if (!isNew) await this.#checkSole();
    this.#isStopped = true;
    try {
      if (isNew || this.#size >= segmentSizeBytes) {
        const header = encodeHeader(this.#segment + 1, this.#feed);
        const mark = isNew ? encodeFrame(FRAME_TYPES.replica, new Uint8Array()) : new Uint8Array();
        await this.#createSegment(concatBytes(header, mark));
      }
      const path = segmentPath(this.#folder, this.#segment);
      const file = await files.openAppend(path, { mode: FILE_MODE });
      this.#streamed = file;
      return new StreamedCommit(file, this.#size, this.#indexer);
    } catch (cause) {
      throw notRecordedError(cause);
    }
  }

  /** Ends a commit: its record is written, all is synced, and then pinned. @throws FleetError ledger/not-recorded */
  async endCommit(commit: StreamedCommit, end: CommitEnd, isFirst: boolean): Promise<void> {
    const path = segmentPath(this.#folder, this.#segment);
    try {
      const { count, digest, file } = await commit.finish();
      await file.append(encodeCommitRecord({ count, digest }, end.seq, end.root, end.signature));
      await file.sync();
      await this.#closeStreamed();
      const facts = await this.#world.files.stat(path);
      assert(facts !== undefined, "the segment that was written is there");
      this.#size = facts.size;
      this.#indexer.commit({ seq: end.seq });
    } catch (cause) {
      throw notRecordedError(cause);
    }
    const pin = pinOf(this.#feed, end, this.#segment, this.#size);
    if (isFirst) await replacePin(this.#world.files, this.#folder, pin);
    else await this.#writePin(pin);
    this.#isStopped = false;
  }

  /** Takes back what was written of a commit that is not to be; what cannot be cut now is cut by the next start. */
  async abandonCommit(entries: number): Promise<void> {
    const { files } = this.#world;
    const path = segmentPath(this.#folder, this.#segment);
    await this.#closeStreamed();
    this.#indexer.cut(entries);
    if (entries === 0 && this.#segment === 1) {
      await files.remove(path);
      this.#segment = 0;
      this.#size = 0;
    } else {
      await files.truncate(path, this.#size);
    }
    this.#isStopped = false;
  }

  /** Closes the files and gives the lock back. */
  async close(): Promise<void> {
    this.#isStopped = true;
    await this.#closeStreamed();
    await this.#file?.close();
    await this.#pinFile?.close();
    await this.#lock.release();
  }

  async #closeStreamed(): Promise<void> {
    const file = this.#streamed;
    this.#streamed = undefined;
    await file?.close();
  }

  async #checkSole(): Promise<void> {
    const [facts] = await Promise.all([
      this.#world.files.stat(segmentPath(this.#folder, this.#segment)),
      this.#lock.check(),
    ]);
    if (facts?.size === this.#size) return;
    this.#isStopped = true;
    throw lockLostError();
  }

  // A crash before the write: nothing happened. In the write or before its sync: a torn tail, or a
  // whole commit that was never reported; the next start cuts the one and pins the other.
  async #writeRecords(records: Uint8Array): Promise<number> {
    const { files, segmentSizeBytes = SEGMENT_SIZE } = this.#world;
    if (this.#size + records.length > segmentSizeBytes) return this.#startSegment(records);
    const path = segmentPath(this.#folder, this.#segment);
    const before = this.#size;
    try {
      this.#file ??= await files.openAppend(path, { mode: FILE_MODE, syncsEach: true });
      await this.#file.append(records);
      this.#size += records.length;
      return before;
    } catch (cause) {
      // Never reported, so it may go; what cannot be cut now is cut by the next start.
      await files.truncate(path, before).catch(() => undefined);
      throw notRecordedError(cause);
    }
  }

  // A crash in between leaves a last segment without a commit, which the next start removes.
  async #startSegment(records: Uint8Array): Promise<number> {
    const next = this.#segment + 1;
    const header = encodeHeader(next, this.#feed);
    try {
      await this.#createSegment(concatBytes(header, records));
    } catch (cause) {
      await this.#world.files.remove(segmentPath(this.#folder, next)).catch(() => undefined);
      throw notRecordedError(cause);
    }
    return header.length;
  }

  async #createSegment(bytes: Uint8Array): Promise<void> {
    const { files } = this.#world;
    const next = this.#segment + 1;
    await this.#file?.close();
    this.#file = undefined;
    await files.create(segmentPath(this.#folder, next), bytes, { mode: FILE_MODE });
    await this.#sealIndex();
    this.#indexer = new SegmentIndexer(next, this.#indexer.next);
    this.#segment = next;
    this.#size = bytes.length;
  }

  async #sealIndex(): Promise<void> {
    if (this.#segment === 0) return;
    await this.#writeIndex(this.#indexer.finish(this.#size));
    this.#indexedTo = 0;
  }

  /** What the index file is to cover before the next commit, where that is much more than it does. */
  #dueIndex(): SegmentIndex | undefined {
    if (this.#segment === 0 || this.#size - this.#indexedTo < INDEX_DISTANCE) return undefined;
    return this.#indexer.finish(this.#size);
  }

  // The index is a help, not a record: without it the segment is read once more.
  async #writeIndex(index: SegmentIndex): Promise<void> {
    const path = `${this.#folder}/${indexName(index.number)}`;
    const bytes = encodeSegmentIndex(this.#feed, index);
    await this.#world.files.replace(path, bytes, { mode: FILE_MODE }).catch(() => undefined);
    this.#indexedTo = index.sizeBytes;
  }

  // A crash here leaves a durable commit that was not reported: the next start pins it. From here on
  // the records may not be cut any more, because the pin that names them may be on the disk.
  async #writePin(pin: Pin): Promise<void> {
    try {
      this.#pinFile ??= await this.#world.files.openAppend(`${this.#folder}/${PIN_FILE}`, {
        mode: FILE_MODE,
        syncsEach: true,
      });
      await this.#pinFile.append(encodePin(pin));
    } catch (cause) {
      throw notRecordedError(cause);
    }
  }
}
