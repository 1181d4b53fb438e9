// What each record of several feeds surely comes after.
import { assert } from "../../../core/index.ts";
import type { LedgerRecord } from "../../log/index.ts";
import type { FeedKey } from "../../keys/index.ts";

interface FeedState {
  /** Where this feed stands in every list of sizes. */
  readonly slot: number;
  /** How many entries of each feed its newest record comes after. */
  sizes: readonly number[];
  /** The same by feed, without those of which nothing was seen. */
  after: ReadonlyMap<FeedKey, number>;
  /** The index of each record that had seen more than the one before it, followed by its sizes. */
  changes: number[];
}

/**
 * What each record of several feeds comes after, followed through the heads that are named: who has seen
 * a feed has seen what its author had seen. Takes records in joined order. For each record that names
 * something new one number a feed is held, and nothing for the others.
 */
export class SeenFeeds {
  readonly #states = new Map<FeedKey, FeedState>();

  /** Takes the next record; gives how many entries of each other feed come before it. */
  next({ feed, index, heads }: LedgerRecord): ReadonlyMap<FeedKey, number> {
    for (const each of [feed, ...heads.map((head) => head.feed)]) this.#add(each);
    const own = this.#state(feed);
    if (heads.length === 0) return own.after;
    const sizes = [...own.sizes];
    for (const head of heads) {
      const state = this.#state(head.feed);
      raise(sizes, state.slot, head.size);
      for (const [slot, size] of this.#sizesAt(state, head.size).entries())
        raise(sizes, slot, size);
    }
    sizes[own.slot] = 0;
    if (sizes.every((size, slot) => size === own.sizes[slot])) return own.after;
    own.sizes = sizes;
    own.changes.push(index, ...sizes);
    own.after = new Map(
      [...this.#states].flatMap(([other, { slot }]) => {
        const size = sizes[slot] ?? 0;
        return size === 0 ? [] : [[other, size] as const];
      }),
    );
    return own.after;
  }

  // A new feed makes every list of sizes one longer.
  #add(feed: FeedKey): void {
    if (this.#states.has(feed)) return;
    const slot = this.#states.size;
    for (const state of this.#states.values()) {
      state.sizes = [...state.sizes, 0];
      const changes: number[] = [];
      for (let from = 0; from < state.changes.length; from += slot + 1)
        changes.push(...state.changes.slice(from, from + slot + 1), 0);
      state.changes = changes;
    }
    const sizes = Array.from({ length: slot + 1 }, () => 0);
    this.#states.set(feed, { slot, sizes, after: new Map(), changes: [] });
  }

  #state(feed: FeedKey): FeedState {
    const state = this.#states.get(feed);
    assert(state !== undefined, "every feed that is named was added");
    return state;
  }

  // The last change among the first entries, found by halving.
  #sizesAt({ changes }: FeedState, size: number): readonly number[] {
    const stride = this.#states.size + 1;
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
