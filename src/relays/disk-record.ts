// One record of a relay's segment: an object or a Root, with a length and a check value.
import { equalBytes, sha256, utf8 } from "../core/index.ts";
import { ByteReader, ObjectWriter, type SentRoot } from "../skywire/cxo/index.ts";

/** Begins every record, so that the next one is found behind a damaged one. */
const MAGIC: Uint8Array = utf8("FRL1");
const TYPES = { object: 1, root: 2 } as const;
const HEADER_SIZE = 9;
const HASH_SIZE = 32;
const KEY_SIZE = 33;
const SIGNATURE_SIZE = 65;
/** Bytes of a Root's body beside the encoded Root. */
const ROOT_OVERHEAD: number = KEY_SIZE + 8 + 8 + SIGNATURE_SIZE;
/** Bytes of a record beside its body. */
const FRAME_SIZE: number = HEADER_SIZE + HASH_SIZE;
/** The longest record: far above any object, so that a damaged length is found out. */
const RECORD_SIZE_MAX: number = 17 * 1024 * 1024;

/** Where an object's own bytes begin in its record, and how much of the record they are not. */
export const OBJECT_OFFSET: number = HEADER_SIZE + KEY_SIZE;
export const OBJECT_OVERHEAD: number = FRAME_SIZE + KEY_SIZE;

/** One record of a relay's segment: an object on the account of a feed, or a Root that was kept. */
export type DiskRecord =
  | { readonly kind: "object"; readonly feed: Uint8Array; readonly bytes: Uint8Array }
  | { readonly kind: "root"; readonly sent: SentRoot };

/**
 * Encodes records, one after the other: magic, type (1 byte), length of the body (4, little-endian), body,
 * SHA-256 of all before it. An object's body is the feed's key and the object; a Root's is the key, nonce,
 * sequence, signature and the encoded Root.
 */
export function encodeRecords(records: readonly DiskRecord[]): Uint8Array {
  const sizes = records.map(recordSize);
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const [index, record] of records.entries()) {
    const size = sizes[index] ?? 0;
    writeRecord(bytes.subarray(at, at + size), record);
    at += size;
  }
  return bytes;
}

/** Bytes of a record as it lies in a segment. */
export function recordSize(record: DiskRecord): number {
  return record.kind === "object"
    ? OBJECT_OVERHEAD + record.bytes.length
    : FRAME_SIZE + ROOT_OVERHEAD + record.sent.value.length;
}

function writeRecord(into: Uint8Array, record: DiskRecord): void {
  const hashAt = into.length - HASH_SIZE;
  into.set(MAGIC);
  into[MAGIC.length] = TYPES[record.kind];
  const view = new DataView(into.buffer, into.byteOffset, into.length);
  view.setUint32(MAGIC.length + 1, hashAt - HEADER_SIZE, true);
  if (record.kind === "object") {
    into.set(record.feed, HEADER_SIZE);
    into.set(record.bytes, OBJECT_OFFSET);
  } else {
    into.set(encodeRootBody(record.sent), HEADER_SIZE);
  }
  into.set(sha256(into.subarray(0, hashAt)), hashAt);
}

/**
 * What stands at the beginning of `bytes`: a whole record and its size; `more` with the bytes that are
 * needed to tell; or `damaged`.
 */
export type RecordLook =
  | { readonly kind: "record"; readonly record: DiskRecord; readonly sizeBytes: number }
  | { readonly kind: "more"; readonly sizeBytes: number }
  | { readonly kind: "damaged" };

/** Looks at the beginning of `bytes`. */
export function lookAtRecord(bytes: Uint8Array): RecordLook {
  if (bytes.length < HEADER_SIZE) return { kind: "more", sizeBytes: HEADER_SIZE };
  if (!equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) return { kind: "damaged" };
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const sizeBytes = FRAME_SIZE + view.getUint32(MAGIC.length + 1, true);
  if (sizeBytes > RECORD_SIZE_MAX) return { kind: "damaged" };
  if (bytes.length < sizeBytes) return { kind: "more", sizeBytes };
  const hashAt = sizeBytes - HASH_SIZE;
  if (!equalBytes(sha256(bytes.subarray(0, hashAt)), bytes.subarray(hashAt, sizeBytes)))
    return { kind: "damaged" };
  const record = decodeBody(bytes[MAGIC.length] ?? 0, bytes.slice(HEADER_SIZE, hashAt));
  return record === undefined ? { kind: "damaged" } : { kind: "record", record, sizeBytes };
}

/** Where the next magic stands behind the first byte, or `undefined`. */
export function nextMagic(bytes: Uint8Array): number | undefined {
  const [first = 0] = MAGIC;
  for (let at = bytes.indexOf(first, 1); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (equalBytes(bytes.subarray(at, at + MAGIC.length), MAGIC)) return at;
  }
  return undefined;
}

function encodeRootBody({ feed, nonce, seq, signature, value }: SentRoot): Uint8Array {
  const writer = new ObjectWriter();
  writer.raw(feed);
  writer.u64(nonce);
  writer.u64(seq);
  writer.raw(signature);
  writer.raw(value);
  return writer.finish();
}

function decodeBody(type: number, body: Uint8Array): DiskRecord | undefined {
  if (type === TYPES.object && body.length > KEY_SIZE)
    return { kind: "object", feed: body.slice(0, KEY_SIZE), bytes: body.slice(KEY_SIZE) };
  if (type !== TYPES.root || body.length <= ROOT_OVERHEAD) return undefined;
  const reader = new ByteReader(body);
  const sent = {
    feed: reader.raw(KEY_SIZE),
    nonce: reader.u64(),
    seq: reader.u64(),
    signature: reader.raw(SIGNATURE_SIZE),
    value: reader.raw(reader.left),
  };
  return { kind: "root", sent };
}
