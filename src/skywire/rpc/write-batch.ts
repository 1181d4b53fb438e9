// Joins what is written at once into one write.
import type { ByteStream } from "../../core/index.ts";
import type { Encoder } from "../gob/index.ts";

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
