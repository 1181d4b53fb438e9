// A copy of somebody's ledger, which takes in newer states that relays give and believes none of them.
import { BugError, equalBytes, FleetError, fromHex, sha256, toHex } from "../../core/index.ts";
import {
  RefsBuilder,
  type SentRoot,
  type VerifiedRoot,
  verifyRoot,
} from "../../skywire/cxo/index.ts";
import {
  type CommitEnd,
  LEDGER_REGISTRY,
  LedgerContent,
  type LedgerHead,
  type LockWorld,
  type Log,
  readLog,
  readStore,
  stoppedError,
  StoreWriter,
} from "../log/index.ts";
import type { FeedKey } from "../keys/index.ts";
import { notAnExtension, type ReplicaEntry, takeEntries, type Taken } from "./replica-intake.ts";

/** What keeping a copy of somebody's ledger needs. */
export interface ReplicaOptions extends LockWorld {
  /** The replica's own folder, absolute. */
  readonly folder: string;
  readonly feed: FeedKey;
}

/** A newer state of a ledger as a relay gave it; nothing of it is believed. */
export interface ReplicaCommit {
  readonly root: SentRoot;
  /** The object that the Root points to. */
  readonly log: Uint8Array;
  /** All entries that the replica does not have, in order, iterated once. */
  readonly entries: AsyncIterable<readonly ReplicaEntry[]>;
}

/** The newest state that a copy held. */
interface ReplicaPin {
  readonly seq: bigint;
  /** Hex hash of the Root. */
  readonly rootHash: string;
  /** Entries. */
  readonly size: number;
}

/** A copy of a ledger, held by its lock; it is read with `readLedger`. */
export interface Replica {
  readonly feed: FeedKey;
  /** What it holds; absent before its first commit. */
  readonly head: LedgerHead | undefined;
  readonly headRoot: SentRoot | undefined;
  /** No commit may be older; still there when the copy itself was lost. */
  readonly pin: ReplicaPin | undefined;
  /**
   * Takes in a newer state, durably: every hash, signature and time of the new entries, the list, the
   * checkpoint and the Root are checked, and that the old entries are its beginning. What is refused
   * leaves nothing behind. The Root that is there already changes nothing.
   * @throws FleetError ledger/not-an-extension, ledger/diverged for a second Root of a number,
   *   ledger/older-root, ledger/checkpoint, ledger/signature, ledger/reordered, ledger/missing-entry,
   *   ledger/wrong-entry, other ledger/* for what no ledger has, cxo/* for what is no Root,
   *   ledger/not-recorded, ledger/stopped, ledger/lock-lost, and what `entries` throws
   */
  commit(commit: ReplicaCommit): Promise<LedgerHead>;
  /** Gives the lock back. */
  close(): Promise<void>;
}

/**
 * Begins the copy of a ledger that is not here. Nothing is written before its first commit.
 * @throws FleetError ledger/exists, ledger/locked, ledger/not-writable, files/*
 */
export async function createReplica(options: ReplicaOptions): Promise<Replica> {
  const { folder, feed } = options;
  const { writer, pin } = await StoreWriter.createReplica(options, folder, feed);
  const lost =
    pin === undefined
      ? undefined
      : { seq: pin.seq, rootHash: pin.rootHash, size: Number(pin.size) };
  return new StoredReplica(options, writer, undefined, lost);
}

/**
 * Opens the copy of a ledger to bring it up to date: takes the lock and puts right what a crash left.
 * @throws FleetError ledger/missing, ledger/locked, ledger/damaged, ledger/other-key, ledger/version,
 *   ledger/not-writable, ledger/not-a-replica for a ledger that was made in its folder
 */
export async function openReplica(options: ReplicaOptions): Promise<Replica> {
  const { folder, feed } = options;
  const { writer, view } = await StoreWriter.open(options, folder, feed);
  try {
    if (!view.scan.isReplica) {
      throw new FleetError("ledger/not-a-replica", `the ledger in ${folder} is no copy`, {
        next: "restore into a folder of its own, then put it in the place of this one",
        exit: 4,
      });
    }
    const held = await LedgerContent.open(contentOptions(options, writer), view);
    return new StoredReplica(options, writer, held, undefined);
  } catch (error) {
    await writer.close();
    throw error;
  }
}

interface Held {
  readonly content: LedgerContent;
  readonly refs: RefsBuilder;
}

class StoredReplica implements Replica {
  readonly #options: ReplicaOptions;
  readonly #writer: StoreWriter;
  readonly #lost: ReplicaPin | undefined;
  #held: Held | undefined;
  #isBusy = false;
  #isStopped = false;

  constructor(
    options: ReplicaOptions,
    writer: StoreWriter,
    held: Held | undefined,
    lost: ReplicaPin | undefined,
  ) {
    this.#options = options;
    this.#writer = writer;
    this.#held = held;
    this.#lost = lost;
  }

  get feed(): FeedKey {
    return this.#options.feed;
  }

  get head(): LedgerHead | undefined {
    return this.#held?.content.head;
  }

  get headRoot(): SentRoot | undefined {
    return this.#held?.content.headRoot;
  }

  get pin(): ReplicaPin | undefined {
    const { head } = this;
    if (head === undefined) return this.#lost;
    return { seq: head.seq, rootHash: head.root, size: head.size };
  }

  async commit(commit: ReplicaCommit): Promise<LedgerHead> {
    if (this.#isBusy) throw new BugError("one commit at a time: wait for the one before");
    if (this.#isStopped) throw stoppedError();
    this.#isBusy = true;
    try {
      const root = verifyRoot(commit.root.value, commit.root.signature, fromHex(this.feed));
      const { head } = this;
      if (head !== undefined && toHex(root.hash) === head.root) return head;
      const log = readLog(root, (hash) =>
        equalBytes(hash, sha256(commit.log)) ? commit.log : undefined,
      );
      checkNewer(root, log, this.pin);
      if (head !== undefined) this.#checkFollows(root, head);
      return await this.#write(commit, root, log);
    } finally {
      this.#isBusy = false;
    }
  }

  async close(): Promise<void> {
    this.#isStopped = true;
    await this.#held?.content.entryTree.close();
    await this.#writer.close();
  }

  #checkFollows(root: VerifiedRoot, head: LedgerHead): void {
    const isNext = root.seq === head.seq + 1n;
    if (isNext && toHex(root.prev) !== head.root)
      throw notAnExtension(`Root ${root.seq} does not follow Root ${head.seq} that is here`);
    if (root.time <= (this.#held?.content.timeNs ?? 0n))
      throw new FleetError("ledger/chain", `the time of Root ${root.seq} does not go forward`);
  }

  async #write(
    { root: sent, entries, log: logBytes }: ReplicaCommit,
    root: VerifiedRoot,
    log: Log,
  ): Promise<LedgerHead> {
    const { feed } = this;
    const held = this.#held;
    const empty = held === undefined ? this.#empty() : undefined;
    const refs = held?.refs ?? new RefsBuilder();
    const tree = held?.content.entryTree ?? empty?.tree;
    if (tree === undefined) throw new BugError("a replica has a tree");
    const end = await held?.content.sound(() => held.content.history.end());
    const begun = await this.#writer.beginCommit();
    let taken: Taken;
    try {
      if (held === undefined) await begun.add([LEDGER_REGISTRY.bytes]);
      const hadCheckpoint = held?.content.checkpoint !== undefined;
      taken = await takeEntries(
        { feed, log, entries, hadCheckpoint, end },
        { refs, tree, commit: begun, heldHashes: async () => held?.content.entryHashes() },
      );
      await begun.add([...taken.nodes, logBytes]);
    } catch (error) {
      await this.#abandon();
      throw error;
    }
    const rootHash = toHex(root.hash);
    const checkpoint = log.checkpoint.length === 0 ? undefined : log.checkpoint;
    const commitEnd: CommitEnd = {
      seq: root.seq,
      root: sent.value,
      rootHash,
      signature: sent.signature,
      size: log.size,
      timeNs: root.time,
      tree: toHex(tree.root()),
      checkpoint,
    };
    this.#isStopped = true;
    await this.#writer.endCommit(begun, commitEnd, held === undefined);
    const { degree } = taken.refs;
    const content = held?.content ?? empty?.begin(commitEnd, degree);
    if (content === undefined) throw new BugError("a replica has content");
    content.advance(commitEnd, degree);
    content.history.accept([], taken.reader, taken.lastTime);
    this.#held = { content, refs: taken.refs };
    this.#isStopped = false;
    return content.head;
  }

  #empty(): ReturnType<typeof LedgerContent.empty> {
    return LedgerContent.empty(contentOptions(this.#options, this.#writer));
  }

  // List and tree have taken in what is refused now: they are read anew.
  async #abandon(): Promise<void> {
    this.#isStopped = true;
    const held = this.#held;
    await held?.content.entryTree.close();
    await this.#writer.abandonCommit(held?.content.head.size ?? 0);
    if (held !== undefined) {
      const { files, folder, feed } = this.#options;
      const view = await readStore(files, folder, feed);
      this.#held = await LedgerContent.open(contentOptions(this.#options, this.#writer), view);
    }
    this.#isStopped = false;
  }
}

function contentOptions(
  { files, folder, feed }: ReplicaOptions,
  writer: StoreWriter,
): Parameters<typeof LedgerContent.empty>[0] {
  return { files, folder, feed, keys: undefined, live: () => writer.live, isWritable: true };
}

function checkNewer({ seq, hash }: VerifiedRoot, { size }: Log, pin: ReplicaPin | undefined): void {
  if (pin === undefined) return;
  if (seq < pin.seq) {
    throw new FleetError(
      "ledger/older-root",
      `Root ${seq} is older than Root ${pin.seq} that was here before`,
      { next: "ask another relay", exit: 4 },
    );
  }
  if (seq === pin.seq && toHex(hash) !== pin.rootHash) {
    throw new FleetError(
      "ledger/diverged",
      `Root ${seq} is another one than the Root of that number that was here before`,
      { next: "keep both Roots: the feed's owner signed two histories", exit: 4 },
    );
  }
  if (size < BigInt(pin.size))
    throw notAnExtension(`Root ${seq} has ${size} entries, and ${pin.size} were here before`);
}
