// An operator's keys, all derived from one secret.
import {
  ed25519KeyOf,
  FleetError,
  hkdfSha256,
  hmacSha256,
  isSealKey,
  type OperatorKey,
  type Random,
  type SealKey,
  signEd25519,
  toHex,
  utf8,
  x25519KeyOf,
  x25519Shared,
} from "../../core/index.ts";
import type { FeedKey } from "../../model/index.ts";
import { publicKeyOf, signHash } from "../../skywire/cxo/index.ts";
import { openOwn, sealOwn } from "./own-seal.ts";

/** Bytes of the one secret that everything else is derived from. */
export const SECRET_SIZE = 32;

const SALT = utf8("fleet.skywire/v1");
const SEED_SIZE = 32;
/** 16 bytes more than the order, so that the remainder is even enough (FIPS 186-5, A.2.1). */
const FEED_MATERIAL_SIZE = 48;
const SECP256K1_ORDER =
  0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fffe_baae_dce6_af48_a03b_bfd2_5e8c_d036_4141n;

/** A ledger's feed: its compressed secp256k1 key, 66 lower-case hex digits. */
export type { FeedKey } from "../../model/index.ts";

/** How often each derived key was rotated; each counts by itself from 0. */
export interface KeyCounters {
  readonly ed25519: number;
  readonly "cxo-feed": number;
  readonly seal: number;
  readonly "secret-digest": number;
}

/** The counters of a key that was never rotated. */
export const FIRST_COUNTERS: KeyCounters = {
  ed25519: 0,
  "cxo-feed": 0,
  seal: 0,
  "secret-digest": 0,
};

/** Draws a new operator secret of 32 bytes. */
export function generateSecret(random: Random): Uint8Array {
  return random(SECRET_SIZE);
}

/** The keys that sign the entries of a ledger and open what is sealed to its writer. */
export interface WriterKeys {
  readonly operator: OperatorKey;
  readonly seal: SealKey;
}

/** Which keys a rotation replaces. */
export type RotatedKey = Exclude<keyof KeyCounters, "secret-digest">;

/**
 * An operator's keys, all derived from one secret. The secrets are private fields: no formatter,
 * JSON or error text can show them.
 */
export class OperatorKeys {
  readonly operator: OperatorKey;
  readonly seal: SealKey;
  readonly feed: FeedKey;
  readonly counters: KeyCounters;
  readonly #secret: Uint8Array;
  readonly #ed25519Seed: Uint8Array;
  readonly #feedSecret: Uint8Array;
  readonly #sealSecret: Uint8Array;
  readonly #digestSecret: Uint8Array;
  #earlierSeals: ReadonlyMap<SealKey, Uint8Array> | undefined;

  private constructor(secret: Uint8Array, counters: KeyCounters) {
    const part = (name: keyof KeyCounters, size: number): Uint8Array =>
      derivePart(secret, name, counters[name], size);
    this.#secret = secret.slice();
    this.#ed25519Seed = part("ed25519", SEED_SIZE);
    this.#feedSecret = scalarFrom(part("cxo-feed", FEED_MATERIAL_SIZE));
    this.#sealSecret = part("seal", SEED_SIZE);
    this.#digestSecret = part("secret-digest", SEED_SIZE);
    this.operator = ed25519KeyOf(this.#ed25519Seed);
    this.seal = formatSealKey(x25519KeyOf(this.#sealSecret));
    this.feed = formatFeedKey(publicKeyOf(this.#feedSecret));
    this.counters = counters;
  }

  /**
   * Derives the keys: HKDF-SHA-256 over the secret, salt `fleet.skywire/v1`, info `NAME/COUNTER`.
   * @throws FleetError key/secret for a secret that has not 32 bytes
   */
  static derive(secret: Uint8Array, counters: KeyCounters = FIRST_COUNTERS): OperatorKeys {
    if (secret.length !== SECRET_SIZE) {
      throw new FleetError(
        "key/secret",
        `an operator secret has ${SECRET_SIZE} bytes, this has ${secret.length}`,
        { exit: 4 },
      );
    }
    return new OperatorKeys(secret, counters);
  }

  /** The ed25519 signature of a message, 64 bytes. */
  sign(message: Uint8Array): Uint8Array {
    return signEd25519(this.#ed25519Seed, message);
  }

  /** The feed's secp256k1 signature of a hash, 65 bytes. */
  signFeed(hash: Uint8Array): Uint8Array {
    return signHash(hash, this.#feedSecret);
  }

  /** The keys after a rotation of some of them: the counter of each is one higher. */
  nextKeys(rotated: readonly RotatedKey[]): OperatorKeys {
    const counters: Record<keyof KeyCounters, number> = { ...this.counters };
    for (const name of new Set(rotated)) counters[name] += 1;
    return new OperatorKeys(this.#secret, counters);
  }

  /** True when a seal key is ours, now or before a rotation. */
  ownsSeal(key: SealKey): boolean {
    return key === this.seal || this.#earlier().has(key);
  }

  /**
   * The X25519 shared secret of another key and one of our own seal keys, 32 bytes.
   * @throws FleetError ledger/seal for a key of small order, and for a seal key that is not ours
   */
  sealSecretWith(key: Uint8Array, own: SealKey = this.seal): Uint8Array {
    const secret = own === this.seal ? this.#sealSecret : this.#earlier().get(own);
    if (secret === undefined)
      throw new FleetError("ledger/seal", `an epoch key is sealed to ${own}, which is not ours`);
    try {
      return x25519Shared(secret, key);
    } catch (cause) {
      throw new FleetError("ledger/seal", "an epoch key is sealed with a key that is none", {
        cause,
      });
    }
  }

  /**
   * Seals bytes so that only this operator can open them, and only as what they are called: a file that was not made
   * with our secret is told from ours.
   */
  sealOwn(called: string, bytes: Uint8Array): Uint8Array {
    return sealOwn(this.#ownKey(), called, bytes);
  }

  /** Opens what {@link sealOwn} made; `undefined` for anything else. */
  openOwn(called: string, sealed: Uint8Array): Uint8Array | undefined {
    return openOwn(this.#ownKey(), called, sealed);
  }

  #ownKey(): Uint8Array {
    return derivePart(this.#secret, "own-files", 0, SEED_SIZE);
  }

  /** What a receipt holds of a secret value: `hmac-sha256:` and 64 hex digits, comparable only by this operator. */
  secretHmac(value: string): string {
    return `hmac-sha256:${toHex(hmacSha256(this.#digestSecret, utf8(value)))}`;
  }

  #earlier(): ReadonlyMap<SealKey, Uint8Array> {
    this.#earlierSeals ??= new Map(
      Array.from({ length: this.counters.seal }, (_, counter) => {
        const secret = derivePart(this.#secret, "seal", counter, SEED_SIZE);
        return [formatSealKey(x25519KeyOf(secret)), secret] as const;
      }),
    );
    return this.#earlierSeals;
  }
}

/**
 * The counters whose keys write a ledger, as its newest rotation says: the ones we have, or, when a
 * crash came between the rotation's entry and the key file, those one higher. `undefined` when the
 * writer's keys are neither: then another copy of the secret was rotated further.
 */
export function countersAfter(writer: WriterKeys, keys: OperatorKeys): KeyCounters | undefined {
  const rotations: readonly (readonly RotatedKey[])[] = [
    [],
    ["ed25519"],
    ["seal"],
    ["ed25519", "seal"],
  ];
  return rotations
    .map((rotated) => (rotated.length === 0 ? keys : keys.nextKeys(rotated)))
    .find(({ operator, seal }) => operator === writer.operator && seal === writer.seal)?.counters;
}

function derivePart(
  secret: Uint8Array,
  name: keyof KeyCounters | "own-files",
  counter: number,
  size: number,
): Uint8Array {
  return hkdfSha256(secret, SALT, utf8(`${name}/${counter}`), size);
}

/** The feed key of 33 bytes in its text form. */
export function formatFeedKey(bytes: Uint8Array): FeedKey {
  return toHex(bytes) as FeedKey;
}

/** The seal key of 32 bytes in its text form. */
function formatSealKey(bytes: Uint8Array): SealKey {
  const text = `x25519:${toHex(bytes)}`;
  if (!isSealKey(text)) throw new FleetError("key/seal", "a seal key has 32 bytes");
  return text;
}

function scalarFrom(material: Uint8Array): Uint8Array {
  const number = (BigInt(`0x${toHex(material)}`) % (SECP256K1_ORDER - 1n)) + 1n;
  const scalar = new Uint8Array(SEED_SIZE);
  for (let index = SEED_SIZE - 1, left = number; index >= 0; index -= 1, left >>= 8n)
    scalar[index] = Number(left & 0xffn);
  return scalar;
}
