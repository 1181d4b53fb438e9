// A set of many hashes in little memory.
const WORDS = 4;
const BITS_OF_WORD = 32;
const INITIAL_SLOTS = 64;
/** Of four slots at most three are taken, so that a search ends soon. */
const FULL_SHARE = 0.75;

/**
 * A set of hashes that holds 16 bytes of each: a million takes 32 MB and not the ten times of strings.
 * Two hashes of SHA-256 that agree in 128 bits count as one; nobody can make such two.
 */
export class HashSet {
  #slots = INITIAL_SLOTS;
  #words = new Uint32Array(INITIAL_SLOTS * WORDS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(hash: Uint8Array): boolean {
    return this.#words[this.#find(wordsOf(hash)) + WORDS - 1] !== 0;
  }

  /** Adds a hash. @returns whether it was not there before */
  add(hash: Uint8Array): boolean {
    const words = wordsOf(hash);
    const at = this.#find(words);
    if (this.#words[at + WORDS - 1] !== 0) return false;
    this.#words.set(words, at);
    this.#size += 1;
    if (this.#size > this.#slots * FULL_SHARE) this.#grow();
    return true;
  }

  #find(words: Uint32Array): number {
    const [first = 0, second = 0, third = 0, fourth = 0] = words;
    for (let slot = first % this.#slots; ; slot = (slot + 1) % this.#slots) {
      const at = slot * WORDS;
      if (this.#words[at + 3] === 0) return at;
      const isHere =
        this.#words[at + 3] === fourth &&
        this.#words[at] === first &&
        this.#words[at + 1] === second &&
        this.#words[at + 2] === third;
      if (isHere) return at;
    }
  }

  #grow(): void {
    const old = this.#words;
    this.#slots *= 2;
    this.#words = new Uint32Array(this.#slots * WORDS);
    for (let at = 0; at < old.length; at += WORDS) {
      const words = old.subarray(at, at + WORDS);
      if (words[WORDS - 1] !== 0) this.#words.set(words, this.#find(words));
    }
  }
}

// The last word is never 0, which marks an empty slot; that costs one bit of the 128.
function wordsOf(hash: Uint8Array): Uint32Array {
  const words = new Uint32Array(WORDS);
  for (let word = 0; word < WORDS; word += 1) {
    let value = 0;
    for (let byte = 0; byte < BITS_OF_WORD / 8; byte += 1)
      value = value * 256 + (hash[word * 4 + byte] ?? 0);
    words[word] = value;
  }
  words[WORDS - 1] = (words[WORDS - 1] ?? 0) | 1;
  return words;
}
