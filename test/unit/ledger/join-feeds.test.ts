import { describe, expect, it } from "vitest";
import { isConcurrent } from "../../../src/ledger/query/join/concurrency.ts";
import {
  ConcurrencyMarker,
  type FeedKey,
  joinFeeds,
  type JoinedRecord,
  type JoinFinding,
  type LedgerRecord,
  newerThan,
  type SeenHead,
} from "../../../src/ledger/index.ts";
import { testIntent, testReceipt, testVisor } from "../../support/ledger-world.ts";
import { HEARTBEAT, MemoryFeed } from "../../support/memory-feed.ts";

const START_MS = 1_790_000_100_000;
const at = (seconds: number): number => START_MS + seconds * 1000;

interface Joined {
  readonly records: readonly JoinedRecord[];
  readonly findings: readonly JoinFinding[];
}

async function join(
  feeds: readonly MemoryFeed[],
  records: (feed: MemoryFeed) => readonly LedgerRecord[] = (feed) => feed.records,
): Promise<Joined> {
  const findings: JoinFinding[] = [];
  const joined: JoinedRecord[] = [];
  const given = feeds.map((feed) => ({ feed: feed.feed, records: streamOf(records(feed)) }));
  const treeAt = async (key: FeedKey, size: number): Promise<string | undefined> => {
    const feed = feeds.find((each) => each.feed === key);
    return feed === undefined || size > feed.size ? undefined : feed.treeAt(size);
  };
  const onFinding = (finding: JoinFinding): void => void findings.push(finding);
  for await (const record of joinFeeds(given, { onFinding, treeAt })) joined.push(record);
  return { records: joined, findings };
}

async function* streamOf(records: readonly LedgerRecord[]): AsyncGenerator<LedgerRecord> {
  yield* records;
}

/** Two feeds whose keys sort in the order of their names here. */
function twoFeeds(): readonly [MemoryFeed, MemoryFeed] {
  const [a, b] = [new MemoryFeed("ann"), new MemoryFeed("ben")].toSorted((left, right) =>
    left.feed < right.feed ? -1 : 1,
  );
  if (a === undefined || b === undefined) throw new Error("two feeds");
  return [a, b];
}

const places = (feeds: readonly MemoryFeed[], { records }: Joined): readonly string[] =>
  records.map(
    ({ feed, index }) => `${"ab"[feeds.findIndex((each) => each.feed === feed)]}${index}`,
  );

describe("joined feeds", () => {
  it("go by time where nothing was seen, then by feed", async () => {
    const feeds = twoFeeds();
    const [a, b] = feeds;
    b.append(HEARTBEAT, { timeMs: at(1) });
    a.append(HEARTBEAT, { timeMs: at(2) });
    b.append(HEARTBEAT, { timeMs: at(2) });
    for (const given of [feeds, feeds.toReversed()]) {
      const joined = await join(given);
      expect(places(feeds, joined)).toEqual(["a0", "b0", "b1", "a1", "b2"]);
      expect(joined.findings).toEqual([]);
    }
  });

  it("go by what was seen, whatever the clocks said", async () => {
    const feeds = twoFeeds();
    const [a, b] = feeds;
    a.append(HEARTBEAT, { timeMs: at(90) });
    b.append(HEARTBEAT, { timeMs: at(1), heads: [a.head()] });
    a.append(HEARTBEAT, { timeMs: at(91), heads: [b.head()] });
    const joined = await join(feeds);
    expect(places(feeds, joined)).toEqual(["a0", "b0", "a1", "b1", "a2"]);
    expect(joined.findings).toEqual([]);
    expect(joined.records.map(({ after }) => [...after.values()])).toEqual([[], [], [], [2], [2]]);
  });

  it("tell which records were written at once", async () => {
    const feeds = twoFeeds();
    const [a, b] = feeds;
    a.append(HEARTBEAT, { timeMs: at(1) });
    b.append(HEARTBEAT, { timeMs: at(2) });
    b.append(HEARTBEAT, { timeMs: at(3), heads: [a.head()] });
    const joined = await join(feeds);
    const [, , a1, b1, b2] = joined.records;
    if (a1 === undefined || b1 === undefined || b2 === undefined) throw new Error("five records");
    expect([isConcurrent(a1, b1), isConcurrent(b1, a1)]).toEqual([true, true]);
    expect([isConcurrent(a1, b2), isConcurrent(b2, a1)]).toEqual([false, false]);
    expect(isConcurrent(b1, b2)).toBe(false);
    const marker = new ConcurrencyMarker();
    expect(joined.records.map((record) => marker.next(record))).toEqual([
      [],
      [],
      [{ feed: b.feed, first: 0, last: 0 }],
      [{ feed: a.feed, first: 0, last: 1 }],
      [],
    ]);
  });

  it("say what was seen elsewhere and is not here", async () => {
    const feeds = twoFeeds();
    const [a, b] = feeds;
    const elsewhere = new MemoryFeed("cid");
    a.append(HEARTBEAT);
    a.append(HEARTBEAT);
    const late = a.head();
    const entry = b.append(HEARTBEAT, { heads: [late, elsewhere.head()] });
    const { records, findings } = await join(feeds, (feed) =>
      feed === a ? feed.records.slice(0, 2) : feed.records,
    );
    expect(records).toHaveLength(4);
    const notSeen = { kind: "not-seen-here", feed: b.feed, entry: entry.index };
    expect(findings).toHaveLength(2);
    expect(findings).toContainEqual({ ...notSeen, head: late, have: 2 });
    expect(findings).toContainEqual({ ...notSeen, head: elsewhere.head() });
  });

  it("name both sides where an author had seen another history", async () => {
    const feeds = twoFeeds();
    const [a, b] = feeds;
    a.append(HEARTBEAT);
    const told: SeenHead = { ...a.head(), tree: "ab".repeat(32) };
    b.append(HEARTBEAT, { heads: [told] });
    const { findings } = await join(feeds);
    expect(findings).toEqual([
      expect.objectContaining({
        kind: "fault",
        code: "ledger/join-tree",
        feed: b.feed,
        entry: 1,
        other: { feed: a.feed, entry: 1 },
      }),
    ]);
    expect(JSON.stringify(findings)).toContain(a.treeAt(2));
  });

  it("break a circle at the head that is false, and name both entries", async () => {
    const feeds = twoFeeds();
    const [a, b] = feeds;
    // Ben says that he saw an entry of Ann which is not yet there, and Ann then sees Ben's.
    b.append(HEARTBEAT, {
      timeMs: at(1),
      heads: [{ feed: a.feed, size: 2, tree: "cd".repeat(32) }],
    });
    a.append(HEARTBEAT, { timeMs: at(9), heads: [b.head()] });
    const joined = await join(feeds);
    expect(places(feeds, joined)).toEqual(["a0", "b0", "b1", "a1"]);
    expect(joined.findings.map((finding) => finding.kind === "fault" && finding.code)).toEqual([
      "ledger/join-cycle",
      "ledger/join-tree",
    ]);
    expect(joined.findings[0]).toMatchObject({
      feed: b.feed,
      entry: 1,
      other: { feed: a.feed, entry: 1 },
    });
  });

  it("can begin further on", async () => {
    const feeds = twoFeeds();
    const [a, b] = feeds;
    a.append(HEARTBEAT, { timeMs: at(1) });
    b.append(HEARTBEAT, { timeMs: at(2), heads: [a.head()] });
    const findings: JoinFinding[] = [];
    const given = [
      { feed: a.feed, records: streamOf([]), from: a.size },
      { feed: b.feed, records: streamOf(b.records.slice(1)), from: 1 },
    ];
    const joined: JoinedRecord[] = [];
    const onFinding = (finding: JoinFinding): void => void findings.push(finding);
    for await (const record of joinFeeds(given, { onFinding })) joined.push(record);
    expect(joined.map(({ index, after }) => [index, [...after]])).toEqual([[1, [[a.feed, 2]]]]);
    expect(findings).toEqual([]);
  });

  it("close their feeds when nobody reads on, and pass on what these throw", async () => {
    let closed = 0;
    const [a] = twoFeeds();
    async function* endless(): AsyncGenerator<LedgerRecord> {
      try {
        yield* a.records;
        throw new Error("cut");
      } finally {
        closed += 1;
      }
    }
    const onFinding = (): void => undefined;
    for await (const record of joinFeeds([{ feed: a.feed, records: endless() }], { onFinding })) {
      expect(record.index).toBe(0);
      break;
    }
    expect(closed).toBe(1);
    const whole = async (): Promise<void> => {
      for await (const _ of joinFeeds([{ feed: a.feed, records: endless() }], { onFinding }));
    };
    await expect(whole()).rejects.toThrow("cut");
  });
});

describe("what is newer than heads", () => {
  it("is the newest intent or receipt of each visor and foreign feed", async () => {
    const [a, b] = twoFeeds();
    b.append(testIntent("home", "pi"), { timeMs: at(1) });
    const seen = b.head();
    b.append(testIntent("home", "pi"), { timeMs: at(2) });
    b.append(testReceipt("home", "pi", 2), { timeMs: at(3) });
    b.append(testIntent("home", "nas"), { timeMs: at(4) });
    b.append(testIntent("away", "tv"), { timeMs: at(5) });
    b.append(HEARTBEAT);
    a.append(testIntent("home", "pi"));
    async function* both(): AsyncGenerator<LedgerRecord> {
      yield* a.records;
      yield* b.records;
    }
    const options = { own: a.feed, fleet: "home" };
    const operator = b.keys.operator;
    const pi = { visor: testVisor("pi"), operator, feed: b.feed, entry: 3, timeMs: at(3) };
    const nas = { visor: testVisor("nas"), operator, feed: b.feed, entry: 4, timeMs: at(4) };
    const found = await newerThan([seen], both(), options);
    expect(found.newer.toSorted((x, y) => x.entry - y.entry)).toEqual([pi, nas]);
    expect(found.unreadable).toEqual([]);
    expect(await newerThan([b.head()], both(), options)).toEqual({ newer: [], unreadable: [] });
    expect((await newerThan([], both(), { ...options, fleet: "away" })).newer).toHaveLength(1);
  });

  it("counts what is sealed to others as about any visor", async () => {
    const [a, b] = twoFeeds();
    const sealed = { ...b.append(testIntent("home", "pi")), payload: undefined } as LedgerRecord;
    const options = { own: a.feed, fleet: "home" };
    const { newer, unreadable } = await newerThan([], streamOf([sealed]), options);
    expect(newer).toEqual([]);
    expect(unreadable).toEqual([
      { operator: b.keys.operator, feed: b.feed, entry: 1, timeMs: sealed.timeMs },
    ]);
  });
});
