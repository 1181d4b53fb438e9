// Whether a relay that shows nothing has the registry, without which it asks for nothing.

import { hasCode } from "../core/index.ts";
import { ObjectFetcher, type ObjectFetcherOptions } from "./object-fetcher.ts";
import { REGISTRY_TIMEOUT_MS } from "./relay-limits.ts";

/**
 * Asks a relay for the registry that our Roots name. After `false` close the connection: a Go node keeps the request.
 * @throws FleetError relay/lost, relay/wrong-bytes
 */
export async function hasRegistry(
  registry: Uint8Array,
  options: ObjectFetcherOptions,
): Promise<boolean> {
  try {
    await new ObjectFetcher({ ...options, stallTimeoutMs: REGISTRY_TIMEOUT_MS }).fetch(registry);
    return true;
  } catch (error) {
    if (hasCode(error, "relay/missing-object")) return false;
    throw error;
  }
}
