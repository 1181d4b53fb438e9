// What was gathered from all entries, kept beside the ledger so that the next time only new ones are read.
import type { Files } from "../../core/index.ts";
import {
  KEEP_EVERY,
  KEPT_FROM,
  type KeptPlace,
  type LedgerPlace,
  type LedgerRecord,
  noteOf,
  readKept,
  type ReadOnlyLedger,
  type Shared,
  WHY_NOT_KEPT,
  writeKept,
} from "../log/index.ts";
import type { JoinedRecord } from "./join/concurrency.ts";
import type { JoinFinding } from "./join/join-feeds.ts";
import type { FeedKey, OperatorKeys } from "../keys/index.ts";

/** Something that is gathered from records in joined order, and can go on from what it was. */
export interface Fold {
  next(record: LedgerRecord): void;
  /** All that it holds, shared with it. */
  state(): Shared;
}

/** How to gather. */
export interface FoldOptions<F extends Fold> {
  readonly files: Files;
  readonly keys: OperatorKeys;
  /** Our ledger's own folder: what is kept stands there. */
  readonly folder: string;
  /** What is gathered, as the name of its file: letters, digits and hyphens. */
  readonly name: string;
  /** Our ledger first. */
  readonly ledgers: readonly ReadOnlyLedger[];
  /** The records of all of them in joined order, of each feed from an entry. */
  readonly records: (
    from: ReadonlyMap<FeedKey, number>,
    onFinding: (finding: JoinFinding) => void,
  ) => AsyncIterable<JoinedRecord>;
  /** Begins, or goes on from a state that this release gave for the same name. */
  readonly make: (state?: unknown) => F;
  /** How many entries make a file worth while, and how many new ones make another one; a test may say 1. */
  readonly keptFrom?: number;
  readonly keepEvery?: number;
}

/** What was gathered. */
export interface Folded<F> {
  readonly fold: F;
  /** What the heads in the records say and does not fit, a sentence each. */
  readonly faults: readonly string[];
  /** What became of the file, a sentence each; empty when it was good, or none was there. */
  readonly notes: readonly string[];
}

/** What the file holds. */
interface KeptFold {
  readonly places: ReadonlyMap<FeedKey, LedgerPlace>;
  /** Of the latest record, unix nanoseconds. */
  readonly timeNs: bigint;
  /** Feeds of which a record names more than was there. */
  readonly unseen: ReadonlySet<FeedKey>;
  /** Some records could not be opened. */
  readonly hasClosed: boolean;
  readonly faults: readonly string[];
  readonly state: unknown;
}

/**
 * Gathers from all records, going on from what was kept where that leads to the same as reading all: it was sealed by us,
 * each ledger begins with the entries that it was gathered from, every new record comes after all of those in joined
 * order, and none opens an earlier one. Otherwise all are read. The answer is always that of the entries.
 * @throws what the records throw
 */
export async function foldKept<F extends Fold>(options: FoldOptions<F>): Promise<Folded<F>> {
  const { ledgers, keptFrom = KEPT_FROM, keepEvery = KEEP_EVERY } = options;
  const size = ledgers.reduce((sum, { head }) => sum + head.size, 0);
  if (size < keptFrom) {
    const gathering = new Gathering(options.make(), new Map());
    await gathering.take(options);
    return { fold: gathering.fold, faults: gathering.faults, notes: [] };
  }
  const place = { ...options, name: `kept-${options.name}` };
  const { kept, notes } = await keptOf(place, options);
  const before = kept === undefined ? undefined : Gathering.resume(kept, options);
  const isOn = (await before?.take(options)) === true;
  const gathering =
    before !== undefined && isOn ? before : new Gathering(options.make(), new Map());
  if (gathering !== before) await gathering.take(options);
  const { fold, faults } = gathering;
  if (kept === undefined || !isOn || gathering.count >= keepEvery)
    await writeKept(place, { ...(await gathering.kept(ledgers)) });
  return { fold, faults, notes };
}

/** What is kept and fits the ledgers as they are now; what is said where it does not. */
async function keptOf<F extends Fold>(
  place: KeptPlace,
  { ledgers }: FoldOptions<F>,
): Promise<{ readonly kept?: KeptFold; readonly notes: readonly string[] }> {
  const read = await readKept(place);
  if (read.kind === "none") return { notes: [] };
  if (read.kind !== "kept") return { notes: [noteOf(place, WHY_NOT_KEPT[read.kind])] };
  // It opened with our own key under this release's name, so that nobody else made it.
  const kept = read.value as KeptFold;
  const byFeed = new Map(ledgers.map((ledger) => [ledger.feed, ledger]));
  for (const [feed, at] of kept.places) {
    const ledger = byFeed.get(feed);
    // A copy that is not here any more: nothing is wrong with the file.
    if (ledger === undefined) return { notes: [] };
    if (!(await ledger.resume(at))) return { notes: [noteOf(place, WHY_NOT_KEPT["other-ledger"])] };
  }
  return (await isAllAfter(kept, ledgers)) ? { kept, notes: [] } : { notes: [] };
}

/** True when all new records come after those that were gathered, in whatever order those were. */
async function isAllAfter(
  { places, timeNs, unseen }: KeptFold,
  ledgers: readonly ReadOnlyLedger[],
): Promise<boolean> {
  for (const ledger of ledgers) {
    const from = places.get(ledger.feed)?.size ?? 0;
    if (from >= ledger.head.size) continue;
    if (unseen.has(ledger.feed)) return false;
    const first = await ledger.record(from);
    if (first === undefined || first.timeNs <= timeNs) return false;
  }
  return true;
}

/** A fold on its way through the records, and what has to be known to go on from it. */
class Gathering<F extends Fold> {
  readonly fold: F;
  readonly #from: ReadonlyMap<FeedKey, number>;
  readonly #faults: string[] = [];
  readonly #unseen = new Set<FeedKey>();
  #timeNs = 0n;
  #hasClosed = false;
  #hadClosed = false;
  /** Records taken, without those of the kept state. */
  count = 0;

  constructor(fold: F, from: ReadonlyMap<FeedKey, number>) {
    this.fold = fold;
    this.#from = from;
  }

  static resume<F extends Fold>(kept: KeptFold, { make }: FoldOptions<F>): Gathering<F> {
    const from = [...kept.places].map(([feed, { size }]) => [feed, size] as const);
    const gathering = new Gathering(make(kept.state), new Map(from));
    gathering.#faults.push(...kept.faults);
    for (const feed of kept.unseen) gathering.#unseen.add(feed);
    gathering.#timeNs = kept.timeNs;
    gathering.#hasClosed = kept.hasClosed;
    gathering.#hadClosed = kept.hasClosed;
    return gathering;
  }

  get faults(): readonly string[] {
    return this.#faults;
  }

  /** Takes the records; false when one may open an earlier one, so that all have to be read. */
  async take({ records }: FoldOptions<F>): Promise<boolean> {
    for await (const record of records(this.#from, this.#note)) {
      if (record.kind === "keyset" && this.#hadClosed) return false;
      this.count += 1;
      if (record.timeNs > this.#timeNs) this.#timeNs = record.timeNs;
      if (record.payload === undefined) this.#hasClosed = true;
      this.fold.next(record);
    }
    return true;
  }

  /** All that it needs to go on, with the places behind the last entries. */
  async kept(ledgers: readonly ReadOnlyLedger[]): Promise<KeptFold> {
    const places = new Map<FeedKey, LedgerPlace>();
    for (const ledger of ledgers) places.set(ledger.feed, await ledger.place());
    return {
      places,
      timeNs: this.#timeNs,
      unseen: this.#unseen,
      hasClosed: this.#hasClosed,
      faults: this.#faults,
      state: this.fold.state(),
    };
  }

  readonly #note = (finding: JoinFinding): void => {
    if (finding.kind === "not-seen-here") this.#unseen.add(finding.head.feed);
    else if (!this.#faults.includes(finding.message)) this.#faults.push(finding.message);
  };
}
