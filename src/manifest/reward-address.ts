// Whether a text is a Skycoin address.
import { sha256 } from "../core/index.ts";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const ADDRESS_BYTES = 25;
const HASHED_BYTES = 21;
const ADDRESS_TEXT_MAX = 40;

/**
 * Why a text is no Skycoin address; `undefined` when it is one.
 * Base58 of 25 bytes: a 20-byte key hash, version 0, and the first 4 bytes of the SHA-256 of those 21.
 * Source: checked against published Skycoin addresses (their checksums agree with this rule).
 */
export function rewardAddressFault(text: string): string | undefined {
  if (text.length > ADDRESS_TEXT_MAX) return "a Skycoin address has about 35 characters";
  const bytes = new Uint8Array(ADDRESS_BYTES);
  for (const letter of text) {
    let carry = ALPHABET.indexOf(letter);
    if (carry === -1) {
      return `${JSON.stringify(letter)} does not occur in a Skycoin address`;
    }
    for (let index = ADDRESS_BYTES - 1; index >= 0; index -= 1) {
      carry += (bytes[index] ?? 0) * ALPHABET.length;
      bytes[index] = carry & 0xff;
      carry >>= 8;
    }
    if (carry !== 0) return "this is longer than a Skycoin address";
  }
  const zeros = /^1*/.exec(text)?.[0].length ?? 0;
  const leading = bytes.findIndex((byte) => byte !== 0);
  if (zeros !== leading) return "this is shorter than a Skycoin address";
  const sum = sha256(bytes.subarray(0, HASHED_BYTES));
  const agrees = [0, 1, 2, 3].every((index) => bytes[HASHED_BYTES + index] === sum[index]);
  if (!agrees) return "the checksum does not agree: a character is probably wrong";
  if (bytes[HASHED_BYTES - 1] !== 0) return "this is an address of another kind";
  return undefined;
}
