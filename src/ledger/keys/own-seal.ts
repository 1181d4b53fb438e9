// Sealing files for oneself: who has not the key can neither read one nor make one.
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { concatBytes, hmacSha256, utf8 } from "../../core/index.ts";

const NONCE_SIZE = 24;

/**
 * Seals bytes under a name, which is no secret and must be given to open them: XChaCha20-Poly1305, nonce first. The
 * nonce is a keyed digest of name and bytes, so that none is used for two contents, whoever has no randomness at hand.
 */
export function sealOwn(key: Uint8Array, called: string, bytes: Uint8Array): Uint8Array {
  const name = utf8(called);
  const digest = hmacSha256(key, concatBytes(utf8(`${name.length} `), name, bytes));
  const nonce = digest.slice(0, NONCE_SIZE);
  return concatBytes(nonce, xchacha20poly1305(key, nonce, name).encrypt(bytes));
}

/** Opens them; `undefined` for what was not sealed with this key under this name. */
export function openOwn(
  key: Uint8Array,
  called: string,
  sealed: Uint8Array,
): Uint8Array | undefined {
  try {
    const nonce = sealed.subarray(0, NONCE_SIZE);
    const box = sealed.subarray(NONCE_SIZE);
    return xchacha20poly1305(key, nonce, utf8(called)).decrypt(box);
  } catch {
    return undefined;
  }
}
