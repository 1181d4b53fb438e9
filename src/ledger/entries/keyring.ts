import type { OperatorKeys } from "../keys/keys.ts";
import type { KeysetPayload } from "./payloads.ts";
import { type EpochKey, epochKeysFor } from "./sealing.ts";

/**
 * The epoch keys that one operator can open, of all key sets that were seen. Shared by the readers of
 * several feeds, because the key set of one feed opens entries of another.
 */
export class Keyring {
  readonly #keys: OperatorKeys;
  readonly #byId = new Map<string, EpochKey>();

  constructor(keys: OperatorKeys) {
    this.#keys = keys;
  }

  /** How many keys it holds; more than before means that more can be opened. */
  get size(): number {
    return this.#byId.size;
  }

  /** Takes what a key set holds for us. */
  add(keyset: KeysetPayload): void {
    for (const key of epochKeysFor(keyset, this.#keys)) this.#byId.set(key.id, key);
  }

  get(id: string): EpochKey | undefined {
    return this.#byId.get(id);
  }

  /** All keys, older epochs first. */
  all(): readonly EpochKey[] {
    return [...this.#byId.values()].toSorted(
      (a, b) => a.epoch - b.epoch || (a.id < b.id ? -1 : Number(a.id > b.id)),
    );
  }
}
