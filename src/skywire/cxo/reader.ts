// Reads numbers, byte strings and lengths in the skycoin encoder's form, from bytes of unknown origin.
import { FleetError, fromUtf8 } from "../../core/index.ts";

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
