// Lets through the records that a filter of `fleet log` wants.
import type { OperatorKey, VisorKey } from "../../core/index.ts";
import type { FeedKey } from "../keys/index.ts";
import type { EntryKind, LedgerRecord } from "../log/index.ts";
import { planOf } from "./resolve-moments.ts";

/** Which records to list; what is absent lets everything through. */
export interface LogFilter {
  readonly visors?: readonly VisorKey[];
  /** A path or the beginning of one, whole segments. */
  readonly path?: string;
  readonly operators?: readonly (OperatorKey | FeedKey)[];
  readonly kinds?: readonly EntryKind[];
  /** Unix ms, both ends belong to it. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** The beginning of a git commit: everything that belongs to plans made from it, or whose manifest it changed. */
  readonly commit?: string;
}

/** What a sieve has let through and kept back. */
export interface SieveCounts {
  readonly listed: number;
  readonly filteredOut: number;
  /** Records whose payload we hold no key for, listed or not. */
  readonly sealed: number;
}

/** Lets through what a filter wants, in one pass over records in order. */
export class LogSieve {
  readonly #filter: LogFilter;
  readonly #plans = new Set<string>();
  #listed = 0;
  #filteredOut = 0;
  #sealed = 0;

  constructor(filter: LogFilter) {
    this.#filter = filter;
  }

  get counts(): SieveCounts {
    return { listed: this.#listed, filteredOut: this.#filteredOut, sealed: this.#sealed };
  }

  /** True when the next record is to be listed. */
  takes(record: LedgerRecord): boolean {
    if (record.payload === undefined) this.#sealed += 1;
    // Asked first, so that no other filter hides a plan from the entries that belong to it.
    const isOfCommit = this.#isOfCommit(record);
    const isTaken = isOfCommit && matches(record, this.#filter);
    if (isTaken) this.#listed += 1;
    else this.#filteredOut += 1;
    return isTaken;
  }

  /** Takes back a record that was let through, because only the last ones are shown. */
  drop(): void {
    this.#listed -= 1;
    this.#filteredOut += 1;
  }

  #isOfCommit(record: LedgerRecord): boolean {
    const { commit } = this.#filter;
    if (commit === undefined) return true;
    const plan = planOf(record);
    if (plan === undefined) return false;
    const key = `${record.feed} ${plan}`;
    const payload = record.kind === "plan" ? record.payload : undefined;
    const from = [payload?.commit, payload?.changed?.commit];
    const beginning = commit.toLowerCase();
    if (from.some((each) => each?.toLowerCase().startsWith(beginning))) this.#plans.add(key);
    return this.#plans.has(key);
  }
}

function matches(record: LedgerRecord, filter: LogFilter): boolean {
  const { visors, path, operators, kinds, sinceMs, untilMs } = filter;
  if (kinds !== undefined && !kinds.includes(record.kind)) return false;
  if (sinceMs !== undefined && record.timeMs < sinceMs) return false;
  if (untilMs !== undefined && record.timeMs > untilMs) return false;
  if (operators !== undefined && !isBy(record, operators)) return false;
  if (visors !== undefined) {
    const visor = visorOf(record);
    if (visor === undefined || !visors.includes(visor)) return false;
  }
  return path === undefined || pathsOf(record).some((each) => isBelow(each, path));
}

function isBy({ operator, feed }: LedgerRecord, operators: readonly string[]): boolean {
  return operators.includes(operator) || operators.includes(feed);
}

/** The visor that a record is about, if it is about one. */
function visorOf({ payload }: LedgerRecord): VisorKey | undefined {
  return payload !== undefined && "visor" in payload && typeof payload.visor === "string"
    ? (payload.visor as VisorKey)
    : undefined;
}

/** Paths owned, changed or set, each once. */
function pathsOf(record: LedgerRecord): readonly string[] {
  switch (record.kind) {
    case "plan-part":
      return record.payload === undefined
        ? []
        : distinct(record.payload.owned, record.payload.changes);
    case "intent":
      return distinct([], record.payload?.changes ?? []);
    case "receipt":
      return distinct([], record.payload?.outcomes ?? []);
    default:
      return [];
  }
}

/** True for a path, and for what lies below it by whole segments. */
export function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`);
}

function distinct(
  paths: readonly string[],
  items: readonly { readonly path: string }[],
): readonly string[] {
  return [...new Set([...paths, ...items.map(({ path }) => path)])];
}
