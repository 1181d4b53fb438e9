// A list of hashes that takes 32 bytes for each and no more.
import { assert } from "../../core/index.ts";

const HASH_SIZE = 32;
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
