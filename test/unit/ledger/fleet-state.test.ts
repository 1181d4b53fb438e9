import { describe, expect, it, test } from "vitest";
import {
  foldFleet,
  type RecordedField,
  recordedAt,
  recordedValue,
  type VisorState,
} from "../../../src/ledger/index.ts";
import { testDigest, testVisor } from "../../support/ledger-world.ts";
import { levelChange, RecordStory, STORY_MS } from "../../support/record-story.ts";

const MINUTE_MS = 60_000;

async function stateOf(story: RecordStory): Promise<VisorState | undefined> {
  return (await foldFleet(story.records)).visor(testVisor("a"));
}

async function levelOf(story: RecordStory): Promise<RecordedField | undefined> {
  return (await stateOf(story))?.leaves.find(({ path }) => path === "settings.log_level");
}

describe("the state that records lead to", () => {
  it("is nothing where nothing is recorded", async () => {
    const fleet = await foldFleet([]);
    expect([fleet.visors(), fleet.last, fleet.count]).toEqual([[], undefined, 0]);
  });

  it("keeps who set a value, when, by which plan, commit and line", async () => {
    const story = new RecordStory();
    story.plan("one", { commit: "1f3a00", changes: [levelChange("info", "debug")] });
    story.write("one", [levelChange("info", "debug")]);
    const field = await levelOf(story);
    expect(field?.set).toEqual({
      value: "debug",
      before: "info",
      lifetime: "config",
      at: expect.objectContaining({ index: 3, timeMs: STORY_MS + 3 * MINUTE_MS }),
      intent: 2,
      plan: testDigest("one"),
      manifest: testDigest("manifest one"),
      commit: "1f3a00",
      origin: { file: "fleet.yaml", line: 5, role: "base" },
      afterRestart: false,
    });
    expect(field).not.toHaveProperty("otherwise");
    expect((await stateOf(story))?.owned).toEqual(["settings.log_level"]);
  });

  test.each<{ name: string; tell: (story: RecordStory) => void; want: unknown }>([
    {
      name: "an intent without receipt is in doubt, and the value before it stands",
      tell: (story) => void story.intent("two", [levelChange("debug", "warn")]),
      want: ["debug", "no-receipt", undefined],
    },
    {
      name: "a write that could not be read back is in doubt",
      tell: (story) => {
        const intent = story.intent("two", [levelChange("debug", "warn")]);
        story.receipt("two", intent, [{ path: "settings.log_level", outcome: "unverified" }]);
      },
      want: ["debug", "unverified", undefined],
    },
    {
      name: "a failed write tells what was found",
      tell: (story) => {
        const intent = story.intent("two", [levelChange("debug", "warn")]);
        const outcome = { path: "settings.log_level", outcome: "failed", found: "trace" } as const;
        story.receipt("two", intent, [outcome]);
      },
      want: ["trace", undefined, 5],
    },
    {
      name: "another value before a write was changed outside",
      tell: (story) => void story.intent("two", [levelChange("error", "debug")]),
      want: ["error", "no-receipt", 4],
    },
    {
      name: "a receipt that answers another feed's intent says nothing of ours",
      tell: (story) =>
        story.receipt("two", 2, [{ path: "settings.log_level", outcome: "done" }], {
          author: "kim",
        }),
      want: ["debug", undefined, undefined],
    },
    {
      name: "a null value is a value",
      tell: (story) => story.write("two", [levelChange("debug", null)]),
      want: [null, undefined, undefined],
    },
  ])("$name", async ({ tell, want }) => {
    const story = new RecordStory();
    story.plan("one", { changes: [levelChange("info", "debug")] });
    story.write("one", [levelChange("info", "debug")]);
    tell(story);
    const field = await levelOf(story);
    const value = field === undefined ? undefined : recordedValue(field);
    expect([value, field?.unsure?.why, field?.otherwise?.first.at.index]).toEqual(want);
  });

  describe("a plan part that found a leaf in sync", () => {
    const tell = (options: object): RecordStory => {
      const story = new RecordStory();
      story.plan("one", { manifest: "m", changes: [levelChange("info", "debug")] });
      story.write("one", [levelChange("info", "debug")]);
      story.plan("two", { owned: ["settings.log_level"], ...options });
      return story;
    };
    const readMs = STORY_MS + 3.5 * MINUTE_MS;

    test.each([
      {
        name: "of the same manifest shows the value still there",
        options: { manifest: "m", readMs },
        want: readMs,
      },
      {
        name: "of another manifest may have wanted another value",
        options: { readMs },
        want: STORY_MS + 3 * MINUTE_MS,
      },
      {
        name: "without the time of its reading proves nothing",
        options: { manifest: "m" },
        want: STORY_MS + 3 * MINUTE_MS,
      },
      {
        name: "that could not compare it proves nothing",
        options: { manifest: "m", readMs, unsure: ["settings.log_level"] },
        want: STORY_MS + 3 * MINUTE_MS,
      },
      {
        name: "that was read before the write proves nothing",
        options: { manifest: "m", readMs: STORY_MS },
        want: STORY_MS + 3 * MINUTE_MS,
      },
    ])("$name", async ({ options, want }) => {
      expect((await levelOf(tell(options)))?.seen?.seenMs).toBe(want);
    });
  });

  it("knows a leaf that was only ever seen", async () => {
    const story = new RecordStory();
    story.plan("one", { readMs: STORY_MS, changes: [levelChange("info", "debug")] });
    const field = await levelOf(story);
    expect([field?.set, field === undefined ? undefined : recordedValue(field)]).toEqual([
      undefined,
      "info",
    ]);
    expect(field === undefined ? undefined : recordedAt(field)?.index).toBe(1);
  });

  it("never takes what may be a secret for something that was seen", async () => {
    const story = new RecordStory();
    const change = {
      path: "apps.skychat.env",
      before: { TOKEN: "(secret)" },
      after: { TOKEN: { secret: "env:TOKEN" } },
    };
    story.plan("one", { readMs: STORY_MS, changes: [change] });
    story.write("one", [change]);
    story.intent("two", [{ ...change, before: { TOKEN: "(secret)" } }]);
    const field = (await stateOf(story))?.leaves[0];
    expect(field?.set?.value).toEqual({ TOKEN: { secret: "env:TOKEN" } });
    expect(field?.otherwise).toBeUndefined();
  });

  it("keeps elements apart and counts what is sealed", async () => {
    const story = new RecordStory();
    story.plan("one");
    const element = (name: string, isMember: boolean): object => ({
      element: testVisor(name),
      before: !isMember,
      after: isMember,
    });
    const change = (name: string, isMember: boolean): ReturnType<typeof levelChange> =>
      ({ path: "trust.pty", ...element(name, isMember) }) as ReturnType<typeof levelChange>;
    story.write("one", [change("kim", true), change("lee", false)]);
    story.add("receipt", undefined, { author: "kim" });
    const fleet = await foldFleet(story.records);
    const fields = fleet.visor(testVisor("a"))?.leaves ?? [];
    expect(new Map(fields.map((field) => [field.element, recordedValue(field)]))).toEqual(
      new Map([
        [testVisor("kim"), true],
        [testVisor("lee"), false],
      ]),
    );
    expect([fleet.sealed, fleet.count]).toEqual([1, 5]);
  });
});
