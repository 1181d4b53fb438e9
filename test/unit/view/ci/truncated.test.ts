import { describe, expect, it } from "vitest";
import type { VisorKey } from "../../../../src/core/index.ts";
import type { Plan } from "../../../../src/model/index.ts";
import { planAnnotations, planComment, planStepSummary } from "../../../../src/view/index.ts";
import { applyCommand } from "../../../../src/view/ci/apply-command.ts";
import { aChange, aChangingVisor, aPlan, someCounts } from "../../../support/plan-literals.ts";
import { keyAt, placeAt } from "../../../support/reconcile-builders.ts";

/** Visors that all change alike; the last of them also takes trust from a key. */
function manyVisors(count: number, changesEach: number): Plan {
  const changes = Array.from({ length: changesEach }, (_, index) =>
    aChange({ path: `settings.a${index}`, reason: { place: placeAt(index + 1) } }),
  );
  const removal = aChange({
    path: "trust.pty",
    element: keyAt(5),
    op: "remove",
    risk: "trust",
    step: "c",
  });
  const visors = Array.from({ length: count }, (_, index) => ({
    ...aChangingVisor(1, index === count - 1 ? [...changes, removal] : changes),
    key: `02${String(index).padStart(64, "0")}` as VisorKey,
    name: `shop-${index + 1}`,
  }));
  return aPlan({ visors, counts: someCounts({ visors: count, changing: count }) });
}

/** Every place in a comment where it says what it leaves out. */
function leftOut(text: string): readonly string[] {
  return text.match(/.*(not shown here|not in this table|Left out here).*/g) ?? [];
}

describe("a comment about a large plan", () => {
  it("has the most dangerous visor first and says how much it leaves out", () => {
    const comment = planComment(manyVisors(1_000, 5), { by: "visor" });
    expect(comment.length).toBeLessThanOrEqual(65_536);
    const names = [...comment.matchAll(/<summary><code>([^<]*)</g)].map((match) => match[1]);
    expect(names.slice(0, 3)).toEqual(["shop-1000", "shop-1", "shop-2"]);
    const left = 1_000 - names.length;
    expect(left).toBeGreaterThan(700);
    expect(leftOut(comment)).toEqual([
      "950 more visors not in this table.",
      `Left out here: ${left} whole visors, ${left * 5} lines with ${left * 5} changes, none of them about trust. The plan as text or JSON has all of them.`,
    ]);
  });

  it("counts the lines of one visor that it leaves out", () => {
    const comment = planComment(manyVisors(1, 250));
    expect(leftOut(comment)).toEqual([
      "? 151 more lines, not shown here",
      "Left out here: 0 whole visors, 151 lines with 151 changes, none of them about trust. The plan as text or JSON has all of them.",
    ]);
  });

  it("says loudly when trust is among what it leaves out", () => {
    const visor = aChangingVisor(
      1,
      Array.from({ length: 120 }, (_, index) =>
        aChange({ path: `trust.list${index}`, element: "x".repeat(200), op: "add", risk: "trust" }),
      ),
    );
    const comment = planComment(aPlan({ visors: [visor], counts: someCounts({ changing: 1 }) }));
    expect(comment).toContain("20 lines with 20 changes, **20 of them about trust**.");
  });

  it("keeps to its size when every list is long", () => {
    const base = manyVisors(400, 40);
    const refusals = base.visors.map((visor) => ({
      guard: "lock-out" as const,
      visor: visor.key,
      message: `${visor.name} ${"would be lost ".repeat(60)}`,
      measured: "0",
      limit: "1",
      next: "keep it",
    }));
    const plan = {
      ...base,
      refusals,
      applyable: false,
      keysetChanges: refusals.map((r) => r.message),
    };
    const comment = planComment(plan);
    expect(new TextEncoder().encode(comment).length).toBeLessThanOrEqual(65_536);
    const shown = comment.split("\n").filter((line) => line.startsWith("> - ")).length - 2;
    const left = [...comment.matchAll(/(\d+) more (?:refusals|changes of these), not/g)];
    expect(left).toHaveLength(2);
    expect(shown).toBeGreaterThan(20);
    expect(left.reduce((sum, match) => sum + Number(match[1]), shown)).toBe(800);
  });

  it("has more room in a step summary", () => {
    const summary = planStepSummary(manyVisors(1_000, 5));
    expect(leftOut(summary)).toEqual([]);
    expect(summary.startsWith("### Fleet `home`: 1000 visors would change\n")).toBe(true);
  });
});

describe("annotations of a large plan", () => {
  it("join visors that say the same, show ten of a kind and count the others", () => {
    const lines = planAnnotations(manyVisors(50, 30)).trimEnd().split("\n");
    expect(lines).toHaveLength(11);
    expect(lines[0]).toContain(
      "::warning file=fleet.yaml,line=12,col=3,title=trust change::shop-50: ",
    );
    expect(lines[1]).toContain(
      "::shop-1, shop-2, shop-3, shop-4, shop-5 and 45 more: settings.a0: ",
    );
    expect(lines.at(-1)).toBe(
      "::notice title=fleet plan::Plan: 50 visors change (0 add, 0 change, 0 remove), 0 in sync, 0 unreachable. " +
        "21 more are not shown here (0 refusals, 0 about trust, 21 others); the plan's text has them all.",
    );
  });
});

describe("the command that applies a plan", () => {
  it.each([
    { name: "plain", plan: {}, selection: undefined, want: "fleet apply" },
    {
      name: "another manifest",
      plan: { manifest: { path: "sites/my fleet.yaml", digest: aPlan().digest } },
      selection: "tag:shop & !shop-3",
      want: "fleet apply 'sites/my fleet.yaml' --on 'tag:shop & !shop-3'",
    },
    {
      name: "a manifest that looks like an option",
      plan: { manifest: { path: "--yes", digest: aPlan().digest } },
      selection: undefined,
      want: "fleet apply ./--yes",
    },
    {
      name: "every override",
      plan: {
        overrides: {
          allowRemovals: 7,
          allowTrustRemovals: 2,
          allowReleased: 1,
          allowTrustLoss: ["shop-1", "shop-2"],
          allowKeysetChange: true,
        },
      } satisfies Partial<Plan>,
      selection: "$(id)",
      want: "fleet apply --on '$(id)' --allow-removals 7 --allow-trust-removals 2 --allow-released 1 --allow-trust-loss shop-1 --allow-trust-loss shop-2 --allow-keyset-change",
    },
  ])("$name", ({ plan, selection, want }) => {
    const made = aPlan(plan);
    expect(applyCommand(made, selection === undefined ? {} : { selection })).toBe(
      `${want} --expect-decision ${made.decision}`,
    );
  });

  it("is not shown when a word of it cannot be shown exactly", () => {
    const facts = { selection: "tag:a | `id`" };
    expect(applyCommand(aPlan(), facts)).toBeUndefined();
    const plan = aPlan({ counts: someCounts({ changing: 1 }) });
    expect(planComment(plan, facts)).toContain("cannot be shown exactly, so it is not shown");
  });
});

describe("the marker of a comment", () => {
  it("is one line of its own for each fleet, and no fleet's name can end it", () => {
    const fleets = ["home", "home-2", "home--2", "a-->b", "a b", "ä", "x\n"];
    const markers = fleets.map((fleet) => planComment(aPlan({ fleet })).split("\n")[0]);
    expect(new Set(markers).size).toBe(fleets.length);
    for (const marker of markers)
      expect(marker).toMatch(/^<!-- fleet-plan:(?:(?!--)[\w%.-])+ -->$/);
    expect(markers[0]).toBe("<!-- fleet-plan:home -->");
  });
});
