import { describe, expect, test } from "vitest";
import { replayRun } from "../../support/hollow-replay.ts";
import { type HollowPush, hollowRuns } from "../../support/hollow-vectors.ts";

const runs = hollowRuns().map((run, at) => ({
  run,
  name: `${at}: ${run.entries} entries, cut after ${run.cutAfter}, ${run.pushes.map(({ what }) => what).join("; ")}`,
}));

describe("our embedded relay ends up as the recorded node", () => {
  test.each(runs)("7: run $name", async ({ run }) => {
    const ours = await replayRun(run);
    expect(ours.alive).toBe(run.alive);
    for (const [at, push] of run.pushes.entries()) expectSame(ours.pushes[at], push);
  });
});

// A node asks for what stands above the nodes in a fixed order; the rest has none that means anything.
function expectSame(ours: HollowPush | undefined, recorded: HollowPush): void {
  const { what, askedCount, shows, total, lacks, asked } = recorded;
  expect(ours).toMatchObject({ what, askedCount, shows, total, lacks });
  expect(ours?.outcome.replace(/^.* cannot/, "cannot")).toBe(
    recorded.outcome.replace(/^.* cannot/, "cannot"),
  );
  const all = new Set(ours?.asked);
  const labels = asked.filter((label) => /^(?:registry|log|top|node|entry)\b/.test(label));
  expect(labels.filter((label) => !all.has(label))).toEqual([]);
  expect(ours?.asked.filter(isAbove)).toEqual(labels.filter(isAbove));
}

function isAbove(label: string): boolean {
  return /^(?:registry|log|top)/.test(label);
}
