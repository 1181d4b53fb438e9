// Who is named for a difference, over random histories of applies, edits and changes by others.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nameFaults } from "../support/accused.ts";

const SEED = 20261130;
/** `FLEET_HISTORIES=10000 npx vitest run said-of-others` is the long run. */
const HISTORIES = Number(process.env["FLEET_HISTORIES"] ?? "150");

describe("whatever was applied in parts, edited, and changed by others", () => {
  it("2.1: a culprit is named for each change that took place and for no other", async () => {
    let named = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 0x7fff_ffff }), async (seed) => {
        const told = await nameFaults(seed);
        named += told.named;
        expect(told.faults, told.story.join("\n")).toEqual([]);
      }),
      { seed: SEED, numRuns: HISTORIES },
    );
    expect(named).toBeGreaterThan(HISTORIES / 4);
  }, 600_000);
});
