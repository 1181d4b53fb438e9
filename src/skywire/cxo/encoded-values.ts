// Numbers, byte strings and lengths in the skycoin encoder's form, read from bytes of unknown origin and written.
import { assert, FleetError, fromUtf8 } from "../../core/index.ts";

// Reads numbers, byte strings and lengths in the skycoin encoder's form, from bytes of unknown origin.

/**
 * Reads the skycoin encoder's forms from bytes of unknown origin. Every length is compared with
 * the bytes that are left before anything is allocated.
 * Every method throws FleetError cxo/truncated when the bytes end too early.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes were read. */
  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8), true);
  }

  f32(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** `size` bytes as a fresh array. */
  raw(size: number): Uint8Array {
    const at = this.#take(size);
    return this.#bytes.slice(at, at + size);
  }

  /** A 32-bit length and that many bytes, as a fresh array. */
  bytes(): Uint8Array {
    return this.raw(this.count());
  }

  /** A 32-bit length and that many bytes, which stay part of those that are read. */
  borrowed(): Uint8Array {
    const size = this.count();
    const at = this.#take(size);
    return this.#bytes.subarray(at, at + size);
  }

  /** A 32-bit length and that many bytes of strict UTF-8. @throws FleetError core/utf8 */
  text(): string {
    return fromUtf8(this.borrowed());
  }

  /** A 32-bit count of things, each of which takes at least one of the bytes that are left. */
  count(): number {
    const count = this.u32();
    if (count > this.left)
      throw truncated(this.#at, `a count of ${count} is more than the ${this.left} bytes left`);
    return count;
  }

  /** Ends the reading of one whole object. @throws FleetError cxo/trailing */
  end(): void {
    if (this.left > 0) {
      throw new FleetError(
        "cxo/trailing",
        `${this.left} bytes are left after the object, at byte ${this.#at}`,
      );
    }
  }

  #take(size: number): number {
    const at = this.#at;
    if (size > this.left) throw truncated(at, `${size} bytes are needed, ${this.left} are left`);
    this.#at += size;
    return at;
  }
}

function truncated(at: number, why: string): FleetError {
  return new FleetError("cxo/truncated", `the bytes end too early at byte ${at}: ${why}`);
}

// Writes numbers, byte strings and lengths in the skycoin encoder's form.

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
