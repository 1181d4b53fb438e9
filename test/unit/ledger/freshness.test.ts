import { expect, test } from "vitest";
import { CLOCK_TOLERANCE_MS } from "../../../src/ledger/proof/freshness.ts";
import { checkFreshness, type Freshness } from "../../../src/ledger/index.ts";

const nowMs = 1_790_000_000_000;
const maxAgeMs = 3_600_000;

test.each<{ name: string; newestMs: number | undefined; want: Freshness }>([
  { name: "nothing signed", newestMs: undefined, want: { kind: "never" } },
  { name: "signed now", newestMs: nowMs, want: { kind: "fresh", ageMs: 0 } },
  {
    name: "as old as is allowed",
    newestMs: nowMs - maxAgeMs,
    want: { kind: "fresh", ageMs: maxAgeMs },
  },
  {
    name: "a little older",
    newestMs: nowMs - maxAgeMs - 1,
    want: { kind: "stale", ageMs: maxAgeMs + 1, maxAgeMs },
  },
  {
    name: "ahead as clocks may be",
    newestMs: nowMs + CLOCK_TOLERANCE_MS,
    want: { kind: "fresh", ageMs: 0 },
  },
  {
    name: "farther ahead",
    newestMs: nowMs + CLOCK_TOLERANCE_MS + 1,
    want: { kind: "future", aheadMs: CLOCK_TOLERANCE_MS + 1 },
  },
])("a feed is as fresh as its newest signed time: $name", ({ newestMs, want }) => {
  expect(checkFreshness({ newestMs, maxAgeMs, nowMs })).toEqual(want);
});
