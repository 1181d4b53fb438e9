// What a relay needs of the place where it keeps objects and Roots.
import type { ObjectStore, SentRoot } from "../skywire/cxo/index.ts";

/** A Root that was kept; when it is not proven, damage may have taken what lies below it. */
export interface KeptRoot {
  readonly sent: SentRoot;
  readonly isProven: boolean;
}

/** Where a relay keeps what it holds. Every object that `get` gives has the bytes of its hash. */
export interface RelayStore extends Pick<ObjectStore, "has" | "get"> {
  /**
   * Takes the objects of one Root's filling, on the account of its feed: what is new counts in `usedBytes` before
   * the call of `put` returns, so that many at once keep within a quota. After a failed write it takes
   * no more, so that nothing is ever kept above something that was lost.
   */
  fill(feed: Uint8Array): ObjectStore;
  /** Makes everything that was put durable, then the Root. When it resolves, the Root survives a crash. */
  keepRoot(sent: SentRoot): Promise<void>;
  /** The newest Roots that were kept, of each feed and sequence. */
  lastRoots(): Promise<readonly KeptRoot[]>;
  /** Bytes on the account of one feed, or of all when none is given. */
  usedBytes(feed?: Uint8Array): number;
}
