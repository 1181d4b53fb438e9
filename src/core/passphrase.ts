// A passphrase made into a key, slowly, so that guessing is slow too.
import { scryptSync } from "node:crypto";
import { utf8 } from "./bytes.ts";

/** Cost of one guess: 32 MiB and about a tenth of a second on a small computer. */
const SCRYPT_COST = 2 ** 15;
const SCRYPT_BLOCK = 8;
const SCRYPT_MEMORY_MAX = 64 * 1024 * 1024;
const KEY_SIZE = 32;

/** Stretches a passphrase (NFKC, so that keyboards agree) to 32 bytes. Slow on purpose. */
export function stretchPassphrase(passphrase: string, salt: Uint8Array): Uint8Array {
  const options = { N: SCRYPT_COST, r: SCRYPT_BLOCK, p: 1, maxmem: SCRYPT_MEMORY_MAX };
  return new Uint8Array(scryptSync(utf8(passphrase.normalize("NFKC")), salt, KEY_SIZE, options));
}
