import { assert } from "../../core/index.ts";
import type { LedgerRecord } from "../entries/payloads.ts";
import type { FeedKey } from "../keys/keys.ts";

interface FeedState {
  readonly slot: number;
  /** How many entries of each feed its newest record comes after, by slot. */
  sizes: readonly number[];
  /** The same by feed, without those of which nothing was seen. */
  after: ReadonlyMap<FeedKey, number>;
  /** The index of each record that had seen more than the one before it, followed by its sizes. */
  readonly changes: number[];
}

/**
 * What each record of joined feeds comes after, followed through the heads that are named: who has seen
 * a feed has seen what its author had seen. Takes records in joined order. For each record that names
 * something new one number a feed is held, and nothing for the others.
 */
export class SeenFeeds {
  readonly #feeds: readonly FeedKey[];
  readonly #states: ReadonlyMap<FeedKey, FeedState>;

  constructor(feeds: readonly FeedKey[]) {
    this.#feeds = feeds;
    const none = feeds.map(() => 0);
    this.#states = new Map(
      feeds.map((feed, slot) => [feed, { slot, sizes: none, after: new Map(), changes: [] }]),
    );
  }

  /** Takes the next record; gives how many entries of each other feed come before it. */
  next({ feed, index, heads }: LedgerRecord): ReadonlyMap<FeedKey, number> {
    const own = this.#states.get(feed);
    assert(own !== undefined, "the feed of a record is one of those joined");
    const sizes = [...own.sizes];
    for (const head of heads) {
      const state = this.#states.get(head.feed);
      if (state === undefined) continue;
      raise(sizes, state.slot, head.size);
      for (const [slot, size] of this.#sizesAt(state, head.size).entries())
        raise(sizes, slot, size);
    }
    sizes[own.slot] = 0;
    if (sizes.every((size, slot) => size === own.sizes[slot])) return own.after;
    own.sizes = sizes;
    own.changes.push(index, ...sizes);
    own.after = new Map(
      this.#feeds.flatMap((other, slot) => {
        const size = sizes[slot] ?? 0;
        return size === 0 ? [] : [[other, size] as const];
      }),
    );
    return own.after;
  }

  // The last change among the first entries, found by halving.
  #sizesAt({ changes }: FeedState, size: number): readonly number[] {
    const stride = this.#feeds.length + 1;
    let low = 0;
    let high = changes.length / stride;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((changes[middle * stride] ?? 0) < size) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? [] : changes.slice((low - 1) * stride + 1, low * stride);
  }
}

function raise(sizes: number[], slot: number, size: number): void {
  if (size > (sizes[slot] ?? 0)) sizes[slot] = size;
}
