import { describe, expect, it } from "vitest";
import { parseArguments } from "../../../src/cli/shell/arguments.ts";
import { plan } from "../../../src/cli/plan/plan.ts";
import { lookRequestOf, planLook } from "../../../src/cli/plan/plan-look.ts";
import { keyAt, placeAt } from "../../support/reconcile-builders.ts";

function lookOf(argv: readonly string[]): ReturnType<typeof planLook> {
  const parsed = parseArguments(plan, argv, {});
  if (parsed.kind !== "given") throw new Error("help was shown");
  return planLook(
    lookRequestOf(parsed.given),
    [3, 1, 2].map((line, index) => ({ key: keyAt(index), place: placeAt(line) })),
  );
}

describe("5.1: how a plan is shown", () => {
  it("5.1: is in the manifest's order, by visor or in short where that is asked for", () => {
    const order = [keyAt(1), keyAt(2), keyAt(0)];
    expect(lookOf([])).toEqual({ order });
    expect(lookOf(["--by", "visor"])).toEqual({ order, by: "visor" });
    expect(lookOf(["--summary"])).toEqual({ order, isSummary: true });
  });

  it.each([
    { argv: ["--by", "role"], says: '--by "role"' },
    { argv: ["--by", "visor", "--summary"], says: "for more and for less" },
    { argv: ["--columns", "8"], says: "too narrow" },
  ])("5.1: refuses $argv", ({ argv, says }) => {
    expect(() => lookOf(argv)).toThrow(says);
  });
});
