// Reads the segments of a store in order and names everything bad in them.
import { equalBytes, type ReadFile, Sha256 } from "../../../core/index.ts";
import type { FeedKey } from "../../keys/index.ts";
import { type BadBytes, type Frame, FRAME_TYPES, isFrame, streamFrames } from "./frame.ts";
import {
  checkHeader,
  type Damage,
  parseCommit,
  segmentName,
  type StoredCommit,
} from "./segment.ts";

/** Damage beyond so many places is counted, not listed. */
const DAMAGE_MAX = 10_000;
const CHECK_SIZE = 32;
const CHECKS_AT_ONCE = 512;

/** Told of what a scan passes, in the order in which it stands in the files. */
export interface ScanEvents {
  /** A whole object; its bytes stay as they are. */
  object?(frame: Frame, segment: number): void;
  /** A commit record that can be read, behind all its objects. */
  commit?(commit: StoredCommit): void;
  /** Something bad was found; more may follow. */
  damage?(): void;
  /** Called between parts of the files; the scan goes on when it resolves. */
  pause?(): Promise<void>;
}

/** What a scan found beside objects and commits. */
export interface ScanResult {
  readonly objects: number;
  readonly commits: number;
  /** A copy of a ledger, whose sequence numbers may have gaps. */
  readonly isReplica: boolean;
  readonly last: StoredCommit | undefined;
  readonly damage: readonly Damage[];
  /** Places beyond those listed. */
  readonly damageOmitted: number;
  /** Bytes at the very end that belong to no commit, with no whole record behind bad ones. */
  readonly tail:
    | { readonly segment: number; readonly from: number; readonly to: number }
    | undefined;
}

/** A segment as it lies in the folder. */
export interface SegmentFile {
  readonly number: number;
  readonly size: number;
}

/**
 * Reads the segments of a store in order, some bytes at a time, and names everything bad in them.
 * Throws nothing for damage; a store of a newer format or another feed is refused.
 */
export class StoreScanner {
  readonly #feed: FeedKey;
  readonly #events: ScanEvents;
  readonly #damage: Damage[] = [];
  #damageOmitted = 0;
  #objects = 0;
  #commits = 0;
  #isReplica = false;
  #seqFloor: bigint | undefined;
  #last: StoredCommit | undefined;
  #lastNumber: number;
  #tail: ScanResult["tail"];
  readonly #pending = new PendingCommit();
  #committedTo = 0;
  #framesTo = 0;

  /**
   * A scan that begins behind segment `after`, and behind commit `seq` where that is known; the store says itself
   * whether it is a replica.
   */
  constructor(
    feed: FeedKey,
    events: ScanEvents,
    {
      after = 0,
      isReplica = false,
      seq = after === 0 ? -1n : undefined,
    }: { readonly after?: number; readonly isReplica?: boolean; readonly seq?: bigint } = {},
  ) {
    this.#feed = feed;
    this.#events = events;
    this.#lastNumber = after;
    this.#isReplica = isReplica;
    this.#seqFloor = seq;
  }

  /**
   * Reads the next segment, from its beginning or from the end of a commit in it.
   * @throws FleetError ledger/version, ledger/other-key, files/*
   */
  async add(segment: SegmentFile, file: ReadFile, isLast: boolean, from = 0): Promise<void> {
    const { number, size } = segment;
    for (let missing = this.#lastNumber + 1; missing < number; missing += 1)
      this.#report(missing, { from: 0, to: 0 }, "the segment is missing");
    this.#lastNumber = number;
    this.#pending.clear();
    this.#committedTo = from;
    this.#framesTo = from;
    for await (const batch of streamFrames(file, from, size)) {
      for (const item of batch) {
        // Bad bytes with a whole record behind them were not torn by a crash: something changed them.
        if (isFrame(item)) this.#frame(number, item);
        else if (!isLast || item.to < size)
          this.#report(number, item, "the bytes are no whole record");
      }
      await this.#events.pause?.();
    }
    if (this.#committedTo === size && size > 0) return;
    if (isLast) this.#tail = { segment: number, from: this.#committedTo, to: size };
    else {
      const rest = { from: this.#committedTo, to: size };
      this.#report(number, rest, "the segment ends without a commit");
    }
  }

  finish(): ScanResult {
    return {
      objects: this.#objects,
      commits: this.#commits,
      isReplica: this.#isReplica,
      last: this.#last,
      damage: this.#damage,
      damageOmitted: this.#damageOmitted,
      tail: this.#tail,
    };
  }

  #frame(number: number, frame: Frame): void {
    if (frame.from === 0 && frame.type !== FRAME_TYPES.header)
      this.#report(number, frame, "the segment does not begin with its header");
    if (frame.type === FRAME_TYPES.header && frame.from === 0) {
      if (checkHeader(frame.body, this.#feed) !== number)
        this.#report(number, frame, "the file was a segment of another number");
      this.#committedTo = frame.to;
    } else if (this.#isReplicaMark(number, frame)) {
      this.#isReplica = true;
      this.#committedTo = frame.to;
    } else if (frame.type === FRAME_TYPES.object) {
      this.#objects += 1;
      this.#pending.add(frame);
      this.#events.object?.(frame, number);
    } else if (frame.type === FRAME_TYPES.commit) {
      this.#commit(number, frame);
      this.#committedTo = frame.to;
      this.#pending.clear();
    } else {
      this.#report(number, frame, "a record of a kind that does not belong here");
    }
    this.#framesTo = frame.to;
  }

  /** The mark stands right behind the header of the first segment. */
  #isReplicaMark(number: number, { type, body, from }: Frame): boolean {
    const isBehindHeader = number === 1 && from > 0 && from === this.#committedTo;
    const isMark = type === FRAME_TYPES.replica && body.length === 0;
    return isMark && isBehindHeader && this.#commits === 0 && this.#framesTo === from;
  }

  #commit(segment: number, frame: Frame): void {
    const commit = parseCommit(frame, segment);
    if (commit === undefined)
      return this.#report(segment, frame, "a commit record that cannot be read");
    const { count, sizeBytes } = this.#pending;
    if (
      commit.objects !== count ||
      this.#committedTo + sizeBytes !== frame.from ||
      !equalBytes(commit.digest, this.#pending.digest())
    ) {
      const place = { from: this.#committedTo, to: frame.from };
      const what = `records of commit ${commit.seq} are changed, missing or added`;
      this.#report(segment, place, what);
    }
    this.#checkSeq(segment, frame, commit.seq);
    this.#commits += 1;
    this.#last = commit;
    this.#events.commit?.(commit);
  }

  #checkSeq(segment: number, frame: Frame, seq: bigint): void {
    const floor = this.#seqFloor;
    this.#seqFloor = seq;
    if (floor === undefined) return;
    const isExpected = this.#isReplica ? seq > floor : seq === floor + 1n;
    if (isExpected) return;
    const where = `stands where commit ${floor + 1n} belongs`;
    this.#report(segment, frame, `commit ${seq} ${where}`);
  }

  #report(segment: number, { from, to }: BadBytes, what: string): void {
    if (this.#damage.length < DAMAGE_MAX)
      this.#damage.push({ file: segmentName(segment), from, to, what });
    else this.#damageOmitted += 1;
    this.#events.damage?.();
  }
}

/** The objects since the last commit, as their commit record describes them. */
class PendingCommit {
  #hash = new Sha256();
  readonly #checks = new Uint8Array(CHECKS_AT_ONCE * CHECK_SIZE);
  #waiting = 0;
  count = 0;
  sizeBytes = 0;

  add({ check, from, to }: Frame): void {
    if (this.#waiting === CHECKS_AT_ONCE) this.#flush();
    this.#checks.set(check, this.#waiting * CHECK_SIZE);
    this.#waiting += 1;
    this.count += 1;
    this.sizeBytes += to - from;
  }

  digest(): Uint8Array {
    this.#flush();
    return this.#hash.finish();
  }

  /** Forgets the objects: another commit begins. */
  clear(): void {
    this.#hash = new Sha256();
    this.#waiting = 0;
    this.count = 0;
    this.sizeBytes = 0;
  }

  #flush(): void {
    this.#hash.add(this.#checks.subarray(0, this.#waiting * CHECK_SIZE));
    this.#waiting = 0;
  }
}
