// Received bytes cut into gob messages, however they came; one over the limit is refused by its length alone.
import { malformed, overLimit } from "./gob-error.ts";
import type { GobLimits } from "./limits.ts";

const MAX_LENGTH_BYTES = 8;
const SHORT_FORM = 0x80;
const FIRST_CAPACITY = 4_096;

/** The payload of one message inside the buffer. */
export interface GobFrame {
  readonly from: number;
  readonly end: number;
}

/**
 * Bytes that arrived and were not read yet, cut into messages. A chunk that finds the buffer empty is used
 * as it is; others are joined into a buffer that doubles, so the cost of a byte does not depend on the chunks.
 */
export class FrameBuffer {
  readonly #limits: GobLimits;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  #owned = false;

  constructor(limits: GobLimits) {
    this.#limits = limits;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Where the first unread message begins. */
  get start(): number {
    return this.#start;
  }

  get size(): number {
    return this.#end - this.#start;
  }

  push(given: Uint8Array): void {
    if (given.length === 0) return;
    // Node's own subclass cuts views where a plain array makes copies, which would keep whole reads alive.
    const chunk = new Uint8Array(given.buffer, given.byteOffset, given.length);
    if (this.#start === this.#end) {
      this.#bytes = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      this.#owned = false;
      return;
    }
    const size = this.size;
    if (!this.#owned || this.#end + chunk.length > this.#bytes.length) {
      const capacity = Math.max(FIRST_CAPACITY, 2 * size, size + chunk.length);
      const roomy = this.#owned && this.#bytes.length >= 2 * (size + chunk.length);
      const target = roomy ? this.#bytes : new Uint8Array(capacity);
      if (roomy) target.copyWithin(0, this.#start, this.#end);
      else target.set(this.#bytes.subarray(this.#start, this.#end));
      this.#bytes = target;
      this.#start = 0;
      this.#end = size;
      this.#owned = true;
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /**
   * The message that begins at `at`; `undefined` while it is incomplete.
   * @throws FleetError gob/malformed, gob/limit
   */
  frameAt(at: number): GobFrame | undefined {
    const first = this.#bytes[at];
    if (at >= this.#end || first === undefined) return undefined;
    let from = at + 1;
    let length = first;
    if (first >= SHORT_FORM) {
      const count = 256 - first;
      if (count > MAX_LENGTH_BYTES) throw malformed("a message length of more than 8 bytes");
      if (from + count > this.#end) return undefined;
      length = 0;
      for (const stop = from + count; from < stop; from += 1)
        length = length * 256 + (this.#bytes[from] ?? 0);
    }
    if (length === 0) throw malformed("a message of no bytes");
    if (length > this.#limits.messageBytes) {
      throw overLimit(`a message of ${length} bytes; ${this.#limits.messageBytes} are allowed`);
    }
    const end = from + length;
    return end > this.#end ? undefined : { from, end };
  }

  /** Drops everything before `at`. */
  consume(at: number): void {
    this.#start = at;
    if (at !== this.#end) return;
    this.#bytes = new Uint8Array(0);
    this.#start = 0;
    this.#end = 0;
    this.#owned = false;
  }
}
