// What a command begins beside its own work, such as bringing the ledger to relays that were down.
import type { Clock } from "../../core/index.ts";

/** How long what a command does beside its work may keep it from ending. */
const GRACE_MS = 1_500;

/**
 * Work that a command begins and nobody waits for: it is given up soon after the command is done, and what
 * it throws is nobody's error.
 */
export class BackgroundWork {
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins some work; when its signal aborts, it must end at once. Nobody has to wait for what is given back. */
  begin<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const result = work(this.#stop.signal);
    const running: Promise<void> = result.then(
      () => void this.#running.delete(running),
      () => void this.#running.delete(running),
    );
    this.#running.add(running);
    return result;
  }

  /** Waits a short while for what is still running, then gives it up. */
  async end(): Promise<void> {
    if (this.#running.size === 0) return;
    const cancel = this.#clock.after(GRACE_MS, () => this.#stop.abort());
    await Promise.all(this.#running);
    cancel();
  }
}
