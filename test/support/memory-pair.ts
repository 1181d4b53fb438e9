import type { ByteStream, ByteStreamListener } from "../../src/core/index.ts";

/** One end of a stream in memory; it remembers what was written on it. */
export interface MemoryEnd extends ByteStream {
  readonly written: readonly Uint8Array[];
}

class End implements MemoryEnd {
  readonly written: Uint8Array[] = [];
  readonly backlogBytes = 0;
  readonly #waiting: ((listener: ByteStreamListener) => void)[] = [];
  peer: End | undefined;
  #listener: ByteStreamListener | undefined;
  #isPaused = false;
  #isClosed = false;
  #isEnded = false;
  #hasPeerEnded = false;

  listen(listener: ByteStreamListener): void {
    this.#listener = listener;
    this.#drain();
  }

  write(chunk: Uint8Array): void {
    if (this.#isClosed || this.#isEnded) return;
    const copy = chunk.slice();
    this.written.push(copy);
    this.#later(() => this.peer?.take((listener) => listener.data(copy)));
  }

  end(): void {
    if (this.#isClosed || this.#isEnded) return;
    this.#isEnded = true;
    this.#later(() => this.peer?.peerEnded());
    this.#closeWhenDone();
  }

  destroy(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting.length = 0;
    this.#later(() => this.#listener?.closed());
    this.#later(() => this.peer?.peerEnded());
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#drain();
  }

  take(event: (listener: ByteStreamListener) => void): void {
    if (this.#isClosed) return;
    this.#waiting.push(event);
    this.#drain();
  }

  peerEnded(): void {
    if (this.#hasPeerEnded || this.#isClosed) return;
    this.#hasPeerEnded = true;
    this.take((listener) => {
      listener.end();
      this.#closeWhenDone();
    });
  }

  #closeWhenDone(): void {
    if (this.#isEnded && this.#hasPeerEnded) this.destroy();
  }

  #drain(): void {
    const listener = this.#listener;
    while (listener !== undefined && !this.#isPaused && !this.#isClosed) {
      const event = this.#waiting.shift();
      if (event === undefined) return;
      event(listener);
    }
  }

  #later(run: () => void): void {
    setImmediate(run);
  }
}

/** Two joined ends. What is written on one arrives at the other in a later turn, in order. */
export function memoryPair(): readonly [MemoryEnd, MemoryEnd] {
  const near = new End();
  const far = new End();
  near.peer = far;
  far.peer = near;
  return [near, far];
}
