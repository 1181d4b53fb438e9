// Starts a store that is to be written: a new one is made, one that is there is put right, and its lock is taken.
import {
  assert,
  concatBytes,
  type FileLock,
  type Files,
  FleetError,
  hasCode,
  toHex,
} from "../../../core/index.ts";
import { BLANK_HASH, type CxoObject, decodeRoot, fetchObject } from "../../../skywire/cxo/index.ts";
import { decodeLog } from "../entries/objects.ts";
import type { FeedKey } from "../../keys/index.ts";
import { FRAME_OVERHEAD } from "./frame.ts";
import { type LockWorld, type Pin, readPin, replacePin, takeLedgerLock } from "./pin.ts";
import {
  damagedError,
  listSegments,
  missingError,
  readStore,
  storeFault,
  type StoreView,
} from "./read-store.ts";
import { SegmentIndexer } from "./segment-index.ts";
import { encodeCommit, encodeHeader, segmentPath } from "./segment.ts";

/** Pins in their file before it is written anew with the last one. */
const PINS_MAX = 256;
const FILE_MODE = 0o600;

/** A commit on its way to the disk. */
export interface CommitDraft extends CommitEnd {
  readonly objects: readonly CxoObject[];
}

/** What ends a commit and is pinned. */
export interface CommitEnd {
  readonly seq: bigint;
  readonly root: Uint8Array;
  readonly rootHash: string;
  readonly signature: Uint8Array;
  /** Entries after this commit. */
  readonly size: bigint;
  /** Of the Root. */
  readonly timeNs: bigint;
  /** RFC 6962 root over the entries, hex. */
  readonly tree: string;
  readonly checkpoint: Uint8Array | undefined;
}

/** A store whose lock is ours, and where its next record goes. */
export interface StartedStore {
  readonly lock: FileLock;
  readonly segment: number;
  readonly size: number;
  readonly indexer: SegmentIndexer;
  readonly indexedTo?: number;
}

/**
 * Takes the lock and makes the store of a new ledger with its first commit.
 * @throws FleetError ledger/exists, ledger/locked, files/*
 */
export async function makeStore(
  world: LockWorld,
  folder: string,
  feed: FeedKey,
  first: CommitDraft,
): Promise<StartedStore> {
  const { files } = world;
  await files.makeFolder(folder);
  const lock = await takeLedgerLock(world, folder);
  try {
    if ((await listSegments(files, folder)).length > 0) throw existsError(folder);
    const { pin } = await readPin(files, folder);
    if (pin !== undefined && pin.seq > 0n) throw missingError(folder, feed);
    const header = encodeHeader(1, feed);
    const bytes = concatBytes(
      header,
      encodeCommit(first.objects, first.seq, first.root, first.signature),
    );
    // The pin goes first: a crash behind it leaves a pin without segments, which is no ledger, and
    // the next creation starts over. The other order could leave a ledger without a pin.
    await replacePin(files, folder, pinOf(feed, first, 1, bytes.length));
    // The segment appears whole or not at all; with it the ledger is there.
    await files.replace(segmentPath(folder, 1), bytes, { mode: FILE_MODE });
    const indexer = new SegmentIndexer(1, 0);
    noteCommit(indexer, first, header.length);
    return { lock, segment: 1, size: bytes.length, indexer };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * Takes the lock for the replica of a feed that is not here, and removes what a crash left of an earlier first commit.
 * @throws FleetError ledger/exists, ledger/locked, files/*
 */
export async function makeReplicaStore(
  world: LockWorld,
  folder: string,
  feed: FeedKey,
): Promise<{ started: StartedStore; pin: Pin | undefined }> {
  const { files } = world;
  await files.makeFolder(folder);
  const lock = await takeLedgerLock(world, folder);
  try {
    const { pin } = await readPin(files, folder);
    const segments = await listSegments(files, folder);
    if (segments.length > 0) {
      const { scan } = await readStore(files, folder, feed);
      const isBegun = scan.isReplica && scan.last === undefined && segments.length === 1;
      if (!isBegun) throw existsError(folder);
      await files.remove(segmentPath(folder, 1));
    }
    const indexer = new SegmentIndexer(0, 0);
    return { started: { lock, segment: 0, size: 0, indexer }, pin };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * Takes the lock, reads the store, cuts a torn tail and pins what a crash left unpinned.
 * @throws FleetError ledger/missing, ledger/locked, ledger/damaged, files/*
 */
export async function openStore(
  world: LockWorld,
  folder: string,
  feed: FeedKey,
): Promise<{ started: StartedStore; view: StoreView }> {
  const { files } = world;
  if ((await listSegments(files, folder)).length === 0) throw missingError(folder, feed);
  const lock = await takeLedgerLock(world, folder);
  try {
    const view = await readStore(files, folder, feed);
    const fault = storeFault(view);
    if (fault !== undefined) throw damagedError(folder, fault);
    const { segment, end, entries } = await settle(files, folder, feed, view);
    const { indexer, indexedTo } = view;
    indexer.cut(entries);
    return { started: { lock, segment, size: end, indexer, indexedTo }, view };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** What a start does before anything is written; each step can be repeated after a crash. */
async function settle(
  files: Files,
  folder: string,
  feed: FeedKey,
  view: StoreView,
): Promise<{ segment: number; end: number; entries: number }> {
  const { scan, pin } = view;
  const { last } = scan;
  assert(last !== undefined, "a store without a commit is a fault");
  const entries = entriesAt(folder, view);
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
  if (!isPinned) await pinLast(files, folder, feed, view, entries);
  return { segment: last.segment, end: last.end, entries: Number(entries) };
}

// The commit may be in the system's memory only: it is synced before its pin says that it is durable.
async function pinLast(
  files: Files,
  folder: string,
  feed: FeedKey,
  { scan }: StoreView,
  size: bigint,
): Promise<void> {
  const { last } = scan;
  assert(last !== undefined, "a store without a commit is a fault");
  const file = await files.openAppend(segmentPath(folder, last.segment), { mode: FILE_MODE });
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  const { seq, rootHash, segment, end } = last;
  await replacePin(files, folder, { feed, seq, rootHash, size, segment, end });
}

/** How many entries the ledger has at its last commit. @throws FleetError ledger/damaged, ledger/version */
function entriesAt(folder: string, { recent, scan }: StoreView): bigint {
  try {
    const [log] = decodeRoot(scan.last?.root ?? new Uint8Array()).refs;
    return decodeLog(fetchObject(log?.hash ?? BLANK_HASH, (hash) => recent.get(toHex(hash)))).size;
  } catch (cause) {
    if (!hasCode(cause, "cxo/")) throw cause;
    throw damagedError(folder, "the log of its last commit is not there", cause);
  }
}

/** Tells the index of a segment what a commit wrote there. @param from offset of its first object */
export function noteCommit(
  indexer: SegmentIndexer,
  { objects, seq }: CommitDraft,
  from: number,
): void {
  let offset = from;
  for (const { bytes } of objects) {
    indexer.object({ body: bytes, from: offset });
    offset += bytes.length + FRAME_OVERHEAD;
  }
  indexer.commit({ seq });
}

/** The pin of a commit that ends at an offset of a segment. */
export function pinOf(
  feed: FeedKey,
  { seq, rootHash, size }: CommitEnd,
  segment: number,
  end: number,
): Pin {
  return { feed, seq, rootHash, size, segment, end };
}

function existsError(folder: string): FleetError {
  return new FleetError("ledger/exists", `there is already a ledger in ${folder}`, {
    next: "use it as it is, or make a new key with fleet keygen --new",
    exit: 4,
  });
}

/** The error where the folder is not as its lock and this writer left it. */
export function lockLostError(): FleetError {
  return new FleetError(
    "ledger/lock-lost",
    "another program wrote to the ledger's folder: nothing was written",
    {
      next: "run fleet verify",
      exit: 4,
    },
  );
}

/** The error for a commit of which it is not known whether it is durable. */
export function notRecordedError(cause: unknown): FleetError {
  return new FleetError("ledger/not-recorded", "the entries could not be made durable", {
    next: "make room or repair the disk, then run the command again",
    exit: 4,
    cause,
  });
}

/** The error for a write after a failed one. */
export function stoppedError(): FleetError {
  return new FleetError("ledger/stopped", "the ledger takes no more entries after a failed write", {
    next: "run the command again",
    exit: 4,
  });
}
