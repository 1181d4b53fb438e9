// Words for moments, such as a time, an entry or a commit, and how far into the history each reaches.
import { FleetError, parseDuration } from "../../core/index.ts";
import type { FeedKey } from "../keys/index.ts";
import type { LedgerRecord } from "../log/index.ts";
import { type RecordRef, refOf } from "./queries.ts";

const SHOWN_MAX = 4;

/** What a word for a moment may mean. A word can have two meanings until the records are asked. */
export type MomentReading =
  | { readonly kind: "now" }
  | { readonly kind: "time"; readonly timeMs: number }
  | { readonly kind: "entry"; readonly feed: FeedKey; readonly index: number }
  /** Lower-case hex, at least four digits. */
  | { readonly kind: "commit"; readonly prefix: string };

/** How far into the joined history a moment reaches. */
export type Cut =
  | { readonly kind: "all" }
  /** Everything recorded at this time or before, unix ms. */
  | { readonly kind: "until"; readonly timeMs: number }
  /** Everything up to and with this record, in the order of the joined history. */
  | { readonly kind: "through"; readonly feed: FeedKey; readonly index: number };

/** A moment, found in the records. */
export interface Moment {
  /** As the user wrote it. */
  readonly text: string;
  readonly cut: Cut;
  /** The whole commit, where the moment was given as one. */
  readonly commit?: string;
}

/** What words are read by. */
export interface MomentContext {
  readonly nowMs: number;
  readonly own: FeedKey;
  /** Feeds that a name or the beginning of a key stands for. */
  readonly feedsNamed: (word: string) => readonly FeedKey[];
}

/**
 * The time of an RFC 3339 text, a date (midnight UTC), or a duration before now such as `90s`, `3h`, `2d`, `1w`,
 * in unix ms; `undefined` for anything else.
 */
export function parseTime(text: string, nowMs: number): number | undefined {
  const agoMs = parseDuration(text);
  if (agoMs !== undefined) return nowMs - agoMs;
  const form = /^(\d{4}-\d\d-\d\d)([Tt]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d))?$/;
  const [, date = "", time = ""] = form.exec(text) ?? [];
  const midnightMs = Date.parse(date);
  // A date that does not exist comes back as another one.
  if (Number.isNaN(midnightMs) || !new Date(midnightMs).toISOString().startsWith(date)) {
    return undefined;
  }
  const timeMs = Date.parse(date + time.toUpperCase());
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

/**
 * Parses a moment: `now`, a time, a duration before now, `#12` or `12` for an entry of the own feed, `FEED:12`, or the
 * beginning of a git commit.
 * @throws FleetError ledger/moment (exit 64)
 */
export function parseMoment(text: string, context: MomentContext): readonly MomentReading[] {
  if (text === "now") return [{ kind: "now" }];
  const readings: MomentReading[] = [];
  const timeMs = parseTime(text, context.nowMs);
  if (timeMs !== undefined) readings.push({ kind: "time", timeMs });
  if (/^#?\d{1,15}$/.test(text)) {
    readings.push({ kind: "entry", feed: context.own, index: Number(text.replace("#", "")) });
  }
  const entry = timeMs === undefined ? parseEntryName(text, context) : undefined;
  if (entry !== undefined) readings.push({ kind: "entry", ...entry });
  if (/^[0-9a-f]{4,64}$/i.test(text)) {
    readings.push({ kind: "commit", prefix: text.toLowerCase() });
  }
  if (readings.length > 0) return readings;
  throw momentError(`${JSON.stringify(text)} is no moment`);
}

/**
 * Parses `FEED:12`, where FEED is an operator's name or the beginning of a feed key; `undefined` for another form.
 * @throws FleetError ledger/moment (exit 64) when no feed, or more than one, is called so
 */
export function parseEntryName(
  text: string,
  { feedsNamed }: Pick<MomentContext, "feedsNamed">,
): { readonly feed: FeedKey; readonly index: number } | undefined {
  const [, word, index] = /^(.+):#?(\d{1,15})$/.exec(text) ?? [];
  if (word === undefined) return undefined;
  const [feed, ...others] = feedsNamed(word);
  if (feed === undefined) {
    throw momentError(`${JSON.stringify(word)} is no feed that was read here`);
  }
  if (others.length > 0) {
    throw momentError(
      `${JSON.stringify(word)} stands for ${others.length + 1} feeds: ${list([feed, ...others])}`,
    );
  }
  return { feed, index: Number(index) };
}

/** A word for a moment and what it may mean. */
export interface WantedMoment {
  readonly text: string;
  readonly readings: readonly MomentReading[];
}

/**
 * Finds moments in the records, in one pass, and says which meaning of a word holds.
 * @throws FleetError ledger/moment (exit 64) for a moment that is not recorded, or a word that means two
 */
export async function resolveMoments(
  records: AsyncIterable<LedgerRecord> | Iterable<LedgerRecord>,
  wanted: readonly WantedMoment[],
  nowMs: number,
): Promise<readonly Moment[]> {
  const searches = wanted.map(({ text, readings }) => ({
    text,
    searches: readings.map((reading) => new MomentSearch(reading)),
  }));
  let firstMs: number | undefined;
  for await (const record of records) {
    if (firstMs === undefined || record.timeMs < firstMs) firstMs = record.timeMs;
    for (const each of searches) for (const search of each.searches) search.next(record);
  }
  return searches.map((each) => {
    const found = each.searches.flatMap((search) => search.found(each.text, { firstMs, nowMs }));
    const [moment, other] = found;
    if (moment === undefined) throw each.searches[0]?.missing(each.text) ?? momentError(each.text);
    if (other === undefined) return moment;
    throw momentError(
      `${JSON.stringify(each.text)} is ${each.searches.map(({ name }) => name).join(" and ")}`,
      "write `#` before the number of an entry, a whole time, or more digits of the commit",
    );
  });
}

/** The records up to a moment. */
export async function* takeUntil<Each extends LedgerRecord>(
  records: AsyncIterable<Each> | Iterable<Each>,
  cut: Cut,
): AsyncGenerator<Each> {
  for await (const record of records) {
    // Clocks of several operators differ, so later records may be older.
    if (cut.kind === "until" && record.timeMs > cut.timeMs) continue;
    yield record;
    if (cut.kind === "through" && cut.feed === record.feed && cut.index === record.index) return;
  }
}

interface SearchFacts {
  readonly firstMs: number | undefined;
  readonly nowMs: number;
}

class MomentSearch {
  readonly #reading: MomentReading;
  /** Plans of matching commits; each with the latest record that belongs to one. */
  readonly #commits = new Map<string, { readonly plans: Set<string>; last: RecordRef }>();
  #entry: RecordRef | undefined;

  constructor(reading: MomentReading) {
    this.#reading = reading;
  }

  get name(): string {
    switch (this.#reading.kind) {
      case "now":
        return "now";
      case "time":
        return "a time";
      case "entry":
        return "an entry";
      case "commit":
        return "a commit";
    }
  }

  next(record: LedgerRecord): void {
    if (this.#reading.kind === "entry") {
      const { feed, index } = this.#reading;
      const isIn = index >= record.index && index < record.index + record.parts;
      if (record.feed === feed && isIn) this.#entry = refOf(record);
    } else if (this.#reading.kind === "commit") {
      this.#nextOfCommit(record, this.#reading.prefix);
    }
  }

  #nextOfCommit(record: LedgerRecord, prefix: string): void {
    const plan = planOf(record);
    if (plan === undefined) return;
    const key = `${record.feed} ${plan}`;
    const commit = record.kind === "plan" ? record.payload?.commit?.toLowerCase() : undefined;
    if (commit?.startsWith(prefix) === true) {
      const found = this.#commits.get(commit) ?? { plans: new Set(), last: refOf(record) };
      this.#commits.set(commit, found);
      found.plans.add(key);
    }
    for (const found of this.#commits.values()) {
      if (found.plans.has(key)) found.last = refOf(record);
    }
  }

  found(text: string, { firstMs, nowMs }: SearchFacts): readonly Moment[] {
    switch (this.#reading.kind) {
      case "now":
        return [{ text, cut: { kind: "all" } }];
      case "time": {
        const { timeMs } = this.#reading;
        if (timeMs > nowMs) throw momentError(`${text} lies in the future`);
        if (firstMs === undefined || timeMs < firstMs) {
          const since = firstMs === undefined ? "" : `: the record begins at ${isoText(firstMs)}`;
          throw momentError(`nothing was recorded at ${text}${since}`);
        }
        return [{ text, cut: { kind: "until", timeMs } }];
      }
      case "entry":
        return this.#entry === undefined ? [] : [{ text, cut: throughOf(this.#entry) }];
      case "commit": {
        const [found, ...others] = this.#commits;
        if (found === undefined) return [];
        const [commit, { last }] = found;
        if (others.length === 0) return [{ text, cut: throughOf(last), commit }];
        throw momentError(
          `${text} is the beginning of ${others.length + 1} recorded commits: ${list([...this.#commits.keys()])}`,
          "write more digits of the commit",
        );
      }
    }
  }

  missing(text: string): FleetError {
    return this.#reading.kind === "entry"
      ? momentError(`there is no entry ${text}`, "`fleet log` lists the entries")
      : momentError(
          `no recorded plan is from a commit ${text}`,
          "`fleet log --kind plan` lists them",
        );
  }
}

/** The plan a record belongs to, if any. */
export function planOf(record: LedgerRecord): string | undefined {
  const { payload } = record;
  return payload !== undefined && "plan" in payload && typeof payload.plan === "string"
    ? payload.plan
    : undefined;
}

function throughOf({ feed, index }: RecordRef): Cut {
  return { kind: "through", feed, index };
}

function list(words: readonly string[]): string {
  const shown = words.slice(0, SHOWN_MAX).map((word) => word.slice(0, 16));
  return `${shown.join(", ")}${words.length > SHOWN_MAX ? ", and more" : ""}`;
}

function isoText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function momentError(
  message: string,
  next = "write a time such as 2026-11-25T12:00:00Z, a while ago such as 3d, an entry such as #12 or kim:12, or four digits or more of a git commit",
): FleetError {
  return new FleetError("ledger/moment", message, { next, exit: 64 });
}
