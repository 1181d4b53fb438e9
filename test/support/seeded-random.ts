/** A small repeatable source of random numbers. */
export interface SeededRandom {
  /** From 0 up to, not including, `below`. */
  next(below: number): number;
}

/** The same numbers for the same seed, on every machine (xorshift, 32 bits). */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0 || 1;
  return {
    next: (below) => {
      state ^= state << 13;
      state >>>= 0;
      state ^= state >>> 17;
      state ^= state << 5;
      state >>>= 0;
      return state % below;
    },
  };
}
