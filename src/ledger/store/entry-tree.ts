import { assert, equalBytes, type Files, FleetError, hasCode, sha256 } from "../../core/index.ts";
import { RefsBuilder } from "../../skywire/cxo/index.ts";
import {
  frontierIndexes,
  HASH_SIZE,
  leafHash,
  type ReadHashes,
  storedHashCount,
  storedHashIndex,
  TreeFrontier,
} from "../../tlog/index.ts";
import type { EntryFiles, RawEntry } from "./entry-files.ts";
import { HashList } from "./hash-list.ts";
import { BLOCK_ENTRIES } from "./segment-index.ts";
import { leavesWithin, TREE_FILE, TreeFile } from "./tree-file.ts";

/** 64 entries are a complete subtree of this level. */
const BLOCK_LEVEL = 6;
const WINDOW_SIZE = 1024 * 1024;

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
 * The Merkle tree over a ledger's entries. It holds one hash for every 64 entries and those above
 * them, all proved by the root; what is below is computed from the entries themselves. The file only
 * spares reading all entries: hashes from it count when they lead to the root.
 */
export class EntryTree {
  readonly #entries: EntryFiles;
  #frontier: TreeFrontier;
  /** Stored hashes of the tree whose leaves are the blocks. */
  readonly #upper: HashList;
  #upperFrontier: TreeFrontier;
  /** Leaf hashes behind the last whole block. */
  #tail: Uint8Array[] = [];
  #file: TreeFile | undefined;
  #lastBlock: { readonly block: number; readonly leaves: readonly Uint8Array[] } | undefined;

  private constructor(
    entries: EntryFiles,
    blocks: readonly Uint8Array[],
    file: TreeFile | undefined,
  ) {
    this.#entries = entries;
    this.#upper = new HashList();
    this.#upperFrontier = new TreeFrontier();
    for (const hash of blocks) this.#upper.push(...this.#upperFrontier.append(hash));
    const hashes = frontierIndexes(blocks.length).map((index) => this.#upper.at(index));
    this.#frontier = TreeFrontier.resume(blocks.length * BLOCK_ENTRIES, hashes);
    this.#file = file;
  }

  /** The tree of no entries, which writes its file as it grows. */
  static empty({
    files,
    folder,
    entries,
  }: Pick<TreeOptions, "files" | "folder" | "entries">): EntryTree {
    return new EntryTree(entries, [], new TreeFile(files, folder, 0));
  }

  /**
   * Opens the tree of a ledger that was read up to its log: from the file where it leads to the root,
   * else from all entries.
   * @throws FleetError ledger/damaged when the entries are not those of the root or of the list
   */
  static async open(options: TreeOptions): Promise<EntryTree> {
    const { root, entries } = options;
    const kept = await readBlocks(options);
    // Hashes of the file count only when a checkpoint confirms them.
    const first = root === undefined ? undefined : await EntryTree.#from(options, kept);
    if (first !== undefined) return first;
    const nothing = { blocks: [], leaves: 0 };
    const second = await EntryTree.#from(options, nothing);
    if (second !== undefined) return second;
    await entries.reindex();
    const third = await EntryTree.#from(options, nothing);
    if (third !== undefined) return third;
    throw new FleetError("ledger/damaged", "the entries are not those that the newest Root names");
  }

  /** Goes on from whole blocks with the entries behind them; `undefined` when that leads elsewhere. */
  static async #from(
    { files, folder, entries, size, list, degree, root, isWritable }: TreeOptions,
    { blocks, leaves }: KeptHashes,
  ): Promise<EntryTree | undefined> {
    const file = isWritable ? new TreeFile(files, folder, leaves) : undefined;
    const tree = new EntryTree(entries, blocks, file);
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
    this.#upper.push(...this.#upperFrontier.append(block));
    this.#tail = [];
  }

  /** The root with further leaves behind those of now, which stay as they are. */
  rootWith(leaves: readonly Uint8Array[]): Uint8Array {
    const blocks = this.#upperFrontier.size;
    const hashes = frontierIndexes(blocks).map((index) => this.#upper.at(index));
    const frontier = TreeFrontier.resume(blocks * BLOCK_ENTRIES, hashes);
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
  hasBlock(block: number, entries: readonly RawEntry[]): boolean {
    const leaves = entries.map(({ bytes }) => leafHash(bytes));
    const count = this.#upperFrontier.size;
    if (block === count)
      return (
        leaves.length <= this.#tail.length &&
        leaves.every((leaf, at) => equalBytes(leaf, this.#tail[at] ?? leaf.subarray(1)))
      );
    if (block > count || leaves.length !== BLOCK_ENTRIES) return false;
    this.#lastBlock = { block, leaves };
    return equalBytes(rootOf(leaves), this.#upper.at(storedHashIndex(0, block)));
  }

  /** Reads stored hashes by their index, of the tree as it is now. */
  readonly read: ReadHashes = async (indexes) => {
    const hashes: Uint8Array[] = [];
    for (const index of indexes) hashes.push(await this.#stored(index));
    return hashes;
  };

  async #stored(index: number): Promise<Uint8Array> {
    const { level, node } = placeOf(index, this.size);
    if (level >= BLOCK_LEVEL) return this.#upper.at(storedHashIndex(level - BLOCK_LEVEL, node));
    const first = node * 2 ** level;
    const block = Math.floor(first / BLOCK_ENTRIES);
    const leaves = block === this.#upperFrontier.size ? this.#tail : await this.#leavesOf(block);
    const from = first - block * BLOCK_ENTRIES;
    return rootOf(leaves.slice(from, from + 2 ** level));
  }

  async #leavesOf(block: number): Promise<readonly Uint8Array[]> {
    if (this.#lastBlock?.block === block) return this.#lastBlock.leaves;
    const raw: RawEntry[] = [];
    const from = block * BLOCK_ENTRIES;
    for await (const batch of this.#entries.read(from, from + BLOCK_ENTRIES)) raw.push(...batch);
    if (!this.hasBlock(block, raw)) throw notWritten(raw);
    return this.#lastBlock?.leaves ?? [];
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
  /** The hashes of whole blocks. */
  readonly blocks: readonly Uint8Array[];
  /** Leaves of which all hashes are there. */
  readonly leaves: number;
}

async function readBlocks({ files, folder, size }: TreeOptions): Promise<KeptHashes> {
  const file = await files.openRead(`${folder}/${TREE_FILE}`);
  if (file === undefined) return { blocks: [], leaves: 0 };
  try {
    const stored = Math.floor(file.size / HASH_SIZE);
    const leaves = leavesWithin(stored, size);
    const blocks: Uint8Array[] = [];
    let window = new Uint8Array();
    let base = 0;
    for (let block = 0; block < Math.floor(leaves / BLOCK_ENTRIES); block += 1) {
      const offset = storedHashIndex(BLOCK_LEVEL, block) * HASH_SIZE;
      if (offset + HASH_SIZE > base + window.length) {
        base = offset;
        window = new Uint8Array(await file.read(offset, WINDOW_SIZE));
      }
      const hash = window.slice(offset - base, offset - base + HASH_SIZE);
      if (hash.length < HASH_SIZE) return { blocks: [], leaves: 0 };
      blocks.push(hash);
    }
    return { blocks, leaves };
  } finally {
    await file.close();
  }
}
