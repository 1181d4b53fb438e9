// The Merkle tree over entries that are fetched and not kept.
import {
  HASH_SIZE,
  inclusionProof,
  type ReadHashes,
  storedHashIndex,
  TreeFrontier,
  treeRoot,
} from "../tlog/index.ts";

const FIRST_SIZE = 4096;

/** The Merkle tree over entries that are fetched and not kept: two hashes for each, in one piece of memory. */
export class FetchedTree {
  readonly #frontier = new TreeFrontier();
  #bytes = new Uint8Array(FIRST_SIZE);
  #used = 0;

  /** Leaves. */
  get size(): number {
    return this.#frontier.size;
  }

  append(leaf: Uint8Array): void {
    for (const hash of this.#frontier.append(leaf)) this.#push(hash);
  }

  leaf(index: number): Uint8Array {
    return this.#at(storedHashIndex(0, index));
  }

  /** The root over the first leaves. */
  rootOf(size: number): Promise<Uint8Array> {
    return treeRoot(size, this.#read);
  }

  /** The proof that a leaf is among all, lowest hash first. */
  inclusion(index: number): Promise<readonly Uint8Array[]> {
    return inclusionProof(index, this.size, this.#read);
  }

  readonly #read: ReadHashes = async (indexes) => indexes.map((index) => this.#at(index));

  #at(index: number): Uint8Array {
    return this.#bytes.slice(index * HASH_SIZE, (index + 1) * HASH_SIZE);
  }

  #push(hash: Uint8Array): void {
    if (this.#used + HASH_SIZE > this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(hash, this.#used);
    this.#used += HASH_SIZE;
  }
}
