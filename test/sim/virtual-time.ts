// Time that passes only when nothing else can happen, so that a run of hours takes milliseconds and is the same each time.
import type { Clock } from "../../src/core/index.ts";

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** Turns of the event loop without any sign of life after which only time can bring something. */
const CALM_TURNS = 6;
/** Real time without a timer and without a sign of life after which a run is stuck: code may still be loading. */
const STUCK_MS = 10_000;

/** A clock that is moved by {@link drive}; its wall can be set while its timers run on. */
export class VirtualClock implements Clock {
  /** Grows with everything that happens; whoever takes part in a run adds to it. */
  activity = 0;
  #nowMs: number;
  #steadyMs = 0;
  #order = 0;
  #timers: Timer[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** Milliseconds since the run began, whatever the wall says. */
  get steadyMs(): number {
    return this.#steadyMs;
  }

  after(delayMs: number, run: () => void): () => void {
    this.activity += 1;
    const timer: Timer = {
      atMs: this.#steadyMs + Math.max(0, delayMs),
      order: (this.#order += 1),
      run,
    };
    const at = this.#timers.findIndex(({ atMs }) => atMs > timer.atMs);
    this.#timers.splice(at < 0 ? this.#timers.length : at, 0, timer);
    return () => {
      const found = this.#timers.indexOf(timer);
      if (found >= 0) this.#timers.splice(found, 1);
    };
  }

  /** Somebody sets the machine's clock. */
  jump(ms: number): void {
    this.#nowMs += ms;
  }

  /** Goes on to the next timer and runs all that are due then; false when there is none. */
  toNext(): boolean {
    const [next] = this.#timers;
    if (next === undefined) return false;
    this.#nowMs += next.atMs - this.#steadyMs;
    this.#steadyMs = next.atMs;
    const due = this.#timers.filter(({ atMs }) => atMs <= this.#steadyMs);
    this.#timers = this.#timers.slice(due.length);
    for (const { run } of due) run();
    this.activity += 1;
    return true;
  }
}

/** A run that waits for something that never comes. */
export class Stuck extends Error {}

/** Waits for work, moving the clock whenever nothing else happens. */
export async function drive<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  over.catch(() => undefined);
  let aliveMs = performance.now();
  for (;;) {
    for (let calm = 0; calm < CALM_TURNS;) {
      const before = clock.activity;
      await new Promise((resolve) => setImmediate(resolve));
      if (isOver) return await over;
      calm = clock.activity === before ? calm + 1 : 0;
    }
    if (clock.toNext()) aliveMs = performance.now();
    else if (performance.now() - aliveMs > STUCK_MS) throw new Stuck("nothing happens any more");
  }
}
