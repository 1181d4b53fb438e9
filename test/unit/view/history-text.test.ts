import { expect, it } from "vitest";
import type { Apply, PlanPayload } from "../../../src/ledger/index.ts";
import { historyDocument, historyText, plainPaint } from "../../../src/view/index.ts";
import { testDigest, testKeys, testVisor } from "../../support/ledger-world.ts";

const OWN = testKeys("owner");
const KIM = testKeys("kim");
const FEEDS = {
  own: OWN.feed,
  feeds: new Map([
    [OWN.feed, "owner"],
    [KIM.feed, "kim"],
  ]),
  operators: new Map([[OWN.operator, "owner"]]),
};
const NAMES = new Map([[testVisor("a"), "shop-1"]]);
const PLAN: PlanPayload = {
  fleet: "home",
  plan: testDigest("plan"),
  decision: testDigest("decision"),
  manifest: testDigest("manifest"),
  counts: {},
  overrides: [],
};
const at = (index: number, keys = OWN): Apply["at"] => ({
  feed: keys.feed,
  index,
  timeMs: Date.parse("2026-11-30T08:00:00Z"),
  operator: keys.operator,
});

function anApply(changes: Partial<Apply> = {}): Apply {
  return {
    at: at(4),
    plan: PLAN,
    counts: true,
    visors: 1,
    changes: 2,
    notDone: [],
    continuedBy: [],
    ...changes,
  };
}

const lines = (apply: Apply): string =>
  historyText({ applies: [apply], filteredOut: 0, notes: [] }, NAMES, FEEDS, plainPaint);

it.each<{ name: string; apply: Apply; want: string; kept: string }>([
  {
    name: "of a clean commit",
    apply: anApply({ plan: { ...PLAN, commit: "1f3a".repeat(10), dirty: false } }),
    want: "#4  2026-11-30 08:00:00Z  owner  commit 1f3a1f3a1f3a  1 visor, 2 changes  done",
    kept: "commit",
  },
  {
    name: "that release 0.1.0 recorded",
    apply: anApply({ plan: { ...PLAN, commit: "1f3a".repeat(10) } }),
    want: "#4  2026-11-30 08:00:00Z  owner  perhaps commit 1f3a1f3a1f3a  1 visor, 2 changes  done",
    kept: "unknown",
  },
  {
    name: "whose text another entry keeps",
    apply: anApply({ keptBy: at(2, KIM), visors: 0, changes: 0 }),
    want: "#4  2026-11-30 08:00:00Z  owner  no commit, text kept by kim:2  no changes  recorded",
    kept: "ledger",
  },
  {
    name: "of somebody else that failed, with a commit that is none",
    apply: anApply({
      at: at(7, KIM),
      counts: false,
      plan: { ...PLAN, commit: "\u001b[2Jnone", dirty: true, only: [] },
      notDone: [
        { visor: testVisor("a"), became: "failed" },
        { visor: testVisor("b"), became: "unfinished" },
      ],
      visors: 3,
      continuedBy: [9],
    }),
    want:
      "kim:7  2026-11-30 08:00:00Z  kim  not as commit \\u001b[2Jnone has it, text not kept  3 visors, 2 changes (--only)  " +
      `1 of 3 visors failed: shop-1; 1 of 3 visors unfinished: ${testVisor("b").slice(0, 8)}…${testVisor("b").slice(-4)}, continued by kim:9, by nobody who could apply then`,
    kept: "nowhere",
  },
])("5.2: an apply $name is one line", ({ apply, want, kept }) => {
  expect(lines(apply).split("\n")[0]).toBe(want);
  const document = historyDocument(
    { applies: [apply], filteredOut: 0, notes: [] },
    NAMES,
    FEEDS,
  ) as unknown as { applies: readonly object[] };
  expect(document.applies[0]).toMatchObject({ kept, done: apply.notDone.length === 0 });
});

it("5.2: an apply that is sealed to others says nothing of its plan", () => {
  const { plan: _, ...sealed } = anApply({ visors: 0, changes: 0 });
  expect(lines(sealed).split("\n")[0]).toMatch(/ owner {2,}sealed, no key for it here$/);
});
