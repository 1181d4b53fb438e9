// Grows a Merkle tree at its end, holding only its right edge.
import { assert } from "../core/index.ts";
import { EMPTY_ROOT, HASH_SIZE, nodeHash } from "./merkle.ts";
import { frontierIndexes, TREE_SIZE_MAX } from "./stored-hashes.ts";

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
