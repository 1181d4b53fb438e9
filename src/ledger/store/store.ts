import {
  type AppendFile,
  assert,
  concatBytes,
  type Files,
  FleetError,
  toHex,
} from "../../core/index.ts";
import { BLANK_HASH, type CxoObject, decodeRoot, fetchObject } from "../../skywire/cxo/index.ts";
import type { FeedKey } from "../keys/keys.ts";
import { LedgerLock, type LockWorld } from "./lock.ts";
import { decodeLog } from "../entries/objects.ts";
import { encodePin, type Pin, PIN_FILE, readPin, replacePin } from "./pin.ts";
import {
  encodeCommit,
  encodeHeader,
  scanSegments,
  type SegmentFile,
  segmentName,
  segmentNumber,
  type StoredCommit,
  type StoreScan,
} from "./segment.ts";

/** Large enough for years of one operator, small enough to copy and read at once. */
const SEGMENT_SIZE = 16 * 1024 * 1024;
/** Pins in their file before it is written anew with the last one. */
const PINS_MAX = 256;
const FILE_MODE = 0o600;

/** A store as it lies on disk, read without changing anything. */
export interface StoreView {
  readonly scan: StoreScan;
  readonly pin: Pin | undefined;
  /** The pin file ends in the middle of a pin. */
  readonly isPinTorn: boolean;
  readonly pinCount: number;
  readonly pinDamage: string | undefined;
}

/** A commit on its way to the disk. */
export interface CommitDraft {
  readonly objects: readonly CxoObject[];
  readonly seq: bigint;
  readonly root: Uint8Array;
  readonly rootHash: string;
  readonly signature: Uint8Array;
  /** Entries after this commit. */
  readonly size: bigint;
}

/**
 * Reads a store. The pin is read first: commits that come while we read can only be newer than it.
 * @throws FleetError ledger/missing, ledger/version, ledger/other-key
 */
export async function readStore(files: Files, folder: string, feed: FeedKey): Promise<StoreView> {
  const pinScan = await readPin(files, folder);
  const segments = await readSegments(files, folder);
  if (segments.length === 0) throw missingError(folder, feed);
  return {
    scan: scanSegments(segments, feed),
    pin: pinScan.pin,
    isPinTorn: pinScan.isTorn,
    pinCount: pinScan.count,
    pinDamage: pinScan.damage,
  };
}

/** True when a folder holds a ledger, whole or not. */
async function hasStore(files: Files, folder: string): Promise<boolean> {
  return (await files.list(folder)).some((name) => segmentNumber(name) !== undefined);
}

async function readSegments(files: Files, folder: string): Promise<readonly SegmentFile[]> {
  const segments: SegmentFile[] = [];
  for (const name of await files.list(folder)) {
    const number = segmentNumber(name);
    const bytes = number === undefined ? undefined : await files.read(`${folder}/${name}`);
    if (number !== undefined && bytes !== undefined) segments.push({ number, bytes });
  }
  return segments.toSorted((left, right) => left.number - right.number);
}

/**
 * Names the first thing that is wrong with a store; `undefined` when it can be read and, its torn
 * tail cut, written.
 */
export function storeFault({ scan, pin, pinDamage }: StoreView): string | undefined {
  const [first] = scan.damage;
  if (first !== undefined)
    return `${first.file}, bytes ${first.from} to ${first.to}: ${first.what}`;
  if (pinDamage !== undefined) return `${PIN_FILE}: ${pinDamage}`;
  if (scan.commits.length === 0) return "it holds no whole commit";
  if (pin === undefined) {
    const { tail } = scan;
    return tail === undefined
      ? undefined
      : `${segmentName(tail.segment)}, byte ${tail.from}: bytes without a commit, and no pin to tell why`;
  }
  const pinned = scan.commits[Number(pin.seq)];
  if (pinned === undefined)
    return `the last commits are missing: ${scan.commits.length} are there, the pin names commit ${pin.seq}`;
  return pinned.rootHash === pin.rootHash
    ? undefined
    : `commit ${pin.seq} is another one than the pin names`;
}

/** Writes a store. One writer a folder, held by its lock. */
export class StoreWriter {
  readonly #world: LockWorld;
  readonly #folder: string;
  readonly #feed: FeedKey;
  readonly #lock: LedgerLock;
  #segment: number;
  #size: number;
  #file: AppendFile | undefined;
  #pinFile: AppendFile | undefined;
  #isStopped = false;

  private constructor(
    world: LockWorld,
    folder: string,
    feed: FeedKey,
    lock: LedgerLock,
    segment: number,
    size: number,
  ) {
    this.#world = world;
    this.#folder = folder;
    this.#feed = feed;
    this.#lock = lock;
    this.#segment = segment;
    this.#size = size;
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
    const { files } = world;
    await files.makeFolder(folder);
    const lock = await LedgerLock.take(world, folder);
    try {
      if (await hasStore(files, folder)) throw existsError(folder);
      const { pin } = await readPin(files, folder);
      if (pin !== undefined && pin.seq > 0n) throw missingError(folder, feed);
      const bytes = concatBytes(
        encodeHeader(1, feed),
        encodeCommit(first.objects, first.seq, first.root, first.signature),
      );
      // The pin goes first: a crash behind it leaves a pin without segments, which is no ledger, and
      // the next creation starts over. The other order could leave a ledger without a pin.
      await replacePin(files, folder, pinOf(feed, first, 1, bytes.length));
      // The segment appears whole or not at all; with it the ledger is there.
      await files.replace(segmentPath(folder, 1), bytes, { mode: FILE_MODE });
      return new StoreWriter(world, folder, feed, lock, 1, bytes.length);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /**
   * Takes the lock, reads the store, cuts a torn tail and pins what a crash left unpinned.
   * @throws FleetError ledger/missing, ledger/locked, ledger/damaged, files/*
   */
  static async open(
    world: LockWorld,
    folder: string,
    feed: FeedKey,
  ): Promise<{ writer: StoreWriter; view: StoreView }> {
    const { files } = world;
    if (!(await hasStore(files, folder))) throw missingError(folder, feed);
    const lock = await LedgerLock.take(world, folder);
    try {
      const view = await readStore(files, folder, feed);
      const fault = storeFault(view);
      if (fault !== undefined) throw damagedError(folder, fault);
      const { segment, end } = await settle(files, folder, feed, view);
      return { writer: new StoreWriter(world, folder, feed, lock, segment, end), view };
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /**
   * Makes a commit durable: resolves when its records and then its pin are synced.
   * After a failure nothing more is written; the store is opened again to see what is there.
   * @throws FleetError ledger/not-recorded, ledger/stopped, ledger/lock-lost
   */
  async commit(draft: CommitDraft): Promise<void> {
    if (this.#isStopped) throw stoppedError();
    await this.#checkSole();
    const records = encodeCommit(draft.objects, draft.seq, draft.root, draft.signature);
    this.#isStopped = true;
    await this.#writeRecords(records);
    await this.#writePin(pinOf(this.#feed, draft, this.#segment, this.#size));
    this.#isStopped = false;
  }

  /** Closes the files and gives the lock back. */
  async close(): Promise<void> {
    this.#isStopped = true;
    await this.#file?.close();
    await this.#pinFile?.close();
    await this.#lock.release();
  }

  async #checkSole(): Promise<void> {
    await this.#lock.check();
    const facts = await this.#world.files.stat(segmentPath(this.#folder, this.#segment));
    if (facts?.size === this.#size) return;
    this.#isStopped = true;
    throw new FleetError(
      "ledger/lock-lost",
      "another program wrote to the ledger's folder: nothing was written",
      {
        next: "run fleet verify",
        exit: 4,
      },
    );
  }

  // A crash before the write: nothing happened. In the write or before its sync: a torn tail, or a
  // whole commit that was never reported; the next start cuts the one and pins the other.
  async #writeRecords(records: Uint8Array): Promise<void> {
    const { files, segmentSizeBytes = SEGMENT_SIZE } = this.#world;
    if (this.#size + records.length > segmentSizeBytes) return this.#startSegment(records);
    const path = segmentPath(this.#folder, this.#segment);
    const before = this.#size;
    try {
      this.#file ??= await files.openAppend(path, { mode: FILE_MODE });
      await this.#file.append(records);
      await this.#file.sync();
      this.#size += records.length;
    } catch (cause) {
      // Never reported, so it may go; what cannot be cut now is cut by the next start.
      await files.truncate(path, before).catch(() => undefined);
      throw notRecordedError(cause);
    }
  }

  // A crash in between leaves a last segment without a commit, which the next start removes.
  async #startSegment(records: Uint8Array): Promise<void> {
    const next = this.#segment + 1;
    const bytes = concatBytes(encodeHeader(next, this.#feed), records);
    try {
      await this.#file?.close();
      this.#file = undefined;
      await this.#world.files.create(segmentPath(this.#folder, next), bytes, { mode: FILE_MODE });
    } catch (cause) {
      await this.#world.files.remove(segmentPath(this.#folder, next)).catch(() => undefined);
      throw notRecordedError(cause);
    }
    this.#segment = next;
    this.#size = bytes.length;
  }

  // A crash here leaves a durable commit that was not reported: the next start pins it. From here on
  // the records may not be cut any more, because the pin that names them may be on the disk.
  async #writePin(pin: Pin): Promise<void> {
    try {
      this.#pinFile ??= await this.#world.files.openAppend(`${this.#folder}/${PIN_FILE}`, {
        mode: FILE_MODE,
      });
      await this.#pinFile.append(encodePin(pin));
      await this.#pinFile.sync();
    } catch (cause) {
      throw notRecordedError(cause);
    }
  }
}

/** What a start does before anything is written; each step can be repeated after a crash. */
async function settle(
  files: Files,
  folder: string,
  feed: FeedKey,
  view: StoreView,
): Promise<{ segment: number; end: number }> {
  const { scan, pin } = view;
  const last = scan.commits.at(-1);
  assert(last !== undefined, "a store without a commit is a fault");
  if (scan.tail !== undefined && scan.tail.segment === last.segment) {
    await files.truncate(segmentPath(folder, last.segment), last.end);
  } else if (scan.tail !== undefined) {
    await files.remove(segmentPath(folder, scan.tail.segment));
  }
  const isPinned =
    pin !== undefined &&
    pin.rootHash === last.rootHash &&
    !view.isPinTorn &&
    view.pinCount <= PINS_MAX;
  if (!isPinned) await pinLast(files, folder, feed, view);
  return { segment: last.segment, end: last.end };
}

// The commit may be in the system's memory only: it is synced before its pin says that it is durable.
async function pinLast(
  files: Files,
  folder: string,
  feed: FeedKey,
  { scan }: StoreView,
): Promise<void> {
  const last = scan.commits.at(-1);
  assert(last !== undefined, "a store without a commit is a fault");
  const file = await files.openAppend(segmentPath(folder, last.segment), { mode: FILE_MODE });
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  const { seq, rootHash, segment, end } = last;
  await replacePin(files, folder, {
    feed,
    seq,
    rootHash,
    size: entriesAt(scan, last),
    segment,
    end,
  });
}

/** How many entries the ledger has at a commit. @throws FleetError cxo/*, ledger/version */
function entriesAt({ objects }: StoreScan, commit: StoredCommit): bigint {
  const [log] = decodeRoot(commit.root).refs;
  return decodeLog(fetchObject(log?.hash ?? BLANK_HASH, (hash) => objects.get(toHex(hash)))).size;
}

function pinOf(
  feed: FeedKey,
  { seq, rootHash, size }: CommitDraft,
  segment: number,
  end: number,
): Pin {
  return { feed, seq, rootHash, size, segment, end };
}

function segmentPath(folder: string, number: number): string {
  return `${folder}/${segmentName(number)}`;
}

function missingError(folder: string, feed: FeedKey): FleetError {
  return new FleetError("ledger/missing", `the ledger of key ${feed} is not in ${folder}`, {
    next: "copy the state folder back from its backup, or make a new key with fleet keygen --new; a ledger never starts again under the same key",
    exit: 4,
  });
}

function existsError(folder: string): FleetError {
  return new FleetError("ledger/exists", `there is already a ledger in ${folder}`, {
    next: "use it as it is, or make a new key with fleet keygen --new",
    exit: 4,
  });
}

/** The error for a ledger that something changed. */
export function damagedError(folder: string, fault: string): FleetError {
  return new FleetError("ledger/damaged", `the ledger in ${folder} is damaged: ${fault}`, {
    next: "run fleet verify to see all of it, then copy the state folder back from its backup",
    exit: 4,
  });
}

function notRecordedError(cause: unknown): FleetError {
  return new FleetError("ledger/not-recorded", "the entries could not be made durable", {
    next: "make room or repair the disk, then run the command again",
    exit: 4,
    cause,
  });
}

function stoppedError(): FleetError {
  return new FleetError("ledger/stopped", "the ledger takes no more entries after a failed write", {
    next: "run the command again",
    exit: 4,
  });
}
