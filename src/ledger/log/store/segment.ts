// The records of a segment file: its header and its commits.
import {
  assert,
  concatBytes,
  FleetError,
  fromHex,
  hasCode,
  sha256,
  toHex,
} from "../../../core/index.ts";
import { ByteReader, ObjectWriter, type CxoObject } from "../../../skywire/cxo/index.ts";
import { encodeFrame, type Frame, FRAME_TYPES } from "./frame.ts";
import { type FeedKey, formatFeedKey } from "../../keys/index.ts";

const STORE_VERSION = 1;
const FEED_SIZE = 33;
const SIGNATURE_SIZE = 65;
const DIGEST_SIZE = 32;

/** One durable state: a signed Root and where its records end. */
export interface StoredCommit {
  readonly seq: bigint;
  readonly root: Uint8Array;
  readonly rootHash: string;
  readonly signature: Uint8Array;
  readonly segment: number;
  /** Offset behind its last byte. */
  readonly end: number;
}

/** Something bad that is not a torn tail. */
export interface Damage {
  /** File name in the ledger's folder. */
  readonly file: string;
  readonly from: number;
  readonly to: number;
  /** What is wrong, a clause without a period. */
  readonly what: string;
}

/** The file name of a segment. */
export function segmentName(number: number): string {
  return `segment-${String(number).padStart(6, "0")}.log`;
}

/** Where a segment is. */
export function segmentPath(folder: string, number: number): string {
  return `${folder}/${segmentName(number)}`;
}

/** The number in a segment's file name; `undefined` for other files. */
export function segmentNumber(name: string): number | undefined {
  const digits = /^segment-(\d{6,})\.log$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The first bytes of a segment. */
export function encodeHeader(number: number, feed: FeedKey): Uint8Array {
  const writer = new ObjectWriter();
  writer.u32(STORE_VERSION);
  writer.u32(number);
  writer.raw(fromHex(feed));
  return encodeFrame(FRAME_TYPES.header, writer.finish());
}

/** All records of one commit, the commit record last: written at once, so that it is there whole or not at all. */
export function encodeCommit(
  objects: readonly CxoObject[],
  seq: bigint,
  root: Uint8Array,
  signature: Uint8Array,
): Uint8Array {
  const frames = objects.map(({ bytes }) => encodeFrame(FRAME_TYPES.object, bytes));
  const digest = sha256(concatBytes(...frames.map((frame) => frame.subarray(-DIGEST_SIZE))));
  return concatBytes(
    ...frames,
    encodeCommitRecord({ count: frames.length, digest }, seq, root, signature),
  );
}

/** The commit record that ends a commit of `count` objects; `digest` is over their frames' checks. */
export function encodeCommitRecord(
  { count, digest }: { readonly count: number; readonly digest: Uint8Array },
  seq: bigint,
  root: Uint8Array,
  signature: Uint8Array,
): Uint8Array {
  const writer = new ObjectWriter();
  writer.u64(seq);
  writer.u32(count);
  writer.raw(digest);
  writer.raw(signature);
  writer.bytes(root);
  return encodeFrame(FRAME_TYPES.commit, writer.finish());
}

/**
 * Checks the first record of a segment and gives the number it was made with; `undefined` when it
 * cannot be read.
 * @throws FleetError ledger/version, ledger/other-key
 */
export function checkHeader(body: Uint8Array, expected: FeedKey): number | undefined {
  const header = readHeader(body);
  if (header === undefined) return undefined;
  const { version, feed, number } = header;
  if (version !== STORE_VERSION) {
    throw new FleetError(
      "ledger/version",
      `the store has format ${version}, this release reads format ${STORE_VERSION}`,
      {
        next: "update fleet to a release that reads this ledger",
        exit: 4,
      },
    );
  }
  if (feed !== expected) {
    throw new FleetError(
      "ledger/other-key",
      `the ledger in this folder belongs to feed ${feed}, not to ${expected}`,
      {
        next: "use the key that this ledger was made with",
        exit: 4,
      },
    );
  }
  return number;
}

function readHeader(
  body: Uint8Array,
):
  | { readonly version: number; readonly number: number; readonly feed: FeedKey | undefined }
  | undefined {
  try {
    const reader = new ByteReader(body);
    const version = reader.u32();
    if (version !== STORE_VERSION) return { version, number: 0, feed: undefined };
    const number = reader.u32();
    const feed = formatFeedKey(reader.raw(FEED_SIZE));
    reader.end();
    return { version, number, feed };
  } catch (error) {
    assert(hasCode(error, "cxo/"), "reading bytes ends only in coded errors");
    return undefined;
  }
}

/** Reads a commit record; `undefined` when it is none. */
export function parseCommit(
  frame: Frame,
  segment: number,
): (StoredCommit & { readonly objects: number; readonly digest: Uint8Array }) | undefined {
  try {
    const reader = new ByteReader(frame.body);
    const seq = reader.u64();
    const objects = reader.u32();
    const digest = reader.raw(DIGEST_SIZE);
    const signature = reader.raw(SIGNATURE_SIZE);
    const root = reader.bytes();
    reader.end();
    return {
      seq,
      objects,
      digest,
      signature,
      root,
      rootHash: toHex(sha256(root)),
      segment,
      end: frame.to,
    };
  } catch (error) {
    assert(hasCode(error, "cxo/"), "reading bytes ends only in coded errors");
    return undefined;
  }
}
