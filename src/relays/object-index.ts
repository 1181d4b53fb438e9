// Where the objects of a relay's store lie, in 20 bytes of memory each.
const WORDS = 5;
const INITIAL_SLOTS = 1024;
const FULL_SHARE = 0.75;
const UNPROVEN = 0x8000_0000;
const SEGMENT_MASK = 0x7fff_ffff;

/** Where an object lies. */
export interface DiskPlace {
  readonly segment: number;
  readonly offset: number;
  readonly size: number;
  /** False when something below it may have been lost to damage. */
  readonly isProven: boolean;
}

/**
 * Where the objects lie, by the first 64 bits of their hashes: 20 bytes each in one typed array, at most
 * three of four slots taken. Objects may share a prefix, so whoever reads one hashes it.
 */
export class ObjectIndex {
  #slots = INITIAL_SLOTS;
  #words = new Uint32Array(INITIAL_SLOTS * WORDS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Every place an object with this prefix may lie; nearly always one or none. */
  *places(hash: Uint8Array): Generator<DiskPlace, void, void> {
    const [high, low] = prefixOf(hash);
    for (let slot = high % this.#slots; ; slot = (slot + 1) % this.#slots) {
      const at = slot * WORDS;
      const size = this.#words[at + 4] ?? 0;
      if (size === 0) return;
      if (this.#words[at] !== high || this.#words[at + 1] !== low) continue;
      const segment = this.#words[at + 2] ?? 0;
      yield {
        segment: (segment & SEGMENT_MASK) >>> 0,
        offset: this.#words[at + 3] ?? 0,
        size,
        isProven: (segment & UNPROVEN) === 0,
      };
    }
  }

  add(hash: Uint8Array, place: DiskPlace): void {
    if (this.#size + 1 > this.#slots * FULL_SHARE) this.#grow();
    const [high, low] = prefixOf(hash);
    const segment = place.segment + (place.isProven ? 0 : UNPROVEN);
    this.#insert([high, low, segment, place.offset, place.size]);
    this.#size += 1;
  }

  /** Says that everything below the object at a place is there. */
  prove(hash: Uint8Array, place: DiskPlace): void {
    const [high] = prefixOf(hash);
    for (let slot = high % this.#slots; ; slot = (slot + 1) % this.#slots) {
      const at = slot * WORDS;
      if (this.#words[at + 4] === 0) return;
      const segment = ((this.#words[at + 2] ?? 0) & SEGMENT_MASK) >>> 0;
      if (segment === place.segment && this.#words[at + 3] === place.offset) {
        this.#words[at + 2] = segment;
        return;
      }
    }
  }

  #insert(words: readonly [number, number, number, number, number]): void {
    let slot = words[0] % this.#slots;
    while (this.#words[slot * WORDS + 4] !== 0) slot = (slot + 1) % this.#slots;
    this.#words.set(words, slot * WORDS);
  }

  #grow(): void {
    const old = this.#words;
    this.#slots *= 2;
    this.#words = new Uint32Array(this.#slots * WORDS);
    for (let at = 0; at < old.length; at += WORDS) {
      const [high = 0, low = 0, segment = 0, offset = 0, size = 0] = old.subarray(at, at + WORDS);
      if (size !== 0) this.#insert([high, low, segment, offset, size]);
    }
  }
}

function prefixOf(hash: Uint8Array): readonly [number, number] {
  const view = new DataView(hash.buffer, hash.byteOffset, hash.byteLength);
  return [view.getUint32(0), view.getUint32(4)];
}
