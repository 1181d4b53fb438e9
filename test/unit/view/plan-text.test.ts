import { describe, expect, it, test } from "vitest";
import {
  ansiPaint,
  plainPaint,
  planEvents,
  planSummary,
  planText,
} from "../../../src/view/index.ts";
import {
  aChange,
  aChangingVisor,
  aPlan,
  aPlanVisor,
  someCounts,
} from "../../support/plan-literals.ts";
import { keyAt, placeAt } from "../../support/reconcile-builders.ts";

describe("the last line of a plan", () => {
  test.each([
    { name: "nothing to do", counts: { visors: 3, inSync: 3 }, want: "No changes." },
    {
      name: "the documented example",
      counts: { changing: 2, add: 1, change: 3, inSync: 41, unreachable: 2 },
      want: "Plan: 2 visors change (1 add, 3 change, 0 remove), 41 in sync, 2 unreachable.",
    },
    {
      name: "one visor",
      counts: { changing: 1, remove: 1 },
      want: "Plan: 1 visor changes (0 add, 0 change, 1 remove), 0 in sync, 0 unreachable.",
    },
    {
      name: "nothing to do as far as one can see",
      counts: { inSync: 1, unreachable: 1 },
      want: "Plan: 0 visors change (0 add, 0 change, 0 remove), 1 in sync, 1 unreachable.",
    },
    {
      name: "extra counts only when there are any",
      counts: {
        changing: 1,
        change: 1,
        unsupported: 3,
        released: 1,
        awaitingRestart: 2,
        notCompared: 1,
      },
      want: "Plan: 1 visor changes (0 add, 1 change, 0 remove), 0 in sync, 0 unreachable, 3 unsupported, 1 released, 2 awaiting restart, 1 not compared.",
    },
    {
      name: "no changes but leaves let go",
      counts: { released: 2 },
      want: "No changes, 2 released.",
    },
    {
      name: "an operator is added and no visor changes",
      counts: { inSync: 1, released: 2 },
      keysetChanges: ["operator ci is added (apply)"],
      want: "No changes to visors, 2 released; operators, controllers or policy change.",
    },
    {
      name: "an operator is added and a visor changes",
      counts: { changing: 1, add: 1 },
      keysetChanges: ["operator ci is added (apply)"],
      want: "Plan: 1 visor changes (1 add, 0 change, 0 remove), 0 in sync, 0 unreachable; operators, controllers or policy change.",
    },
  ])("$name", ({ counts, keysetChanges = [], want }) => {
    expect(planSummary({ counts: someCounts(counts), keysetChanges })).toBe(want);
  });
});

describe("a plan as text", () => {
  it("is one line when there is nothing to say", () => {
    expect(planText(aPlan({ visors: [aPlanVisor(1, { inSync: 4 })] }), plainPaint)).toBe(
      "No changes.\n",
    );
  });

  it("groups by visor, puts danger first, shows elements alone and counts what it hides", async () => {
    const trust = aChange({
      path: "trust.pty",
      element: keyAt(5),
      op: "add",
      before: false,
      after: true,
      risk: "trust",
      reason: { place: placeAt(34) },
    });
    const removal = aChange({
      path: "trust.hypervisors",
      element: keyAt(4),
      op: "remove",
      before: true,
      after: false,
      risk: "trust",
      step: "c",
    });
    const secret = aChange({
      path: "apps.vpn-server.args",
      risk: "app",
      secrets: ["env:VPN_PASS"],
      before: ["(secret)"],
      after: [{ secret: "env:VPN_PASS" }],
      restart: "app",
    });
    const drifted = aChange({ drift: { sinceEntry: 9 } });
    const visor = { ...aChangingVisor(1, [drifted, secret, removal, trust]), inSync: 3 };
    const text = planText(
      aPlan({ visors: [visor], counts: someCounts({ changing: 1, add: 1, change: 2, remove: 1 }) }),
      plainPaint,
    );
    await expect(text).toMatchFileSnapshot("../../golden/cli/plan-danger-first.txt");
  });

  it("says what is unseen, unsupported, released, awaited and refused, and why", async () => {
    const unseen = aPlanVisor(2, {
      status: "unreachable",
      unseen: {
        reason: "not-answering",
        detail: "it did not answer in 20 s",
        next: "look whether it runs",
      },
    });
    delete (unseen as { observed?: unknown }).observed;
    const remarks = aPlanVisor(1, {
      unsupported: [{ path: "trust.pty", why: "no SetConfigFields", place: placeAt(7) }],
      notCompared: ["apps.chat.env"],
      awaitingRestart: [{ path: "settings.stun_servers", sinceEntry: 12 }],
      released: [
        {
          path: "trust.hypervisors",
          trust: true,
          value: [keyAt(0)],
          how: "write remove: […] first",
        },
      ],
    });
    const text = planText(
      aPlan({
        visors: [remarks, unseen],
        counts: someCounts({
          unreachable: 1,
          unsupported: 1,
          released: 1,
          awaitingRestart: 1,
          notCompared: 1,
        }),
        history: { known: false, why: "there is no operator key here" },
        keysetChanges: ["operator ci is new"],
        releasedVisors: [
          {
            key: keyAt(3),
            released: [{ path: "survey", trust: false, how: "log in and remove it" }],
          },
        ],
        refusals: [
          {
            guard: "lock-out",
            visor: keyAt(1),
            path: "trust.hypervisors",
            message: "laptop would lose its only way in",
            measured: "0 ways in",
            limit: "1",
            place: placeAt(9),
            override: "--allow-trust-loss shop-1",
            next: "keep laptop in the list",
          },
        ],
        applyable: false,
      }),
      plainPaint,
    );
    await expect(text).toMatchFileSnapshot("../../golden/cli/plan-remarks.txt");
  });

  it("makes a visor's words harmless to a terminal", () => {
    const visor = aChangingVisor(1, [aChange({ before: "\u001b[2Jgone\u202e", after: "ok" })]);
    const text = planText(
      aPlan({ visors: [visor], counts: someCounts({ changing: 1 }) }),
      plainPaint,
    );
    expect(text).not.toContain("\u001b");
    expect(text).not.toContain("\u202e");
    expect(text).toContain("gone");
  });

  it("says with colours what it says without", () => {
    const plan = aPlan({
      visors: [aChangingVisor(1, [aChange()])],
      counts: someCounts({ changing: 1, change: 1 }),
    });
    const coloured = planText(plan, ansiPaint);
    expect(coloured).toContain("\u001b[33m");
    expect(coloured.replace(/\u001b\[\d*m/g, "")).toBe(planText(plan, plainPaint));
  });
});

describe("a plan as events", () => {
  it("tells each change, each refusal, and the summary last", () => {
    const plan = aPlan({
      visors: [aChangingVisor(1, [aChange()])],
      counts: someCounts({ changing: 1, change: 1 }),
    });
    expect(planEvents(plan).map(({ type, message }) => `${type}: ${message}`)).toEqual([
      "planned_change: shop-1 settings.log_level: change info -> debug",
      "change_summary: Plan: 1 visor changes (0 add, 1 change, 0 remove), 0 in sync, 0 unreachable.",
    ]);
  });
});
