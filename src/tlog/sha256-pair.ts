// SHA-256 of one byte and two hashes, which is what a tree mostly hashes.
import { assert } from "../core/index.ts";

// SHA-256 of exactly one byte and two hashes. A log hashes such 65 bytes once for every leaf; handing
// them to the platform costs several times what the two blocks of the hash themselves do.

const PART_SIZE = 32;
const ROUNDS = 64;
const MESSAGE_BITS = 8 * (1 + 2 * PART_SIZE);

const primes = firstPrimes(ROUNDS);
/** The first 32 bits of the fractional parts of the square and cube roots of the first primes. */
const INITIAL = Int32Array.from(primes.slice(0, 8), (prime) => fractionBits(prime, 2));
const ROUND_KEYS = Int32Array.from(primes, (prime) => fractionBits(prime, 3));

// Scratch of one call: nothing in it outlives the call, and no call waits.
const words = new Int32Array(ROUNDS);
const state = new Int32Array(8);

/**
 * SHA-256 of `prefix`, `left` and `right`: 32 fresh bytes. Both parts are 32 bytes.
 *
 * Source: FIPS 180-4 sections 4.1.2, 5.1.1, 5.3.3 and 6.2.
 */
export function sha256OfPair(prefix: number, left: Uint8Array, right: Uint8Array): Uint8Array {
  assert(left.length === PART_SIZE, "the left part is a hash");
  assert(right.length === PART_SIZE, "the right part is a hash");
  state.set(INITIAL);
  let carried = prefix;
  carried = loadShifted(left, 0, carried);
  carried = loadShifted(right, 8, carried);
  compress();
  words.fill(0, 0, 16);
  words[0] = (carried << 24) | 0x80_0000;
  words[15] = MESSAGE_BITS;
  compress();
  return stateBytes();
}

/** Puts 32 bytes into eight words, moved one byte on by `carried`; gives back the byte left over. */
function loadShifted(part: Uint8Array, firstWord: number, carried: number): number {
  let before = carried;
  for (let index = 0; index < 8; index += 1) {
    const at = index * 4;
    words[firstWord + index] =
      (before << 24) | ((part[at] ?? 0) << 16) | ((part[at + 1] ?? 0) << 8) | (part[at + 2] ?? 0);
    before = part[at + 3] ?? 0;
  }
  return before;
}

function expand(): void {
  for (let index = 16; index < ROUNDS; index += 1) {
    const far = words[index - 15] ?? 0;
    const near = words[index - 2] ?? 0;
    const farMix = ((far >>> 7) | (far << 25)) ^ ((far >>> 18) | (far << 14)) ^ (far >>> 3);
    const nearMix = ((near >>> 17) | (near << 15)) ^ ((near >>> 19) | (near << 13)) ^ (near >>> 10);
    words[index] = ((words[index - 16] ?? 0) + farMix + (words[index - 7] ?? 0) + nearMix) | 0;
  }
}

function compress(): void {
  expand();
  // One by one: taking a typed array apart goes through an iterator.
  let a = state[0] ?? 0;
  let b = state[1] ?? 0;
  let c = state[2] ?? 0;
  let d = state[3] ?? 0;
  let e = state[4] ?? 0;
  let f = state[5] ?? 0;
  let g = state[6] ?? 0;
  let h = state[7] ?? 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const mixE = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const choice = (e & f) ^ (~e & g);
    const first = (h + mixE + choice + (ROUND_KEYS[round] ?? 0) + (words[round] ?? 0)) | 0;
    const mixA = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + mixA + majority) | 0;
  }
  addToState(0, a, b, c, d);
  addToState(4, e, f, g, h);
}

function addToState(first: number, a: number, b: number, c: number, d: number): void {
  state[first] = (state[first] ?? 0) + a;
  state[first + 1] = (state[first + 1] ?? 0) + b;
  state[first + 2] = (state[first + 2] ?? 0) + c;
  state[first + 3] = (state[first + 3] ?? 0) + d;
}

function stateBytes(): Uint8Array {
  const bytes = new Uint8Array(PART_SIZE);
  for (let index = 0; index < 8; index += 1) {
    const word = state[index] ?? 0;
    bytes[index * 4] = word >>> 24;
    bytes[index * 4 + 1] = word >>> 16;
    bytes[index * 4 + 2] = word >>> 8;
    bytes[index * 4 + 3] = word;
  }
  return bytes;
}

function firstPrimes(count: number): readonly bigint[] {
  const found: bigint[] = [];
  for (let candidate = 2n; found.length < count; candidate += 1n) {
    if (found.every((prime) => candidate % prime !== 0n)) found.push(candidate);
  }
  return found;
}

/** The low 32 bits of the largest whole number whose `degree`-th power is at most prime * 2^(32 * degree). */
function fractionBits(prime: bigint, degree: number): number {
  const target = prime << BigInt(32 * degree);
  let root = 0n;
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) {
    if ((root + bit) ** BigInt(degree) <= target) root += bit;
  }
  return Number(BigInt.asIntN(32, root));
}
