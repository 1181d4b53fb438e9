// Plans of many visors: equal changes are one line, every width reads well, and nothing dangerous is hidden.
import { describe, expect, it } from "vitest";
import type { Plan } from "../../../src/model/index.ts";
import { plainPaint, planComment, planText } from "../../../src/view/index.ts";
import { bigPlan } from "../../support/big-plan.ts";

const linesOf = (text: string): readonly string[] => text.trimEnd().split("\n");

describe("5.1: a plan of 100 visors", () => {
  it.fails("5.1: with the same two changes is at most 12 lines", () => {
    const text = planText(bigPlan(100), plainPaint);
    expect(linesOf(text).length).toBeLessThanOrEqual(12);
    expect(text).toContain("100 visors: settings.log_level info -> debug");
    expect(text).toContain("shop-1 to shop-100");
  });

  it.fails("5.1: as a comment says each change once", () => {
    const said = linesOf(planComment(bigPlan(100))).filter((line) =>
      line.includes("settings.log_level"),
    );
    expect(said).toHaveLength(1);
  });

  it("5.1: of two visors stays by visor", () => {
    const plan: Plan = bigPlan(2);
    expect(planText(plan, plainPaint)).toContain("~ shop-2  ");
  });
});
