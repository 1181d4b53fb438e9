// Finds by its hash where an object may stand, in a few bytes an object.
/** Where an object's record stands. */
export interface ObjectPlace {
  readonly segment: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

const FIRST_SLOTS = 1024;
const FULL_SHARE = 0.7;

/**
 * Finds where an object may stand by its hash: 20 bytes a slot, whatever the number of objects. Only the
 * first bytes of a hash are kept, so that what is found must be hashed again.
 */
export class HashIndex {
  #count = 0;
  #tags = new Uint32Array(FIRST_SLOTS);
  #segments = new Uint32Array(FIRST_SLOTS);
  #offsets = new Float64Array(FIRST_SLOTS);
  /** Zero where a slot is free. */
  #sizes = new Uint32Array(FIRST_SLOTS);

  /** Objects that were added. */
  get size(): number {
    return this.#count;
  }

  /** Adds an object; one that is added twice has two places. */
  add(hash: Uint8Array, { segment, offset, sizeBytes }: ObjectPlace): void {
    if (this.#count >= this.#tags.length * FULL_SHARE) this.#grow();
    this.#put(tagOf(hash), segment, offset, sizeBytes);
    this.#count += 1;
  }

  /** The places where the object may stand, as far as they are known; few of them are wrong. */
  places(hash: Uint8Array): readonly ObjectPlace[] {
    const tag = tagOf(hash);
    const found: ObjectPlace[] = [];
    const mask = this.#tags.length - 1;
    for (let slot = tag & mask; this.#sizes[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#tags[slot] !== tag) continue;
      found.push({
        segment: this.#segments[slot] ?? 0,
        offset: this.#offsets[slot] ?? 0,
        sizeBytes: this.#sizes[slot] ?? 0,
      });
    }
    return found;
  }

  #put(tag: number, segment: number, offset: number, sizeBytes: number): void {
    const mask = this.#tags.length - 1;
    let slot = tag & mask;
    while (this.#sizes[slot] !== 0) slot = (slot + 1) & mask;
    this.#tags[slot] = tag;
    this.#segments[slot] = segment;
    this.#offsets[slot] = offset;
    this.#sizes[slot] = sizeBytes;
  }

  #grow(): void {
    const [tags, segments, offsets, sizes] = [
      this.#tags,
      this.#segments,
      this.#offsets,
      this.#sizes,
    ];
    const slots = tags.length * 2;
    this.#tags = new Uint32Array(slots);
    this.#segments = new Uint32Array(slots);
    this.#offsets = new Float64Array(slots);
    this.#sizes = new Uint32Array(slots);
    for (const [slot, tag] of tags.entries()) {
      const size = sizes[slot] ?? 0;
      if (size !== 0) this.#put(tag, segments[slot] ?? 0, offsets[slot] ?? 0, size);
    }
  }
}

function tagOf(hash: Uint8Array): number {
  return new DataView(hash.buffer, hash.byteOffset).getUint32(0, true);
}
