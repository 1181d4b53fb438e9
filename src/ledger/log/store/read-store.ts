// A store as it lies on disk, read as far as its last commit asks for.
import {
  assert,
  equalBytes,
  type Files,
  FleetError,
  fromHex,
  sha256,
  toHex,
} from "../../../core/index.ts";
import { BLANK_HASH, decodeRoot } from "../../../skywire/cxo/index.ts";
import type { FeedKey } from "../../keys/index.ts";
import type { LiveSegment } from "./entry-files.ts";
import type { Frame } from "./frame.ts";
import { type Pin, PIN_FILE, readPin } from "./pin.ts";
import { type ScanResult, type SegmentFile, StoreScanner } from "./scan.ts";
import { readGrowingIndex, type SegmentIndex, SegmentIndexer } from "./segment-index.ts";
import { segmentName, segmentNumber, type StoredCommit } from "./segment.ts";

/** Objects kept of the last commit: its log and the right edge of its list stand among its last ones. */
const RECENT_MAX = 32;

/** A store as it lies on disk, as far as its last commit asks for, read without changing anything. */
export interface StoreView {
  readonly segments: readonly SegmentFile[];
  /** Of the last segments: those that hold the last commit and the pinned one. */
  readonly scan: ScanResult;
  readonly pin: Pin | undefined;
  /** The pin file ends in the middle of a pin. */
  readonly isPinTorn: boolean;
  readonly pinCount: number;
  readonly pinDamage: string | undefined;
  /** The commit that has the pin's number, where it is there. */
  readonly pinned: StoredCommit | undefined;
  /** What is wrong with how the Roots follow each other, a clause without a period. */
  readonly chainFault: string | undefined;
  /** The last objects of the last commit by hex hash. */
  readonly recent: ReadonlyMap<string, Uint8Array>;
  /** Of the segment that the last commit is in. */
  readonly indexer: SegmentIndexer;
  /** How far the index file of that segment covers it, bytes. */
  readonly indexedTo: number;
}

/** The segments in a folder by number, with their sizes as they are now. */
export async function listSegments(files: Files, folder: string): Promise<readonly SegmentFile[]> {
  const numbers = (await files.list(folder)).flatMap((name) => segmentNumber(name) ?? []);
  const segments = await Promise.all(
    numbers.map(async (number): Promise<readonly SegmentFile[]> => {
      const facts = await files.stat(`${folder}/${segmentName(number)}`);
      return facts === undefined ? [] : [{ number, size: facts.size }];
    }),
  );
  return segments.flat().toSorted((left, right) => left.number - right.number);
}

/**
 * Reads as much of a store as its last commit asks for. The pin is read first: commits that come while
 * we read can only be newer than it.
 * @throws FleetError ledger/missing, ledger/version, ledger/other-key, files/*
 */
export async function readStore(files: Files, folder: string, feed: FeedKey): Promise<StoreView> {
  const pinScan = await readPin(files, folder);
  const segments = await listSegments(files, folder);
  const [first] = segments;
  if (first === undefined) throw missingError(folder, feed);
  const isReplica = await readMark(files, folder, feed, first);
  let from = segments.length - 1;
  const index = await readGrowingIndex(files, folder, feed, segments[from]?.number ?? 0);
  if (index !== undefined && index.sizeBytes < (segments[from]?.size ?? 0)) {
    const behind = await openFrom(from, index);
    if (behind.pinned !== undefined && storeFault(behind) === undefined) return behind;
  }
  let opened = await openFrom(from);
  while (from > 0 && isShort(opened)) {
    from -= 1;
    opened = await openFrom(from);
  }
  return opened;

  // A crash can leave a last segment without a commit, or one whose commit is not pinned yet.
  function isShort({ scan, pin, pinned }: StoreView): boolean {
    const number = segments[from]?.number ?? 0;
    return scan.last === undefined || (pin !== undefined && !pinned && pin.segment < number);
  }

  // Behind what the index file covers, where that is given: it stands for the commits before.
  async function openFrom(at: number, covered?: SegmentIndex): Promise<StoreView> {
    const reading = new Opening(pinScan.pin);
    const after = at === 0 ? 0 : (segments[at - 1]?.number ?? 0);
    const behind = covered === undefined ? {} : { seq: covered.lastSeq };
    const scanner = new StoreScanner(feed, reading, { after, isReplica, ...behind });
    for (const segment of segments.slice(at)) {
      reading.begin(segment.number, covered);
      const isLast = segment === segments.at(-1);
      await scanSegment(files, folder, scanner, segment, { isLast, from: covered?.sizeBytes ?? 0 });
    }
    const scan = withMissing(scanner.finish(), segments);
    return {
      segments,
      scan,
      pin: pinScan.pin,
      isPinTorn: pinScan.isTorn,
      pinCount: pinScan.count,
      pinDamage: pinScan.damage,
      indexedTo: covered?.sizeBytes ?? 0,
      ...reading.finish(),
    };
  }
}

/** Hands a segment's file to a scanner. @throws FleetError ledger/version, ledger/other-key, files/* */
export async function scanSegment(
  files: Files,
  folder: string,
  scanner: StoreScanner,
  segment: SegmentFile,
  { isLast, from = 0 }: { readonly isLast: boolean; readonly from?: number },
): Promise<void> {
  const file = await files.openRead(`${folder}/${segmentName(segment.number)}`);
  if (file === undefined)
    throw new FleetError(
      "files/failed",
      `${segmentName(segment.number)} went away while it was read`,
    );
  try {
    await scanner.add(segment, file, isLast, from);
  } finally {
    await file.close();
  }
}

/** The first records of the first segment say whose store it is, and whether it is a replica. */
async function readMark(
  files: Files,
  folder: string,
  feed: FeedKey,
  { number, size }: SegmentFile,
): Promise<boolean> {
  const scanner = new StoreScanner(feed, {}, { after: number - 1 });
  const beginning = { number, size: Math.min(size, MARK_SIZE) };
  await scanSegment(files, folder, scanner, beginning, { isLast: true });
  return scanner.finish().isReplica;
}

/** Long enough for the header and the mark. */
const MARK_SIZE = 512;

function withMissing(scan: ScanResult, segments: readonly SegmentFile[]): ScanResult {
  const missing = segments.findIndex(({ number }, at) => number !== at + 1) + 1;
  if (missing === 0 || scan.damage.some(({ what }) => what === "the segment is missing"))
    return scan;
  const damage = { file: segmentName(missing), from: 0, to: 0, what: "the segment is missing" };
  return { ...scan, damage: [damage, ...scan.damage] };
}

/** What a light opening gathers while the last segments are scanned. */
class Opening {
  readonly #pin: Pin | undefined;
  #pinned: StoredCommit | undefined;
  #chainFault: string | undefined;
  #before: StoredCommit | undefined;
  #ring: Uint8Array[] = [];
  #recent: readonly Uint8Array[] = [];
  #indexer = new SegmentIndexer(1);
  #committed = this.#indexer;

  constructor(pin: Pin | undefined) {
    this.#pin = pin;
  }

  begin(number: number, covered?: SegmentIndex): void {
    this.#ring = [];
    this.#indexer =
      covered === undefined
        ? new SegmentIndexer(number, this.#indexer.next)
        : SegmentIndexer.resume(covered);
  }

  object(frame: Frame): void {
    if (this.#ring.length === RECENT_MAX) this.#ring.shift();
    this.#ring.push(frame.body);
    this.#indexer.object(frame);
  }

  commit(commit: StoredCommit): void {
    this.#chainFault ??= chainFault(commit, this.#before);
    this.#before = commit;
    if (commit.seq === this.#pin?.seq) this.#pinned = commit;
    this.#recent = this.#ring;
    this.#ring = [];
    this.#indexer.commit(commit);
    this.#committed = this.#indexer;
  }

  finish(): Pick<StoreView, "pinned" | "chainFault" | "recent" | "indexer"> {
    const recent = new Map(this.#recent.map((body) => [toHex(sha256(body)), body.slice()]));
    return {
      pinned: this.#pinned,
      chainFault: this.#chainFault,
      recent,
      indexer: this.#committed,
    };
  }
}

/** Says why a Root does not follow the one before it; gaps are the scan's business. */
function chainFault(
  { root, seq }: StoredCommit,
  before: StoredCommit | undefined,
): string | undefined {
  const fault = `the Root of commit ${seq} does not follow the one before it`;
  try {
    const { prev, seq: rootSeq } = decodeRoot(root);
    if (rootSeq !== seq) return fault;
    if (before === undefined)
      return seq === 0n && !equalBytes(prev, BLANK_HASH) ? fault : undefined;
    return seq === before.seq + 1n && !equalBytes(prev, fromHex(before.rootHash))
      ? fault
      : undefined;
  } catch {
    return fault;
  }
}

/**
 * Names the first thing that is wrong with a store; `undefined` when it can be read and, its torn
 * tail cut, written.
 */
export function storeFault(view: StoreView): string | undefined {
  const { scan, pin, pinDamage, pinned } = view;
  const [first] = scan.damage;
  if (first !== undefined)
    return `${first.file}, bytes ${first.from} to ${first.to}: ${first.what}`;
  if (pinDamage !== undefined) return `${PIN_FILE}: ${pinDamage}`;
  if (scan.last === undefined) return "it holds no whole commit";
  if (view.chainFault !== undefined) return view.chainFault;
  if (pin === undefined) {
    const { tail } = scan;
    return tail === undefined
      ? undefined
      : `${segmentName(tail.segment)}, byte ${tail.from}: bytes without a commit, and no pin to tell why`;
  }
  if (pinned === undefined)
    return `the last commits are missing: commit ${scan.last.seq} is the last one there, the pin names commit ${pin.seq}`;
  return pinned.rootHash === pin.rootHash
    ? undefined
    : `commit ${pin.seq} is another one than the pin names`;
}

/** The segment of the last commit, up to its end. */
export function liveOf({ scan: { last }, indexer }: StoreView): LiveSegment {
  assert(last !== undefined, "a store without a commit is a fault");
  return { number: last.segment, size: last.end, indexer };
}

/** The error for a ledger that is not where it should be. */
export function missingError(folder: string, feed: FeedKey): FleetError {
  return new FleetError("ledger/missing", `the ledger of key ${feed} is not in ${folder}`, {
    next: "bring it back from a relay with `fleet ledger restore`, or from a backup of the state folder; without either make a new key with `fleet keygen --new`, since a ledger never starts again under the same key",
    exit: 4,
  });
}

/** The error for a ledger that something changed. */
export function damagedError(folder: string, fault: string, cause?: unknown): FleetError {
  return new FleetError("ledger/damaged", `the ledger in ${folder} is damaged: ${fault}`, {
    next: "run `fleet verify` to see all of it, then `fleet ledger restore`, or copy the state folder back from its backup",
    exit: 4,
    cause,
  });
}
