// Makes inclusion and consistency proofs from stored hashes.
import { assert } from "../core/index.ts";
import {
  foldSubtrees,
  HASH_SIZE,
  largestSubtree,
  type LeafRange,
  subtreeIndexes,
  TREE_SIZE_MAX,
} from "./merkle.ts";

/**
 * Reads stored hashes by their indexes (see `storedHashIndex`) in one go: as many 32-byte hashes as
 * indexes, in their order. Asked once for each proof and never for nothing.
 */
export type ReadHashes = (indexes: readonly number[]) => Promise<readonly Uint8Array[]>;

/** The root of the first `size` leaves, 32 bytes; reads at most one hash for each binary digit. */
export async function treeRoot(size: number, read: ReadHashes): Promise<Uint8Array> {
  assertSize(size);
  const [root] = await readRoots([{ from: 0, to: size }], read);
  assert(root !== undefined, "one range has one root");
  return root;
}

/**
 * Makes the proof that leaf `index` is in the tree of the first `size` leaves: the hashes beside the
 * way from the leaf to the root, lowest first. Reads in one batch, in proportion to the height.
 *
 * Source: RFC 6962 section 2.1.1.
 */
export async function inclusionProof(
  index: number,
  size: number,
  read: ReadHashes,
): Promise<readonly Uint8Array[]> {
  assertSize(size);
  assert(Number.isSafeInteger(index) && index >= 0, "a leaf is counted from zero");
  assert(index < size, "the leaf is in the tree");
  return readRoots(besideLeaf(index, size), read);
}

/**
 * Makes the proof that the tree of the first `newSize` leaves begins with the tree of the first
 * `oldSize`, lowest hashes first. Empty for equal sizes and for an empty old tree. Reads in one batch.
 *
 * Source: RFC 6962 section 2.1.2.
 */
export async function consistencyProof(
  oldSize: number,
  newSize: number,
  read: ReadHashes,
): Promise<readonly Uint8Array[]> {
  assertSize(oldSize);
  assertSize(newSize);
  assert(oldSize <= newSize, "the new tree is not smaller");
  if (oldSize === 0 || oldSize === newSize) return [];
  return readRoots(besidePrefix(oldSize, newSize), read);
}

/** The runs of leaves beside the way from the root to a leaf, lowest first. */
function besideLeaf(index: number, size: number): readonly LeafRange[] {
  const beside: LeafRange[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + leftLeaves(to - from);
    if (index < middle) {
      beside.push({ from: middle, to });
      to = middle;
    } else {
      beside.push({ from, to: middle });
      from = middle;
    }
  }
  return beside.reverse();
}

/**
 * The runs of leaves beside the way from the root to where the old tree ends, lowest first. The run
 * where the way ends is named too, unless it is the old tree itself, whose root the verifier has.
 */
function besidePrefix(oldSize: number, newSize: number): readonly LeafRange[] {
  const beside: LeafRange[] = [];
  let [from, to] = [0, newSize];
  while (to !== oldSize) {
    const middle = from + leftLeaves(to - from);
    if (oldSize <= middle) {
      beside.push({ from: middle, to });
      to = middle;
    } else {
      beside.push({ from, to: middle });
      from = middle;
    }
  }
  if (from > 0) beside.push({ from, to });
  return beside.reverse();
}

/** How many of `count` leaves, at least two, stand below the left child of their root. */
function leftLeaves(count: number): number {
  return largestSubtree(count - 1).leaves;
}

async function readRoots(
  ranges: readonly LeafRange[],
  read: ReadHashes,
): Promise<readonly Uint8Array[]> {
  const parts = ranges.map(subtreeIndexes);
  const indexes = parts.flat();
  const hashes = indexes.length === 0 ? [] : await read(indexes);
  assert(hashes.length === indexes.length, "every index read has its hash");
  assert(
    hashes.every(({ length }) => length === HASH_SIZE),
    "every stored hash is whole",
  );
  let at = 0;
  return parts.map(({ length }) => {
    at += length;
    return foldSubtrees(hashes.slice(at - length, at));
  });
}

function assertSize(size: number): void {
  assert(Number.isSafeInteger(size) && size >= 0, "a tree has a whole number of leaves");
  assert(size <= TREE_SIZE_MAX, "a tree's size is an exact number");
}
