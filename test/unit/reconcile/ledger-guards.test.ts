import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { GUARDS, type FeedKey, type Refusal } from "../../../src/model/index.ts";
import {
  keysetSignaturesRefusal,
  type NewerEntry,
  planExit,
  refusalsExit,
  relayRefusal,
  staleLedgerRefusals,
  witnessesRefusal,
} from "../../../src/reconcile/index.ts";
import { testKeys } from "../../support/ledger-world.ts";
import { aChange, aChangingVisor, aPlan, aPlanVisor } from "../../support/plan-literals.ts";
import { keyAt } from "../../support/reconcile-builders.ts";

const [DESK, SHOP]: readonly FeedKey[] = [testKeys("desk").feed, testKeys("shop").feed];
if (DESK === undefined || SHOP === undefined) throw new Error("no feeds");
const TREE = "0".repeat(64);
const PLAN = aPlan({
  visors: [aChangingVisor(1, [aChange()]), aPlanVisor(2), aChangingVisor(3, [aChange()])],
  heads: [{ feed: DESK, size: 7, tree: TREE }],
});

function entry(index: number, more: Partial<NewerEntry> = {}): NewerEntry {
  return {
    visor: keyAt(1),
    operator: "desk",
    feed: DESK ?? "",
    entry: index,
    timeMs: Date.UTC(2026, 0, 1),
    ...more,
  };
}

describe("newer receipts of other operators", () => {
  it.each<{ name: string; newer: readonly NewerEntry[]; want: readonly string[] }>([
    { name: "none", newer: [], want: [] },
    { name: "those the plan had seen", newer: [entry(0), entry(6)], want: [] },
    { name: "for a visor that is in sync", newer: [entry(9, { visor: keyAt(2) })], want: [] },
    { name: "for a visor of nobody", newer: [entry(9, { visor: keyAt(5) })], want: [] },
    {
      name: "the first that was not seen",
      newer: [entry(7)],
      want: [
        `${keyAt(1)} operator desk recorded entry 7 for this visor at 2026-01-01T00:00:00.000Z, which the plan had not seen (entry 7 of desk, entries up to 6 seen)`,
      ],
    },
    {
      name: "of a ledger that was not seen at all",
      newer: [entry(0, { feed: SHOP ?? "", operator: "shop" })],
      want: [
        `${keyAt(1)} operator shop recorded entry 0 for this visor at 2026-01-01T00:00:00.000Z, which the plan had not seen (entry 0 of shop, no entry of that ledger seen)`,
      ],
    },
    {
      name: "one refusal a visor, the latest told, in the order of the plan",
      newer: [
        entry(12, { visor: keyAt(3), timeMs: 2_000 }),
        entry(8, { timeMs: 1_000 }),
        entry(11, { visor: keyAt(3), timeMs: 3_000 }),
        entry(9, { timeMs: 1_000 }),
        entry(5, { timeMs: 9_000 }),
      ],
      want: [
        `${keyAt(1)} operator desk recorded entry 9 for this visor at 1970-01-01T00:00:01.000Z, and 1 more, which the plan had not seen (entry 9 of desk, entries up to 6 seen)`,
        `${keyAt(3)} operator desk recorded entry 11 for this visor at 1970-01-01T00:00:03.000Z, and 1 more, which the plan had not seen (entry 11 of desk, entries up to 6 seen)`,
      ],
    },
    {
      name: "at a time that is none",
      newer: [entry(7, { timeMs: 1e300 })],
      want: [
        `${keyAt(1)} operator desk recorded entry 7 for this visor at no time, which the plan had not seen (entry 7 of desk, entries up to 6 seen)`,
      ],
    },
  ])("$name", ({ newer, want }) => {
    for (const order of [newer, newer.toReversed()]) {
      const refusals = staleLedgerRefusals({ plan: PLAN, newer: order });
      expect(
        refusals.map(
          ({ visor, message, measured, limit }) => `${visor} ${message} (${measured}, ${limit})`,
        ),
      ).toEqual(want);
      expect(refusals.every(({ guard, override }) => guard === "stale-ledger" && !override)).toBe(
        true,
      );
    }
  });
});

describe("too few of something", () => {
  const measured = (refusal: Refusal | undefined): readonly (string | undefined)[] => [
    refusal?.guard,
    refusal?.measured,
    refusal?.limit,
    refusal?.override,
  ];

  it.each([
    { name: "relays", refusal: relayRefusal({ required: 2, held: 1 }), unit: "1 relay" },
    {
      name: "witnesses",
      refusal: witnessesRefusal({ required: 2, have: 1 }),
      unit: "1 witness",
    },
    {
      name: "keyset-signatures",
      refusal: keysetSignaturesRefusal({ required: 2, have: 1 }),
      unit: "1 signature",
    },
  ])("$name", ({ name, refusal, unit }) => {
    expect(measured(refusal)).toEqual([name, unit, "at least 2", undefined]);
    expect(refusal?.message).not.toMatch(/\.$/);
    expect(refusal?.next).not.toBe("");
  });

  it("passes when there are enough", () => {
    for (const count of [0, 1, 3]) {
      expect(relayRefusal({ required: count, held: 3 })).toBeUndefined();
      expect(witnessesRefusal({ required: count, have: 3 })).toBeUndefined();
      expect(keysetSignaturesRefusal({ required: count, have: 3 })).toBeUndefined();
    }
  });

  it("refuses what is no number at all", () => {
    expect(relayRefusal({ required: 1, held: Number.NaN })?.guard).toBe("relays");
  });

  it("says it when the recorded rule cannot be read", () => {
    const refusal = relayRefusal({ required: Number.MAX_SAFE_INTEGER, held: 16 });
    expect(refusal?.limit).toBe("at least a rule that this release cannot read");
  });
});

describe("the exit code of refusals", () => {
  const stale = staleLedgerRefusals({ plan: PLAN, newer: [entry(7)] });
  const other = relayRefusal({ required: 1, held: 0 });
  if (other === undefined) throw new Error("not refused");

  it.each<{ name: string; refusals: readonly Refusal[]; want: number }>([
    { name: "none", refusals: [], want: 0 },
    { name: "only stale ones", refusals: stale, want: 5 },
    { name: "another one too", refusals: [...stale, other], want: 4 },
    { name: "another one", refusals: [other], want: 4 },
  ])("$name", ({ refusals, want }) => {
    expect(refusalsExit(refusals)).toBe(want);
    const plan = aPlan({ refusals, applyable: refusals.length === 0 });
    expect(planExit(plan, { detailed: false })).toBe(want);
  });
});

test("the published schema of plans knows every guard", () => {
  const schema = JSON.parse(
    readFileSync(new URL("../../../schemas/plan.schema.json", import.meta.url), "utf8"),
  ) as {
    readonly $defs: { readonly refusal: { readonly properties: { readonly guard: object } } };
  };
  expect(schema.$defs.refusal.properties.guard).toEqual({ enum: [...GUARDS] });
});
