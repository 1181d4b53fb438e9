import { describe, expect, test } from "vitest";
import {
  planAnnotations,
  planCodeQuality,
  planComment,
  planJunit,
  planSarif,
  planStepSummary,
} from "../../../../src/view/index.ts";
import { readJunit } from "../../../support/report-readers.ts";
import { aPlan, aPlanVisor } from "../../../support/plan-literals.ts";
import { anAllowedPlan, aRichPlan } from "../../../support/rich-plan.ts";

const FACTS = {
  selection: "tag:shop & !'x'",
  unanswered: [
    {
      guard: "keyset-change",
      count: 1,
      question: "operators, controllers or policy change: operator ci is new",
      override: "--allow-keyset-change",
    },
  ],
} as const;

describe("one rich plan in every form", () => {
  test.each([
    { file: "annotations.txt", text: planAnnotations(aRichPlan()) },
    { file: "comment-refused.md", text: planComment(aRichPlan()) },
    { file: "comment.md", text: planComment(anAllowedPlan(), FACTS) },
    { file: "step-summary.md", text: planStepSummary(anAllowedPlan(), FACTS) },
    { file: "code-quality.json", text: planCodeQuality(aRichPlan()) },
    { file: "fleet.sarif", text: planSarif(aRichPlan()) },
    { file: "junit.xml", text: planJunit(aRichPlan()) },
  ])("$file", async ({ file, text }) => {
    await expect(text).toMatchFileSnapshot(`../../../golden/ci/${file}`);
  });

  test("a plan that changes nothing but who may sign says so in every form", () => {
    const visors = [aPlanVisor(1, { inSync: 4 })];
    const plan = aPlan({ visors, keysetChanges: ["operator ci is added (apply)"] });
    const says = "No changes to visors; operators, controllers or policy change.";
    expect(planAnnotations(plan).trimEnd().split("\n").at(-1)).toBe(
      `::notice title=fleet plan::${says}`,
    );
    const heading =
      "### Fleet `home`: no changes to visors; operators, controllers or policy change";
    expect(planComment(plan).split("\n")).toEqual(expect.arrayContaining([heading, says]));
    const cases = readJunit(planJunit(plan)).filter(({ suite }) => suite === "rules");
    expect(cases).toMatchObject([
      {
        name: "operators, controllers or policy change",
        verdict: "passed",
        text: expect.stringContaining("operator ci is added (apply)"),
      },
    ]);
    expect(readJunit(planJunit(aPlan({ visors }))).map(({ suite }) => suite)).not.toContain(
      "rules",
    );
  });

  test("a plan without changes", async () => {
    const plan = aPlan({ visors: [aPlanVisor(1, { inSync: 4 })] });
    expect(planAnnotations(plan)).toBe("::notice title=fleet plan::No changes.\n");
    expect(planCodeQuality(plan)).toBe("[]\n");
    await expect(planComment(plan)).toMatchFileSnapshot("../../../golden/ci/comment-no-changes.md");
  });
});
