// Stores of relays that lie on purpose, to see that nobody obeys them.
import type { RelayStore } from "./relay-store.ts";

/** What a relay can be made to do, to see that nobody obeys it. */
export const RELAY_LIES = [
  /** Gives every object with one bit flipped. */
  "wrong-bytes",
  /** Shows Roots and holds back what they lead to. */
  "missing-object",
] as const;

/** One of {@link RELAY_LIES}. */
export type RelayStoreLie = (typeof RELAY_LIES)[number];

/** A store whose relay lies about what is in it. The store itself stays as it is. */
export function lyingStore(store: RelayStore, lie: RelayStoreLie): RelayStore {
  return {
    has: (hash) => store.has(hash),
    get: async (hash) => {
      const bytes = await store.get(hash);
      return bytes === undefined || lie === "missing-object" ? undefined : withFlippedBit(bytes);
    },
    fill: (feed) => store.fill(feed),
    keepRoot: (sent) => store.keepRoot(sent),
    // A liar does not look whether it could keep its word.
    lastRoots: async () => (await store.lastRoots()).map(({ sent }) => ({ sent, isProven: true })),
    usedBytes: (feed) => store.usedBytes(feed),
  };
}

function withFlippedBit(bytes: Uint8Array): Uint8Array {
  const other = bytes.slice();
  const last = other.length - 1;
  other[last] = (other[last] ?? 0) ^ 1;
  return other;
}
