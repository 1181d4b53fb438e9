import { toHex } from "../../src/core/index.ts";
import type { KeptRoot, RelayStore } from "../../src/relays/index.ts";
import type { ObjectStore, SentRoot } from "../../src/skywire/cxo/index.ts";
import { MemoryObjects } from "./memory-objects.ts";

/** A relay's store in memory, which tests can look into and spoil. */
export class MemoryRelayStore implements RelayStore {
  readonly objects = new MemoryObjects();
  readonly #roots = new Map<string, SentRoot>();
  readonly #used = new Map<string, number>();

  has(hash: Uint8Array): Promise<boolean> {
    return this.objects.has(hash);
  }

  get(hash: Uint8Array): Promise<Uint8Array | undefined> {
    return this.objects.get(hash);
  }

  fill(feed: Uint8Array): ObjectStore {
    return {
      has: (hash) => this.has(hash),
      get: (hash) => this.get(hash),
      put: async (object) => {
        if (this.objects.byHash.has(toHex(object.hash))) return;
        const name = toHex(feed);
        this.#used.set(name, (this.#used.get(name) ?? 0) + object.bytes.length);
        await this.objects.put(object);
      },
    };
  }

  keepRoot(sent: SentRoot): Promise<void> {
    this.#roots.set(`${toHex(sent.feed)} ${sent.nonce}`, sent);
    return Promise.resolve();
  }

  lastRoots(): Promise<readonly KeptRoot[]> {
    return Promise.resolve([...this.#roots.values()].map((sent) => ({ sent, isProven: true })));
  }

  usedBytes(feed?: Uint8Array): number {
    if (feed !== undefined) return this.#used.get(toHex(feed)) ?? 0;
    return [...this.#used.values()].reduce((sum, bytes) => sum + bytes, 0);
  }
}
