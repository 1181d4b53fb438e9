// A cursor over the payload of one message, with the budgets of the value that is read.
import type { FleetError } from "../../core/index.ts";
import { malformed, outOfRange, overLimit } from "./gob-error.ts";
import { type GobLimits, LIMITS } from "./limits.ts";
import { decodeText } from "./text.ts";

const MAX_SMALL = 0x7fff_ffff;
const SHORT_FORM = 0x80;

/** What a reader asks of the stream it reads from: both serve interface values. */
export interface StreamSource {
  /** Moves the reader to the next message. Throws {@link NEED_MORE} when it has not arrived. */
  nextMessage(reader: ValueReader): void;
  /** Reads one type definition at the reader's position. */
  define(reader: ValueReader, id: number): void;
}

/** Thrown, and caught by the decoder only: the value goes on in a message that has not arrived. */
export const NEED_MORE: Error = new Error("more bytes are needed");

const scratch = new DataView(new ArrayBuffer(8));

/** A cursor over the payload of one message, with the budgets of the value being read. */
export class ValueReader {
  bytes: Uint8Array = new Uint8Array(0);
  pos = 0;
  end = 0;
  depthLeft = 0;
  /** The first reason why the value, though well formed, is not what its schema wants. */
  fault: FleetError | undefined;
  nodesLeft = 0;
  costLeft = 0;
  readonly source: StreamSource;
  readonly #limits: GobLimits;

  constructor(source: StreamSource, limits: GobLimits) {
    this.source = source;
    this.#limits = limits;
  }

  /** Starts a new value: budgets are full again. */
  begin(): void {
    this.fault = undefined;
    this.depthLeft = this.#limits.depth;
    this.nodesLeft = this.#limits.nodes;
    this.costLeft = this.#limits.valueBaseBytes;
  }

  /** Continues with the message at `from`..`end` of `bytes`. */
  enter(bytes: Uint8Array, from: number, end: number): void {
    this.bytes = bytes;
    this.pos = from;
    this.end = end;
    this.costLeft += (end - from) * this.#limits.valueBytesPerByte;
  }

  /** Pays for `nodes` elements or fields that take about `costBytes` of heap. */
  charge(nodes: number, costBytes: number): void {
    this.nodesLeft -= nodes;
    this.costLeft -= costBytes;
    if (this.nodesLeft < 0) throw overLimit(`a value of more than ${this.#limits.nodes} nodes`);
    if (this.costLeft < 0)
      throw overLimit("a value that would take far more memory than bytes received");
  }

  /** Goes one level deeper; each call is matched by `depthLeft += 1`. */
  descend(): void {
    this.depthLeft -= 1;
    if (this.depthLeft < 0) throw overLimit(`a value nested deeper than ${this.#limits.depth}`);
  }

  /** Remembers why the value does not fit; reading goes on so that the stream stays usable. */
  refuse(error: FleetError): void {
    this.fault ??= error;
  }

  /** A structural number: a count, length, delta or id. */
  small(): number {
    const first = this.bytes[this.pos];
    if (first === undefined || this.pos >= this.end) throw malformed("a value ends early");
    if (first < SHORT_FORM) {
      this.pos += 1;
      return first;
    }
    const value = this.#long(first);
    if (value > MAX_SMALL) throw malformed("a count, length or id beyond 2^31-1");
    return value;
  }

  /** An unsigned number; beyond 2^53-1 the value is refused under `name`. */
  unsigned(name: string): number {
    const first = this.bytes[this.pos];
    if (first === undefined || this.pos >= this.end) throw malformed("a value ends early");
    if (first < SHORT_FORM) {
      this.pos += 1;
      return first;
    }
    const value = this.#long(first);
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    this.refuse(outOfRange(name));
    return 0;
  }

  /** A signed number; beyond 2^53-1 either way the value is refused under `name`. */
  signed(name: string): number {
    const first = this.bytes[this.pos];
    if (first === undefined || this.pos >= this.end) throw malformed("a value ends early");
    if (first < SHORT_FORM) {
      this.pos += 1;
      return (first & 1) === 0 ? first >> 1 : ~(first >> 1);
    }
    const start = this.pos;
    const value = this.#long(first);
    if (value <= Number.MAX_SAFE_INTEGER) return value % 2 === 0 ? value / 2 : -(value - 1) / 2 - 1;
    this.pos = start;
    const exact = Number(this.signedBig());
    if (Number.isSafeInteger(exact)) return exact;
    this.refuse(outOfRange(name));
    return 0;
  }

  unsignedBig(): bigint {
    const start = this.pos;
    const first = this.bytes[start];
    if (first === undefined || start >= this.end) throw malformed("a value ends early");
    if (first < SHORT_FORM) {
      this.pos += 1;
      return BigInt(first);
    }
    const value = this.#long(first);
    return value <= Number.MAX_SAFE_INTEGER ? BigInt(value) : this.#big(start + 1, this.pos);
  }

  signedBig(): bigint {
    const raw = this.unsignedBig();
    return (raw & 1n) === 0n ? raw >> 1n : ~(raw >> 1n);
  }

  /** A type id: signed, and within 32 bits (Go truncates silently). */
  id(): number {
    const raw = this.unsigned("type id");
    if (raw > 2 * MAX_SMALL + 1) throw malformed("a type id beyond 32 bits");
    return raw % 2 === 0 ? raw / 2 : -(raw - 1) / 2 - 1;
  }

  bool(): boolean {
    const first = this.bytes[this.pos];
    if (first !== undefined && first < SHORT_FORM && this.pos < this.end) {
      this.pos += 1;
      return first !== 0;
    }
    return this.unsignedBig() !== 0n;
  }

  float(): number {
    const first = this.bytes[this.pos];
    if (first === undefined || this.pos >= this.end) throw malformed("a value ends early");
    scratch.setUint32(0, 0);
    scratch.setUint32(4, 0);
    if (first < SHORT_FORM) {
      this.pos += 1;
      scratch.setUint8(7, first);
      return scratch.getFloat64(0, true);
    }
    const count = this.#longSize(first);
    const from = this.pos + 1;
    for (let index = 0; index < count; index += 1) {
      scratch.setUint8(8 - count + index, this.bytes[from + index] ?? 0);
    }
    this.pos = from + count;
    return scratch.getFloat64(0, true);
  }

  /** The length of what follows, which must lie within the message. */
  length(): number {
    const size = this.small();
    if (size > this.end - this.pos)
      throw malformed("a length that goes past the end of its message");
    return size;
  }

  /** Goes past the next `size` bytes. */
  pass(size: number): void {
    this.pos += size;
  }

  /** A fresh copy of the next `size` bytes. */
  take(size: number): Uint8Array {
    const from = this.pos;
    this.pos += size;
    return this.bytes.slice(from, from + size);
  }

  /** The next `size` bytes as text; `undefined` when they are not UTF-8. */
  text(size: number): string | undefined {
    const from = this.pos;
    this.pos += size;
    return decodeText(this.bytes, from, size);
  }

  /** Bytes left in the message. */
  get left(): number {
    return this.end - this.pos;
  }

  #longSize(first: number): number {
    const count = 256 - first;
    if (count > 8) throw malformed("an integer of more than 8 bytes");
    if (this.pos + 1 + count > this.end) throw malformed("a value ends early");
    return count;
  }

  #long(first: number): number {
    const count = this.#longSize(first);
    const bytes = this.bytes;
    let pos = this.pos + 1;
    const stop = pos + count;
    let value = 0;
    for (; pos < stop; pos += 1) value = value * 256 + (bytes[pos] ?? 0);
    this.pos = stop;
    return value;
  }

  #big(from: number, to: number): bigint {
    let value = 0n;
    for (let pos = from; pos < to; pos += 1) value = (value << 8n) | BigInt(this.bytes[pos] ?? 0);
    return value;
  }
}

/** Reads one value of a fixed wire type into a fixed schema. */
export type Read = (reader: ValueReader) => unknown;

// What stands before a value inside a Go interface: its name, perhaps definitions, and its type.

/**
 * Reads the name an interface value begins with; `undefined` for nil.
 * After it come type definitions, perhaps in later messages, and then the value.
 */
export function readInterfaceName(reader: ValueReader): string | undefined {
  const size = reader.length();
  if (size === 0) return undefined;
  if (size > LIMITS.nameBytes)
    throw overLimit(`an interface name of more than ${LIMITS.nameBytes} bytes`);
  const name = reader.text(size);
  if (name === undefined) throw malformed("an interface name that is not UTF-8");
  return name;
}

/**
 * Reads up to the value: definitions on the way, the value's type id (returned) and its byte count, which says
 * nothing useful when an inner value was split and is dropped.
 */
export function readInterfaceType(reader: ValueReader): number {
  for (;;) {
    if (reader.left === 0) reader.source.nextMessage(reader);
    const id = reader.id();
    if (id >= 0) {
      reader.small();
      return id;
    }
    reader.source.define(reader, -id);
    if (reader.left > 0) reader.small();
  }
}

/** Reads the zero byte in front of every value that is no struct at the top of a message or interface. */
export function readSingletonMark(reader: ValueReader): void {
  if (reader.small() !== 0) throw malformed("a value that is no struct has no zero in front");
}
