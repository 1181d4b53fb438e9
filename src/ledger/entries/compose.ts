// Makes the signed entries of one payload, split and sealed where that is needed.
import { assert, type Random, sha256, toHex } from "../../core/index.ts";
import type { CxoObject } from "../../skywire/cxo/index.ts";
import type { OperatorKeys } from "../keys/keys.ts";
import { encodeEntry } from "./objects.ts";
import { formatPayload } from "./payload-parse.ts";
import { formatPayloadType } from "./payload-type.ts";
import { type EntryKind, NEVER_SEALED, type PayloadMap, type SeenHead } from "./payloads.ts";
import type { StoredEntry } from "./records.ts";
import { type EpochKey, SEAL_OVERHEAD } from "./sealing.ts";
import { signEntry } from "./signing.ts";

/** A stored payload is at most this long; a longer one is split over further entries. */
export const PAYLOAD_SIZE_MAX: number = 192 * 1024;

/** What the next entry stands behind. */
export interface ComposePlace {
  /** Index of the next entry. */
  readonly index: bigint;
  /** Earliest time of the next entry, unix nanoseconds. */
  readonly time: bigint;
}

/** An entry made and signed, with its object. */
export interface ComposedEntry extends StoredEntry {
  readonly object: CxoObject;
}

/** What one or more entries are made of. */
export interface ComposeDraft<K extends EntryKind> {
  readonly kind: K;
  readonly payload: PayloadMap[K];
  /** What the first entry names of other feeds, as {@link headsToName} gives it. */
  readonly heads?: readonly SeenHead[];
}

/**
 * Makes the entries of one payload: canonical JSON, split where it is long, sealed where a key is
 * given, signed. Entries of one payload follow each other by one nanosecond.
 */
export function composeEntries<K extends EntryKind>(
  { kind, payload, heads = [] }: ComposeDraft<K>,
  place: ComposePlace,
  sealWith: EpochKey | undefined,
  keys: OperatorKeys,
  random: Random,
): readonly ComposedEntry[] {
  assert(
    sealWith === undefined || !NEVER_SEALED.has(kind),
    "what verification needs is never sealed",
  );
  const plain = formatPayload(kind, payload);
  const room = PAYLOAD_SIZE_MAX - (sealWith === undefined ? 0 : SEAL_OVERHEAD);
  const parts = Math.max(1, Math.ceil(plain.length / room));
  return Array.from({ length: parts }, (_, at) => {
    const chunk = plain.subarray(at * room, (at + 1) * room);
    const index = place.index + BigInt(at);
    const time = place.time + BigInt(at);
    const stored =
      sealWith === undefined ? chunk : sealWith.seal(chunk, { kind, index, time }, random);
    const payloadType = formatPayloadType({
      kind,
      sealedWith: sealWith?.id,
      part: at + 1,
      parts,
      heads: at === 0 ? heads : [],
    });
    const entry = signEntry(keys, { index, time, kind, payloadType, payload: stored });
    const bytes = encodeEntry(entry);
    const hash = sha256(bytes);
    return { entry, hash: toHex(hash), object: { hash, bytes } };
  });
}
