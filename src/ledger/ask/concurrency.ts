import type { FeedKey } from "../keys/keys.ts";
import type { LedgerRecord } from "../entries/payloads.ts";

/** Entries of another feed that come before a record in the joined history, unseen by its author. */
export interface Unseen {
  readonly feed: FeedKey;
  /** Indexes of the first and the last of them. */
  readonly first: number;
  readonly last: number;
}

/**
 * Tells which records were written at once: neither author had seen the other's. Takes a joined history in order;
 * the room it takes grows with the number of feeds, not of records.
 *
 * What one feed had seen of another is counted in entries. Seeing a feed means having seen what it had named itself.
 */
export class ConcurrencyMarker {
  readonly #sizes = new Map<FeedKey, number>();
  readonly #seen = new Map<FeedKey, Map<FeedKey, number>>();

  /** Takes the next record; gives what its author had not seen, empty for most. */
  next(record: LedgerRecord): readonly Unseen[] {
    const { feed, heads } = record;
    const seen = this.#seen.get(feed) ?? new Map<FeedKey, number>();
    this.#seen.set(feed, seen);
    for (const head of heads) {
      raise(seen, head.feed, head.size);
      // Entries behind the named size may have named more; a named head holds back nothing it can vouch for.
      if ((this.#sizes.get(head.feed) ?? 0) > head.size) continue;
      for (const [other, size] of this.#seen.get(head.feed) ?? []) {
        if (other !== feed) raise(seen, other, size);
      }
    }
    const unseen = [...this.#sizes].flatMap(([other, size]): readonly Unseen[] => {
      const known = seen.get(other) ?? 0;
      return other === feed || known >= size ? [] : [{ feed: other, first: known, last: size - 1 }];
    });
    this.#sizes.set(feed, record.index + record.parts);
    // The first entry of a feed follows from nothing, so nothing is missing in it.
    return record.kind === "genesis" ? [] : unseen;
  }
}

function raise(sizes: Map<FeedKey, number>, feed: FeedKey, size: number): void {
  if (size > (sizes.get(feed) ?? 0)) sizes.set(feed, size);
}
