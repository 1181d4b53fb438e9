// A visor never stands in its own lists: lists of each other's keys are one row, and that row says what is so.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Change, changesOf, type Plan } from "../../../src/model/index.ts";
import { driftText, fitText, plainPaint, planComment, planText } from "../../../src/view/index.ts";
import { partAlike } from "../../../src/view/alike.ts";
import { likenessAmong } from "../../../src/view/alike-text.ts";
import { bigPlan, FRIEND, keyNumber } from "../../support/big-plan.ts";
import { aChange } from "../../support/plan-literals.ts";

const linesOf = (text: string): readonly string[] => text.trimEnd().split("\n");
const numbers = (to: number): readonly number[] => Array.from({ length: to }, (_, at) => at + 1);

/** Visors that get each other's keys into a list, and those of `members` alone where they are given. */
function eachOther(
  size: number,
  path: string,
  { members = numbers(size), op = "add" }: { members?: readonly number[]; op?: Change["op"] } = {},
): Plan {
  const risk = path.startsWith("trust.") ? "trust" : "app";
  return bigPlan(size, (index) =>
    members
      .filter((member) => member !== index)
      .map((member) =>
        aChange({
          path,
          op,
          risk,
          element: keyNumber(member),
          before: op !== "add",
          after: op === "add",
        }),
      ),
  );
}

describe("5.1: lists of everybody but itself", () => {
  it("5.1: are one row, in words, among 100 visors", () => {
    const text = planText(eachOther(100, "trust.pty"), plainPaint);
    expect(text).toContain("! + 100 visors: trust.pty the other 99 of these visors\n");
    expect(linesOf(text).length).toBeLessThanOrEqual(12);
  });

  it("5.1: that name some of the visors name them, also on those visors", () => {
    const text = planText(eachOther(40, "trust.hypervisors", { members: [1, 2] }), plainPaint);
    expect(text).toContain(
      "! + 40 visors: trust.hypervisors shop-1, shop-2 (a visor's own key aside)\n",
    );
    expect(linesOf(text).length).toBeLessThanOrEqual(12);
  });

  it("5.1: are one row where keys go", () => {
    const text = planText(eachOther(40, "trust.pty", { op: "remove" }), plainPaint);
    expect(text).toContain("! - 40 visors: trust.pty the other 39 of these visors\n");
  });

  it("5.1: are one line of a comment, which counts every key of every visor", () => {
    const text = planComment(eachOther(40, "trust.pty"));
    const said = linesOf(text).filter((line) => line.includes("trust.pty"));
    expect(said.filter((line) => line.startsWith("+ "))).toHaveLength(1);
    expect(text).toContain("1560");
  });

  it("5.1: are one row of drift and of the short form", () => {
    const plan = eachOther(100, "trust.pty");
    expect(linesOf(driftText(plan, plainPaint)).length).toBeLessThanOrEqual(12);
    const short = planText(plan, plainPaint, { isSummary: true });
    expect(short).toContain("100 visors: trust.pty the other 99 of these visors");
  });

  it("5.1: are in full by visor", () => {
    const text = planText(eachOther(12, "trust.pty"), plainPaint, { by: "visor" });
    expect(text).not.toContain("of these visors");
    expect(text.match(/shop-12\b/g)?.length).toBeGreaterThanOrEqual(12);
  });

  it("5.1: leave a key apart that one of them has already", () => {
    const plan = bigPlan(5, (index) =>
      numbers(5)
        .filter((member) => member !== index && !(index === 5 && member === 1))
        .map((member) =>
          aChange({
            path: "apps.skysocks.whitelist",
            op: "add",
            risk: "app",
            element: keyNumber(member),
            before: false,
            after: true,
          }),
        ),
    );
    const text = planText(plan, plainPaint);
    expect(text).toContain(
      "+ 5 visors: apps.skysocks.whitelist shop-2 to shop-5 (a visor's own key aside)",
    );
    expect(text).toContain("+ 3 visors: apps.skysocks.whitelist shop-1\n");
  });

  it.each([100, 60])("5.1: read well on a screen of %i columns", async (columns) => {
    const plan = bigPlan(40, (index) => [
      ...numbers(40)
        .filter((member) => member !== index)
        .map((member) =>
          aChange({
            path: "trust.pty",
            op: "add",
            risk: "trust",
            element: keyNumber(member),
            before: false,
            after: true,
          }),
        ),
      aChange({
        path: "trust.pty",
        op: "add",
        risk: "trust",
        element: FRIEND,
        before: false,
        after: true,
      }),
    ]);
    const text = fitText(planText(plan, plainPaint), columns);
    expect(linesOf(text).filter((line) => line.length > columns)).toEqual([]);
    await expect(text).toMatchFileSnapshot(`../../golden/big/plan-each-other-${columns}.txt`);
  });

  it("5.1: say of no visor what it does not get", () => {
    const pairs = fc.uniqueArray(
      fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 7 })),
      { maxLength: 42, selector: String },
    );
    let circles = 0;
    fc.assert(
      fc.property(fc.tuple(pairs, fc.boolean()), ([drawn, isWhole]) => {
        const all = isWhole
          ? [...drawn, ...numbers(4).flatMap((a) => numbers(4).map((b) => [a, b] as const))]
          : drawn;
        const wanted = new Set(all.filter(([a, b]) => a !== b).map(String));
        const plan = bigPlan(6, (index) =>
          numbers(7)
            .filter((member) => wanted.has(String([index, member])))
            .map((member) => aChange({ path: "trust.pty", element: keyNumber(member) })),
        );
        const { alike, restOf } = partAlike(
          plan.visors,
          changesOf,
          likenessAmong(plan.visors, changesOf, plan.names),
        );
        const told = new Map(
          plan.visors.map((visor) => [visor.key, restOf(visor).map(({ element }) => element)]),
        );
        for (const { owners, things } of alike) {
          for (const same of things) {
            const elements = [...new Set(same.map(({ element }) => element))];
            if (elements.length > 1) circles += 1;
            for (const { key } of owners)
              told.get(key)?.push(...elements.filter((element) => element !== key));
          }
        }
        for (const visor of plan.visors) {
          expect([...(told.get(visor.key) ?? [])].map(String).sort()).toEqual(
            changesOf(visor)
              .map(({ element }) => String(element))
              .sort(),
          );
        }
      }),
      { seed: 20261130, numRuns: 300 },
    );
    expect(circles).toBeGreaterThan(50);
  });
});
