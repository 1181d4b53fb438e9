// Bytes that wait until enough of them are there.
const INITIAL_SIZE = 4096;
const SHRINK_ABOVE: number = 1024 * 1024;

/** Bytes that wait until enough of them are there. Grows with what arrived, never with what is announced. */
export class ByteQueue {
  #bytes = new Uint8Array(INITIAL_SIZE);
  #from = 0;
  #to = 0;

  get size(): number {
    return this.#to - this.#from;
  }

  push(chunk: Uint8Array): void {
    if (this.#to + chunk.length > this.#bytes.length) this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#to);
    this.#to += chunk.length;
  }

  /** The first `size` bytes, which stay. */
  peek(size: number): Uint8Array {
    return this.#bytes.subarray(this.#from, this.#from + size);
  }

  /** Takes the first `size` bytes, which are lent: the next `push` may write over them. */
  take(size: number): Uint8Array {
    const taken = this.#bytes.subarray(this.#from, this.#from + size);
    this.#from += size;
    if (this.#from === this.#to) {
      this.#from = 0;
      this.#to = 0;
      if (this.#bytes.length > SHRINK_ABOVE) this.#bytes = new Uint8Array(INITIAL_SIZE);
    }
    return taken;
  }

  #makeRoom(more: number): void {
    const needed = this.size + more;
    const target =
      needed > this.#bytes.length / 2
        ? new Uint8Array(Math.max(needed, this.#bytes.length * 2))
        : this.#bytes;
    target.set(this.#bytes.subarray(this.#from, this.#to));
    this.#bytes = target;
    this.#to = this.size;
    this.#from = 0;
  }
}
