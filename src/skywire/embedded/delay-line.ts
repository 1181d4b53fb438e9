// Takes actions later, in order, by one timer for many streams.
import type { Clock } from "../../core/index.ts";

interface Waiting {
  readonly dueMs: number;
  readonly run: () => void;
}

/** Due times this close count as now, so that one timer serves many streams. */
const GRAIN_MS = 0.5;

/**
 * Runs things a fixed time after they are handed in, in order. All streams of a fleet share one line and so one
 * timer, whatever their number.
 */
export class DelayLine {
  readonly #clock: Clock;
  readonly #delayMs: number;
  #waiting: Waiting[] = [];
  #head = 0;
  #isArmed = false;

  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  schedule(run: () => void): void {
    this.#waiting.push({ dueMs: this.#clock.now() + this.#delayMs, run });
    if (!this.#isArmed) this.#arm(this.#delayMs);
  }

  #arm(delayMs: number): void {
    this.#isArmed = true;
    this.#clock.after(delayMs, () => this.#runDue());
  }

  #runDue(): void {
    const nowMs = this.#clock.now();
    let next = this.#waiting[this.#head];
    while (next !== undefined && next.dueMs <= nowMs + GRAIN_MS) {
      this.#head += 1;
      next.run();
      next = this.#waiting[this.#head];
    }
    // What ran may have handed in more: only now is it known what is due next.
    this.#isArmed = false;
    if (next === undefined) {
      this.#waiting = [];
      this.#head = 0;
    } else {
      this.#arm(Math.max(0, next.dueMs - nowMs));
    }
  }
}
