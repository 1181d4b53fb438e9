// Two ends of a stream inside one process.
import type { ByteStream, ByteStreamListener } from "../../core/index.ts";

/** Two ends of a stream inside one process: what one writes the other reads, in order, a moment later. */
export function streamPair(): readonly [ByteStream, ByteStream] {
  const left = new MemoryStream();
  const right = new MemoryStream();
  left.connect(right);
  right.connect(left);
  return [left, right];
}

type Event = (listener: ByteStreamListener) => void;

class MemoryStream implements ByteStream {
  #peer: MemoryStream | undefined;
  #listener: ByteStreamListener | undefined;
  #arrived: Event[] = [];
  #isFlushing = false;
  #isPaused = false;
  #hasEnded = false;
  #peerEnded = false;
  #isClosed = false;
  readonly backlogBytes = 0;

  connect(peer: MemoryStream): void {
    this.#peer = peer;
  }

  listen(listener: ByteStreamListener): void {
    this.#listener = listener;
    this.#flushSoon();
  }

  write(chunk: Uint8Array): void {
    if (this.#isClosed || this.#hasEnded) return;
    const copy = chunk.slice();
    this.#peer?.take((listener) => listener.data(copy));
  }

  end(): void {
    if (this.#isClosed || this.#hasEnded) return;
    this.#hasEnded = true;
    this.#peer?.takeEnd();
    if (this.#peerEnded) this.#close();
  }

  destroy(): void {
    this.#arrived = [];
    this.#close();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#flushSoon();
  }

  take(event: Event): void {
    if (this.#isClosed) return;
    this.#arrived.push(event);
    this.#flushSoon();
  }

  takeEnd(): void {
    this.take((listener) => {
      this.#peerEnded = true;
      listener.end();
      if (this.#hasEnded) this.#close();
    });
  }

  /** Both sides learn it: here at once, there after what is on its way. */
  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#arrived.push((listener) => listener.closed());
    this.#isPaused = false;
    this.#flushSoon();
    this.#peer?.takeClosed();
  }

  takeClosed(): void {
    this.take(() => {
      if (!this.#peerEnded) {
        this.#peerEnded = true;
        this.#listener?.end();
      }
      this.#close();
    });
  }

  #flushSoon(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (this.#listener !== undefined && !this.#isPaused) {
      const event = this.#arrived.shift();
      if (event === undefined) return;
      event(this.#listener);
    }
  }
}
