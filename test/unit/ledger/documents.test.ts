import { describe, expect, it, test } from "vitest";
import {
  ConcurrencyMarker,
  entryDocument,
  type LedgerRecord,
  type LogFilter,
  LogSieve,
} from "../../../src/ledger/index.ts";
import { testKeys, testVisor } from "../../support/ledger-world.ts";
import { levelChange, RecordStory, STORY_MS } from "../../support/record-story.ts";

const OWNER = RecordStory.feed("owner");

function aStory(): readonly LedgerRecord[] {
  const story = new RecordStory();
  const ports = { path: "ports.8080.open", before: false, after: true };
  story.plan("one", { commit: "1f3aff", changes: [levelChange("info", "debug")] });
  story.write("one", [levelChange("info", "debug")]);
  story.plan("two", { visor: "b", commit: "9c07aa", changes: [ports] });
  story.write("two", [ports], { visor: "b" });
  story.plan("three", { author: "kim", owned: ["apps.vpn-server.whitelist"] });
  story.add("receipt", undefined, { author: "kim" });
  return story.records;
}

describe("what a log lists", () => {
  const all = [
    "owner 0",
    "owner 1",
    "owner 2",
    "owner 3",
    "owner 4",
    "owner 5",
    "owner 6",
    "owner 7",
    "kim 0",
    "kim 1",
    "kim 2",
  ];
  test.each<{ name: string; filter: LogFilter; want: readonly string[] }>([
    { name: "nothing", filter: {}, want: all },
    { name: "a kind", filter: { kinds: ["intent"] }, want: ["owner 2", "owner 6"] },
    {
      name: "two kinds",
      filter: { kinds: ["intent", "plan"] },
      want: ["owner 0", "owner 2", "owner 4", "owner 6", "kim 0"],
    },
    {
      name: "a visor",
      filter: { visors: [testVisor("b")] },
      want: ["owner 5", "owner 6", "owner 7"],
    },
    {
      name: "visors",
      filter: { visors: [testVisor("a"), testVisor("b")], kinds: ["receipt"] },
      want: ["owner 3", "owner 7"],
    },
    {
      name: "a path",
      filter: { path: "ports.8080.open" },
      want: ["owner 5", "owner 6", "owner 7"],
    },
    {
      name: "the beginning of a path, in what is owned too",
      filter: { path: "apps" },
      want: ["kim 1"],
    },
    { name: "no part of a segment", filter: { path: "setting" }, want: [] },
    {
      name: "an operator's key",
      filter: { operators: [testKeys("kim").operator] },
      want: ["kim 0", "kim 1", "kim 2"],
    },
    {
      name: "a feed",
      filter: { operators: [OWNER], kinds: ["plan"] },
      want: ["owner 0", "owner 4"],
    },
    {
      name: "a beginning and an end",
      filter: { sinceMs: STORY_MS + 60_000, untilMs: STORY_MS + 120_000 },
      want: ["owner 1", "owner 2"],
    },
    {
      name: "a commit",
      filter: { commit: "1F3A" },
      want: ["owner 0", "owner 1", "owner 2", "owner 3"],
    },
    {
      name: "a commit and a kind that leaves out its plan",
      filter: { commit: "9c07", kinds: ["receipt"] },
      want: ["owner 7"],
    },
    { name: "a commit that is not recorded", filter: { commit: "9c08" }, want: [] },
  ])("filters by $name", ({ filter, want }) => {
    const sieve = new LogSieve(filter);
    const taken = aStory().filter((record) => sieve.takes(record));
    expect(taken.map(({ feed, index }) => `${feed === OWNER ? "owner" : "kim"} ${index}`)).toEqual(
      want,
    );
    expect(sieve.counts).toEqual({ listed: want.length, filteredOut: 11 - want.length, sealed: 1 });
  });

  it("counts what only the last ones leave out", () => {
    const sieve = new LogSieve({});
    for (const record of aStory()) sieve.takes(record);
    sieve.drop();
    expect(sieve.counts).toEqual({ listed: 10, filteredOut: 1, sealed: 1 });
  });
});

describe("entries that were written at once", () => {
  it("are those whose authors had not seen each other's", () => {
    const story = new RecordStory();
    const genesis = { version: 1 } as never;
    story.add("genesis", genesis);
    story.add("genesis", genesis, { author: "kim" });
    story.write("one", [levelChange("info", "debug")], { sees: { kim: 1 } });
    story.write("two", [levelChange("info", "warn")], { author: "kim", sees: { owner: 1 } });
    story.write("three", [levelChange("warn", "debug")], { sees: { kim: 3 } });
    const marker = new ConcurrencyMarker();
    const marked = story.records.map((record) => marker.next(record));
    const missed = { feed: OWNER, first: 1, last: 2 };
    expect(marked).toEqual([[], [], [], [], [missed], [missed], [], []]);
  });

  it("are not those that were seen through a third feed", () => {
    const story = new RecordStory();
    story.add("freeze", { fleet: "home" });
    story.add("freeze", { fleet: "home" }, { author: "kim", sees: { owner: 1 } });
    story.add("freeze", { fleet: "home" }, { author: "lee", sees: { kim: 1 } });
    story.add("freeze", { fleet: "home" }, { author: "kim" });
    const marker = new ConcurrencyMarker();
    const marked = story.records.map((record) => marker.next(record));
    expect(marked).toEqual([[], [], [], [{ feed: RecordStory.feed("lee"), first: 0, last: 0 }]]);
  });

  it("counts large payloads by their entries", () => {
    const story = new RecordStory();
    story.add("freeze", { fleet: "home" }, { parts: 3 });
    story.add("freeze", { fleet: "home" }, { author: "kim", sees: { owner: 2 } });
    const marker = new ConcurrencyMarker();
    const marked = story.records.map((record) => marker.next(record));
    expect(marked[1]).toEqual([{ feed: OWNER, first: 2, last: 2 }]);
  });
});

describe("one record as a document", () => {
  it("says what it says, and who its author is called", () => {
    const [record] = aStory();
    if (record === undefined) throw new Error("a story has records");
    expect(
      entryDocument(record, { operators: new Map([[record.operator, "owner"]]), answeredBy: 4 }),
    ).toEqual({
      feed: OWNER,
      index: 0,
      parts: 1,
      kind: "plan",
      time: "2026-11-01T00:00:00.000Z",
      operator: testKeys("owner").operator,
      name: "owner",
      hash: "ab".repeat(32),
      sealed: false,
      answeredBy: 4,
      payload: record.payload,
    });
  });

  it("has no payload where it is sealed to others", () => {
    const record = aStory().at(-1);
    if (record === undefined) throw new Error("a story has records");
    const document = entryDocument(record, { operators: new Map() });
    expect(document.sealed).toBe(true);
    expect(document).not.toHaveProperty("payload");
    expect(document).not.toHaveProperty("name");
  });
});
