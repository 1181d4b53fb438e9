// The hashes of an RFC 6962 tree, where each stands in a flat file that only grows, its right edge, and the checkpoint that names its root.
import {
  assert,
  concatBytes,
  FleetError,
  formatBase64,
  parseBase64,
  sha256,
} from "../core/index.ts";
import { hasControl, quote } from "./note-text.ts";
import { sha256OfPair } from "./sha256-pair.ts";

// The hashes of an RFC 6962 tree, where each stands in a flat file that only grows, and its right edge.

// The hashes of leaves and nodes of an RFC 6962 tree.

const LEAF_PREFIX = new Uint8Array([0]);
/** A leaf behind its prefix, for one call: most leaves are short, and a log hashes many. */
const leaf = new Uint8Array(16_384);
const NODE_PREFIX = 1;

/** The bytes of one hash. */
export const HASH_SIZE = 32;

/** The root of a tree without leaves: SHA-256 of no bytes. Source: RFC 6962 section 2.1. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array());

/**
 * The hash of a leaf with these bytes: 32 fresh bytes, SHA-256 of a zero byte and the leaf.
 *
 * Source: RFC 6962 section 2.1.
 */
export function leafHash(bytes: Uint8Array): Uint8Array {
  if (bytes.length >= leaf.length) return sha256(concatBytes(LEAF_PREFIX, bytes));
  leaf.set(bytes, LEAF_PREFIX.length);
  return sha256(leaf.subarray(0, LEAF_PREFIX.length + bytes.length));
}

/**
 * The hash of the node above two hashes: 32 fresh bytes, SHA-256 of a one byte and both.
 *
 * Source: RFC 6962 section 2.1.
 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256OfPair(NODE_PREFIX, left, right);
}

// Where each hash of a tree stands in a flat file that only grows.

/** The largest tree size that is understood: what a number holds exactly. */
export const TREE_SIZE_MAX: number = Number.MAX_SAFE_INTEGER;

/** The largest tree whose hashes all have an exact index: up to two are stored for each leaf. */
const STORED_SIZE_MAX = 2 ** 52;

/** A run of leaves, `from` the first and `to` the one after the last. */
export interface LeafRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The place of a complete node in a flat file of hashes: node `index` of `level`, where level 0 are the
 * leaf hashes. Each leaf hash is followed by the hashes of all parents that it completes, lowest first,
 * so the file only ever grows.
 *
 * Range: the leaves below it are among the first 2^52.
 *
 * Source: the numbering of golang.org/x/mod/sumdb/tlog.
 */
export function storedHashIndex(level: number, index: number): number {
  assert(Number.isInteger(level) && level >= 0, "a level is counted from zero");
  assert(Number.isSafeInteger(index) && index >= 0, "a node is counted from zero");
  const end = (index + 1) * 2 ** level;
  assert(end <= STORED_SIZE_MAX, "a stored tree is small enough for exact indexes");
  return storedHashCount(end - 1) + level;
}

/** How many hashes a flat file of a tree of `size` leaves holds. Range of `size`: 0 to 2^52. */
export function storedHashCount(size: number): number {
  assert(Number.isSafeInteger(size) && size >= 0, "a tree has a whole number of leaves");
  assert(size <= STORED_SIZE_MAX, "a stored tree is small enough for exact indexes");
  let count = 0;
  for (let nodes = size; nodes > 0; nodes = Math.floor(nodes / 2)) count += nodes;
  return count;
}

/**
 * The stored indexes of the largest complete subtrees of a tree of `size` leaves, largest first: what
 * is needed to go on appending at this size. None for an empty tree, at most 53.
 */
export function frontierIndexes(size: number): readonly number[] {
  assert(Number.isSafeInteger(size) && size >= 0, "a tree has a whole number of leaves");
  return subtreeIndexes({ from: 0, to: size });
}

/**
 * The stored indexes of the largest complete subtrees that make up a run of leaves, left to right. The
 * run begins where a subtree of at least its own size may begin.
 */
export function subtreeIndexes({ from, to }: LeafRange): readonly number[] {
  const indexes: number[] = [];
  let start = from;
  while (start < to) {
    const { level, leaves } = largestSubtree(to - start);
    indexes.push(storedHashIndex(level, start / leaves));
    start += leaves;
  }
  return indexes;
}

/** The largest complete subtree that has at most `count` leaves; `count` is at least 1. */
export function largestSubtree(count: number): { readonly level: number; readonly leaves: number } {
  let level = 0;
  let leaves = 1;
  while (leaves <= count - leaves) {
    leaves *= 2;
    level += 1;
  }
  return { level, leaves };
}

// Grows a Merkle tree at its end, holding only its right edge.

/**
 * Grows a Merkle tree at its end. It keeps only the roots of the largest complete subtrees, largest
 * first: one for each binary digit 1 of the size.
 */
export class TreeFrontier {
  #size = 0;
  #subtrees: Uint8Array[] = [];

  /**
   * A tree of `size` leaves that goes on from stored hashes: those that {@link frontierIndexes} names,
   * in that order. Keeps the hashes; they must not change afterwards.
   */
  static resume(size: number, hashes: readonly Uint8Array[]): TreeFrontier {
    assert(hashes.length === frontierIndexes(size).length, "every subtree has its hash");
    assert(
      hashes.every(({ length }) => length === HASH_SIZE),
      "every stored hash is whole",
    );
    const frontier = new TreeFrontier();
    frontier.#size = size;
    frontier.#subtrees = [...hashes];
    return frontier;
  }

  /** The number of leaves. */
  get size(): number {
    return this.#size;
  }

  /** The roots of the largest complete subtrees, largest first: what {@link resume} goes on from. */
  get subtrees(): readonly Uint8Array[] {
    return [...this.#subtrees];
  }

  /**
   * Adds one leaf by its hash and gives the hashes that are complete now, in the order in which a flat
   * file holds them: the leaf's own, then each parent that it completes. Keeps `leafHash`, which must
   * not change afterwards.
   */
  append(leafHash: Uint8Array): readonly Uint8Array[] {
    assert(leafHash.length === HASH_SIZE, "a leaf is added by its hash");
    assert(this.#size < TREE_SIZE_MAX, "the tree can still grow");
    const complete = [leafHash];
    let hash = leafHash;
    for (let nodes = this.#size; nodes % 2 === 1; nodes = (nodes - 1) / 2) {
      const left = this.#subtrees.pop();
      assert(left !== undefined, "an odd count leaves a subtree waiting");
      hash = nodeHash(left, hash);
      complete.push(hash);
    }
    this.#subtrees.push(hash);
    this.#size += 1;
    return complete;
  }

  /** The root of the tree as it is now: 32 bytes. The tree can go on growing. */
  root(): Uint8Array {
    return foldSubtrees(this.#subtrees);
  }
}

/** The root over complete subtrees, largest first; the empty root when there are none. */
export function foldSubtrees(subtrees: readonly Uint8Array[]): Uint8Array {
  const smallest = subtrees.at(-1);
  if (smallest === undefined) return EMPTY_ROOT.slice();
  return subtrees.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), smallest);
}

// The text of a checkpoint: origin, size and root of a log.

/** What a log says about itself at one size. */
export interface Checkpoint {
  /** The name of the log: one line, not empty. */
  readonly origin: string;
  /** The number of leaves. */
  readonly size: number;
  /** The root of the tree of these leaves: 32 bytes. */
  readonly root: Uint8Array;
  /** Further lines, none empty, whose meaning is the log's own. */
  readonly extensions: readonly string[];
}

/**
 * Formats the text of a checkpoint, which is signed as a note.
 * @throws FleetError tlog/checkpoint for an origin, size, root or line that has no such form
 */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const { origin, size, root, extensions } = checkpoint;
  const lines = [origin, String(size), formatBase64(root), ...extensions];
  if (lines.some((line) => line === "" || line.includes("\n") || hasControl(line))) {
    throw refusal("an empty line, or one with a control character");
  }
  if (!Number.isSafeInteger(size) || size < 0) throw refusal(`${size} is no number of leaves`);
  if (root.length !== HASH_SIZE) throw refusal(`its root has ${root.length} bytes`);
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * Parses the text of a checkpoint; it is the one text of that checkpoint or it is refused.
 * @throws FleetError tlog/checkpoint, also for more than 2^53 - 1 leaves
 *
 * Source: C2SP tlog-checkpoint v1.0.0, "Note text".
 */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = "", size = "", base64 = "", ...extensions] = text.split("\n").slice(0, -1);
  const root = parseBase64(base64);
  if (root === undefined) throw refusal("its third line is not base64");
  const checkpoint = { origin, size: parseLeafCount(size, refusal), root, extensions };
  if (formatCheckpoint(checkpoint) !== text) throw refusal("it is not written in its one form");
  return checkpoint;
}

/**
 * Parses a decimal number of leaves without leading zeros, 0 to 2^53 - 1.
 * @throws what `refuse` makes of the reason
 */
export function parseLeafCount(text: string, refuse: (why: string) => FleetError): number {
  if (!/^(?:0|[1-9]\d*)$/.test(text)) throw refuse(`${quote(text)} is no number of leaves`);
  const count = Number(text);
  if (!Number.isSafeInteger(count))
    throw refuse(`${quote(text)} leaves are more than can be counted`);
  return count;
}

function refusal(why: string): FleetError {
  return new FleetError("tlog/checkpoint", `not a checkpoint: ${why}`, {
    next: "fetch the checkpoint again from the log",
  });
}
