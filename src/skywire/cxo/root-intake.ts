// Takes the Roots a node is sent: checks each, fetches what is below it, keeps the newest.
import { type Clock, equalBytes, FleetError, hasCode, toHex } from "../../core/index.ts";
import type { Connection } from "./connection.ts";
import { type Feed, type Head, headOf, type SignedRoot } from "./feed-table.ts";
import { fillRoot, type ObjectStore } from "./fill-root.ts";
import type { SentRoot } from "./message.ts";
import { HEADS_MAX } from "./node-limits.ts";
import { verifyRoot } from "./root.ts";

/** What becomes of the Roots a node is sent; every call is a report, nothing waits for it. */
export interface RootEvents {
  /** Everything below the Root is in the store. */
  readonly filled?: (root: SignedRoot) => void;
  /** A Root was refused or could not be filled; the code says why. */
  readonly refused?: (error: FleetError, root: SentRoot, from: Connection) => void;
}

/** What the intake needs of its node. */
export interface RootIntakeOptions {
  /** Where the objects of one Root's filling go. */
  readonly storeFor: (signed: SignedRoot) => ObjectStore;
  /** Keeps a Root whose objects are all there, before it is shown to anybody. */
  readonly keep: ((signed: SignedRoot) => Promise<void>) | undefined;
  readonly clock: Clock;
  readonly fillTimeoutMs: number;
  /** Requests at a time to a peer that takes many; others are asked one at a time. */
  readonly inFlight: number;
  readonly events: RootEvents;
}

/** Codes after which a connection is of no use: its peer does not answer what it is asked. */
const FATAL_CODES = ["cxo/hash", "cxo/answer"];

/**
 * Proves a Root that was sent: the feed's signature, its form, and that the message says the same as
 * the Root itself, which Go does not compare.
 * @throws FleetError cxo/signature, cxo/root, cxo/truncated, cxo/trailing
 */
export function proveRoot(sent: SentRoot): SignedRoot {
  const root = verifyRoot(sent.value, sent.signature, sent.feed);
  if (root.nonce !== sent.nonce || root.seq !== sent.seq) {
    throw new FleetError("cxo/root", "the message and the Root in it differ in nonce or sequence");
  }
  return { sent, root };
}

/**
 * Takes the Roots that peers push: proves them, fetches what is below them, one Root of a head at a
 * time, and passes them on. While one is filled only the newest of those that come is kept.
 */
export class RootIntake {
  readonly #options: RootIntakeOptions;

  constructor(options: RootIntakeOptions) {
    this.#options = options;
  }

  /** Takes a pushed Root of a feed that is shared. Refusals are reported and never told to the peer. */
  take(sent: SentRoot, feed: Feed, from: Connection): void {
    const known = feed.heads.get(sent.nonce);
    if (known?.last !== undefined && known.last.root.seq >= sent.seq) return;
    try {
      const signed = proveRoot(sent);
      if (!feed.subscribers.has(from))
        throw new FleetError("cxo/feed", "a Root came of a feed that the peer did not subscribe");
      if (known === undefined && feed.heads.size >= HEADS_MAX)
        throw new FleetError("cxo/limit", `the feed has more than ${HEADS_MAX} sequences`);
      const head = headOf(feed, sent.nonce);
      if (head.filling === undefined) this.#fill(signed, head, feed, from);
      else if (sent.seq > newestSeq(head)) head.waiting = { signed, from };
    } catch (error) {
      this.#refuse(error, sent, from);
    }
  }

  #fill(signed: SignedRoot, head: Head, feed: Feed, from: Connection): void {
    head.filling = signed;
    this.#fetch(signed, feed, from)
      .then(() => {
        head.last = signed;
        this.#options.events.filled?.(signed);
      })
      .catch((error: unknown) => {
        if (FATAL_CODES.some((code) => hasCode(error, code))) from.close(error as FleetError);
        this.#refuse(error, signed.sent, from);
      })
      .finally(() => {
        head.filling = undefined;
        const next = head.waiting;
        head.waiting = undefined;
        if (next !== undefined) this.#fill(next.signed, head, feed, next.from);
      })
      .catch(() => undefined);
  }

  async #fetch(signed: SignedRoot, feed: Feed, from: Connection): Promise<void> {
    const { sent, root } = signed;
    const { clock, fillTimeoutMs, inFlight } = this.#options;
    const store = this.#options.storeFor(signed);
    const limit = new AbortController();
    const cancel = clock.after(fillTimeoutMs, () =>
      limit.abort(new FleetError("cxo/timeout", "the Root was not filled in time")),
    );
    try {
      await fillRoot(root, {
        store,
        request: (hash) => fetchFrom(from, hash),
        inFlight: from.takesMany ? inFlight : 1,
        onRegistry: () => passOn(sent, feed, from),
        signal: limit.signal,
      });
      await store.put({ hash: root.hash, bytes: sent.value });
      await this.#options.keep?.(signed);
    } finally {
      cancel();
    }
  }

  #refuse(error: unknown, sent: SentRoot, from: Connection): void {
    const known =
      error instanceof FleetError
        ? error
        : new FleetError("cxo/store", "an object could not be stored", { cause: error });
    this.#options.events.refused?.(known, sent, from);
  }
}

/**
 * Asks a peer for one object. The bytes are as they came: whoever uses them hashes them.
 * @throws FleetError cxo/answer when the answer is not an object; cxo/timeout, cxo/closed
 */
export async function fetchFrom(connection: Connection, hash: Uint8Array): Promise<Uint8Array> {
  const answer = await connection.request({ type: "RqObject", key: hash });
  if (answer.type === "Object") return answer.value;
  const words = answer.type === "Err" ? `: ${answer.text}` : "";
  throw new FleetError("cxo/answer", `the peer answered ${answer.type} for ${toHex(hash)}${words}`);
}

function newestSeq(head: Head): bigint {
  return head.waiting?.signed.root.seq ?? head.filling?.root.seq ?? -1n;
}

// Passed on only when its registry is proved: some registries end a Go node that reads them.
function passOn(sent: SentRoot, feed: Feed, from: Connection): void {
  for (const subscriber of feed.subscribers) {
    if (subscriber !== from && !equalBytes(subscriber.peerId, from.peerId))
      subscriber.send({ type: "Root", ...sent });
  }
}
