import { describe, expect, it } from "vitest";
import { GUARDS } from "../../../../src/model/index.ts";
import {
  planAnnotations,
  planCodeQuality,
  planJunit,
  planSarif,
} from "../../../../src/view/index.ts";
import { aPlan, aPlanVisor } from "../../../support/plan-literals.ts";
import { readJunit, sarifFaults } from "../../../support/report-readers.ts";
import { aRichPlan, anAllowedPlan } from "../../../support/rich-plan.ts";

interface SarifLog {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly partialFingerprints: Readonly<Record<string, string>>;
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string };
          readonly region: { readonly startLine: number; readonly startColumn: number };
        };
      }[];
    }[];
    readonly invocations: readonly { readonly toolExecutionNotifications: readonly unknown[] }[];
  }[];
}

function runOf(text: string): SarifLog["runs"][number] {
  const [run] = (JSON.parse(text) as SarifLog).runs;
  if (run === undefined) throw new Error("the log has no run");
  return run;
}

describe("SARIF", () => {
  it("fits the schema of 2.1.0, and the schema finds what does not", () => {
    expect(sarifFaults(planSarif(aRichPlan()))).toEqual([]);
    expect(sarifFaults(planSarif(aPlan()))).toEqual([]);
    const spoiled = planSarif(aRichPlan()).replace('"level": "error"', '"level": "fatal"');
    expect(sarifFaults(spoiled)).not.toEqual([]);
  });

  it("has a rule for every guard and every risk, and each result names its own", () => {
    const { tool, results } = runOf(planSarif(aRichPlan()));
    const ids = tool.driver.rules.map(({ id }) => id);
    expect(ids).toEqual([
      "guard/lock-out",
      "guard/would-open",
      "guard/open-exit",
      "guard/port-move",
      "guard/open-proxy",
      "guard/expect",
      "guard/removals",
      "guard/argument-size",
      "guard/observation-age",
      "guard/signed-commits",
      "guard/trust-removals",
      "guard/released",
      "guard/keyset-change",
      "guard/keyset-signatures",
      "guard/operator",
      "guard/not-controller",
      "guard/witnesses",
      "guard/relays",
      "guard/stale-ledger",
      "guard/used-approval",
      "guard/expired",
      "guard/stale-observation",
      "change/keyset",
      "change/trust",
      "visor/impostor",
      "trust/lingering",
      "leaf/released-trust",
      "change/reachability",
      "visor/unread",
      "change/app",
      "change/label",
      "leaf/unsupported",
      "leaf/released",
      "leaf/not-compared",
      "leaf/not-observed",
      "leaf/awaiting-restart",
      "app/cannot-start",
    ]);
    for (const { ruleId, ruleIndex } of results) expect(ids[ruleIndex]).toBe(ruleId);
  });

  it.each(GUARDS)("names guard %s in every report that has rules", (guard) => {
    const refusal = { guard, message: "no", measured: "2", limit: "1", next: "stop" };
    const plan = aPlan({ applyable: false, refusals: [refusal] });
    const { tool, results } = runOf(planSarif(plan));
    expect(tool.driver.rules[results[0]?.ruleIndex ?? -1]?.id).toBe(`guard/${guard}`);
    expect(results).toMatchObject([{ ruleId: `guard/${guard}`, level: "error" }]);
    expect(planAnnotations(plan)).toMatch(
      new RegExp(`^::error file=fleet.yaml,line=1,col=1,title=refused%3A ${guard}::no; `),
    );
    expect(JSON.parse(planCodeQuality(plan))).toMatchObject([
      { check_name: `guard/${guard}`, severity: "blocker" },
    ]);
    expect(readJunit(planJunit(plan)).filter(({ verdict }) => verdict === "failure")).toMatchObject(
      [{ suite: "guards", name: guard }],
    );
  });

  it("points at the manifest's line and column", () => {
    const [refused] = runOf(planSarif(aRichPlan())).results;
    expect(refused).toMatchObject({
      ruleId: "guard/lock-out",
      level: "error",
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "fleet.yaml" },
            region: { startLine: 21, startColumn: 3 },
          },
        },
      ],
    });
  });

  it("writes paths as references", () => {
    const uris = ["./a b/f%.yaml", "/srv/f.yaml", "..\\f.yaml", "-"].map((path) => {
      const plan = aRichPlan({
        manifest: { path, digest: aPlan().digest },
        visors: [],
        refusals: [],
      });
      return runOf(planSarif(plan)).results[0]?.locations[0]?.physicalLocation.artifactLocation.uri;
    });
    expect(uris).toEqual(["a%20b/f%25.yaml", "file:///srv/f.yaml", "../f.yaml", "stdin"]);
  });

  it("gives a finding the same fingerprint when its line moves, and no two findings one", () => {
    const prints = (plan: string): readonly (string | undefined)[] =>
      runOf(plan).results.map((result) => result.partialFingerprints["fleetFinding/v1"]);
    const before = prints(planSarif(aRichPlan()));
    expect(new Set(before).size).toBe(before.length);
    const moved = JSON.parse(
      JSON.stringify(aRichPlan()).replaceAll('"line":34', '"line":35'),
    ) as ReturnType<typeof aRichPlan>;
    expect(prints(planSarif(moved))).toEqual(before);
  });

  it("holds 5,000 results at most and counts the others", () => {
    const visors = [
      aPlanVisor(1, {
        notCompared: Array.from({ length: 5_010 }, (_, index) => `settings.a${index}`),
      }),
    ];
    const run = runOf(planSarif(aPlan({ visors })));
    expect(run.results).toHaveLength(5_000);
    expect(run.invocations[0]?.toolExecutionNotifications).toEqual([
      {
        level: "warning",
        message: { text: "10 findings more than this log holds; the plan has all" },
      },
    ]);
  });
});

describe("JUnit", () => {
  it("fits the schema, with a case a visor and a guard", () => {
    const cases = readJunit(planJunit(aRichPlan()));
    expect(cases.map(({ suite, name, verdict }) => `${suite} ${name}: ${verdict}`)).toEqual([
      "visors laptop: passed",
      "visors shop-1: passed",
      "visors shop-2: failure",
      "visors shop-3: skipped",
      "visors shop-4: passed",
      "visors depot: error",
      "rules operators, controllers or policy change: passed",
      "guards lock-out: failure",
      "guards would-open: passed",
      "guards open-exit: passed",
      "guards port-move: passed",
      "guards open-proxy: passed",
      "guards expect: passed",
      "guards removals: passed",
      "guards argument-size: passed",
      "guards observation-age: passed",
      "guards signed-commits: passed",
      "guards trust-removals: skipped",
      "guards released: skipped",
      "guards keyset-change: skipped",
      "guards keyset-signatures: skipped",
      "guards operator: skipped",
      "guards not-controller: skipped",
      "guards witnesses: skipped",
      "guards relays: skipped",
      "guards stale-ledger: skipped",
      "guards used-approval: skipped",
      "guards expired: skipped",
      "guards stale-observation: skipped",
    ]);
  });

  it("counts what it holds", () => {
    const text = planJunit(anAllowedPlan());
    expect(text).toContain('<testsuites name="fleet home" tests="29" failures="0" errors="1">');
    expect(() => readJunit(text.replace("<testsuite name", "<testsuite nome"))).toThrow(/name/);
  });
});

describe("GitLab's code quality", () => {
  it("has what the report format asks of each issue", () => {
    const issues = JSON.parse(planCodeQuality(aRichPlan())) as readonly Record<string, unknown>[];
    expect(issues).toHaveLength(17);
    for (const issue of issues) {
      expect(issue).toEqual({
        description: expect.stringMatching(/./),
        check_name: expect.stringMatching(/^(guard|change|visor|leaf)\//),
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        severity: expect.stringMatching(/^(info|minor|major|critical|blocker)$/),
        location: { path: "fleet.yaml", lines: { begin: expect.any(Number) } },
      });
    }
    expect(new Set(issues.map((issue) => issue["fingerprint"])).size).toBe(17);
  });
});
