// Writes numbers, byte strings and lengths in the skycoin encoder's form.
import { assert } from "../../core/index.ts";

const SIZE_GUESS = 256;

/**
 * Collects bytes in the order of the skycoin encoder: integers little-endian and of fixed width,
 * variable lengths behind a 32-bit count. Ranges are the caller's duty and are asserted.
 */
export class ObjectWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #size = 0;

  /** @param sizeGuess bytes that will be written: when it is right, nothing is copied twice */
  constructor(sizeGuess: number = SIZE_GUESS) {
    this.#bytes = new Uint8Array(sizeGuess);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get size(): number {
    return this.#size;
  }

  u8(value: number): void {
    assert(Number.isInteger(value) && value >= 0 && value <= 0xff, "u8 in range");
    const at = this.#room(1);
    this.#view.setUint8(at, value);
  }

  u16(value: number): void {
    assert(Number.isInteger(value) && value >= 0 && value <= 0xffff, "u16 in range");
    const at = this.#room(2);
    this.#view.setUint16(at, value, true);
  }

  u32(value: number): void {
    assert(Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff, "u32 in range");
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
  }

  u64(value: bigint): void {
    assert(BigInt.asUintN(64, value) === value, "u64 in range");
    const at = this.#room(8);
    this.#view.setBigUint64(at, value, true);
  }

  i64(value: bigint): void {
    assert(BigInt.asIntN(64, value) === value, "i64 in range");
    const at = this.#room(8);
    this.#view.setBigInt64(at, value, true);
  }

  f32(value: number): void {
    const at = this.#room(4);
    this.#view.setFloat32(at, value, true);
  }

  f64(value: number): void {
    const at = this.#room(8);
    this.#view.setFloat64(at, value, true);
  }

  /** Bytes as they are, without a length. */
  raw(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** A 32-bit length and the bytes. */
  bytes(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.raw(bytes);
  }

  /** The bytes written, which are the caller's. Ends the writing. */
  finish(): Uint8Array {
    return this.#size === this.#bytes.length ? this.#bytes : this.#bytes.slice(0, this.#size);
  }

  #room(size: number): number {
    const at = this.#size;
    this.#size += size;
    if (this.#size > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#size, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
}
