// Finds what other operators recorded beyond the heads that were seen.
import { compareTexts, type OperatorKey, type VisorKey } from "../../../core/index.ts";
import type { LedgerRecord, SeenHead } from "../../log/index.ts";
import type { FeedKey } from "../../keys/index.ts";

/** An intent or receipt for a visor in another operator's feed, which a reader of some heads had not seen. */
interface NewerRecord {
  readonly visor: VisorKey;
  /** Who signed it. */
  readonly operator: OperatorKey;
  readonly feed: FeedKey;
  /** Of its first entry. */
  readonly entry: number;
  readonly timeMs: number;
}

/** What is newer than some heads. */
export interface NewerRecords {
  /** The newest of each visor and feed, sorted by visor, then feed. */
  readonly newer: readonly NewerRecord[];
  /** The newest of each feed that we cannot read: it may be about any visor. Sorted by feed. */
  readonly unreadable: readonly Omit<NewerRecord, "visor">[];
}

/**
 * Finds what other operators recorded for visors beyond the heads that were seen of their feeds. Of a feed
 * without a head all counts. Holds one record for each visor and feed.
 */
export async function newerThan(
  heads: readonly Pick<SeenHead, "feed" | "size">[],
  records: AsyncIterable<LedgerRecord>,
  { own, fleet }: { readonly own: FeedKey; readonly fleet: string },
): Promise<NewerRecords> {
  const sizes = new Map(heads.map(({ feed, size }) => [feed, size]));
  const newer = new Map<string, NewerRecord>();
  const unreadable = new Map<FeedKey, Omit<NewerRecord, "visor">>();
  for await (const record of records) {
    const { kind, feed, index, operator, timeMs } = record;
    if (feed === own || index < (sizes.get(feed) ?? 0)) continue;
    if (kind !== "intent" && kind !== "receipt") continue;
    const found = { operator, feed, entry: index, timeMs };
    if (record.payload === undefined) unreadable.set(feed, found);
    else if (record.payload.fleet === fleet)
      newer.set(`${record.payload.visor} ${feed}`, { visor: record.payload.visor, ...found });
  }
  return { newer: sorted(newer), unreadable: sorted(unreadable) };
}

function sorted<T>(byKey: ReadonlyMap<string, T>): readonly T[] {
  return [...byKey].toSorted(([a], [b]) => compareTexts(a, b)).map(([, value]) => value);
}
