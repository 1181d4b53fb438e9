// Publishes Roots to one relay, and learns when it holds them.
import { type Clock, equalBytes, FleetError, sleep } from "../../core/index.ts";
import type { Connection } from "./connection.ts";
import type { CxoNode } from "./cxo-node.ts";
import { previewFeed } from "./preview-feed.ts";
import type { SignedRoot } from "./feed-table.ts";
import type { ObjectStore } from "./fill-root.ts";
import type { SentRoot } from "./message.ts";
import { type NewObject, walkNewObjects } from "./new-objects.ts";
import {
  CONFIRM_LOOK_BUSY_MS,
  CONFIRM_LOOK_MAX_MS,
  CONFIRM_LOOK_MS,
  FILL_TIMEOUT_MS,
  REGISTRY_HOLD_MS,
} from "./node-limits.ts";
import { proveRoot } from "./root-intake.ts";

/** What a publisher works with. The node must serve `store`. */
export interface RelayPublisherOptions {
  readonly node: CxoNode;
  readonly connection: Connection;
  readonly feed: Uint8Array;
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** How long a relay may take to show a pushed Root, or to ask for more of it; Go's fill limit when not given. */
  readonly confirmTimeoutMs?: number;
  /** Hears of every object that the relay has to ask for, before the Root is pushed. */
  readonly onNew?: (object: NewObject) => void;
  /** Grows while the relay asks: a long filling is no silence. */
  readonly progress?: () => number;
}

/**
 * Brings Roots of one feed to one relay without harming it. A Go node can be stopped or killed by
 * Roots that come too fast, reach an object twice, or have a registry it cannot read or get; so each
 * Root is checked before it is pushed, and the next waits until the relay shows the last.
 * After a failure, and whenever somebody closes it meanwhile, the connection ends, but not before the relay has the
 * registry (or 10 s have passed), so that the relay fills nothing while another Root
 * comes; make a new connection and a new publisher then.
 */
export class RelayPublisher {
  readonly #options: RelayPublisherOptions;
  #last: Promise<unknown> = Promise.resolve();
  #isSubscribed = false;

  constructor(options: RelayPublisherOptions) {
    this.#options = options;
  }

  /**
   * Publishes a Root whose objects are all in the store. Calls wait for one another.
   * @returns "held" when the relay shows it now, "already" when it showed it before
   * @throws FleetError cxo/fork when the relay shows another Root of this or a higher number, or of another
   * nonce; cxo/twice, cxo/registry, cxo/missing, cxo/limit, cxo/hash before anything is sent;
   * cxo/unconfirmed when the relay does not show it in time; cxo/refused, cxo/closed, cxo/timeout
   */
  publish(sent: SentRoot): Promise<"held" | "already"> {
    const turn = this.#last.then(() => this.#publish(sent));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #publish(sent: SentRoot): Promise<"held" | "already"> {
    const { node, connection, feed, store } = this.#options;
    const signed = proveRoot(sent);
    if (!equalBytes(sent.feed, feed))
      throw new FleetError("cxo/feed", "the Root is of another feed than the publisher's");
    const shown = await previewFeed(connection, feed);
    if (isShown(signed, shown)) return "already";
    checkExtends(signed, shown);
    for await (const object of walkNewObjects(signed.root, shown?.root, store))
      this.#options.onNew?.(object);
    if (!this.#isSubscribed) {
      node.share(feed);
      await node.subscribe(connection, feed);
      this.#isSubscribed = true;
    }
    const hasRegistry = shown !== undefined && equalBytes(shown.root.reg, signed.root.reg);
    const release = hasRegistry ? nothing : this.#holdForRegistry(signed.root.reg);
    connection.send({ type: "Root", ...sent });
    try {
      await this.#confirmed(signed);
    } catch (error) {
      // What is still open then ends when the registry is there, or when it was waited for long enough.
      if (connection.reason !== undefined) release();
      throw error;
    }
    release();
    node.hold(sent);
    return "held";
  }

  /**
   * A Go node that loses its last connection before it has the registry of a Root waits for it for ever, and
   * half of them die when it comes at last. So no end of ours comes before it asks for something else, which says that
   * it has it. One that asks for nothing is not waited for for ever.
   */
  #holdForRegistry(registry: Uint8Array): () => void {
    const { node, connection, clock } = this.#options;
    const letGo = connection.holdOpen();
    const cancel = clock.after(REGISTRY_HOLD_MS, letGo);
    const release = (): void => {
      cancel();
      node.whenAsked(connection, nothing);
      letGo();
    };
    node.whenAsked(connection, (key) => {
      if (!equalBytes(key, registry)) release();
    });
    return release;
  }

  async #confirmed(signed: SignedRoot): Promise<void> {
    const { connection, clock, feed, progress } = this.#options;
    const timeoutMs = this.#options.confirmTimeoutMs ?? FILL_TIMEOUT_MS;
    let untilMs = clock.now() + timeoutMs;
    let waitMs = CONFIRM_LOOK_MS;
    let seen = progress?.();
    try {
      for (;;) {
        await sleep(clock, waitMs);
        if (isShown(signed, await previewFeed(connection, feed))) return;
        const now = progress?.();
        const isMoving = now !== seen;
        if (isMoving) untilMs = clock.now() + timeoutMs;
        seen = now;
        if (clock.now() >= untilMs) break;
        waitMs = Math.min(waitMs * 2, isMoving ? CONFIRM_LOOK_BUSY_MS : CONFIRM_LOOK_MAX_MS);
      }
      throw new FleetError("cxo/unconfirmed", "the relay did not show the Root in time", {
        next: "look whether the relay runs, then publish again",
      });
    } catch (error) {
      if (error instanceof FleetError) connection.close(error);
      throw error;
    }
  }
}

function nothing(): void {
  // Nothing is held.
}

function isShown(signed: SignedRoot, shown: SignedRoot | undefined): boolean {
  return shown !== undefined && equalBytes(shown.root.hash, signed.root.hash);
}

function checkExtends({ root }: SignedRoot, shown: SignedRoot | undefined): void {
  if (shown === undefined) return;
  if (shown.root.nonce !== root.nonce || shown.root.seq >= root.seq) {
    throw new FleetError(
      "cxo/fork",
      `the relay shows Root ${shown.root.seq} of sequence ${shown.root.nonce}, which ${root.seq} of ${root.nonce} does not follow`,
      { next: "restore the history from the relay before publishing" },
    );
  }
}
