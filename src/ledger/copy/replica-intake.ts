// Checks the entries of a newer state one by one while they are written into a copy.
import { equalBytes, FleetError, sha256, toHex } from "../../core/index.ts";
import { type BuiltRefs, LIST_DEGREES, REFS_DEGREE, RefsBuilder } from "../../skywire/cxo/index.ts";
import { leafHash } from "../../tlog/index.ts";
import {
  checkCheckpoint,
  decodeEntry,
  type EntryObject,
  type EntryTree,
  HashList,
  type Log,
  parsePayload,
  RecordReader,
  type StreamedCommit,
  verifyEntry,
  verifyGenesis,
} from "../log/index.ts";
import type { FeedKey } from "../keys/index.ts";

/** An entry's object as somebody gave it. */
export interface ReplicaEntry {
  /** Where it stands in the list, from 0. */
  readonly index: number;
  /** What the list names it by. */
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

/** What is to be taken in. */
export interface Offer {
  readonly feed: FeedKey;
  readonly log: Log;
  readonly entries: AsyncIterable<readonly ReplicaEntry[]>;
  /** True when the newest log that is here has a checkpoint. */
  readonly hadCheckpoint: boolean;
  /** Behind the last entry that is here; absent before the first. */
  readonly end: { readonly reader: RecordReader; readonly lastTime: bigint } | undefined;
}

/** Where it goes. When taking in fails, none of these is of further use. */
export interface Intake {
  readonly refs: RefsBuilder;
  readonly tree: EntryTree;
  readonly commit: StreamedCommit;
  /** Hashes of the entries that were there before; asked for when the list was written anew at another degree. */
  readonly heldHashes: () => Promise<HashList | undefined>;
}

/** What was taken in and checked. */
export interface Taken {
  /** The list, which may have another degree than before. */
  readonly refs: RefsBuilder;
  /** The nodes of the list that are new. */
  readonly nodes: readonly Uint8Array[];
  /** Behind the last entry. */
  readonly reader: RecordReader;
  readonly lastTime: bigint;
}

/**
 * Checks entries as they come and writes them behind those that are there: place, time and signature of
 * each, at the end the list and the checkpoint of the log.
 * @throws FleetError ledger/*, what `entries` throws
 */
export async function takeEntries(offer: Offer, intake: Intake): Promise<Taken> {
  const { feed, log, entries, end } = offer;
  const { refs, tree, commit } = intake;
  const cursor = new Cursor(feed, end);
  const fresh = new HashList();
  for await (const batch of entries) {
    const whole: Uint8Array[] = [];
    for (const given of batch) {
      if (BigInt(refs.length) >= log.size)
        throw wrongEntry(`more entries came than the ${log.size} of the log`);
      const hash = cursor.take(given, refs.length);
      refs.append(hash);
      fresh.push(hash);
      tree.append(leafHash(given.bytes));
      whole.push(given.bytes);
    }
    await commit.add(whole);
    await tree.flush();
  }
  if (BigInt(refs.length) !== log.size)
    throw new FleetError("ledger/missing-entry", `entry ${refs.length} did not come`);
  const { reader, writers, lastTime } = cursor.finish();
  const list = await listOf(log, fresh, intake);
  if (log.checkpoint.length > 0) checkCheckpoint(log, tree.root(), feed, writers);
  else if (offer.hadCheckpoint)
    throw new FleetError("ledger/checkpoint", "the log has no checkpoint, and one before it has");
  const nodes = list.built.objects.map(({ bytes }) => bytes);
  return { refs: list.refs, nodes, reader, lastTime };
}

/**
 * The list that the log names: the one that is here with the new entries behind it, or, where the owner wrote it anew,
 * the same entries at another degree, which the log does not say but its hash does.
 */
async function listOf(
  log: Log,
  fresh: HashList,
  { refs, heldHashes }: Intake,
): Promise<{ readonly refs: RefsBuilder; readonly built: BuiltRefs }> {
  const built = refs.finish();
  if (equalBytes(built.hash, log.entries)) return { refs, built };
  const held = (await heldHashes()) ?? new HashList();
  for (const degree of otherDegrees(refs.degree)) {
    const other = new RefsBuilder(degree);
    for (const hashes of [held, fresh])
      for (let at = 0; at < hashes.length; at += 1) other.append(hashes.at(at).slice());
    const rebuilt = other.finish();
    if (equalBytes(rebuilt.hash, log.entries)) return { refs: other, built: rebuilt };
  }
  throw notAnExtension(
    `the list of ${log.size} entries does not begin with the entries that are here`,
  );
}

/** All degrees but one; those that a list is written anew in come first. */
function otherDegrees(own: number): readonly number[] {
  const { min, max } = LIST_DEGREES;
  const all = Array.from({ length: max - min + 1 }, (_, at) => min + at);
  const isAfter = (degree: number): boolean => degree > Math.max(own, REFS_DEGREE);
  return [...all.filter(isAfter), ...all.filter((degree) => !isAfter(degree))].filter(
    (degree) => degree !== own,
  );
}

/** Follows the entries of a feed and checks each. */
class Cursor {
  readonly #feed: FeedKey;
  #reader: RecordReader | undefined;
  #lastTime: bigint;
  #last: RecordReader["writer"] | undefined;

  constructor(feed: FeedKey, end: Offer["end"]) {
    this.#feed = feed;
    this.#reader = end?.reader.copy();
    this.#lastTime = end?.lastTime ?? 0n;
  }

  /** Checks the entry of a place and gives its hash. */
  take({ index, hash, bytes }: ReplicaEntry, place: number): Uint8Array {
    const own = sha256(bytes);
    if (index !== place || !equalBytes(own, hash))
      throw wrongEntry(`entry ${place} was asked for and something else came`);
    this.#reader ??= firstReader(bytes, this.#feed);
    const { writer } = this.#reader;
    const entry = verifyEntry(bytes, this.#feed, writer.operator);
    this.#checkPlace(entry, place);
    this.#reader.next({ entry, hash: toHex(own) });
    this.#lastTime = entry.time;
    this.#last = writer;
    return own;
  }

  finish(): Pick<Taken, "reader" | "lastTime"> & {
    readonly writers: Parameters<typeof checkCheckpoint>[3];
  } {
    const reader = this.#reader;
    if (reader === undefined)
      throw new FleetError("ledger/genesis", "the genesis entry is missing");
    reader.end();
    const next = reader.writer.operator;
    const last = this.#last?.operator ?? next;
    return { reader, lastTime: this.#lastTime, writers: { last, next } };
  }

  #checkPlace({ index, time }: EntryObject, place: number): void {
    if (index !== BigInt(place))
      throw new FleetError("ledger/reordered", `entry ${index} stands at place ${place}`);
    if (time <= this.#lastTime)
      throw new FleetError("ledger/reordered", `the time of entry ${place} does not go forward`);
  }
}

function firstReader(bytes: Uint8Array, feed: FeedKey): RecordReader {
  const entry = decodeEntry(bytes);
  if (entry.kind !== "genesis")
    throw new FleetError("ledger/genesis", "the first entry is no genesis");
  return RecordReader.of(verifyGenesis(parsePayload("genesis", entry.payload), feed), undefined);
}

function wrongEntry(message: string): FleetError {
  return new FleetError("ledger/wrong-entry", message, { next: "ask another relay", exit: 4 });
}

/** The error for a history that does not begin with the one that is here. */
export function notAnExtension(message: string): FleetError {
  return new FleetError("ledger/not-an-extension", message, {
    next: "keep both Roots: the feed's owner has rewritten the history",
    exit: 4,
  });
}
