// Fetching the log of a feed from a relay, checked from what was seen before to its newest Root.
import { assert, type Clock, equalBytes, FleetError } from "../core/index.ts";
import type { Connection, Root, SignedRoot } from "../skywire/cxo/index.ts";
import { logHashOf, type LogShape, readLogFacts } from "./log-shape.ts";
import { type FetchedEntry, walkLog } from "./log-walk.ts";
import { ObjectFetcher } from "./object-fetcher.ts";
import { shownRoot } from "./shown-root.ts";

/** What a reader knows of a feed already: no relay may lead it back before this. */
export interface LogPin {
  readonly seq: bigint;
  readonly rootHash: Uint8Array;
  /** Entries. */
  readonly size: number;
}

/** How a log is fetched. */
export interface FetchLogOptions {
  readonly connection: Connection;
  /** How the relay is called in errors, such as its address. */
  readonly relay: string;
  readonly feed: Uint8Array;
  readonly shape: LogShape;
  readonly clock: Clock;
  readonly pin: LogPin | undefined;
  /** Index of the first entry that is wanted; 0 when not given. */
  readonly from?: number;
  /** Requests at a time; 64 when not given. */
  readonly window?: number;
  /** How long the relay may give nothing while it is asked; 15 s when not given. */
  readonly stallTimeoutMs?: number;
}

/** A Root with its log; the entries come when they are iterated, once. */
export interface FetchedLog {
  readonly kind: "log";
  readonly signed: SignedRoot;
  /** Entries in the whole log. */
  readonly size: number;
  readonly log: { readonly hash: Uint8Array; readonly bytes: Uint8Array };
  /**
   * From the asked index on, in order, each checked against its hash, at most 16 at a time.
   * Iterating throws FleetError relay/wrong-bytes, relay/missing-object, relay/malformed, relay/lost.
   */
  readonly entries: AsyncIterable<readonly FetchedEntry[]>;
}

/**
 * What a relay gave: the log; nothing, when it knows no Root of the feed; or a Root that is not to be
 * followed, with the reason as an error (relay/older-root, relay/second-root, relay/other-nonce,
 * relay/shorter-log) and the Root, which with the pinned one is evidence.
 */
export type FetchResult =
  | FetchedLog
  | { readonly kind: "none" }
  | {
      readonly kind: "not-followed";
      readonly error: FleetError;
      readonly shown: SignedRoot;
      /** The log that the Root points to, where it was fetched before the Root was refused. */
      readonly log?: Uint8Array;
    };

/**
 * Asks a relay for the last Root of a feed and its log. The feed's signature and the hashes below it
 * prove every byte; what stands before the pin's size is not compared, which the log's own proofs do.
 * @throws FleetError relay/malformed when the relay shows what is no Root of the feed or no log;
 * relay/wrong-bytes, relay/missing-object, relay/lost
 */
export async function fetchLog(options: FetchLogOptions): Promise<FetchResult> {
  const { connection, feed, relay, shape, pin, from = 0 } = options;
  const shown = await shownRoot(connection, feed, relay);
  if (shown === undefined) return { kind: "none" };
  const error = rootRefusal(shown.root, options);
  if (error !== undefined) return { kind: "not-followed", error, shown };
  const fetcher = new ObjectFetcher(options);
  const hash = logHashOf(shown.root, shape);
  const bytes = await fetcher.fetch(hash);
  const facts = readLogFacts(bytes, shape);
  if (facts.size > BigInt(Number.MAX_SAFE_INTEGER))
    throw new FleetError("relay/malformed", `nobody writes a log of ${facts.size} entries`);
  const size = Number(facts.size);
  if (pin !== undefined && size < pin.size) {
    const shorter = new FleetError(
      "relay/shorter-log",
      `${relay} shows Root ${shown.root.seq} with ${size} entries; Root ${pin.seq} had ${pin.size}`,
      { next: "keep both Roots: the feed's owner has taken entries back" },
    );
    return { kind: "not-followed", error: shorter, shown, log: bytes };
  }
  assert(Number.isInteger(from) && from >= 0, "an index counts from 0");
  return {
    kind: "log",
    signed: shown,
    size,
    log: { hash, bytes },
    entries: walkLog(facts, from, fetcher),
  };
}

function rootRefusal(root: Root & { readonly hash: Uint8Array }, options: FetchLogOptions) {
  const { relay, shape, pin } = options;
  if (root.nonce !== shape.nonce)
    return new FleetError(
      "relay/other-nonce",
      `${relay} shows sequence ${root.nonce} of the feed, not ${shape.nonce}`,
      { next: "keep the Root: the feed's owner signed a second history" },
    );
  if (pin === undefined) return undefined;
  if (root.seq < pin.seq)
    return new FleetError(
      "relay/older-root",
      `${relay} shows Root ${root.seq}, older than Root ${pin.seq} that was seen before`,
      { next: "ask another relay, or publish to this one again" },
    );
  if (root.seq === pin.seq && !equalBytes(root.hash, pin.rootHash))
    return new FleetError(
      "relay/second-root",
      `${relay} shows another Root ${root.seq} than the one that was seen before`,
      { next: "keep both Roots: the feed's owner signed two histories" },
    );
  return undefined;
}
