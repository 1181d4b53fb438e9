// Requests for objects that a node does not have yet.
import { byteKey, type Clock } from "../../core/index.ts";

/** Requests for objects that a node does not have yet. */
export class ObjectWaiters {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Set<(bytes: Uint8Array | undefined) => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The object's bytes when it arrives within the time, else `undefined`. */
  wait(hash: Uint8Array, timeoutMs: number): Promise<Uint8Array | undefined> {
    return new Promise((resolve) => {
      const key = byteKey(hash);
      const waiters = this.#waiting.get(key) ?? new Set();
      this.#waiting.set(key, waiters);
      const done = (bytes: Uint8Array | undefined): void => {
        cancel();
        waiters.delete(done);
        if (waiters.size === 0 && this.#waiting.get(key) === waiters) this.#waiting.delete(key);
        resolve(bytes);
      };
      const cancel = this.#clock.after(timeoutMs, () => done(undefined));
      waiters.add(done);
    });
  }

  arrived(hash: Uint8Array, bytes: Uint8Array): void {
    if (this.#waiting.size === 0) return;
    for (const done of this.#waiting.get(byteKey(hash)) ?? []) done(bytes);
  }

  /** Answers everybody with nothing. */
  stop(): void {
    for (const waiters of this.#waiting.values()) for (const done of waiters) done(undefined);
  }
}
