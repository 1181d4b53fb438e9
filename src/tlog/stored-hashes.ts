// Where each hash of a tree stands in a flat file that only grows.
import { assert } from "../core/index.ts";

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
