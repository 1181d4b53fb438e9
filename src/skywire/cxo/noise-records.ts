import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { concatBytes, FleetError } from "../../core/index.ts";
import { noiseNonce } from "./noise.ts";

/** Longest content of a handshake frame or record, without its two bytes of length; Go's limit. */
export const FRAME_SIZE_MAX = 4094;

const COUNTER_SIZE = 8;
const TAG_SIZE = 16;
/** Longest plaintext that still fits into a record. */
const PLAIN_SIZE_MAX: number = FRAME_SIZE_MAX - COUNTER_SIZE - TAG_SIZE;

/** Puts two bytes of big-endian length before a handshake message or record. */
export function formatFrame(content: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(content.length >> 8, content.length & 0xff), content);
}

/** Seals one direction of a session into framed records that count from 1. */
export class RecordSealer {
  readonly #key: Uint8Array;
  #counter = 0n;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** The framed records of one write; a long one is cut, an empty one is an empty record. */
  seal(plain: Uint8Array): Uint8Array {
    const records = [this.#record(plain.subarray(0, PLAIN_SIZE_MAX))];
    for (let at = PLAIN_SIZE_MAX; at < plain.length; at += PLAIN_SIZE_MAX) {
      records.push(this.#record(plain.subarray(at, at + PLAIN_SIZE_MAX)));
    }
    return concatBytes(...records);
  }

  #record(plain: Uint8Array): Uint8Array {
    this.#counter += 1n;
    const counter = new Uint8Array(COUNTER_SIZE);
    new DataView(counter.buffer).setBigUint64(0, this.#counter);
    const cipher = chacha20poly1305(this.#key, noiseNonce(this.#counter));
    return formatFrame(concatBytes(counter, cipher.encrypt(plain)));
  }
}

/** Opens one direction of a session. The counter on the wire must grow; gaps are allowed. */
export class RecordOpener {
  readonly #key: Uint8Array;
  #counter = 0n;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /**
   * The plaintext of a record without its frame. As in Go, the counter is used up before the tag is
   * checked.
   * @throws FleetError cxo/record
   */
  open(record: Uint8Array): Uint8Array {
    if (record.length < COUNTER_SIZE)
      throw new FleetError("cxo/record", "a record is shorter than its counter");
    const counter = new DataView(record.buffer, record.byteOffset).getBigUint64(0);
    if (counter <= this.#counter)
      throw new FleetError("cxo/record", `record ${counter} came after ${this.#counter}`);
    this.#counter = counter;
    try {
      const cipher = chacha20poly1305(this.#key, noiseNonce(counter));
      return cipher.decrypt(record.subarray(COUNTER_SIZE));
    } catch (cause) {
      throw new FleetError("cxo/record", `record ${counter} does not authenticate`, { cause });
    }
  }
}
