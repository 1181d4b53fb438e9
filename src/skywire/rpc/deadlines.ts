// Many deadlines on one timer.
import type { Clock } from "../../core/index.ts";

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
