// Tells which records were written at once, neither author having seen the other's.
import type { LedgerRecord } from "../../log/index.ts";
import type { FeedKey } from "../../keys/index.ts";
import { SeenFeeds } from "./seen-feeds.ts";

/** A record in its place in the history of several feeds. */
export type JoinedRecord = LedgerRecord & {
  /**
   * How many entries of each other feed surely come before it: what its author had seen, and what
   * the authors of that had seen. Feeds of which nothing was seen are absent.
   */
  readonly after: ReadonlyMap<FeedKey, number>;
};

/** What two records are compared by. */
type Placed = Pick<JoinedRecord, "feed" | "index" | "after">;

/** Entries of another feed that come before a record in the joined history, unseen by its author. */
export interface Unseen {
  readonly feed: FeedKey;
  /** Indexes of the first and the last of them. */
  readonly first: number;
  readonly last: number;
}

/**
 * True when neither author had seen the other's record: which came first, nobody can prove.
 * @internal a property compares it with the order of a join
 */
export function isConcurrent(a: Placed, b: Placed): boolean {
  return a.feed !== b.feed && !isAfter(a, b) && !isAfter(b, a);
}

/**
 * Tells which records were written at once, from a joined history taken in order: for each what stands
 * before it that its author had not seen. The history may come piece by piece. Holds what {@link SeenFeeds}
 * does.
 */
export class ConcurrencyMarker {
  readonly #sizes = new Map<FeedKey, number>();
  readonly #seen = new SeenFeeds();

  /** Takes the next record; gives what its author had not seen, empty for most. */
  next(record: LedgerRecord): readonly Unseen[] {
    const { feed, index, parts, kind } = record;
    const after = this.#seen.next(record);
    const unseen = [...this.#sizes].flatMap(([other, size]): readonly Unseen[] => {
      const first = after.get(other) ?? 0;
      return other === feed || first >= size ? [] : [{ feed: other, first, last: size - 1 }];
    });
    this.#sizes.set(feed, index + parts);
    // A genesis is made before anything can be seen.
    return kind === "genesis" ? [] : unseen;
  }
}

function isAfter({ after }: Placed, { feed, index }: Placed): boolean {
  return (after.get(feed) ?? 0) > index;
}
