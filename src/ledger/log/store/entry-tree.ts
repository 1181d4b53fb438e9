// The Merkle tree over a ledger's entries, which proves that what is read is what was written.
import {
  assert,
  equalBytes,
  type Files,
  FleetError,
  hasCode,
  sha256,
} from "../../../core/index.ts";
import { RefsBuilder } from "../../../skywire/cxo/index.ts";
import { leafHash, type ReadHashes, storedHashCount, TreeFrontier } from "../../../tlog/index.ts";
import { BLOCK_LEVEL, BlockHashes, TREE_FILE_FAULT, TreeFile } from "./block-hashes.ts";
import type { EntryFiles, RawEntry } from "./entry-files.ts";
import { BLOCK_ENTRIES } from "./segment-index.ts";

/** What opening a tree needs. */
export interface TreeOptions {
  readonly files: Files;
  readonly folder: string;
  readonly entries: EntryFiles;
  readonly size: number;
  /** What the newest checkpoint says; absent before the first one. */
  readonly root: Uint8Array | undefined;
  /** Hash of the list of entries, and the degree it is written in. */
  readonly list: Uint8Array;
  readonly degree: number;
  /** True when the file may be written. */
  readonly isWritable: boolean;
}

/**
 * The Merkle tree over a ledger's entries. It holds the hashes behind the last whole block of 64 entries; those of blocks
 * and above come from the file, each proved by the root, and what is below is computed from the entries themselves. The
 * file only spares reading all entries: hashes from it count when they lead to the root.
 */
export class EntryTree {
  readonly #where: Pick<TreeOptions, "files" | "folder">;
  readonly #entries: EntryFiles;
  #frontier: TreeFrontier;
  #blocks: BlockHashes;
  /** Leaf hashes behind the last whole block. */
  #tail: Uint8Array[] = [];
  #file: TreeFile | undefined;
  #lastBlock: { readonly block: number; readonly leaves: readonly Uint8Array[] } | undefined;

  private constructor(
    where: Pick<TreeOptions, "files" | "folder" | "entries">,
    blocks: BlockHashes,
    file: TreeFile | undefined,
  ) {
    this.#where = where;
    this.#entries = where.entries;
    this.#blocks = blocks;
    this.#frontier = TreeFrontier.resume(blocks.count * BLOCK_ENTRIES, blocks.tops);
    this.#file = file;
  }

  /** The tree of no entries, which writes its file as it grows. */
  static empty(where: Pick<TreeOptions, "files" | "folder" | "entries">): EntryTree {
    const { files, folder } = where;
    return new EntryTree(where, BlockHashes.empty(where), new TreeFile(files, folder, 0));
  }

  /**
   * Opens the tree of a ledger that was read up to its log: from the file where it leads to the root,
   * else from all entries.
   * @throws FleetError ledger/damaged when the entries are not those of the root or of the list
   */
  static async open(options: TreeOptions): Promise<EntryTree> {
    const { root, entries } = options;
    const kept = await BlockHashes.open(options, options.size);
    // Hashes of the file count only when a checkpoint confirms them.
    const first = root === undefined ? undefined : await EntryTree.#from(options, kept);
    if (first !== undefined) return first;
    const nothing = (): KeptHashes => ({ blocks: BlockHashes.empty(options), leaves: 0 });
    const second = await EntryTree.#from(options, nothing());
    if (second !== undefined) return second;
    await entries.reindex();
    const third = await EntryTree.#from(options, nothing());
    if (third !== undefined) return third;
    throw new FleetError("ledger/damaged", "the entries are not those that the newest Root names");
  }

  /** Goes on from whole blocks with the entries behind them; `undefined` when that leads elsewhere. */
  static async #from(
    options: TreeOptions,
    { blocks, leaves }: KeptHashes,
  ): Promise<EntryTree | undefined> {
    const { files, folder, entries, size, list, degree, root, isWritable } = options;
    const file = isWritable ? new TreeFile(files, folder, leaves) : undefined;
    const tree = new EntryTree(options, blocks, file);
    const refs = root === undefined ? new RefsBuilder(degree) : undefined;
    try {
      for await (const batch of entries.read(tree.size, size)) {
        for (const { bytes } of batch) {
          refs?.append(sha256(bytes));
          tree.append(leafHash(bytes));
        }
        await tree.flush();
      }
    } catch (error) {
      await tree.close();
      if (hasCode(error, "ledger/missing-entry")) return undefined;
      throw error;
    }
    const isRight =
      refs === undefined
        ? equalBytes(tree.root(), root ?? list)
        : equalBytes(refs.finish().hash, list);
    if (isRight) return tree;
    await tree.close();
    return undefined;
  }

  get size(): number {
    return this.#frontier.size;
  }

  root(): Uint8Array {
    return this.#frontier.root();
  }

  /** Adds an entry by its leaf hash; {@link flush} brings it to the file. */
  append(leaf: Uint8Array): void {
    const index = this.size;
    const complete = this.#frontier.append(leaf);
    this.#file?.push(index, complete);
    this.#tail.push(leaf);
    const block = complete[BLOCK_LEVEL];
    if (block === undefined) return;
    this.#blocks.append(block);
    this.#tail = [];
  }

  /** The root with further leaves behind those of now, which stay as they are. */
  rootWith(leaves: readonly Uint8Array[]): Uint8Array {
    const { count, tops } = this.#blocks;
    const frontier = TreeFrontier.resume(count * BLOCK_ENTRIES, tops);
    for (const leaf of [...this.#tail, ...leaves]) frontier.append(leaf);
    return frontier.root();
  }

  /** Writes what was added to the file, without waiting for the disk to keep it. */
  async flush(): Promise<void> {
    if (this.#file !== undefined && !(await this.#file.flush())) this.#file = undefined;
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  /** True when these are the entries of a block: all 64, or all behind the last whole block. */
  async hasBlock(block: number, entries: readonly RawEntry[]): Promise<boolean> {
    const leaves = entries.map(({ bytes }) => leafHash(bytes));
    const { count } = this.#blocks;
    if (block === count)
      return (
        leaves.length <= this.#tail.length &&
        leaves.every((leaf, at) => equalBytes(leaf, this.#tail[at] ?? leaf.subarray(1)))
      );
    if (block > count || leaves.length !== BLOCK_ENTRIES) return false;
    const isRight = equalBytes(rootOf(leaves), await this.#above(0, block));
    if (isRight) this.#lastBlock = { block, leaves };
    return isRight;
  }

  /** Reads stored hashes by their index, of the tree as it is now. */
  readonly read: ReadHashes = async (indexes) => {
    const hashes: Uint8Array[] = [];
    for (const index of indexes) hashes.push(await this.#stored(index));
    return hashes;
  };

  async #stored(index: number): Promise<Uint8Array> {
    const { level, node } = placeOf(index, this.size);
    if (level >= BLOCK_LEVEL) return await this.#above(level - BLOCK_LEVEL, node);
    const first = node * 2 ** level;
    const block = Math.floor(first / BLOCK_ENTRIES);
    const leaves = block === this.#blocks.count ? this.#tail : await this.#leavesOf(block);
    const from = first - block * BLOCK_ENTRIES;
    return rootOf(leaves.slice(from, from + 2 ** level));
  }

  async #leavesOf(block: number): Promise<readonly Uint8Array[]> {
    if (this.#lastBlock?.block === block) return this.#lastBlock.leaves;
    const raw: RawEntry[] = [];
    const from = block * BLOCK_ENTRIES;
    for await (const batch of this.#entries.read(from, from + BLOCK_ENTRIES)) raw.push(...batch);
    if (!(await this.hasBlock(block, raw))) throw notWritten(raw);
    return raw.map(({ bytes }) => leafHash(bytes));
  }

  /** A hash of a block or above. Where the file is wrong, all entries are read in its place. */
  async #above(level: number, node: number): Promise<Uint8Array> {
    try {
      return await this.#blocks.at(level, node);
    } catch (error) {
      if (!hasCode(error, TREE_FILE_FAULT)) throw error;
      for (let from = this.#blocks.count; ; from = this.#blocks.count) {
        const rebuilt = await this.#rebuilt(this.#blocks);
        // One that was completed meanwhile is not in it.
        if (this.#blocks.count !== from) continue;
        this.#blocks = rebuilt;
        break;
      }
      return await this.#blocks.at(level, node);
    }
  }

  async #rebuilt({ count, tops }: BlockHashes): Promise<BlockHashes> {
    const blocks = BlockHashes.empty(this.#where);
    let leaves: Uint8Array[] = [];
    for await (const batch of this.#entries.read(0, count * BLOCK_ENTRIES)) {
      for (const { bytes } of batch) {
        leaves.push(leafHash(bytes));
        if (leaves.length < BLOCK_ENTRIES) continue;
        blocks.append(rootOf(leaves));
        leaves = [];
      }
    }
    if (blocks.tops.every((hash, at) => equalBytes(hash, tops[at] ?? hash.subarray(1))))
      return blocks;
    throw new FleetError("ledger/damaged", "the entries are not those that the newest Root names");
  }
}

/** The error for entries that do not lead to the root. */
export function notWritten(entries: readonly RawEntry[]): FleetError {
  const [from, to] = [entries.at(0)?.index, entries.at(-1)?.index];
  return new FleetError(
    "ledger/damaged",
    `entries ${from} to ${to} are not those that were written`,
  );
}

function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const frontier = new TreeFrontier();
  for (const leaf of leaves) frontier.append(leaf);
  return frontier.root();
}

/** The node that a stored index of a tree of `size` leaves names. */
function placeOf(index: number, size: number): { readonly level: number; readonly node: number } {
  assert(index < storedHashCount(size), "a stored hash is in the tree");
  let [low, high] = [0, size];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (storedHashCount(middle) <= index) low = middle;
    else high = middle;
  }
  const level = index - storedHashCount(low);
  return { level, node: Math.floor(low / 2 ** level) };
}

/** What the file holds. */
interface KeptHashes {
  readonly blocks: BlockHashes;
  /** Leaves of which all hashes are there. */
  readonly leaves: number;
}
