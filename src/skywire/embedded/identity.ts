// Keys and ids that are the same on every machine.
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { fromHex, sha256, toHex, utf8, type VisorKey } from "../../core/index.ts";

/** The key of an embedded visor: equal seed and name give the same key on every machine. */
export function visorKeyFromSeed(seed: string, name: string): VisorKey {
  const secret = sha256(utf8(`fleet.embedded/visor\n${seed}\n${name}`));
  return toHex(secp256k1.getPublicKey(secret, true)) as VisorKey;
}

/** The UUID (version 0, as Skywire makes them) of the first 16 bytes of a hash. */
export function uuidOf(hash: Uint8Array): string {
  const bytes = hash.slice(0, 16);
  bytes[6] = (bytes[6] ?? 0) & 0x0f;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** A whole number below `limit` that follows from a key, the same on every machine. */
export function numberFromSeed(key: VisorKey, limit: number): number {
  return new DataView(fromHex(key.slice(-8)).buffer).getUint32(0) % limit;
}
