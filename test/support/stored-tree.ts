import { utf8 } from "../../src/core/index.ts";
import { leafHash, type ReadHashes, TreeFrontier } from "../../src/tlog/index.ts";

/** A tree with all its hashes in memory, as a flat file would hold them. */
export interface StoredTree {
  readonly frontier: TreeFrontier;
  readonly hashes: readonly Uint8Array[];
  /** The indexes of each batch that was read. */
  readonly batches: readonly (readonly number[])[];
  readonly read: ReadHashes;
}

/** The leaf that stands at a place of every tree made here. */
export function leafAt(index: number): Uint8Array {
  return utf8(`leaf ${index}`);
}

/** A tree of the first `size` leaves. */
export function storedTree(
  size: number,
  leafOf: (index: number) => Uint8Array = leafAt,
): StoredTree {
  const frontier = new TreeFrontier();
  const hashes: Uint8Array[] = [];
  for (let index = 0; index < size; index += 1) {
    hashes.push(...frontier.append(leafHash(leafOf(index))));
  }
  const batches: (readonly number[])[] = [];
  return {
    frontier,
    hashes,
    batches,
    read: (indexes) => {
      batches.push(indexes);
      return Promise.resolve(indexes.flatMap((index) => hashes.slice(index, index + 1)));
    },
  };
}
