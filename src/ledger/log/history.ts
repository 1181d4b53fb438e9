// A ledger's entries as records, from its first one or from a place that was kept.
import { verifyGenesis } from "./entries/genesis.ts";
import { concatBytes, FleetError, hasCode, sha256, toHex } from "../../core/index.ts";
import { treeRoot } from "../../tlog/index.ts";
import { Keyring } from "./entries/sealing.ts";
import { decodeEntry } from "./entries/objects.ts";
import { parsePayload } from "./entries/payload-type.ts";
import type { KeysetPayload, LedgerRecord } from "./entries/payloads.ts";
import { type ReaderPlace, RecordReader, type StoredEntry } from "./entries/records.ts";
import type { FeedKey, OperatorKeys } from "../keys/index.ts";
import type { EntryFiles, RawEntry } from "./store/entry-files.ts";
import type { EntryTree } from "./store/entry-tree.ts";
import { provenEntries } from "./store/proven-entries.ts";

/** A reader is kept for every so many entries, to begin from there later. */
const MARK_DISTANCE = 4096;

/** What history is read from. */
export interface HistoryOptions {
  readonly feed: FeedKey;
  /** Without keys sealed payloads stay closed. */
  readonly keys: OperatorKeys | undefined;
  readonly entries: EntryFiles;
  readonly tree: EntryTree;
}

/** A place between two records, from which reading can go on. */
interface Mark {
  /** Index of the next entry. */
  readonly index: number;
  readonly reader: RecordReader;
  /** Of the entry before, unix nanoseconds. */
  readonly lastTime: bigint;
}

/** A keyset by the entries it takes. */
interface KeysetPlace {
  readonly index: number;
  readonly parts: number;
}

/**
 * A place between two records that can be kept, so that who comes back reads only what is behind it. The keysets
 * before it are named by their entries, and read again.
 */
export interface LedgerPlace extends ReaderPlace {
  /** Entries before it, at least one. */
  readonly size: number;
  /** RFC 6962 root over those, hex. */
  readonly tree: string;
  /** Of the last of them, unix nanoseconds. */
  readonly timeNs: bigint;
  readonly keysets: readonly KeysetPlace[];
}

/**
 * A ledger's entries as records, read from the files each time, a few held at once. That they are those
 * which were written is proved by the tree; the operator's signature of each is `verifyLedger`'s business.
 */
export class LedgerHistory {
  readonly #options: HistoryOptions;
  readonly #keyring: Keyring | undefined;
  /** The latest keyset of each fleet. */
  readonly #latest = new Map<string, { readonly index: number; readonly payload: KeysetPayload }>();
  /** All keysets that were passed, by the index of their first entry. */
  readonly #keysets = new Map<number, KeysetPlace>();
  /** Those before a place that was kept, whose keys were not opened yet: each costs as much as a signature. */
  #unopened: KeysetPayload[] = [];
  readonly #marks: Mark[] = [];
  /** The farthest place that was reached. */
  #end: Mark | undefined;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#keyring = options.keys === undefined ? undefined : new Keyring(options.keys);
  }

  /**
   * The records that begin at entry `from` or later, in order.
   * @throws FleetError ledger/*, files/*
   */
  async *records(from: number): AsyncGenerator<LedgerRecord, void> {
    let next = from;
    const { size } = this.#options.tree;
    while (next < size) {
      const again = yield* this.#recordsUntilClosed(next, size);
      if (again === undefined) return;
      await this.end();
      next = again;
    }
  }

  /** The reader behind the last entry, and that entry's time; not to be used further but by {@link accept}. */
  async end(): Promise<Pick<Mark, "reader" | "lastTime">> {
    const { size } = this.#options.tree;
    // Once there, nothing is read again: every append asks for the end, for each of its drafts.
    if (this.#end?.index !== size)
      for await (const record of this.#read(this.#end, size)) void record;
    this.#openKeys();
    const end = this.#end;
    if (end?.index !== size)
      throw new FleetError("ledger/entry", "the last payload has not all its parts");
    return end;
  }

  /** The place behind the last entry, to be kept. @throws FleetError ledger/*, files/* */
  async place(): Promise<LedgerPlace> {
    const { reader, lastTime } = await this.end();
    const { size } = this.#options.tree;
    return {
      ...reader.place(),
      size,
      tree: toHex(this.#options.tree.root()),
      timeNs: lastTime,
      keysets: [...this.#keysets.values()],
    };
  }

  /**
   * Goes on from a place that was kept, once it is proved to be one of this ledger: its tree is the beginning of ours,
   * and the keysets stand where it says.
   * @returns false when it is not; then nothing is changed
   */
  async resume(place: LedgerPlace): Promise<boolean> {
    const { tree, feed } = this.#options;
    if (place.size > tree.size || place.size < 1) return false;
    if (toHex(await treeRoot(place.size, tree.read)) !== place.tree) return false;
    const read: { readonly place: KeysetPlace; readonly payload: KeysetPayload }[] = [];
    for (const each of place.keysets) {
      const payload = each.index < place.size ? await this.#keysetAt(each) : undefined;
      if (payload === undefined) return false;
      read.push({ place: each, payload });
    }
    for (const { place: at, payload } of read) {
      this.#noteKeyset(at, payload);
      this.#unopened.push(payload);
    }
    const reader = RecordReader.resume(feed, place, this.#keyring);
    const mark = { index: place.size, reader, lastTime: place.timeNs };
    this.#marks.push(mark);
    this.#marks.sort((left, right) => left.index - right.index);
    if (place.size > (this.#end?.index ?? 0)) this.#end = mark;
    return true;
  }

  /** The object of an entry; `undefined` behind the last. @throws FleetError ledger/damaged */
  async object(index: number): Promise<Uint8Array | undefined> {
    const { entries, tree } = this.#options;
    if (index >= tree.size) return undefined;
    for await (const [raw] of provenEntries(entries, tree, { from: index, to: index + 1 }))
      return raw?.bytes;
    return undefined;
  }

  /** The latest keyset of a fleet. */
  async keyset(fleet: string): Promise<KeysetPayload | undefined> {
    await this.end();
    return this.#latest.get(fleet)?.payload;
  }

  /** Takes in records that were appended, and the reader behind them. */
  accept(records: readonly LedgerRecord[], reader: RecordReader, lastTime: bigint): void {
    for (const record of records) this.#note(record);
    this.#end = { index: this.#options.tree.size, reader, lastTime };
  }

  /** Stops with the index of a record that keysets behind it may open, unless all of them are known. */
  async *#recordsUntilClosed(
    from: number,
    size: number,
  ): AsyncGenerator<LedgerRecord, number | undefined> {
    const isAllKnown = this.#keyring === undefined || (this.#end?.index ?? 0) >= size;
    for await (const record of this.#read(this.#markBefore(from), size)) {
      if (record.index < from) continue;
      if (record.payload === undefined && !isAllKnown) return record.index;
      yield record;
    }
    return undefined;
  }

  async *#read(mark: Mark | undefined, size: number): AsyncGenerator<LedgerRecord, void> {
    const { entries, tree } = this.#options;
    this.#openKeys();
    let index = mark?.index ?? 0;
    let reader = mark?.reader.copy();
    let lastTime = mark?.lastTime ?? 0n;
    for await (const block of provenEntries(entries, tree, { from: index, to: size })) {
      for (const raw of block) {
        const stored = decodeAt(raw, index, lastTime);
        reader ??= this.#first(stored);
        const record = reader.next(stored);
        index += 1;
        lastTime = stored.entry.time;
        if (record === undefined) continue;
        this.#note(record);
        this.#mark({ index, reader, lastTime }, size);
        yield record;
      }
    }
    reader?.end();
  }

  #first({ entry }: StoredEntry): RecordReader {
    if (entry.kind !== "genesis")
      throw new FleetError("ledger/genesis", "the first entry is no genesis");
    const genesis = parsePayload("genesis", entry.payload);
    return RecordReader.of(verifyGenesis(genesis, this.#options.feed), this.#keyring);
  }

  #note(record: LedgerRecord): void {
    if (record.kind === "keyset" && record.payload !== undefined)
      this.#noteKeyset(record, record.payload);
  }

  #noteKeyset({ index, parts }: KeysetPlace, payload: KeysetPayload): void {
    this.#keysets.set(index, { index, parts });
    const latest = this.#latest.get(payload.fleet);
    if ((latest?.index ?? -1) < index) this.#latest.set(payload.fleet, { index, payload });
  }

  #openKeys(): void {
    for (const payload of this.#unopened) this.#keyring?.add(payload);
    this.#unopened = [];
  }

  /** The keyset that begins at an entry; `undefined` where there is none. Keysets are never sealed. */
  async #keysetAt({ index, parts }: KeysetPlace): Promise<KeysetPayload | undefined> {
    const chunks: Uint8Array[] = [];
    for (let at = index; at < index + parts; at += 1) {
      const bytes = await this.object(at);
      const entry = bytes === undefined ? undefined : decodeEntry(bytes);
      if (entry?.kind !== "keyset" || entry.index !== BigInt(at)) return undefined;
      chunks.push(entry.payload);
    }
    return chunks.length === 0 ? undefined : parsePayload("keyset", concatBytes(...chunks));
  }

  #mark(place: Mark, size: number): void {
    const last = this.#marks.at(-1)?.index ?? 0;
    const isFar = place.index >= last + MARK_DISTANCE;
    const isEnd = place.index === size && (this.#end?.index ?? 0) < size;
    if (!isFar && !isEnd) return;
    const mark = { ...place, reader: place.reader.copy() };
    if (isFar) this.#marks.push(mark);
    if (place.index > (this.#end?.index ?? 0)) this.#end = mark;
  }

  #markBefore(from: number): Mark | undefined {
    return this.#marks.findLast(({ index }) => index <= from);
  }
}

function decodeAt({ bytes }: RawEntry, index: number, lastTime: bigint): StoredEntry {
  const entry = decodeEntry(bytes);
  if (entry.index !== BigInt(index))
    throw new FleetError("ledger/entry", `entry ${entry.index} stands at place ${index}`);
  if (entry.time <= lastTime)
    throw new FleetError("ledger/entry", `the time of entry ${index} does not go forward`);
  return { entry, hash: toHex(sha256(bytes)) };
}

/** What cannot be read in a store that is whole was changed by somebody. */
export function asDamage(folder: string, cause: unknown): unknown {
  const isOther = hasCode(cause, "ledger/version") || hasCode(cause, "files/");
  if (isOther || !(cause instanceof FleetError)) return cause;
  return new FleetError(
    "ledger/damaged",
    `the ledger in ${folder} is damaged: its entries cannot be read`,
    {
      next: "run `fleet verify` to see all of it, then `fleet ledger restore`, or copy the state folder back from its backup",
      exit: 4,
      cause,
    },
  );
}
