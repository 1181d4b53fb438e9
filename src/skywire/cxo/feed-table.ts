// The feeds of a node, and the newest Root of each.
import { toHex } from "../../core/index.ts";
import type { Connection } from "./connection.ts";
import type { SentRoot } from "./message.ts";
import type { VerifiedRoot } from "./root.ts";

/** A Root as it was sent and as it was verified. */
export interface SignedRoot {
  readonly sent: SentRoot;
  readonly root: VerifiedRoot;
}

/** One of a feed's sequences of Roots. */
export interface Head {
  /** The newest Root whose objects are all there. */
  last: SignedRoot | undefined;
  /** The Root whose objects are being fetched, and the newest that came meanwhile. */
  filling: SignedRoot | undefined;
  waiting: { readonly signed: SignedRoot; readonly from: Connection } | undefined;
}

/** A feed that the node shares. */
export interface Feed {
  readonly key: Uint8Array;
  /** By nonce. */
  readonly heads: Map<bigint, Head>;
  readonly subscribers: Set<Connection>;
}

/** The feeds of a node. */
export class FeedTable {
  readonly #feeds = new Map<string, Feed>();

  get(key: Uint8Array): Feed | undefined {
    return this.#feeds.get(toHex(key));
  }

  add(key: Uint8Array): Feed {
    const known = this.get(key);
    if (known !== undefined) return known;
    const feed: Feed = { key, heads: new Map(), subscribers: new Set() };
    this.#feeds.set(toHex(key), feed);
    return feed;
  }

  keys(): readonly Uint8Array[] {
    return [...this.#feeds.values()].map(({ key }) => key);
  }

  forget(connection: Connection): void {
    for (const feed of this.#feeds.values()) feed.subscribers.delete(connection);
  }
}

/** The head of a nonce, made when there is none. */
export function headOf(feed: Feed, nonce: bigint): Head {
  const known = feed.heads.get(nonce);
  if (known !== undefined) return known;
  const head: Head = { last: undefined, filling: undefined, waiting: undefined };
  feed.heads.set(nonce, head);
  return head;
}

/** The last Root of the active head: the one with the greatest time. */
export function lastRootOf(feed: Feed): SignedRoot | undefined {
  let newest: SignedRoot | undefined;
  for (const { last } of feed.heads.values()) {
    if (last !== undefined && (newest === undefined || last.root.time > newest.root.time))
      newest = last;
  }
  return newest;
}
