// A holder of secrets that nothing prints.

/**
 * Holds a value that must never be printed: inspection, JSON and string conversion show nothing of it.
 * Whoever opens it answers for where it goes.
 */
export class Hidden<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  open(): T {
    return this.#value;
  }

  toJSON(): undefined {
    return undefined;
  }
}
