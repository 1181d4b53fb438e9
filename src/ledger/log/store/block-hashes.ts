// The Merkle tree above whole blocks of entries, in a file that its writer adds to and from which each hash is read and proved.
import {
  type AppendFile,
  assert,
  concatBytes,
  equalBytes,
  type Files,
  FleetError,
  hasCode,
} from "../../../core/index.ts";
import {
  HASH_SIZE,
  nodeHash,
  storedHashCount,
  storedHashIndex,
  TreeFrontier,
} from "../../../tlog/index.ts";
import { BLOCK_ENTRIES } from "./segment-index.ts";

// A list of hashes that takes 32 bytes for each and no more.

const FIRST_ROOM = 64;

/** A list of hashes, packed: 32 bytes each and nothing beside. */
export class HashList {
  #bytes = new Uint8Array(FIRST_ROOM * HASH_SIZE);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(...hashes: readonly Uint8Array[]): void {
    for (const hash of hashes) {
      const at = this.#length * HASH_SIZE;
      if (at === this.#bytes.length) this.#grow();
      this.#bytes.set(hash, at);
      this.#length += 1;
    }
  }

  /** The hash at a place that is in the list. The bytes are shared until the list grows. */
  at(index: number): Uint8Array {
    assert(index >= 0 && index < this.#length, "the hash is in the list");
    return this.#bytes.subarray(index * HASH_SIZE, (index + 1) * HASH_SIZE);
  }

  #grow(): void {
    const grown = new Uint8Array(this.#bytes.length * 2);
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

// The file of a ledger's tree hashes, as its writer adds to it.

/** RFC 6962 stored hashes of all entries, 32 bytes each, in the order in which they are complete. */
const TREE_FILE = "tree.hashes";

const FILE_MODE = 0o600;
const FLUSH_HASHES = 4096;

/** Of how many leaves, at most `size`, a file with so many stored hashes holds all. */
function leavesWithin(stored: number, size: number): number {
  let [low, high] = [0, size + 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (storedHashCount(middle) <= stored) low = middle;
    else high = middle;
  }
  return low;
}

/** The file of stored hashes as a writer keeps it. A failure only makes it shorter than it could be. */
export class TreeFile {
  readonly #files: Files;
  readonly #path: string;
  /** Leaves whose hashes are in the file. */
  #leaves: number;
  #waiting: Uint8Array[] = [];
  #file: AppendFile | undefined;

  constructor(files: Files, folder: string, leaves: number) {
    this.#files = files;
    this.#path = `${folder}/${TREE_FILE}`;
    this.#leaves = leaves;
  }

  push(leaf: number, complete: readonly Uint8Array[]): void {
    if (leaf >= this.#leaves) this.#waiting.push(...complete);
  }

  /** False when the file cannot be written; then it is left alone. */
  async flush(): Promise<boolean> {
    const waiting = this.#waiting;
    if (waiting.length === 0) return true;
    this.#waiting = [];
    try {
      this.#file ??= await this.#open();
      for (let at = 0; at < waiting.length; at += FLUSH_HASHES)
        await this.#file.append(concatBytes(...waiting.slice(at, at + FLUSH_HASHES)));
      return true;
    } catch (error) {
      if (!hasCode(error, "files/")) throw error;
      return false;
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  async #open(): Promise<AppendFile> {
    const size = storedHashCount(this.#leaves) * HASH_SIZE;
    const facts = await this.#files.stat(this.#path);
    const file = await this.#files.openAppend(this.#path, { mode: FILE_MODE });
    if (facts !== undefined && facts.size > size) await this.#files.truncate(this.#path, size);
    return file;
  }
}

// The Merkle tree above whole blocks of entries: hashes are read from its file one by one, each proved by the root.

/** 64 entries are a complete subtree of this level. */
export const BLOCK_LEVEL = 6;
/** Read at once: the hashes of blocks that stand side by side are mostly asked for together. */
const WINDOW_SIZE = 64 * 1024;
/** Proved hashes that are held, beside those that prove all others. */
const KNOWN_MAX = 4096;

/** The code of the error for a file whose hashes do not lead to the root. */
export const TREE_FILE_FAULT = "ledger/tree-file";

/** A node by its level, 0 for blocks, and its number in that level. */
interface Node {
  readonly level: number;
  readonly node: number;
}

/**
 * The hashes of blocks and of all nodes above them. Of those that stand in the file only the tops are held, the largest
 * complete subtrees: who opens it compares them with a signed root, and everything below is proved by them when it is
 * read. Those that are added since are held.
 */
export class BlockHashes {
  readonly #files: Files;
  readonly #path: string;
  /** Blocks whose hashes are taken from the file. */
  readonly #kept: number;
  readonly #tops: ReadonlyMap<number, Uint8Array>;
  readonly #known = new Map<number, Uint8Array>();
  /** Stored hashes of the blocks behind those. */
  readonly #added = new HashList();
  readonly #frontier: TreeFrontier;
  #window = { from: 0, bytes: new Uint8Array() };

  private constructor(
    { files, folder }: { readonly files: Files; readonly folder: string },
    kept: number,
    tops: readonly Uint8Array[],
  ) {
    this.#files = files;
    this.#path = `${folder}/${TREE_FILE}`;
    this.#kept = kept;
    const places = topsOf(kept);
    this.#tops = new Map(tops.map((hash, at) => [keyOf(places[at]), hash] as const));
    this.#frontier = TreeFrontier.resume(kept, tops);
  }

  /** None yet; the file is not asked for any. */
  static empty(where: { readonly files: Files; readonly folder: string }): BlockHashes {
    return new BlockHashes(where, 0, []);
  }

  /**
   * Those that stand in the file, of at most `size` entries. Nothing is proved before its tops are.
   * @returns with how many entries all their hashes are in the file
   */
  static async open(
    where: { readonly files: Files; readonly folder: string },
    size: number,
  ): Promise<{ readonly blocks: BlockHashes; readonly leaves: number }> {
    const nothing = { blocks: BlockHashes.empty(where), leaves: 0 };
    const file = await where.files.openRead(`${where.folder}/${TREE_FILE}`);
    if (file === undefined) return nothing;
    try {
      const leaves = leavesWithin(Math.floor(file.size / HASH_SIZE), size);
      const kept = Math.floor(leaves / BLOCK_ENTRIES);
      const tops: Uint8Array[] = [];
      for (const top of topsOf(kept)) tops.push(await file.read(offsetOf(top), HASH_SIZE));
      if (tops.some(({ length }) => length < HASH_SIZE)) return nothing;
      return { blocks: new BlockHashes(where, kept, tops), leaves };
    } finally {
      await file.close();
    }
  }

  /** Whole blocks. */
  get count(): number {
    return this.#frontier.size;
  }

  /** The roots of the largest complete subtrees, largest first. */
  get tops(): readonly Uint8Array[] {
    return this.#frontier.subtrees;
  }

  /** Adds the next block. */
  append(hash: Uint8Array): void {
    this.#added.push(...this.#frontier.append(hash));
  }

  /** The hash of a node that is complete. @throws FleetError ledger/tree-file, files/* */
  async at(level: number, node: number): Promise<Uint8Array> {
    const isKept = (node + 1) * 2 ** level <= this.#kept;
    if (!isKept) return this.#added.at(storedHashIndex(level, node) - storedHashCount(this.#kept));
    if (this.#known.size > KNOWN_MAX) this.#known.clear();
    return await this.#proved({ level, node });
  }

  /** Below a proved node both children are right when they hash to it. */
  async #proved({ level, node }: Node): Promise<Uint8Array> {
    const key = keyOf({ level, node });
    const held = this.#tops.get(key) ?? this.#known.get(key);
    if (held !== undefined) return held;
    const above = await this.#proved({ level: level + 1, node: Math.floor(node / 2) });
    const left = { level, node: node - (node % 2) };
    const right = { level, node: left.node + 1 };
    const [leftHash, rightHash] = [await this.#read(left), await this.#read(right)];
    if (!equalBytes(nodeHash(leftHash, rightHash), above))
      throw new FleetError(TREE_FILE_FAULT, `the hashes in ${TREE_FILE} do not lead to the root`);
    this.#known.set(keyOf(left), leftHash);
    this.#known.set(keyOf(right), rightHash);
    return left.node === node ? leftHash : rightHash;
  }

  /** A hash as it stands in the file; of no length where it does not. */
  async #read(place: Node): Promise<Uint8Array> {
    const offset = offsetOf(place);
    const { from, bytes } = this.#window;
    if (offset < from || offset + HASH_SIZE > from + bytes.length) {
      const file = await this.#files.openRead(this.#path);
      try {
        const fresh = await file?.read(offset, WINDOW_SIZE);
        this.#window = { from: offset, bytes: new Uint8Array(fresh ?? []) };
      } finally {
        await file?.close();
      }
    }
    const at = offset - this.#window.from;
    const hash = this.#window.bytes.slice(at, at + HASH_SIZE);
    return hash.length === HASH_SIZE ? hash : new Uint8Array(HASH_SIZE);
  }
}

/** The largest complete subtrees of so many blocks, largest first. */
function topsOf(count: number): readonly Node[] {
  const tops: Node[] = [];
  let from = 0;
  for (let level = Math.floor(Math.log2(Math.max(count, 1))); level >= 0; level -= 1) {
    if (count - from < 2 ** level) continue;
    tops.push({ level, node: from / 2 ** level });
    from += 2 ** level;
  }
  return tops;
}

function keyOf(place: Node | undefined): number {
  return place === undefined ? -1 : storedHashIndex(place.level, place.node);
}

function offsetOf({ level, node }: Node): number {
  return storedHashIndex(BLOCK_LEVEL + level, node) * HASH_SIZE;
}
