import fc from "fast-check";
import { isConcurrent } from "../../src/ledger/query/join/concurrency.ts";
import { describe, expect, it } from "vitest";
import {
  type FeedKey,
  joinFeeds,
  type JoinedRecord,
  type JoinFinding,
  type LedgerRecord,
  type SeenHead,
} from "../../src/ledger/index.ts";
import { testKeys } from "../support/ledger-world.ts";

const SETTINGS = { seed: 20_261_126, numRuns: 300 } as const;
const FEEDS = ["ann", "ben", "cid"].map((name) => testKeys(name).feed).toSorted();

/** One record to be written: by whom, how its clock goes, and how much of the others it has seen. */
interface Written {
  readonly by: number;
  readonly parts: number;
  readonly clock: number;
  /** For each feed the share of its entries that is seen, in quarters. */
  readonly sees: readonly number[];
}

const history = fc.array(
  fc.record({
    by: fc.nat({ max: FEEDS.length - 1 }),
    parts: fc.constantFrom(1, 1, 1, 3),
    clock: fc.integer({ min: 1, max: 30 }),
    sees: fc.array(fc.nat({ max: 4 }), { minLength: 3, maxLength: 3 }),
  }),
  { maxLength: 40 },
);

/** The feeds that a history leaves. */
function write(written: readonly Written[]): ReadonlyMap<FeedKey, readonly LedgerRecord[]> {
  const feeds = new Map<FeedKey, LedgerRecord[]>(FEEDS.map((feed) => [feed, []]));
  const named = new Map<string, number>();
  for (const { by, parts, clock, sees } of written) {
    const feed = FEEDS[by] as FeedKey;
    const heads: SeenHead[] = [];
    for (const [at, other] of FEEDS.entries()) {
      const size = Math.floor((sizeOf(feeds.get(other)) * (sees[at] ?? 0)) / 4);
      if (other === feed || size <= (named.get(`${feed} ${other}`) ?? 0)) continue;
      named.set(`${feed} ${other}`, size);
      heads.push({ feed: other, size, tree: "00".repeat(32) });
    }
    const own = feeds.get(feed) ?? [];
    const timeNs = (own.at(-1)?.timeNs ?? 0n) + BigInt(clock);
    own.push({
      kind: "intent",
      feed,
      index: sizeOf(own),
      parts,
      timeNs,
      heads,
    } as unknown as LedgerRecord);
  }
  return feeds;
}

function sizeOf(records: readonly LedgerRecord[] | undefined): number {
  const last = records?.at(-1);
  return last === undefined ? 0 : last.index + last.parts;
}

/** A feed whose records come after some turns of waiting. */
async function* slowly(
  records: readonly LedgerRecord[],
  turns: number,
): AsyncGenerator<LedgerRecord> {
  for (const record of records) {
    for (let turn = 0; turn < (turns * (record.index + 1)) % 7; turn += 1) await Promise.resolve();
    yield record;
  }
}

async function joinAll(
  feeds: ReadonlyMap<FeedKey, readonly LedgerRecord[]>,
  order: readonly FeedKey[],
  turns: readonly number[],
): Promise<readonly JoinedRecord[]> {
  const findings: JoinFinding[] = [];
  const given = order.map((feed, at) => ({
    feed,
    records: slowly(feeds.get(feed) ?? [], turns[at] ?? 0),
  }));
  const joined: JoinedRecord[] = [];
  const onFinding = (finding: JoinFinding): void => void findings.push(finding);
  for await (const record of joinFeeds(given, { onFinding })) joined.push(record);
  expect(findings).toEqual([]);
  return joined;
}

const nameOf = ({ feed, index }: Pick<LedgerRecord, "feed" | "index">): string =>
  `${FEEDS.indexOf(feed)}/${index}`;

/** Each record with the names of all that come before it, by the definition. */
function pasts(
  feeds: ReadonlyMap<FeedKey, readonly LedgerRecord[]>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const past = new Map<string, ReadonlySet<string>>();
  const pastOf = (record: LedgerRecord): ReadonlySet<string> => {
    const known = past.get(nameOf(record));
    if (known !== undefined) return known;
    const before = [...feeds.values()].flat().filter((other) => isRightBefore(other, record));
    const all = new Set(before.flatMap((other) => [nameOf(other), ...pastOf(other)]));
    past.set(nameOf(record), all);
    return all;
  };
  for (const record of [...feeds.values()].flat()) pastOf(record);
  return past;
}

function isRightBefore(other: LedgerRecord, { feed, index, heads }: LedgerRecord): boolean {
  if (other.feed === feed) return other.index < index;
  return heads.some((head) => head.feed === other.feed && other.index < head.size);
}

describe("joined feeds", { timeout: 180_000 }, () => {
  const turns = fc.array(fc.nat({ max: 6 }), { minLength: 3, maxLength: 3 });

  it("are one order that keeps what was seen, the same however they arrive", async () => {
    const run = fc.asyncProperty(history, turns, turns, async (written, some, other) => {
      const feeds = write(written);
      const joined = await joinAll(feeds, FEEDS, some);
      const again = await joinAll(feeds, FEEDS.toReversed(), other);
      expect(again.map(nameOf)).toEqual(joined.map(nameOf));
      expect(joined).toHaveLength([...feeds.values()].flat().length);
      const past = pasts(feeds);
      const taken = new Set<string>();
      for (const record of joined) {
        expect([...(past.get(nameOf(record)) ?? [])].every((name) => taken.has(name))).toBe(true);
        const free = [...feeds.values()]
          .flat()
          .filter((each) => !taken.has(nameOf(each)))
          .filter((each) => [...(past.get(nameOf(each)) ?? [])].every((name) => taken.has(name)));
        const [first] = free.toSorted((a, b) =>
          a.timeNs === b.timeNs ? (a.feed < b.feed ? -1 : 1) : a.timeNs < b.timeNs ? -1 : 1,
        );
        expect(nameOf(record)).toBe(first === undefined ? "" : nameOf(first));
        taken.add(nameOf(record));
      }
    });
    await fc.assert(run, SETTINGS);
  });

  it("call concurrent exactly what neither author had seen", async () => {
    const run = fc.asyncProperty(history, turns, async (written, some) => {
      const feeds = write(written);
      const joined = await joinAll(feeds, FEEDS, some);
      const past = pasts(feeds);
      for (const a of joined) {
        for (const b of joined) {
          const isOrdered =
            a === b ||
            past.get(nameOf(a))?.has(nameOf(b)) === true ||
            past.get(nameOf(b))?.has(nameOf(a)) === true;
          expect(isConcurrent(a, b)).toBe(!isOrdered);
        }
      }
    });
    await fc.assert(run, { ...SETTINGS, numRuns: 100 });
  });
});
