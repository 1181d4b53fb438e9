import { describe, expect, it } from "vitest";
import type { ApplyReport } from "../../../src/reconcile/index.ts";
import {
  applyText,
  driftText,
  findingsText,
  plainPaint,
  statusText,
  tableText,
  verifyText,
} from "../../../src/view/index.ts";
import { aChange, aChangingVisor, aPlan, someCounts } from "../../support/plan-literals.ts";
import { keyAt } from "../../support/reconcile-builders.ts";

const REPORT: ApplyReport = {
  format: "fleet.skywire/apply-report/v1",
  plan: `sha256:${"1".repeat(64)}`,
  visors: [
    {
      key: keyAt(1),
      name: "shop-1",
      outcomes: [
        { path: "trust.pty", element: keyAt(5), outcome: "done", step: "a" },
        {
          path: "settings.log_level",
          outcome: "failed",
          found: "info",
          note: "the visor said yes",
          step: "a",
        },
      ],
    },
    { key: keyAt(2), name: "shop-2", outcomes: [] },
  ],
  counts: {
    changes: 2,
    done: 1,
    "done-after-restart": 0,
    unverified: 0,
    stale: 0,
    unreachable: 0,
    unsupported: 0,
    refused: 0,
    failed: 1,
    visorsChanged: 1,
    visorsUnreachable: 1,
  },
  interrupted: false,
  left: ["shop-2: 3 changes"],
  head: { size: 12, root: "b3f1".repeat(16) },
  exit: 6,
};

describe("an apply as text", () => {
  it("shows what became of each change and never calls a failure done", async () => {
    const names = { [keyAt(5)]: "friend-kim" };
    await expect(applyText(REPORT, names, plainPaint)).toMatchFileSnapshot(
      "../../golden/cli/apply-report.txt",
    );
  });
});

describe("drift as text", () => {
  const mine = aChange({ path: "settings.is_public", before: false, after: true });
  const theirs = aChange({ drift: { sinceEntry: 4 } });

  it("keeps what others did apart from what was not applied", async () => {
    const plan = aPlan({
      visors: [aChangingVisor(1, [mine, theirs])],
      counts: someCounts({ changing: 1, change: 2 }),
    });
    await expect(driftText(plan, plainPaint)).toMatchFileSnapshot("../../golden/cli/drift.txt");
  });

  it("is one line when nothing differs", () => {
    expect(driftText(aPlan(), plainPaint)).toBe("No drift.\n");
  });
});

describe("status as text", () => {
  it("shows one line a visor, why one is missing, and counts", () => {
    const text = statusText(
      [
        {
          kind: "unreachable",
          key: keyAt(1),
          route: { kind: "bridge", scheme: "dmsg", port: 44 },
          atMs: 0,
          reason: "not-answering",
          detail: "it did not answer",
          next: "look whether it runs",
        },
      ],
      { [keyAt(1)]: "shop-1" },
      plainPaint,
    );
    expect(text.split("\n")).toEqual([
      "  NAME    KEY            RELEASE  STATE        ROUTE    APPS RUNNING",
      "? shop-1  02c6047f…9ee5  -        unreachable  dmsg:44  -",
      "? shop-1: it did not answer",
      "    next: look whether it runs",
      "Status: 1 visor, 0 answering, 1 not readable.",
      "",
    ]);
  });
});

describe("verify and doctor", () => {
  it("end with the verdict", () => {
    const text = verifyText(
      {
        ok: false,
        feed: keyAt(0) as never,
        head: { seq: 1, root: "ab".repeat(32), size: 3, timeMs: 0 },
        operator: undefined,
        checked: [{ what: "entry signatures", count: 2 }],
        notChecked: ["completeness of the tail"],
        faults: [{ code: "ledger/hash", message: "entry was changed", entry: 2 }],
        faultsOmitted: 0,
      },
      plainPaint,
    );
    expect(text.split("\n")).toEqual([
      "  + 2 entry signatures",
      "  ? not checked: completeness of the tail",
      "  ! entry was changed (entry 2) [ledger/hash]",
      "Not verified: 1 fault in a ledger of 3 entries.",
      "",
    ]);
  });

  it("count what is bad and say what to do", () => {
    const text = findingsText(
      [{ about: "key", verdict: "bad", says: "none", next: "make one" }],
      plainPaint,
    );
    expect(text).toBe("!  key  none\nnext, key: make one\nDoctor: 1 check, 1 bad, 0 unsure.\n");
  });
});

describe("a table", () => {
  it("pads by what is seen, not by escape codes", () => {
    expect(
      tableText([
        ["\u001b[1ma\u001b[0m", "b"],
        ["ccc", "d"],
      ]),
    ).toBe("\u001b[1ma\u001b[0m    b\nccc  d\n");
  });
});
