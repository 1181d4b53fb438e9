import { describe, expect, it } from "vitest";
import { plan } from "../../../src/cli/plan/plan.ts";
import { lookRequestOf, planLook } from "../../../src/cli/plan/plan-request.ts";
import { readGiven } from "../../support/read-given.ts";
import { keyAt, placeAt } from "../../support/reconcile-builders.ts";

async function lookOf(argv: readonly string[]): Promise<ReturnType<typeof planLook>> {
  return planLook(
    lookRequestOf(await readGiven(plan, argv)),
    [3, 1, 2].map((line, index) => ({ key: keyAt(index), place: placeAt(line) })),
  );
}

describe("5.1: how a plan is shown", () => {
  it("5.1: is in the manifest's order, by visor or in short where that is asked for", async () => {
    const order = [keyAt(1), keyAt(2), keyAt(0)];
    expect(await lookOf([])).toEqual({ order });
    expect(await lookOf(["--by", "visor"])).toEqual({ order, by: "visor" });
    expect(await lookOf(["--summary"])).toEqual({ order, isSummary: true });
  });

  it.each([
    { argv: ["--by", "role"], says: '--by "role"' },
    { argv: ["--by", "visor", "--summary"], says: "for more and for less" },
    { argv: ["--columns", "8"], says: "too narrow" },
  ])("5.1: refuses $argv", async ({ argv, says }) => {
    await expect(lookOf(argv)).rejects.toThrow(says);
  });
});
