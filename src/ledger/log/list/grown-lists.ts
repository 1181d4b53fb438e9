// The lists of every degree that a growing row of entries makes, for comparing with one that somebody else made.
import { RefsBuilder } from "../../../skywire/cxo/index.ts";

/**
 * The lists that the same growing row of entries makes in every degree. Each is built when it is first asked for, and
 * from then on only by what is new, so that asking for many sizes costs no more than the largest.
 */
export class GrownLists {
  readonly #hashAt: (index: number) => Uint8Array;
  readonly #builders = new Map<number, RefsBuilder>();

  /** @param hashAt the hash of an entry; only those of lists that are asked for are read */
  constructor(hashAt: (index: number) => Uint8Array) {
    this.#hashAt = hashAt;
  }

  /** The list of the first `size` entries. Of each degree, no size may be smaller than the one before. */
  list(degree: number, size: number): RefsBuilder {
    const builder = this.#builders.get(degree) ?? new RefsBuilder(degree);
    this.#builders.set(degree, builder);
    while (builder.length < size) builder.append(this.#hashAt(builder.length));
    return builder;
  }
}
