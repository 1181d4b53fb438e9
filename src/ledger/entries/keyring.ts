// The epoch keys that an operator can open, gathered from key sets.
import { compareTexts } from "../../core/index.ts";
import type { OperatorKeys } from "../keys/keys.ts";
import type { KeysetPayload, LedgerRecord } from "./payloads.ts";
import { type EpochKey, epochKeysFor } from "./sealing.ts";

interface FleetKeys {
  readonly byId: Map<string, EpochKey>;
  epoch: number;
}

/**
 * The epoch keys that one operator can open, of all key sets that were seen. Shared by the readers of
 * several feeds, because the key set of one feed opens entries of another.
 */
export class Keyring {
  readonly #keys: OperatorKeys;
  readonly #byFleet = new Map<string, FleetKeys>();
  #size = 0;

  constructor(keys: OperatorKeys) {
    this.#keys = keys;
  }

  /** A keyring with the keys of the key sets among records. */
  static of(keys: OperatorKeys, records: Iterable<LedgerRecord>): Keyring {
    const keyring = new Keyring(keys);
    for (const record of records)
      if (record.kind === "keyset" && record.payload !== undefined) keyring.add(record.payload);
    return keyring;
  }

  /** How many keys it holds; more than before means that more can be opened. */
  get size(): number {
    return this.#size;
  }

  /** Takes what a key set holds for us. */
  add(keyset: KeysetPayload): void {
    const known = this.#byFleet.get(keyset.fleet) ?? {
      byId: new Map<string, EpochKey>(),
      epoch: 0,
    };
    this.#byFleet.set(keyset.fleet, known);
    known.epoch = Math.max(known.epoch, keyset.epoch);
    for (const key of epochKeysFor(keyset, this.#keys)) {
      if (!known.byId.has(key.id)) this.#size += 1;
      known.byId.set(key.id, key);
    }
  }

  /** The key of an id that a payload type names, of whichever fleet. */
  get(id: string): EpochKey | undefined {
    for (const { byId } of this.#byFleet.values()) {
      const key = byId.get(id);
      if (key !== undefined) return key;
    }
    return undefined;
  }

  /** The highest epoch that a key set of the fleet named; 0 when none was sealed. */
  highestEpoch(fleet: string): number {
    return this.#byFleet.get(fleet)?.epoch ?? 0;
  }

  /** All keys of a fleet, older epochs first. */
  keysOf(fleet: string): readonly EpochKey[] {
    return [...(this.#byFleet.get(fleet)?.byId.values() ?? [])].toSorted(
      (a, b) => a.epoch - b.epoch || compareTexts(a.id, b.id),
    );
  }
}
