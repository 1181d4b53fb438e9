// What the calls of one connection share: one timer for their deadlines, and one write for what is written at once.
import type { ByteStream, Clock } from "../../core/index.ts";
import type { Encoder } from "../gob/index.ts";

// Many deadlines on one timer.

/** Something that has until a certain time. */
export interface Due {
  /** By the clock; infinity for never. */
  readonly dueMs: number;
}

/** One timer for many deadlines: setting one for each call would cost more than the call. */
export class Deadlines<T extends Due> {
  readonly #clock: Clock;
  readonly #waiting: () => Iterable<T>;
  readonly #expire: (item: T) => void;
  #timer: { readonly atMs: number; readonly cancel: () => void } | undefined;

  /** `waiting` lists what has a deadline; `expire` is told what passed its own. */
  constructor(clock: Clock, waiting: () => Iterable<T>, expire: (item: T) => void) {
    this.#clock = clock;
    this.#waiting = waiting;
    this.#expire = expire;
  }

  /** Takes notice of a deadline, and of `dueMs` as the earliest if it is. */
  watch(dueMs: number): void {
    if (
      dueMs === Number.POSITIVE_INFINITY ||
      (this.#timer !== undefined && this.#timer.atMs <= dueMs)
    )
      return;
    this.#timer?.cancel();
    const cancel = this.#clock.after(Math.max(0, dueMs - this.#clock.now()), () => this.#ring());
    this.#timer = { atMs: dueMs, cancel };
  }

  /** Nothing waits any more: no timer keeps the process alive. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #ring(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    let earliest = Number.POSITIVE_INFINITY;
    for (const item of [...this.#waiting()]) {
      if (item.dueMs <= now) this.#expire(item);
      else earliest = Math.min(earliest, item.dueMs);
    }
    this.watch(earliest);
  }
}

// Joins what is written at once into one write.

/** Turns of the microtask queue to wait, so that calls made by the answers to earlier ones join the same write. */
const HOPS = 3;

/** Sends what an encoder holds: everything that is added within one turn leaves in one write. */
export class WriteBatch {
  readonly #stream: ByteStream;
  readonly #encoder: Encoder;
  #preamble: Uint8Array | undefined;
  #scheduled = false;
  #open = true;

  constructor(stream: ByteStream, encoder: Encoder, preamble?: Uint8Array) {
    this.#stream = stream;
    this.#encoder = encoder;
    this.#preamble = preamble;
  }

  /** Sends soon: at the end of this turn. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#hop(HOPS);
  }

  /** Sends now. */
  flush(): void {
    if (!this.#open || this.#encoder.pendingBytes === 0) return;
    const bytes = this.#encoder.take();
    const preamble = this.#preamble;
    if (preamble === undefined) {
      this.#stream.write(bytes);
      return;
    }
    this.#preamble = undefined;
    const joined = new Uint8Array(preamble.length + bytes.length);
    joined.set(preamble);
    joined.set(bytes, preamble.length);
    this.#stream.write(joined);
  }

  /** Sends nothing more, not even what waits. */
  stop(): void {
    this.#open = false;
  }

  #hop(left: number): void {
    queueMicrotask(() => {
      if (left > 1) this.#hop(left - 1);
      else {
        this.#scheduled = false;
        this.flush();
      }
    });
  }
}
