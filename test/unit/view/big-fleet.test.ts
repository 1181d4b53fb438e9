// Plans of many visors: equal changes are one line, every width reads well, and nothing dangerous is hidden.
import { describe, expect, it } from "vitest";
import type { Plan } from "../../../src/model/index.ts";
import { ansiPaint, fitText, plainPaint, planComment, planText } from "../../../src/view/index.ts";
import { aChange } from "../../support/plan-literals.ts";
import { placeAt } from "../../support/reconcile-builders.ts";
import { bigPlan, FRIEND, keyNumber } from "../../support/big-plan.ts";

/** A fleet with one change of its own here, trust there, and names that do not follow each other. */
const mixed = (): Plan =>
  bigPlan(
    100,
    (index) => [
      ...(index % 40 === 0
        ? [
            aChange({
              path: "apps.vpn-client.running",
              op: "add",
              action: "start",
              before: false,
              after: true,
              risk: "app",
              step: "b",
            }),
          ]
        : []),
      ...(index <= 4
        ? [
            aChange({
              path: "trust.pty",
              element: FRIEND,
              op: "add",
              before: false,
              after: true,
              risk: "trust",
              reason: { place: placeAt(30 + index) },
            }),
          ]
        : []),
    ],
    (index) => (index % 3 === 0 ? `exit-of-the-north-${(index * 37) % 101}` : `shop-${index}`),
  );

const linesOf = (text: string): readonly string[] => text.trimEnd().split("\n");

describe("5.1: a plan of 100 visors", () => {
  it("5.1: with the same two changes is at most 12 lines", () => {
    const text = planText(bigPlan(100), plainPaint);
    expect(linesOf(text).length).toBeLessThanOrEqual(12);
    expect(text).toContain("100 visors: settings.log_level info -> debug");
    expect(text).toContain("shop-1 to shop-100");
  });

  it("5.1: as a comment says each change once", () => {
    const said = linesOf(planComment(bigPlan(100))).filter((line) =>
      line.includes("settings.log_level"),
    );
    expect(said).toHaveLength(1);
  });

  it("5.1: is at most 12 lines on a screen of 60 columns, whatever the visors are called", () => {
    const text = fitText(
      planText(
        bigPlan(
          100,
          () => [],
          (index) => `exit-of-the-north-${(index * 37) % 101}`,
        ),
        plainPaint,
      ),
      60,
    );
    expect(linesOf(text).length).toBeLessThanOrEqual(12);
  });

  it.each([100, 60])("5.1: reads well on a screen of %i columns", async (columns) => {
    for (const [name, plan] of [
      ["same", bigPlan(100)],
      ["mixed", mixed()],
    ] as const) {
      const text = fitText(planText(plan, plainPaint), columns);
      expect(linesOf(text).filter((line) => line.length > columns)).toEqual([]);
      await expect(text).toMatchFileSnapshot(`../../golden/big/plan-${name}-${columns}.txt`);
    }
  });

  it.each([100, 60])("5.1: as a comment reads well at %i columns", async (columns) => {
    for (const [name, plan] of [
      ["same", bigPlan(100)],
      ["mixed", mixed()],
    ] as const) {
      const text = planComment(plan, { columns });
      const blocks = text
        .split("```diff\n")
        .slice(1)
        .map((block) => block.split("\n```")[0] ?? "");
      expect(blocks.flatMap(linesOf).filter((line) => line.length > columns)).toEqual([]);
      await expect(text).toMatchFileSnapshot(`../../golden/big/comment-${name}-${columns}.md`);
    }
  });

  it("5.1: as a comment by visor is the long form", () => {
    const text = planComment(bigPlan(60), { by: "visor" });
    expect(text.split("<details>")).toHaveLength(61);
  });

  it("5.1: names every visor whose trust changes, and says what different lines want alike together, first", () => {
    const text = planText(mixed(), plainPaint);
    expect(text).toContain(
      "! + 4 visors: trust.pty friend-kim\n      (fleet.yaml:33 and 3 other lines)",
    );
    expect(text).toContain("    on exit-of-the-north-10, shop-1, shop-2, shop-4\n");
  });

  it("5.1: is in the manifest's order, and by name where that is not known", () => {
    const plan = bigPlan(5);
    const order = [keyNumber(5), keyNumber(1), keyNumber(3), keyNumber(2), keyNumber(4)];
    expect(planText(plan, plainPaint, { order })).toContain(
      "on shop-5, shop-1, shop-3, shop-2, shop-4\n",
    );
    const turned = { ...plan, visors: plan.visors.toReversed() };
    expect(planText(turned, plainPaint)).toContain("on shop-1 to shop-5\n");
  });

  it("5.1: in short counts fields, and keeps trust in full", () => {
    expect(planText(mixed(), plainPaint, { isSummary: true })).toBe(
      `! + 4 visors: trust.pty friend-kim
      (fleet.yaml:33 and 3 other lines)
    on exit-of-the-north-10, shop-1, shop-2, shop-4

+ apps.vpn-client.running on 2 visors
~ settings.log_level      on 100 visors
~ settings.min_hops       on 100 visors

Plan: 100 visors change (6 add, 200 change, 0 remove), 0 in sync, 0 unreachable.
`,
    );
  });

  it("5.1: by visor is the long form", () => {
    const text = planText(bigPlan(100), plainPaint, { by: "visor" });
    expect(linesOf(text).filter((line) => line.startsWith("~ shop-"))).toHaveLength(100);
  });

  it("5.1: shows an element of a list whole, on one row", () => {
    const element = `a rule that is longer than others: ${"port=80 ".repeat(20)}`.trim();
    const plan = bigPlan(1, () => [
      aChange({ path: "apps.proxy.args", element, op: "add", before: false, after: true }),
    ]);
    const text = fitText(planText(plan, plainPaint), 60);
    expect(text).toContain(JSON.stringify(element));
  });

  it("5.1: breaks no word and loses none, with colours and without", () => {
    for (const paint of [plainPaint, ansiPaint]) {
      const text = planText(mixed(), paint);
      for (const columns of [20, 40, 60, 100]) {
        expect(fitText(text, columns).split(/\s+/)).toEqual(text.split(/\s+/));
      }
    }
  });

  it("5.1: says lists of everybody but itself on one row", () => {
    const plan = bigPlan(20, (index) =>
      Array.from({ length: 20 }, (_, at) => at + 1)
        .filter((member) => member !== index)
        .map((member) =>
          aChange({ path: "trust.pty", op: "add", risk: "trust", element: keyNumber(member) }),
        ),
    );
    expect(linesOf(planText(plan, plainPaint)).length).toBeLessThanOrEqual(12);
  });

  it("5.1: of two visors stays by visor", () => {
    const plan: Plan = bigPlan(2);
    expect(planText(plan, plainPaint)).toContain("~ shop-2  ");
  });
});
