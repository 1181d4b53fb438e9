// What a ledger says, with the proofs of it; the same for reading, writing and copies.
import { assert, FleetError, fromHex, sha256, toHex } from "../../core/index.ts";
import type { RefsBuilder, SentRoot } from "../../skywire/cxo/index.ts";
import { consistencyProof, inclusionProof, treeRoot } from "../../tlog/index.ts";
import type { LedgerRecord, SeenHead } from "./entries/payloads.ts";
import { asDamage, LedgerHistory, type LedgerPlace } from "./history.ts";
import type { FeedKey, OperatorKeys } from "../keys/index.ts";
import { LEDGER_NONCE, type LedgerHead, readNewest, toMs } from "./head.ts";
import { EntryFiles, type EntryFilesOptions } from "./store/entry-files.ts";
import { EntryTree } from "./store/entry-tree.ts";
import { HashList } from "./store/block-hashes.ts";
import type { CommitEnd } from "./store/start-store.ts";
import type { StoreView } from "./store/read-store.ts";

/** What a ledger's content is read from. */
export interface ContentOptions extends EntryFilesOptions {
  /** Without keys sealed payloads stay closed. */
  readonly keys: OperatorKeys | undefined;
}

/** The newest state of a ledger. */
interface ContentState {
  readonly head: LedgerHead;
  /** Of the Root. */
  readonly timeNs: bigint;
  readonly headRoot: SentRoot;
  readonly checkpoint: Uint8Array | undefined;
  /** Of the list of entries. */
  readonly degree: number;
}

/** What a ledger says, with the proofs of it; the same for reading, writing and copies. */
export class LedgerContent {
  readonly feed: FeedKey;
  readonly history: LedgerHistory;
  readonly entryTree: EntryTree;
  readonly #folder: string;
  readonly #entries: EntryFiles;
  #state: ContentState;

  private constructor(
    options: ContentOptions,
    entries: EntryFiles,
    tree: EntryTree,
    state: ContentState,
  ) {
    const { feed, keys, folder } = options;
    this.feed = feed;
    this.#folder = folder;
    this.entryTree = tree;
    this.#entries = entries;
    this.history = new LedgerHistory({ feed, keys, entries, tree });
    this.#state = state;
  }

  /** Opens what a store holds at its last commit. @throws FleetError ledger/damaged, ledger/version, files/* */
  static async open(
    options: ContentOptions,
    view: StoreView,
  ): Promise<{ readonly content: LedgerContent; readonly refs: RefsBuilder }> {
    const { files, folder, feed, isWritable } = options;
    try {
      const { sent, root, rootHash, log, tree, refs } = readNewest(view, feed);
      // What stands behind the last commit is no part of it.
      options.live().indexer.cut(refs.length);
      const entries = new EntryFiles(options);
      const entryTree = await EntryTree.open({
        files,
        folder,
        entries,
        size: refs.length,
        root: tree,
        list: log.entries,
        degree: refs.degree,
        isWritable,
      });
      const head = {
        seq: root.seq,
        root: rootHash,
        size: refs.length,
        timeMs: toMs(root.time),
        tree: toHex(entryTree.root()),
      };
      const checkpoint = log.checkpoint.length === 0 ? undefined : log.checkpoint;
      const { degree } = refs;
      const state = { head, timeNs: root.time, headRoot: sent, checkpoint, degree };
      return { content: new LedgerContent(options, entries, entryTree, state), refs };
    } catch (error) {
      throw asDamage(folder, error);
    }
  }

  /** The content of a ledger before its first commit; `begin` tells of that once it is written. */
  static empty(options: ContentOptions): {
    readonly tree: EntryTree;
    readonly begin: (end: CommitEnd, degree: number) => LedgerContent;
  } {
    const entries = new EntryFiles(options);
    const tree = EntryTree.empty({ ...options, entries });
    return {
      tree,
      begin: (end, degree) =>
        new LedgerContent(options, entries, tree, stateOf(options.feed, end, degree)),
    };
  }

  get head(): LedgerHead {
    return this.#state.head;
  }

  get headRoot(): SentRoot {
    return this.#state.headRoot;
  }

  /** Of the newest Root, unix nanoseconds. */
  get timeNs(): bigint {
    return this.#state.timeNs;
  }

  get checkpoint(): Uint8Array | undefined {
    return this.#state.checkpoint;
  }

  get degree(): number {
    return this.#state.degree;
  }

  /** Moves to a commit that was written, whose leaves are in the tree, with the degree of its list. */
  advance(end: CommitEnd, degree: number): void {
    assert(BigInt(this.entryTree.size) === end.size, "the tree has the entries of the commit");
    this.#state = stateOf(this.feed, end, degree);
  }

  async *records({ from = 0 }: { readonly from?: number } = {}): AsyncGenerator<LedgerRecord> {
    const records = this.history.records(from);
    try {
      for (;;) {
        const next = await this.sound(() => records.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await records.return();
    }
  }

  async record(index: number): Promise<LedgerRecord | undefined> {
    for await (const record of this.records({ from: index }))
      return record.index === index ? record : undefined;
    return undefined;
  }

  place(): Promise<LedgerPlace> {
    return this.sound(() => this.history.place());
  }

  async resume(place: LedgerPlace): Promise<boolean> {
    try {
      return await this.history.resume(place);
    } catch (error) {
      // What cannot be read is no reason to believe the place.
      if (error instanceof FleetError) return false;
      throw error;
    }
  }

  tree(): SeenHead {
    const { size, tree } = this.head;
    return { feed: this.feed, size, tree };
  }

  async treeAt(size: number): Promise<string> {
    return toHex(await this.sound(() => treeRoot(size, this.entryTree.read)));
  }

  consistency(from: number, to: number = this.head.size): Promise<readonly Uint8Array[]> {
    return this.sound(() => consistencyProof(from, to, this.entryTree.read));
  }

  inclusion(index: number, size: number = this.head.size): Promise<readonly Uint8Array[]> {
    return this.sound(() => inclusionProof(index, size, this.entryTree.read));
  }

  object(index: number): Promise<Uint8Array | undefined> {
    return this.sound(() => this.history.object(index));
  }

  /**
   * Hashes of all entries, in order, 32 bytes of each. That they are those of the list is proved by who builds it.
   * @throws FleetError ledger/damaged
   */
  entryHashes(): Promise<HashList> {
    return this.sound(async () => {
      const hashes = new HashList();
      for await (const batch of this.#entries.read(0, this.head.size))
        hashes.push(...batch.map(({ bytes }) => sha256(bytes)));
      return hashes;
    });
  }

  /** Says of anything that cannot be read that it is damage. */
  async sound<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw asDamage(this.#folder, error);
    }
  }
}

function stateOf(feed: FeedKey, end: CommitEnd, degree: number): ContentState {
  const { seq, rootHash, size, timeNs, tree, root, signature, checkpoint } = end;
  return {
    head: { seq, root: rootHash, size: Number(size), timeMs: toMs(timeNs), tree },
    timeNs,
    headRoot: { feed: fromHex(feed), nonce: LEDGER_NONCE, seq, value: root, signature },
    checkpoint,
    degree,
  };
}
