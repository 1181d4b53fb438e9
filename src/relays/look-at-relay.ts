import { FleetError, type StreamAddress } from "../core/index.ts";
import type { SignedRoot } from "../skywire/cxo/index.ts";
import { ObjectFetcher } from "./object-fetcher.ts";
import { openRelay, type RelayWorld } from "./open-relay.ts";
import { SAMPLE_ENTRIES_MAX } from "./relay-limits.ts";
import { fetchSample } from "./sample.ts";
import { shownRoot } from "./shown-root.ts";

/** Which feed is looked for where. */
export interface LookOptions extends RelayWorld {
  readonly address: StreamAddress;
  readonly feed: Uint8Array;
  /** How long the relay may give nothing while it is asked; 15 s when not given. */
  readonly stallTimeoutMs?: number;
  /** Entries that are asked for beside the right edge; 64 when not given, 0 for a quick look. */
  readonly sampleEntries?: number;
}

/**
 * What a relay holds of a feed. `holds`: it shows the Root and gave every object that was asked for.
 * `shows`: it shows the Root but did not give one, for the reason in `error`. `empty`: it has no Root.
 */
export type RelayLook =
  | { readonly kind: "holds"; readonly shown: SignedRoot; readonly checked: number }
  | { readonly kind: "shows"; readonly shown: SignedRoot; readonly error: FleetError }
  | { readonly kind: "empty" }
  | { readonly kind: "unreachable" | "refused" | "lies"; readonly error: FleetError };

/**
 * Looks which Root of a feed a relay holds, proved to be the feed's, and whether it serves it: the
 * registry, the log, the right edge of its list and a sample of its entries are asked for and hashed.
 * Never subscribes and never sends anything. Every failure is part of the result.
 */
export async function lookAtRelay(options: LookOptions): Promise<RelayLook> {
  const { address, feed } = options;
  try {
    const relay = await openRelay(address, options);
    try {
      const shown = await shownRoot(relay.connection, feed, relay.name);
      if (shown === undefined) return { kind: "empty" };
      const { connection, name } = relay;
      const fetcher = new ObjectFetcher({ ...options, connection, relay: name });
      const sampled = options.sampleEntries ?? SAMPLE_ENTRIES_MAX;
      try {
        const checked = await fetchSample(shown.root, fetcher, sampled);
        return { kind: "holds", shown, checked };
      } catch (error) {
        if (error instanceof FleetError) return { kind: "shows", shown, error };
        throw error;
      }
    } finally {
      relay.close();
    }
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    if (error.code === "relay/malformed") return { kind: "lies", error };
    return { kind: error.code === "relay/refused" ? "refused" : "unreachable", error };
  }
}
