import { describe, expect, it } from "vitest";
import {
  Applies,
  KeptManifests,
  type LogFilter,
  type PlanPayload,
  type ReceiptOutcome,
} from "../../../src/ledger/index.ts";
import { testDigest, testKeys, testVisor } from "../../support/ledger-world.ts";
import { levelChange, RecordStory } from "../../support/record-story.ts";

const OWN = RecordStory.feed("owner");
const LEVEL = levelChange("info", "warn");
const HOPS = { ...LEVEL, path: "settings.routing.min_hops" };

function foldOf(story: RecordStory, filter: LogFilter = {}): Applies {
  const applies = new Applies(OWN, filter);
  for (const record of story.records) applies.next(record);
  return applies;
}

const outcome = (path: string, what: ReceiptOutcome["outcome"]): ReceiptOutcome => ({
  path,
  outcome: what,
});

/** A plan entry that keeps a text, or names a commit. */
function planned(name: string, more: Partial<PlanPayload> = {}): PlanPayload {
  return {
    fleet: "home",
    plan: testDigest(name),
    decision: testDigest("decision"),
    manifest: testDigest("manifest"),
    counts: {},
    overrides: [],
    ...more,
  };
}

describe("what became of an apply", () => {
  it.each<{ name: string; tell: (story: RecordStory) => void; want: readonly string[] }>([
    {
      name: "all was done",
      tell: (story) => story.write("one", [LEVEL, HOPS]),
      want: [],
    },
    {
      name: "what waits for a restart is done",
      tell: (story) => {
        const intent = story.intent("one", [LEVEL, HOPS]);
        const after = outcome(LEVEL.path, "done-after-restart");
        story.receipt("one", intent, [after, outcome(HOPS.path, "done")]);
      },
      want: [],
    },
    { name: "nothing was begun", tell: () => undefined, want: ["unfinished"] },
    {
      name: "no receipt came",
      tell: (story) => void story.intent("one", [LEVEL, HOPS]),
      want: ["unfinished"],
    },
    {
      name: "a part was done, and no more",
      tell: (story) => story.write("one", [LEVEL]),
      want: ["unfinished"],
    },
    {
      name: "one failed, one was not seen",
      tell: (story) => {
        const outcomes = [outcome(LEVEL.path, "unverified"), outcome(HOPS.path, "failed")];
        story.receipt("one", story.intent("one", [LEVEL, HOPS]), outcomes);
      },
      want: ["failed"],
    },
    {
      name: "another plan did it",
      tell: (story) => story.write("two", [LEVEL, HOPS]),
      want: ["unfinished"],
    },
  ])("5.2: $name", ({ tell, want }) => {
    const story = new RecordStory();
    story.plan("one", { changes: [LEVEL, HOPS] });
    tell(story);
    const [apply] = foldOf(story).list();
    expect(apply).toMatchObject({ visors: 1, changes: 2 });
    expect(apply?.notDone).toEqual(want.map((became) => ({ visor: testVisor("a"), became })));
  });

  it("5.2: a run that goes on with a plan belongs to the apply that began it", () => {
    const story = new RecordStory();
    story.plan("one", { changes: [LEVEL, HOPS] });
    story.write("one", [LEVEL]);
    story.plan("one", { changes: [LEVEL, HOPS] });
    story.write("one", [HOPS]);
    const [apply, ...others] = foldOf(story).list();
    expect(others).toEqual([]);
    expect(apply).toMatchObject({ visors: 1, changes: 2, notDone: [], continuedBy: [4] });
    expect(apply?.at.index).toBe(0);
  });

  it("5.2: an apply that cannot be opened is listed, without what it says", () => {
    const story = new RecordStory();
    story.add("plan", undefined);
    story.add("plan-part", undefined);
    const [apply, ...others] = foldOf(story).list();
    expect([apply?.plan, apply?.visors, others]).toEqual([undefined, 0, []]);
  });

  it("5.2: of somebody whom no keyset lets apply it does not count, and keeps nothing", () => {
    const story = new RecordStory();
    story.add("plan", planned("one", { text: "theirs" }), { author: "eve" });
    const [apply] = foldOf(story).list();
    expect([apply?.counts, apply?.keptBy]).toEqual([false, undefined]);
  });

  it("5.2: is listed by what is asked for", () => {
    const story = new RecordStory();
    story.plan("one", { changes: [LEVEL], commit: "1f3a" });
    story.plan("two", { visor: "b", changes: [LEVEL] });
    const asked = (filter: LogFilter): readonly number[] =>
      foldOf(story, filter)
        .list()
        .map(({ at }) => at.index);
    expect(asked({ visors: [testVisor("b")] })).toEqual([2]);
    expect(asked({ visors: [testVisor("c")] })).toEqual([]);
    expect(asked({ commit: "1f" + "3a" })).toEqual([0]);
    expect(asked({ operators: [testKeys("owner").operator] })).toEqual([0, 2]);
    expect(asked({ untilMs: story.records[1]?.timeMs ?? 0 })).toEqual([0]);
    expect(asked({ visors: [testVisor("a")], sinceMs: story.records[1]?.timeMs ?? 0 })).toEqual([]);
    expect(foldOf(story, { commit: "1f3a" }).filteredOut).toBe(1);
  });

  it("5.2: names the first entry that keeps its text, and the apply of every entry", () => {
    const story = new RecordStory();
    story.add("plan", planned("one"));
    story.add("plan", planned("two", { text: "the text" }));
    story.add("plan", planned("three"));
    const applies = foldOf(story);
    expect(applies.list().map(({ keptBy }) => keptBy?.index)).toEqual([1, 1, 1]);
    expect(applies.list()[1]?.plan).not.toHaveProperty("text");
    const [first] = story.records;
    expect(first === undefined ? undefined : applies.of(first)?.at.index).toBe(0);
  });
});

describe("the manifests that a ledger keeps", () => {
  it("5.2: go along where its feed moves, and are nobody else's", () => {
    const story = new RecordStory();
    story.add("plan", planned("one", { text: "the text" }));
    story.add("plan", planned("two", { fleet: "other", manifest: testDigest("x"), text: "x" }));
    const next = testKeys("next").feed;
    story.add("moved", { feed: next, proof: "" });
    const kept = new KeptManifests("home");
    for (const record of story.records) kept.next(record);
    const all = [testDigest("manifest")];
    expect([OWN, next, testKeys("ben").feed].map((feed) => [...kept.of(feed)])).toEqual([
      all,
      all,
      [],
    ]);
  });
});
