// The Noise handshake by which two nodes agree on keys.
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { assert, concatBytes, FleetError, hmacSha256, sha256, utf8 } from "../../core/index.ts";
import { publicKeyOf, sharedSecret } from "./root.ts";

/** Which side of a connection one is: the initiator dialed. */
export type NoiseRole = "initiator" | "responder";

/** The keys one side starts a handshake with, 32 bytes each. An ephemeral key is used once. */
export interface NoiseSecrets {
  readonly staticSecret: Uint8Array;
  readonly ephemeralSecret: Uint8Array;
}

/** What a finished handshake leaves to one side. */
export interface NoiseSession {
  readonly sendKey: Uint8Array;
  readonly receiveKey: Uint8Array;
  /** The peer's static public key, proven by the handshake. */
  readonly remoteKey: Uint8Array;
  /** 32 bytes that name this session. */
  readonly handshakeHash: Uint8Array;
}

const PROTOCOL = utf8("Noise_XX_Secp256k1_ChaChaPoly_SHA256");
const KEY_SIZE = 33;
const TAG_SIZE = 16;
const EMPTY = new Uint8Array();

type Token = "e" | "s" | "ee" | "es" | "se";

const PATTERN: readonly (readonly Token[])[] = [["e"], ["e", "ee", "s", "es"], ["s", "se"]];

/**
 * One side of a Noise XX handshake over secp256k1. Messages alternate, the initiator writes first;
 * after the third, {@link NoiseHandshake.finish} gives the keys.
 * Source: the Noise specification with three changes of skywire's noise package: public keys have 33
 * bytes, a DH result is SHA-256 of the compressed product point and a zero byte, and the two
 * transport keys are the other way round.
 */
export class NoiseHandshake {
  readonly #role: NoiseRole;
  readonly #secrets: NoiseSecrets;
  #step = 0;
  #hash: Uint8Array;
  #chainingKey: Uint8Array;
  #key: Uint8Array | undefined;
  #nonce = 0n;
  #remoteStatic: Uint8Array | undefined;
  #remoteEphemeral: Uint8Array | undefined;

  constructor(role: NoiseRole, secrets: NoiseSecrets) {
    this.#role = role;
    this.#secrets = secrets;
    this.#hash = sha256(PROTOCOL);
    this.#chainingKey = this.#hash;
    this.#mixHash(EMPTY);
  }

  get isDone(): boolean {
    return this.#step === PATTERN.length;
  }

  get isOurTurn(): boolean {
    return !this.isDone && (this.#step % 2 === 0) === (this.#role === "initiator");
  }

  /** The next message, with a payload that an early one carries in the clear. */
  write(payload: Uint8Array = EMPTY): Uint8Array {
    assert(this.isOurTurn, "the handshake is written in turn");
    const parts: Uint8Array[] = [];
    for (const token of this.#nextTokens()) {
      if (token === "e") {
        const key = publicKeyOf(this.#secrets.ephemeralSecret);
        this.#mixHash(key);
        parts.push(key);
      } else if (token === "s") {
        parts.push(this.#seal(publicKeyOf(this.#secrets.staticSecret)));
      } else {
        this.#mixKey(this.#agree(token));
      }
    }
    parts.push(this.#seal(payload));
    return concatBytes(...parts);
  }

  /**
   * Reads the peer's next message and returns its payload.
   * @throws FleetError cxo/noise
   */
  read(message: Uint8Array): Uint8Array {
    assert(!this.isDone && !this.isOurTurn, "the handshake is read in turn");
    let left = message;
    const take = (size: number): Uint8Array => {
      if (left.length < size) throw new FleetError("cxo/noise", "a handshake message is too short");
      const part = left.slice(0, size);
      left = left.slice(size);
      return part;
    };
    for (const token of this.#nextTokens()) {
      if (token === "e") {
        this.#remoteEphemeral = take(KEY_SIZE);
        this.#mixHash(this.#remoteEphemeral);
      } else if (token === "s") {
        this.#remoteStatic = this.#open(take(KEY_SIZE + TAG_SIZE));
      } else {
        this.#mixKey(this.#agree(token));
      }
    }
    return this.#open(left);
  }

  /** The keys of the session. Of Noise's two keys the initiator sends with the second. */
  finish(): NoiseSession {
    const remoteKey = this.#remoteStatic;
    assert(this.isDone && remoteKey !== undefined, "the handshake is complete");
    const [first, second] = deriveTwo(this.#chainingKey, EMPTY);
    const isInitiator = this.#role === "initiator";
    return {
      sendKey: isInitiator ? second : first,
      receiveKey: isInitiator ? first : second,
      remoteKey,
      handshakeHash: this.#hash,
    };
  }

  #nextTokens(): readonly Token[] {
    const tokens = PATTERN[this.#step] ?? [];
    this.#step += 1;
    return tokens;
  }

  #agree(token: "ee" | "es" | "se"): Uint8Array {
    const isInitiator = this.#role === "initiator";
    const ours = token[isInitiator ? 0 : 1] === "e" ? "ephemeralSecret" : "staticSecret";
    const theirs = token[isInitiator ? 1 : 0] === "e" ? this.#remoteEphemeral : this.#remoteStatic;
    assert(theirs !== undefined, "keys are mixed after they were read");
    try {
      return concatBytes(sharedSecret(theirs, this.#secrets[ours]), Uint8Array.of(0));
    } catch (cause) {
      throw new FleetError("cxo/noise", "the peer's handshake key is no key", { cause });
    }
  }

  #mixHash(bytes: Uint8Array): void {
    this.#hash = sha256(concatBytes(this.#hash, bytes));
  }

  #mixKey(secret: Uint8Array): void {
    [this.#chainingKey, this.#key] = deriveTwo(this.#chainingKey, secret);
    this.#nonce = 0n;
  }

  #seal(plain: Uint8Array): Uint8Array {
    const sealed =
      this.#key === undefined
        ? plain
        : chacha20poly1305(this.#key, this.#takeNonce(), this.#hash).encrypt(plain);
    this.#mixHash(sealed);
    return sealed;
  }

  #open(sealed: Uint8Array): Uint8Array {
    const hash = this.#hash;
    this.#mixHash(sealed);
    if (this.#key === undefined) return sealed;
    try {
      return chacha20poly1305(this.#key, this.#takeNonce(), hash).decrypt(sealed);
    } catch (cause) {
      throw new FleetError("cxo/noise", "a handshake message does not authenticate", { cause });
    }
  }

  #takeNonce(): Uint8Array {
    const nonce = noiseNonce(this.#nonce);
    this.#nonce += 1n;
    return nonce;
  }
}

/** The cipher's nonce of a counter: four zero bytes and the counter, little-endian. */
export function noiseNonce(counter: bigint): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(4, counter, true);
  return nonce;
}

function deriveTwo(chainingKey: Uint8Array, input: Uint8Array): [Uint8Array, Uint8Array] {
  const secret = hmacSha256(chainingKey, input);
  const first = hmacSha256(secret, Uint8Array.of(1));
  return [first, hmacSha256(secret, concatBytes(first, Uint8Array.of(2)))];
}
