import {
  assert,
  concatBytes,
  equalBytes,
  FleetError,
  fromHex,
  hasCode,
  sha256,
  toHex,
} from "../../core/index.ts";
import { ByteReader, ByteWriter, type CxoObject } from "../../skywire/cxo/index.ts";
import { type BadBytes, encodeFrame, type Frame, FRAME_TYPES, scanFrames } from "./frame.ts";
import { type FeedKey, formatFeedKey } from "../keys/keys.ts";

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

/** What the segments of a store hold. */
export interface StoreScan {
  /** Every whole object by its hex hash, also those of commits that are damaged elsewhere. */
  readonly objects: ReadonlyMap<string, Uint8Array>;
  readonly commits: readonly StoredCommit[];
  readonly damage: readonly Damage[];
  /** Bytes at the very end that belong to no commit, with no whole record behind bad ones. */
  readonly tail:
    | { readonly segment: number; readonly from: number; readonly to: number }
    | undefined;
  readonly lastSegment: number;
  readonly lastSize: number;
}

/** The file name of a segment. */
export function segmentName(number: number): string {
  return `segment-${String(number).padStart(6, "0")}.log`;
}

/** The number in a segment's file name; `undefined` for other files. */
export function segmentNumber(name: string): number | undefined {
  const digits = /^segment-(\d{6,})\.log$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The first bytes of a segment. */
export function encodeHeader(number: number, feed: FeedKey): Uint8Array {
  const writer = new ByteWriter();
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
  const writer = new ByteWriter();
  writer.u64(seq);
  writer.u32(frames.length);
  writer.raw(sha256(concatBytes(...frames.map((frame) => frame.subarray(-DIGEST_SIZE)))));
  writer.raw(signature);
  writer.bytes(root);
  return concatBytes(...frames, encodeFrame(FRAME_TYPES.commit, writer.finish()));
}

/**
 * Reads the segments of a store in order and names everything bad in them. Throws nothing for
 * damage; a store of a newer format or another feed is refused.
 * @throws FleetError ledger/version, ledger/other-key
 */
export function scanSegments(segments: readonly SegmentFile[], feed: FeedKey): StoreScan {
  const scanner = new SegmentScanner(feed);
  for (const [index, segment] of segments.entries())
    scanner.add(segment, index === segments.length - 1);
  return scanner.finish();
}

/** A segment's number and bytes. */
export interface SegmentFile {
  readonly number: number;
  readonly bytes: Uint8Array;
}

class SegmentScanner {
  readonly #feed: FeedKey;
  readonly #objects = new Map<string, Uint8Array>();
  readonly #commits: StoredCommit[] = [];
  readonly #damage: Damage[] = [];
  #tail: StoreScan["tail"];
  #last: SegmentFile = { number: 0, bytes: new Uint8Array() };

  constructor(feed: FeedKey) {
    this.#feed = feed;
  }

  add(segment: SegmentFile, isLast: boolean): void {
    for (let missing = this.#last.number + 1; missing < segment.number; missing += 1) {
      this.#report(missing, { from: 0, to: 0 }, "the segment is missing");
    }
    this.#last = segment;
    const { frames, bad } = scanFrames(segment.bytes);
    let committedTo = 0;
    let pending: Frame[] = [];
    for (const frame of frames) {
      if (frame.type === FRAME_TYPES.header && frame.from === 0) {
        this.#checkHeader(segment.number, frame);
        committedTo = frame.to;
      } else if (frame.type === FRAME_TYPES.object) {
        this.#objects.set(toHex(sha256(frame.body)), frame.body);
        pending.push(frame);
      } else if (frame.type === FRAME_TYPES.commit) {
        this.#commit(segment.number, frame, pending, committedTo);
        committedTo = frame.to;
        pending = [];
      } else {
        this.#report(segment.number, frame, "a record of a kind that does not belong here");
      }
    }
    this.#judgeEnd(segment, isLast, bad, frames.at(-1)?.to ?? 0, lastCommitEnd(frames));
  }

  finish(): StoreScan {
    return {
      objects: this.#objects,
      commits: this.#commits,
      damage: this.#damage,
      tail: this.#tail,
      lastSegment: this.#last.number,
      lastSize: this.#last.bytes.length,
    };
  }

  #checkHeader(number: number, frame: Frame): void {
    const reader = new ByteReader(frame.body);
    const version = reader.u32();
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
    if (reader.u32() !== number)
      this.#report(number, frame, "the file was a segment of another number");
    const feed = formatFeedKey(reader.raw(FEED_SIZE));
    if (feed !== this.#feed) {
      throw new FleetError(
        "ledger/other-key",
        `the ledger in this folder belongs to feed ${feed}, not to ${this.#feed}`,
        {
          next: "use the key that this ledger was made with",
          exit: 4,
        },
      );
    }
  }

  #commit(segment: number, frame: Frame, pending: readonly Frame[], committedTo: number): void {
    const commit = parseCommit(frame, segment);
    if (commit === undefined)
      return this.#report(segment, frame, "a commit record that cannot be read");
    const digest = sha256(concatBytes(...pending.map(({ check }) => check)));
    const bytesBefore = pending.reduce((size, { from, to }) => size + to - from, 0);
    if (
      commit.objects !== pending.length ||
      !equalBytes(commit.digest, digest) ||
      committedTo + bytesBefore !== frame.from
    ) {
      this.#report(
        segment,
        { from: committedTo, to: frame.from },
        `records of commit ${commit.seq} are changed, missing or added`,
      );
    }
    const expected = BigInt(this.#commits.length);
    if (commit.seq !== expected)
      this.#report(segment, frame, `commit ${commit.seq} stands where commit ${expected} belongs`);
    this.#commits.push(commit);
  }

  // Bad bytes with a whole record behind them were not torn by a crash: something changed them.
  #judgeEnd(
    segment: SegmentFile,
    isLast: boolean,
    bad: readonly BadBytes[],
    framesTo: number,
    committedTo: number,
  ): void {
    const { number, bytes } = segment;
    const inTail = isLast ? bad.filter(({ from }) => from >= committedTo && from >= framesTo) : [];
    for (const region of bad) {
      if (!inTail.includes(region)) this.#report(number, region, "the bytes are no whole record");
    }
    if (committedTo === bytes.length && committedTo > 0) return;
    if (isLast) this.#tail = { segment: number, from: committedTo, to: bytes.length };
    else
      this.#report(
        number,
        { from: committedTo, to: bytes.length },
        "the segment ends without a commit",
      );
  }

  #report(segment: number, { from, to }: BadBytes, what: string): void {
    this.#damage.push({ file: segmentName(segment), from, to, what });
  }
}

function lastCommitEnd(frames: readonly Frame[]): number {
  return frames.findLast(({ type }) => type === FRAME_TYPES.commit)?.to ?? 0;
}

function parseCommit(
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
