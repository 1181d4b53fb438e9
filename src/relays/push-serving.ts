// What a relay is given while it fills a Root, and what it has asked for so far.

import { byteKey, equalBytes, FleetError } from "../core/index.ts";
import type { ObjectStore } from "../skywire/cxo/index.ts";

/** Gives a relay our objects, and remembers which it asked for. */
export class PushServing implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #asked = new Set<string>();
  #registry: Uint8Array | undefined;
  #onRegistry: () => void = () => undefined;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Objects that the relay asked for, each counted once. */
  get count(): number {
    return this.#asked.size;
  }

  wasAsked(hash: Uint8Array): boolean {
    return this.#asked.has(byteKey(hash));
  }

  /** Hears once when the relay asks for something beyond its registry: then that came to it. */
  awaitRegistry(registry: Uint8Array, run: () => void): void {
    this.#registry = registry;
    this.#onRegistry = run;
  }

  has(hash: Uint8Array): Promise<boolean> {
    return this.#store.has(hash);
  }

  get(hash: Uint8Array): Promise<Uint8Array | undefined> {
    this.#asked.add(byteKey(hash));
    if (this.#registry !== undefined && !equalBytes(hash, this.#registry)) {
      this.#registry = undefined;
      this.#onRegistry();
    }
    return this.#store.get(hash);
  }

  put(): Promise<void> {
    return Promise.reject(new FleetError("relay/refused", "a publisher takes no objects"));
  }
}
