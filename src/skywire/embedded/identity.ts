import { secp256k1 } from "@noble/curves/secp256k1.js";
import { fromHex, sha256, toHex, utf8, type VisorKey } from "../../core/index.ts";

/** The key of an embedded visor: equal seed and name give the same key on every machine. */
export function visorKeyFromSeed(seed: string, name: string): VisorKey {
  const secret = sha256(utf8(`fleet.embedded/visor\n${seed}\n${name}`));
  return toHex(secp256k1.getPublicKey(secret, true)) as VisorKey;
}

const UUID_GROUPS = [8, 4, 4, 4, 12] as const;

/** A UUID that follows from a text. */
export function uuidFrom(text: string): string {
  const hex = toHex(sha256(utf8(text)));
  let offset = 0;
  return UUID_GROUPS.map((size) => hex.slice(offset, (offset += size))).join("-");
}

/** A whole number below `limit` that follows from a key, the same on every machine. */
export function numberFrom(key: VisorKey, limit: number): number {
  return new DataView(fromHex(key.slice(-8)).buffer).getUint32(0) % limit;
}
