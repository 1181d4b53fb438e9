// The bytes of gob messages: written into a growing buffer, and cut out of what was received.
import { malformed, overLimit } from "./gob-error.ts";
import type { GobLimits } from "./limits.ts";
import { encodeText, hasLoneSurrogate } from "./text.ts";

// A growing buffer that writes numbers, texts and chunks as gob has them.

const FIRST_CAPACITY = 512;
const MAX_INTEGER_BYTES = 9;
const SHORT_TEXT = 40;
const scratch = new DataView(new ArrayBuffer(8));

/** A growing buffer that knows gob's numbers and its length-prefixed chunks. */
export class ByteWriter {
  #bytes: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Drops everything from `size` on. */
  truncate(size: number): void {
    this.#size = size;
  }

  /** A fresh copy of the bytes from `from` on, which are dropped here. */
  take(from: number): Uint8Array {
    const taken = this.#bytes.slice(from, this.#size);
    this.#size = from;
    return taken;
  }

  byte(value: number): void {
    if (this.#size >= this.#bytes.length) this.#grow(1);
    this.#bytes[this.#size] = value;
    this.#size += 1;
  }

  /** An unsigned number up to 2^53-1. */
  uint(value: number): void {
    if (value < 0x80) {
      this.byte(value);
      return;
    }
    let count = 1;
    for (let rest = Math.floor(value / 256); rest > 0; rest = Math.floor(rest / 256)) count += 1;
    this.#grow(MAX_INTEGER_BYTES);
    this.#bytes[this.#size] = 256 - count;
    let rest = value;
    for (let index = this.#size + count; index > this.#size; index -= 1) {
      this.#bytes[index] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    this.#size += count + 1;
  }

  /** A signed number within +-(2^53-1). */
  int(value: number): void {
    if (value >= -0x4000_0000 && value < 0x4000_0000)
      this.uint(value >= 0 ? value * 2 : -value * 2 - 1);
    else this.bigInt(BigInt(value));
  }

  bigUint(value: bigint): void {
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) {
      this.uint(Number(value));
      return;
    }
    scratch.setBigUint64(0, value);
    let skip = 0;
    while (scratch.getUint8(skip) === 0) skip += 1;
    this.byte(256 - (8 - skip));
    for (let index = skip; index < 8; index += 1) this.byte(scratch.getUint8(index));
  }

  bigInt(value: bigint): void {
    this.bigUint(value >= 0n ? value << 1n : (~value << 1n) | 1n);
  }

  float(value: number): void {
    scratch.setFloat64(0, value, true);
    let skip = 0;
    while (skip < 8 && scratch.getUint8(skip) === 0) skip += 1;
    const count = 8 - skip;
    if (count === 0) this.byte(0);
    else if (count === 1 && scratch.getUint8(7) < 0x80) this.byte(scratch.getUint8(7));
    else {
      this.byte(256 - count);
      for (let index = skip; index < 8; index += 1) this.byte(scratch.getUint8(index));
    }
  }

  raw(bytes: Uint8Array): void {
    this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  /** Length and bytes. */
  counted(bytes: Uint8Array): void {
    this.uint(bytes.length);
    this.raw(bytes);
  }

  /** Length and UTF-8; false, with nothing written, when the text holds half of a surrogate pair. */
  text(text: string): boolean {
    if (text.length <= SHORT_TEXT && this.#ascii(text)) return true;
    if (hasLoneSurrogate(text)) return false;
    this.#grow(3 * text.length + 2 * MAX_INTEGER_BYTES);
    const start = this.#size;
    const body = start + MAX_INTEGER_BYTES;
    const written = encodeText(text, this.#bytes, body);
    this.uint(written);
    this.#bytes.copyWithin(this.#size, body, body + written);
    this.#size += written;
    return true;
  }

  /** Begins a chunk whose length is not known yet. */
  open(): number {
    this.byte(0);
    return this.#size;
  }

  /** Ends the chunk that {@link ByteWriter.open} began: puts its length in front. */
  close(start: number): void {
    const length = this.#size - start;
    if (length < 0x80) {
      this.#bytes[start - 1] = length;
      return;
    }
    const end = this.#size;
    this.uint(length);
    const prefix = this.#size - end;
    const saved = this.#bytes.slice(end, this.#size);
    this.#bytes.copyWithin(start - 1 + prefix, start, end);
    this.#bytes.set(saved, start - 1);
    this.#size = end + prefix - 1;
  }

  #ascii(text: string): boolean {
    this.#grow(text.length + 1);
    const start = this.#size;
    const bytes = this.#bytes;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit >= 0x80) return false;
      bytes[start + 1 + index] = unit;
    }
    bytes[start] = text.length;
    this.#size = start + 1 + text.length;
    return true;
  }

  #grow(room: number): void {
    const needed = this.#size + room;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = larger;
  }
}

// Received bytes cut into gob messages, however they came; one over the limit is refused by its length alone.

const MAX_LENGTH_BYTES = 8;
const SHORT_FORM = 0x80;
const FIRST_ROOM = 4_096;

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
      const capacity = Math.max(FIRST_ROOM, 2 * size, size + chunk.length);
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
