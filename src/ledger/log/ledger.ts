// Opens ledgers: makes one, opens one for writing, reads one.
import { makeGenesis } from "./entries/genesis.ts";
import type { Files } from "../../core/index.ts";
import { RefsBuilder, type SentRoot } from "../../skywire/cxo/index.ts";
import { leafHash, TreeFrontier } from "../../tlog/index.ts";
import { composeCommit, composeEntries, entryTime } from "./commit.ts";
import type { LedgerHead } from "./head.ts";
import { LedgerContent } from "./opened-ledger.ts";
import type { EntryDraft, LedgerRecord, MovedFrom, SeenHead } from "./entries/payloads.ts";
import type { FeedKey, OperatorKeys } from "../keys/index.ts";
import type { LedgerPlace } from "./history.ts";
import { resumeEnd } from "./kept/kept-file.ts";
import type { LiveSegment } from "./store/entry-files.ts";
import type { LockWorld } from "./store/pin.ts";
import { StoreWriter } from "./store/store-writer.ts";
import { damagedError, liveOf, readStore, storeFault } from "./store/read-store.ts";
import { WritableLedger } from "./writable-ledger.ts";

/** A ledger to ask questions of. */
export interface ReadOnlyLedger {
  readonly feed: FeedKey;
  readonly head: LedgerHead;
  /** The newest Root with the feed's signature. */
  readonly headRoot: SentRoot;
  /** The newest checkpoint, a signed note; absent while no commit of this release is there. */
  readonly checkpoint: Uint8Array | undefined;
  /** The degree of the newest list of entries, 2 to 32: 16 unless it was written anew. */
  readonly degree: number;
  /**
   * The records that begin at entry `from` (default 0) or later, in order; large payloads that take
   * several entries are one record. Holds a few of them at a time.
   * @throws FleetError ledger/damaged where an entry is not what was written
   */
  records(options?: { readonly from?: number }): AsyncIterable<LedgerRecord>;
  /** The record that begins at an entry. @throws FleetError ledger/damaged */
  record(index: number): Promise<LedgerRecord | undefined>;
  /**
   * The place behind the last entry, to be kept and given to {@link resume} another time. Reads what was not read yet.
   * @throws FleetError ledger/damaged
   */
  place(): Promise<LedgerPlace>;
  /**
   * Goes on from a place that was kept: what is before it is not read unless it is asked for. False, and nothing
   * changed, for one that is not proved to be of this ledger.
   */
  resume(place: LedgerPlace): Promise<boolean>;
  /** The newest state as other ledgers name it. */
  tree(): SeenHead;
  /** The RFC 6962 root over the first `size` entries, at most all, hex. @throws FleetError ledger/damaged */
  treeAt(size: number): Promise<string>;
  /**
   * The proof that the first `to` entries (default all) begin with the first `from`, lowest hash first.
   * @throws FleetError ledger/damaged
   */
  consistency(from: number, to?: number): Promise<readonly Uint8Array[]>;
  /**
   * The proof that entry `index` is among the first `size` (default all), lowest hash first.
   * @throws FleetError ledger/damaged
   */
  inclusion(index: number, size?: number): Promise<readonly Uint8Array[]>;
  /**
   * The object of an entry as it was written, whose RFC 6962 leaf hash the proofs are about;
   * `undefined` where the ledger has no such entry.
   * @throws FleetError ledger/damaged
   */
  object(index: number): Promise<Uint8Array | undefined>;
}

/** What an append may say beside its drafts. */
export interface AppendOptions {
  /** Heads of other feeds that the author has seen; the first entries name those that are news. */
  readonly heads?: readonly SeenHead[];
  /** The keys that a rotation among the drafts hands over to: they sign what is behind it. */
  readonly next?: OperatorKeys;
  /**
   * Writes the whole list of entries anew, at the next degree above 16 whose nodes no Root of the ledger has had; the
   * list stays at it. A relay that was left without part of the list, and skips what is below the nodes that it has,
   * then asks for all that it lacks. Needs drafts, since a Root has new entries.
   */
  readonly relist?: boolean;
}

/** A ledger to write, held by its lock. */
export interface Ledger extends ReadOnlyLedger {
  /**
   * Records facts as one durable commit: when it resolves, they are on the disk and pinned. After a
   * failure none of them counts as recorded, and the ledger takes no more.
   * @throws FleetError ledger/not-recorded, ledger/stopped, ledger/lock-lost, ledger/no-keyset,
   *   ledger/seal, ledger/payload, ledger/other-writer, ledger/moved, ledger/heads, ledger/damaged,
   *   ledger/no-degree where no degree is left to write the list anew
   */
  append(drafts: readonly EntryDraft[], options?: AppendOptions): Promise<readonly LedgerRecord[]>;
  /** Gives the lock back. */
  close(): Promise<void>;
}

/** What writing a ledger needs. */
export interface LedgerOptions extends LockWorld {
  /** The ledger's own folder, absolute. */
  readonly folder: string;
  readonly keys: OperatorKeys;
  /** Told of a file beside the ledger that was no help and is made again, a sentence. */
  readonly tell?: (note: string) => void;
}

/**
 * Makes the ledger of a key, with its genesis entry. Only for a key that never had one. `from` names the
 * ledger that it continues.
 * @throws FleetError ledger/exists, ledger/missing, ledger/locked, ledger/not-writable, files/*
 */
export async function createLedger(
  options: LedgerOptions & { readonly from?: MovedFrom },
): Promise<Ledger> {
  const { files, keys, clock, random, folder, from } = options;
  const time = entryTime(clock);
  const genesis = { kind: "genesis", payload: makeGenesis(keys, from) } as const;
  const entries = composeEntries(genesis, { index: 0n, time }, undefined, keys, random);
  const leaves = entries.map(({ object }) => leafHash(object.bytes));
  const frontier = new TreeFrontier();
  for (const leaf of leaves) frontier.append(leaf);
  const refs = new RefsBuilder();
  for (const { object } of entries) refs.append(object.hash);
  const draft = composeCommit(
    entries,
    { ...refs.finish(), length: refs.length },
    {
      keys,
      seq: 0n,
      prev: new Uint8Array(32),
      isFirst: true,
      tree: frontier.root(),
    },
  );
  const writer = await StoreWriter.create(options, folder, keys.feed, draft);
  const { feed } = keys;
  const live = (): LiveSegment => writer.live;
  const empty = LedgerContent.empty({ files, folder, feed, keys, live, isWritable: true });
  for (const leaf of leaves) empty.tree.append(leaf);
  await empty.tree.flush();
  const content = empty.begin(draft, refs.degree);
  return new WritableLedger(options, { writer, content, refs });
}

/**
 * Opens the ledger of a key for writing: takes the lock and puts right what a crash left. A ledger that
 * was restored from a relay goes on behind its newest Root.
 * @throws FleetError ledger/missing, ledger/locked, ledger/damaged, ledger/other-key, ledger/version, ledger/not-writable
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const { files, folder, keys } = options;
  const { feed } = keys;
  const { writer, view } = await StoreWriter.open(options, folder, feed);
  try {
    const { content, refs } = await LedgerContent.open(
      { files, folder, feed, keys, live: () => writer.live, isWritable: true },
      view,
    );
    const resumedAt = await resumeEnd(options, content);
    return new WritableLedger(options, { writer, content, refs, resumedAt });
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/** What reading a ledger needs. */
export interface ReadLedgerOptions {
  readonly files: Files;
  /** The ledger's own folder, absolute. */
  readonly folder: string;
  readonly feed: FeedKey;
  readonly keys?: OperatorKeys;
}

/**
 * Reads a ledger or a replica without lock or repair. A commit that a writer is just making may be
 * missing. Without keys sealed payloads stay closed.
 * @throws FleetError ledger/missing, ledger/damaged, ledger/other-key, ledger/version
 */
export async function readLedger(options: ReadLedgerOptions): Promise<ReadOnlyLedger> {
  const { files, folder, feed, keys } = options;
  const view = await readStore(files, folder, feed);
  const fault = storeFault(view);
  if (fault !== undefined) throw damagedError(folder, fault);
  const live = liveOf(view);
  const { content } = await LedgerContent.open(
    { files, folder, feed, keys, live: () => live, isWritable: false },
    view,
  );
  return content;
}
