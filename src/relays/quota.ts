// How much a relay keeps of one feed and of all, and a store that stops there.
import { FleetError, toHex } from "../core/index.ts";
import type { ObjectStore } from "../skywire/cxo/index.ts";
import type { RelayStore } from "./relay-store.ts";

/** How much a relay keeps, in bytes of objects as they lie in its store. */
export interface RelayQuota {
  readonly feedBytesMax: number;
  readonly totalBytesMax: number;
}

/** A relay's store for one filling, which ends when the feed or the relay would hold more than it may. */
export function withinQuota(store: RelayStore, feed: Uint8Array, quota: RelayQuota): ObjectStore {
  const filling = store.fill(feed);
  return {
    has: (hash) => filling.has(hash),
    get: (hash) => filling.get(hash),
    put: async (object) => {
      checkRoom(store.usedBytes(feed) + object.bytes.length, quota.feedBytesMax, feed);
      checkRoom(store.usedBytes() + object.bytes.length, quota.totalBytesMax, undefined);
      await filling.put(object);
    },
  };
}

function checkRoom(wanted: number, max: number, feed: Uint8Array | undefined): void {
  if (wanted <= max) return;
  const whose = feed === undefined ? "the relay" : `feed ${toHex(feed)}`;
  throw new FleetError("relay/quota", `${whose} would hold more than ${max} bytes`, {
    next: "raise the relay's quota, or serve fewer feeds",
  });
}
