// Places that are given out in turn.
/** Gives a place back; calling it again does nothing. */
export type LeaveSlot = () => void;

/** A limited number of places that are taken in the order they were asked for; whoever may wait comes after all others. */
export class Slots {
  readonly #max: number;
  readonly #min: number;
  readonly #first: (() => void)[] = [];
  readonly #last: (() => void)[] = [];
  #limit: number;
  #used = 0;

  /** `max` places, from 1; never lowered below `min`. */
  constructor(max: number, min: number = max) {
    this.#max = max;
    this.#min = Math.min(min, max);
    this.#limit = max;
  }

  /** Places that are taken now. */
  get used(): number {
    return this.#used;
  }

  /** Places that may be taken now. */
  get limit(): number {
    return this.#limit;
  }

  /** Resolves once a place is taken. */
  async take(isLast = false): Promise<LeaveSlot> {
    await new Promise<void>((resolve) => {
      (isLast ? this.#last : this.#first).push(resolve);
      this.#admit();
    });
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#used -= 1;
      this.#admit();
    };
  }

  /** Gives out fewer places from now on; those that are taken stay taken. */
  lower(limit: number): void {
    this.#limit = Math.max(this.#min, Math.min(this.#limit, limit));
  }

  /** Gives out one place more, up to the first limit. */
  raise(): void {
    if (this.#limit >= this.#max) return;
    this.#limit += 1;
    this.#admit();
  }

  #admit(): void {
    while (this.#used < this.#limit) {
      const next = this.#first.shift() ?? this.#last.shift();
      if (next === undefined) return;
      this.#used += 1;
      next();
    }
  }
}
