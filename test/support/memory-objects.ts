import { sha256, toHex } from "../../src/core/index.ts";
import type { ObjectStore } from "../../src/skywire/cxo/index.ts";

/** Objects in memory, by their hex hash. */
export class MemoryObjects implements ObjectStore {
  readonly byHash = new Map<string, Uint8Array>();

  has(hash: Uint8Array): Promise<boolean> {
    return Promise.resolve(this.byHash.has(toHex(hash)));
  }

  get(hash: Uint8Array): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.byHash.get(toHex(hash)));
  }

  put(object: { readonly hash: Uint8Array; readonly bytes: Uint8Array }): Promise<void> {
    this.byHash.set(toHex(object.hash), object.bytes);
    return Promise.resolve();
  }

  /** Keeps bytes under their own hash, which it returns. */
  add(bytes: Uint8Array): Uint8Array {
    const hash = sha256(bytes);
    this.byHash.set(toHex(hash), bytes);
    return hash;
  }
}
