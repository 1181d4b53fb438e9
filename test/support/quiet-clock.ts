import type { Clock } from "../../src/core/index.ts";

/** Turns of the event loop after which nothing is on its way any more but what waits for the clock. */
const QUIET_TURNS = 40;
/** A longer wait is passed over only after pauses, in which what other threads do can come. */
const SHORT_MS = 500;
const PAUSES = 8;
const PAUSE_MS = 3;

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/**
 * A clock that passes over every wait as soon as nothing else happens: work takes no time on it, however slow the
 * machine is, and waits take the time that they say without being waited for.
 */
export class QuietClock implements Clock {
  #nowMs = Date.now();
  readonly #timers = new Set<Timer>();
  /** Timers that were set or cancelled so far. */
  #stirs = 0;
  #isPumping = false;

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, run };
    this.#timers.add(timer);
    this.#stirs += 1;
    void this.#pump();
    return () => {
      if (this.#timers.delete(timer)) this.#stirs += 1;
    };
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    for (;;) {
      await this.#turns();
      const next = this.#next();
      if (next === undefined) break;
      if (next.atMs - this.#nowMs > SHORT_MS && !(await this.#staysQuiet())) continue;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
    }
    this.#isPumping = false;
  }

  async #turns(): Promise<void> {
    let seen = this.#stirs;
    for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (seen !== this.#stirs) quiet = 0;
      seen = this.#stirs;
    }
  }

  async #staysQuiet(): Promise<boolean> {
    const seen = this.#stirs;
    for (let pause = 0; pause < PAUSES && seen === this.#stirs; pause += 1)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    return seen === this.#stirs;
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers)
      if (next === undefined || timer.atMs < next.atMs) next = timer;
    return next;
  }
}
