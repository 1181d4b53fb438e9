// Epoch keys: they seal payloads, are encrypted to each operator, and are gathered from the keysets that an operator can open.
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import {
  compareTexts,
  concatBytes,
  FleetError,
  fromHex,
  hasCode,
  hkdfSha256,
  type Random,
  type SealKey,
  sha256,
  toHex,
  utf8,
  x25519KeyOf,
  x25519Shared,
} from "../../../core/index.ts";
import { ObjectWriter } from "../../../skywire/cxo/index.ts";
import type { OperatorKeys } from "../../keys/index.ts";
import type { KeysetPayload, LedgerRecord, SealedEpochKey } from "./payloads.ts";
import type { EntryKind } from "./payload-type.ts";

// Epoch keys: they seal payloads, and are themselves encrypted to each operator.

const KEY_SIZE = 32;
const NONCE_SIZE = 24;
const TAG_SIZE = 16;
const WRAP_SALT = utf8("fleet.skywire/v1");
// Each wrapping key is used once, with a fresh ephemeral key, so its nonce can be fixed.
const WRAP_NONCE = new Uint8Array(NONCE_SIZE);

/** How many bytes longer a sealed payload is. */
export const SEAL_OVERHEAD: number = NONCE_SIZE + TAG_SIZE;

/** A key that payloads are sealed with. The key itself is a private field and never printed. */
export class EpochKey {
  readonly epoch: number;
  /** Names the key in the payload type of what it seals; tells nothing about it. */
  readonly id: string;
  readonly #key: Uint8Array;

  constructor(epoch: number, key: Uint8Array) {
    this.epoch = epoch;
    this.id = toHex(sha256(concatBytes(utf8("fleet.skywire/v1 epoch key id"), key))).slice(0, 16);
    this.#key = key;
  }

  /** Seals a payload for its place in the ledger: XChaCha20-Poly1305, random nonce first. */
  seal(payload: Uint8Array, place: SealedPlace, random: Random): Uint8Array {
    const nonce = random(NONCE_SIZE);
    return concatBytes(
      nonce,
      xchacha20poly1305(this.#key, nonce, placeBytes(place)).encrypt(payload),
    );
  }

  /** @throws FleetError ledger/seal when it was not sealed by this key for this place */
  open(sealed: Uint8Array, place: SealedPlace): Uint8Array {
    try {
      const nonce = sealed.subarray(0, NONCE_SIZE);
      return xchacha20poly1305(this.#key, nonce, placeBytes(place)).decrypt(
        sealed.subarray(NONCE_SIZE),
      );
    } catch (cause) {
      throw new FleetError(
        "ledger/seal",
        `the sealed payload of entry ${place.index} does not open`,
        { cause },
      );
    }
  }

  /** The same key as one of an epoch before another. */
  before(epoch: number): EpochKey {
    return this.epoch < epoch ? this : new EpochKey(epoch - 1, this.#key);
  }

  /** Encrypts the key to one operator, as a keyset entry holds it. */
  wrapFor(recipient: SealKey, random: Random): SealedEpochKey {
    const secret = random(KEY_SIZE);
    const ephemeral = x25519KeyOf(secret);
    const to = fromHex(recipient.slice("x25519:".length));
    const wrapping = wrappingKey(sharedWith(secret, to), ephemeral, to, this.epoch);
    const box = xchacha20poly1305(wrapping, WRAP_NONCE).encrypt(this.#key);
    return { epoch: this.epoch, recipient, sealed: toHex(concatBytes(ephemeral, box)) };
  }

  /**
   * Decrypts a key that was wrapped for us.
   * @throws FleetError ledger/seal
   */
  static unwrap({ epoch, sealed, recipient }: SealedEpochKey, keys: OperatorKeys): EpochKey {
    const bytes =
      /^[0-9a-f]+$/.test(sealed) && sealed.length % 2 === 0 ? fromHex(sealed) : new Uint8Array();
    const ephemeral = bytes.subarray(0, KEY_SIZE);
    const own = fromHex(recipient.slice("x25519:".length));
    const wrapping = wrappingKey(keys.sealSecretWith(ephemeral, recipient), ephemeral, own, epoch);
    try {
      return new EpochKey(
        epoch,
        xchacha20poly1305(wrapping, WRAP_NONCE).decrypt(bytes.subarray(KEY_SIZE)),
      );
    } catch (cause) {
      throw new FleetError("ledger/seal", `the key of epoch ${epoch} does not open with ours`, {
        cause,
      });
    }
  }
}

/** Where a sealed payload belongs; bound to it by authentication. */
export interface SealedPlace {
  readonly kind: EntryKind;
  readonly index: bigint;
  readonly time: bigint;
}

/**
 * The epoch keys a keyset holds for us; empty when it is not sealed or not for us. A key that does
 * not open is left out: what it seals stays closed, which is said where it matters.
 */
export function epochKeysFor(keyset: KeysetPayload, keys: OperatorKeys): readonly EpochKey[] {
  const opened: EpochKey[] = [];
  for (const wrapped of keyset.epochKeys) {
    if (!keys.ownsSeal(wrapped.recipient)) continue;
    try {
      opened.push(EpochKey.unwrap(wrapped, keys));
    } catch (error) {
      if (!hasCode(error, "ledger/seal")) throw error;
    }
  }
  return opened;
}

function sharedWith(secret: Uint8Array, key: Uint8Array): Uint8Array {
  try {
    return x25519Shared(secret, key);
  } catch (cause) {
    throw new FleetError("ledger/seal", "an operator's seal key is no X25519 key", {
      cause,
      exit: 64,
    });
  }
}

function wrappingKey(
  shared: Uint8Array,
  ephemeral: Uint8Array,
  recipient: Uint8Array,
  epoch: number,
): Uint8Array {
  const info = concatBytes(utf8(`epoch-key/${epoch}/`), ephemeral, recipient);
  return hkdfSha256(shared, WRAP_SALT, info, KEY_SIZE);
}

function placeBytes({ kind, index, time }: SealedPlace): Uint8Array {
  const writer = new ObjectWriter();
  writer.bytes(utf8(kind));
  writer.u64(index);
  writer.i64(time);
  return writer.finish();
}

// The epoch keys that an operator can open, gathered from keysets.

interface FleetKeys {
  readonly byId: Map<string, EpochKey>;
  epoch: number;
}

/**
 * The epoch keys that one operator can open, of all keysets that were seen. Shared by the readers of
 * several feeds, because the keyset of one feed opens entries of another.
 */
export class Keyring {
  readonly #keys: OperatorKeys;
  readonly #byFleet = new Map<string, FleetKeys>();
  #size = 0;

  constructor(keys: OperatorKeys) {
    this.#keys = keys;
  }

  /** A keyring with the keys of the keysets among records. */
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

  /** Takes what a keyset holds for us. */
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

  /** The highest epoch that a keyset of the fleet named; 0 when none was sealed. */
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
