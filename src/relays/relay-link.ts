// A connection to a relay that ends with a signal, and the time its answers take.

import { dialUntil, FleetError, onAbort, type StreamAddress } from "../core/index.ts";
import type { ObjectStore, SignedRoot } from "../skywire/cxo/index.ts";
import { type OpenRelay, openRelay, type RelayWorld } from "./open-relay.ts";
import { OPEN_TIMEOUT_MS, ROUND_TRIP_MIN_MS } from "./relay-limits.ts";
import { shownRoot } from "./shown-root.ts";

/** A relay that greeted us and said what it shows. */
export interface RelayLink extends OpenRelay {
  /** The last Root of the feed that it shows; `undefined` when it has none. */
  readonly shown: SignedRoot | undefined;
  /** How long its answer took. */
  readonly roundTripMs: number;
}

/** Whom to ask about what. */
export interface LinkOptions extends RelayWorld {
  readonly address: StreamAddress;
  readonly feed: Uint8Array;
  /** How long all of it may take; 10 s when not given. */
  readonly openTimeoutMs?: number;
  /** Ends the opening. */
  readonly stop?: AbortSignal;
}

/**
 * Connects to a relay and asks which Root of a feed it shows.
 * @param serving what the relay may ask for; nothing when not given
 * @throws FleetError relay/unreachable, relay/refused, relay/lost; relay/malformed for something that is no Root of the feed
 */
export async function openLink(options: LinkOptions, serving?: ObjectStore): Promise<RelayLink> {
  const { clock, feed, openTimeoutMs = OPEN_TIMEOUT_MS } = options;
  const limit = new AbortController();
  const forget =
    options.stop === undefined ? undefined : onAbort(options.stop, () => limit.abort());
  const cancel = clock.after(openTimeoutMs, () => limit.abort());
  let relay: OpenRelay | undefined;
  try {
    relay = await openRelay(
      options.address,
      { ...options, dial: dialUntil(options.dial, limit.signal) },
      serving,
    );
    const askedMs = clock.now();
    const shown = await shownRoot(relay.connection, feed, relay.name);
    const roundTripMs = Math.max(clock.now() - askedMs, ROUND_TRIP_MIN_MS);
    return { ...relay, shown, roundTripMs };
  } catch (error) {
    relay?.close();
    if (!limit.signal.aborted) throw error;
    throw new FleetError("relay/unreachable", `the relay did not answer in ${openTimeoutMs} ms`, {
      cause: error,
      next: "look whether the relay runs and the address is right",
    });
  } finally {
    cancel();
    forget?.();
  }
}
