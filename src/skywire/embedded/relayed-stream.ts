// A stream whose first bytes were looked at before it found its reader.
import type { ByteStream, ByteStreamListener } from "../../core/index.ts";
import type { DelayLine } from "./delay-line.ts";

/**
 * A stream whose first bytes were looked at before it found its reader: what arrived is kept, in order, and what
 * comes or goes later takes the time of a delay line where there is one.
 */
export class RelayedStream implements ByteStream {
  readonly #inner: ByteStream;
  #delay: DelayLine | undefined;
  #listener: ByteStreamListener | undefined;
  #kept: ((listener: ByteStreamListener) => void)[] = [];
  /** Told at once when the stream is closed, before its reader is. */
  onClosed: (() => void) | undefined;

  constructor(inner: ByteStream) {
    this.#inner = inner;
  }

  /** From now on everything takes this line's time in each direction, what is kept included. */
  delayBy(line: DelayLine): void {
    this.#delay = line;
  }

  /** Hands in bytes that arrived. */
  arrive(chunk: Uint8Array): void {
    this.#pass((listener) => listener.data(chunk));
  }

  /** The peer ended its direction. */
  arriveEnd(): void {
    this.#pass((listener) => listener.end());
  }

  /** The stream is closed. */
  arriveClosed(error?: Error): void {
    this.onClosed?.();
    this.#pass((listener) => listener.closed(error));
  }

  listen(listener: ByteStreamListener): void {
    queueMicrotask(() => {
      const kept = this.#kept;
      this.#kept = [];
      this.#listener = listener;
      for (const event of kept) this.#deliver(event);
    });
  }

  write(chunk: Uint8Array): void {
    this.#act(() => this.#inner.write(chunk));
  }

  end(): void {
    this.#act(() => this.#inner.end());
  }

  destroy(): void {
    this.#act(() => this.#inner.destroy());
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    this.#inner.resume();
  }

  get backlogBytes(): number {
    return this.#inner.backlogBytes;
  }

  #pass(event: (listener: ByteStreamListener) => void): void {
    if (this.#listener === undefined) this.#kept.push(event);
    else this.#deliver(event);
  }

  #deliver(event: (listener: ByteStreamListener) => void): void {
    const listener = this.#listener;
    if (listener === undefined) return;
    if (this.#delay === undefined) event(listener);
    else this.#delay.schedule(() => event(listener));
  }

  #act(action: () => void): void {
    if (this.#delay === undefined) action();
    else this.#delay.schedule(action);
  }
}
