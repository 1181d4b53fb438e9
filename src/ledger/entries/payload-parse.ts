// The payload of an entry: canonical JSON of the shape of its kind.
import {
  canonicalJsonBytes,
  FleetError,
  fromUtf8,
  isCanonicalJson,
  type Json,
  withShape,
} from "../../core/index.ts";
import { PAYLOAD_SHAPES } from "./payload-shapes.ts";
import type { EntryKind, PayloadMap } from "./payloads.ts";

/**
 * Parses the payload of an entry: canonical JSON of the kind's shape. Further members are let through, but
 * for the kinds that carry proofs.
 * @throws FleetError ledger/payload
 */
export function parsePayload<K extends EntryKind>(kind: K, bytes: Uint8Array): PayloadMap[K] {
  return withShape<PayloadMap[K]>(
    parseCanonical(kind, bytes),
    PAYLOAD_SHAPES[kind],
    "the payload",
    () => new FleetError("ledger/payload", `the payload is not that of a ${kind} entry`),
  );
}

/** Formats a payload as an entry stores it, before sealing. @throws FleetError ledger/payload */
export function formatPayload<K extends EntryKind>(kind: K, payload: PayloadMap[K]): Uint8Array {
  const bytes = canonicalJsonBytes(payload as unknown as Json);
  parsePayload(kind, bytes);
  return bytes;
}

function parseCanonical(kind: EntryKind, bytes: Uint8Array): unknown {
  try {
    const text = fromUtf8(bytes);
    const value = JSON.parse(text) as Json;
    if (isCanonicalJson(text, value)) return value;
  } catch (cause) {
    throw new FleetError("ledger/payload", `the payload of a ${kind} entry cannot be read`, {
      cause,
    });
  }
  throw new FleetError("ledger/payload", `the payload of a ${kind} entry is not canonical JSON`);
}
