import type { Json, OperatorKey, VisorKey } from "../../core/index.ts";
import type { ReadOnlyLedger } from "../ledger.ts";
import type { EntryKind, LedgerRecord } from "../entries/payloads.ts";
import { fleetOf } from "./queries.ts";

/** What `fleet log` shows: records in order, oldest first. */
export interface LogDocument {
  readonly feed: string;
  readonly head: {
    readonly seq: number;
    readonly root: string;
    readonly size: number;
    readonly time: string;
  };
  readonly entries: readonly LogLine[];
  /** Records that no filter let through. */
  readonly filteredOut: number;
}

/** One record in short. */
export interface LogLine {
  readonly entry: number;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly kind: EntryKind;
  readonly operator: OperatorKey;
  readonly sealed: boolean;
  /** False when it is sealed and we hold no key for it. */
  readonly readable: boolean;
  readonly fleet?: string;
  readonly visor?: VisorKey;
  readonly step?: string;
  readonly plan?: string;
  /** Of a receipt: the intent it answers. */
  readonly intent?: number;
  /** Paths changed, owned or set, by kind. */
  readonly paths: readonly string[];
  /** Of a receipt: how often each outcome stands in it. */
  readonly outcomes?: Readonly<Record<string, number>>;
}

/** What `fleet show ENTRY` shows: one record with all it says. */
export interface EntryDocument extends LogLine {
  readonly hash: string;
  /** How many entries it takes. */
  readonly parts: number;
  readonly payload: Json | null;
  /** Of an intent: the entry that answers it. */
  readonly answeredBy?: number;
}

/** Which records to list; what is absent lets everything through. */
export interface LogFilter {
  readonly fleet?: string;
  readonly kind?: EntryKind;
  readonly visor?: VisorKey;
  /** A path or the beginning of one, whole segments. */
  readonly path?: string;
  readonly sinceMs?: number;
  readonly limit?: number;
}

/** Lists a ledger's records. With a limit the newest are kept. */
export async function logDocument(
  ledger: ReadOnlyLedger,
  filter: LogFilter = {},
): Promise<LogDocument> {
  const { head, feed } = ledger;
  const entries: LogLine[] = [];
  let count = 0;
  for await (const record of ledger.records()) {
    count += 1;
    const line = lineOf(record);
    if (!passes(line, filter)) continue;
    entries.push(line);
    if (filter.limit !== undefined && entries.length > filter.limit) entries.shift();
  }
  return {
    feed,
    head: { seq: Number(head.seq), root: head.root, size: head.size, time: timeText(head.timeMs) },
    entries,
    filteredOut: count - entries.length,
  };
}

/** Shows one record; `undefined` when none begins at that entry. */
export async function entryDocument(
  ledger: ReadOnlyLedger,
  index: number,
): Promise<EntryDocument | undefined> {
  const record = await ledger.record(index);
  if (record === undefined) return undefined;
  const answer = record.kind === "intent" ? await answerOf(ledger, index) : undefined;
  return {
    ...lineOf(record),
    hash: record.hash,
    parts: record.parts,
    payload: (record.payload as unknown as Json | undefined) ?? null,
    ...(answer === undefined ? {} : { answeredBy: answer.index }),
  };
}

async function answerOf(ledger: ReadOnlyLedger, intent: number): Promise<LedgerRecord | undefined> {
  for await (const record of ledger.records({ from: intent })) {
    if (record.kind === "receipt" && record.payload?.intent === intent) return record;
  }
  return undefined;
}

function lineOf(record: LedgerRecord): LogLine {
  const fleet = fleetOf(record);
  return {
    entry: record.index,
    time: timeText(record.timeMs),
    kind: record.kind,
    operator: record.operator,
    sealed: record.sealed,
    readable: record.payload !== undefined,
    ...(fleet === undefined ? {} : { fleet }),
    ...detailsOf(record),
  };
}

function detailsOf(
  record: LedgerRecord,
): Pick<LogLine, "visor" | "step" | "plan" | "intent" | "paths" | "outcomes"> {
  switch (record.kind) {
    case "plan":
      return record.payload === undefined
        ? { paths: [] }
        : { plan: record.payload.plan, paths: [] };
    case "plan-part": {
      if (record.payload === undefined) return { paths: [] };
      const { visor, plan, owned } = record.payload;
      return { visor, plan, paths: owned };
    }
    case "intent": {
      if (record.payload === undefined) return { paths: [] };
      const { visor, plan, step, changes } = record.payload;
      return { visor, plan, step, paths: distinct(changes) };
    }
    case "receipt": {
      if (record.payload === undefined) return { paths: [] };
      const { visor, plan, step, intent, outcomes } = record.payload;
      return { visor, plan, step, intent, paths: distinct(outcomes), outcomes: tally(outcomes) };
    }
    default:
      return { paths: [] };
  }
}

function passes(line: LogLine, { fleet, kind, visor, path, sinceMs }: LogFilter): boolean {
  if (fleet !== undefined && line.fleet !== fleet) return false;
  if (kind !== undefined && line.kind !== kind) return false;
  if (visor !== undefined && line.visor !== visor) return false;
  if (sinceMs !== undefined && Date.parse(line.time) < sinceMs) return false;
  return (
    path === undefined || line.paths.some((each) => each === path || each.startsWith(`${path}.`))
  );
}

function distinct(items: readonly { readonly path: string }[]): readonly string[] {
  return [...new Set(items.map(({ path }) => path))];
}

function tally(
  outcomes: readonly { readonly outcome: string }[],
): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { outcome } of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
