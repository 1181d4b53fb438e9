import { describe, expect, it } from "vitest";
import { FleetError, type OperatorKey } from "../../../src/core/index.ts";
import { DEFAULT_POLICY, type DesiredFleet, type Plan } from "../../../src/model/index.ts";
import {
  buildPlan,
  checkApply,
  formatPlan,
  type History,
  parsePlan,
  requirementsOf,
} from "../../../src/reconcile/index.ts";
import { countPlan, decisionDigest, planDigest } from "../../../src/reconcile/plan/plan-head.ts";
import { testKeys } from "../../support/ledger-world.ts";
import {
  desiredFleet,
  desiredVisor,
  keyAt,
  placeAt,
  seenApp,
  seenVisor,
  setLeaf,
  valueLeaf,
  knownHistory,
} from "../../support/reconcile-builders.ts";

const NOW = Date.UTC(2026, 0, 1);
const owner = testKeys("owner").operator;
const OPERATORS = [
  { name: "owner", key: owner, may: ["plan", "apply"] as const, place: placeAt(2) },
];

function makePlan(more: Partial<DesiredFleet> = {}): Plan {
  const visor = desiredVisor(1, [
    setLeaf("trust.pty", [keyAt(0)]),
    valueLeaf("apps.skychat.auto_start", true),
    setLeaf("survey", [keyAt(3)], []),
  ]);
  return buildPlan({
    desired: desiredFleet([visor], { operators: OPERATORS, ...more }),
    selected: [visor],
    observed: [seenVisor(1, { pty: [keyAt(0), keyAt(2)], apps: [seenApp("skychat")] })],
    acting: keyAt(0),
    history: { known: false, why: "none" },
    overrides: { allowTrustLoss: [], allowRemovals: 9 },
    nowMs: NOW,
    expiresAfterMs: 3_600_000,
    tool: "fleet test",
    manifest: { path: "fleet.yaml", digest: `sha256:${"0".repeat(64)}` },
  });
}

function historyWith(keyset: (History & { readonly known: true })["keyset"]): History {
  return knownHistory({ head: 3, keyset });
}

function guards(
  plan: Plan,
  history: History = historyWith(undefined),
  nowMs = NOW,
  operator: OperatorKey = owner,
): readonly string[] {
  return checkApply({ plan, acting: keyAt(0), operator, history, nowMs }).map(({ guard }) => guard);
}

describe("a plan made where the fleet's history is not known", () => {
  const own = makePlan().keyset;

  it("passes where the recorded rules are those of its manifest", () => {
    expect(guards(makePlan())).toEqual([]);
    expect(guards(makePlan(), historyWith(own))).toEqual([]);
  });

  it.each<{ name: string; keyset: typeof own }>([
    {
      name: "a controller that it does not protect",
      keyset: { ...own, controllers: [keyAt(0), keyAt(2)] },
    },
    {
      name: "a stricter policy",
      keyset: { ...own, policy: { ...DEFAULT_POLICY, maxRemovals: { kind: "count", count: 0 } } },
    },
    {
      name: "another operator",
      keyset: {
        ...own,
        operators: [...own.operators, { name: "ci", key: testKeys("ci").operator, may: ["plan"] }],
      },
    },
  ])("is refused where the ledger records $name", ({ keyset }) => {
    expect(guards(makePlan(), historyWith(keyset))).toContain("keyset-change");
  });
});

describe("a plan that knows of the recorded rules", () => {
  const keyset = {
    ...makePlan().keyset,
    policy: { ...DEFAULT_POLICY, maxRemovals: { kind: "count", count: 0 } },
  } as const;
  const history = historyWith(keyset);
  const keysetChanges = ["policy.max_removals changes from 0 to 20%, which is looser"];

  it("must be judged by them", () => {
    expect(guards({ ...makePlan(), keysetChanges }, history)).toEqual(["keyset-change"]);
    const policies = [...makePlan().policies, keyset.policy];
    expect(guards({ ...makePlan(), keysetChanges, policies }, history)).toEqual([]);
  });
});

describe("the shape of a plan file", () => {
  const rewritten = (change: object): string => {
    const { digest: _, ...rest } = { ...makePlan(), ...change };
    return formatPlan({ ...rest, digest: planDigest(rest) });
  };

  it("13.3: is checked by the library as by the command", () => {
    const fault = "the plan is not of the form it claims: the plan";
    expect(() => parsePlan(rewritten({ tool: 1 }))).toThrow(
      expect.objectContaining({
        code: "plan/shape",
        message: `${fault}.tool is no text`,
        exit: 64,
      }),
    );
    expect(() => parsePlan(rewritten({ scope: { of: -1 } }))).toThrow(
      expect.objectContaining({ message: `${fault}.scope.of is no whole number` }),
    );
  });

  it("lets members pass that a later release added", () => {
    expect(parsePlan(rewritten({ later: [1] }))).toHaveProperty("later", [1]);
  });
});

describe("times in a plan file", () => {
  it.each<{ name: string; change: (plan: Plan) => Plan; want: string }>([
    {
      name: "no time of expiry",
      change: (plan) => ({ ...plan, expires: "never" }),
      want: "expired",
    },
    {
      name: "no time of reading",
      change: (plan) =>
        withVisor(plan, (visor) => ({
          ...visor,
          observed: visor.observed && { ...visor.observed, at: "lately" },
        })),
      want: "stale-observation",
    },
    {
      name: "a reading of tomorrow",
      change: (plan) =>
        withVisor(plan, (visor) => ({
          ...visor,
          observed: visor.observed && { ...visor.observed, at: "2026-01-02T00:00:00.000Z" },
        })),
      want: "stale-observation",
    },
  ])("$name is refused", ({ change, want }) => {
    expect(guards(change(makePlan()))).toContain(want);
  });
});

function aHead(size: number): Plan["heads"][number] {
  return { feed: testKeys("desk").feed, size, tree: "0".repeat(64) };
}

type PlanVisorOf = Plan["visors"][number];

function withVisor(plan: Plan, change: (visor: PlanVisorOf) => object): Plan {
  return { ...plan, visors: plan.visors.map((visor) => change(visor) as PlanVisorOf) };
}

function withChanges(
  plan: Plan,
  change: (change: PlanVisorOf["steps"][number]["changes"][number]) => object,
): Plan {
  return withVisor(plan, (visor) => ({
    ...visor,
    steps: visor.steps.map((step) => ({ ...step, changes: step.changes.map(change) })),
  }));
}

describe("a plan file that somebody wrote by hand", () => {
  it.each<{ name: string; change: (plan: Plan) => Plan }>([
    {
      name: "hides its trust removals from the counts",
      change: (plan) => ({ ...plan, counts: { ...plan.counts, trustRemovals: 0 } }),
    },
    {
      name: "says that nothing changes",
      change: (plan) => ({ ...plan, counts: { ...plan.counts, changing: 0 } }),
    },
    {
      name: "calls a removal an addition",
      change: (plan) =>
        withChanges(plan, (change) => (change.op === "remove" ? { ...change, op: "add" } : change)),
    },
    {
      name: "takes trust away in step (a)",
      change: (plan) =>
        withVisor(plan, (visor) => ({
          ...visor,
          steps: visor.steps.map((step) => ({
            ...step,
            letter: "a",
            changes: step.changes.map((each) => ({ ...each, step: "a" })),
          })),
        })),
    },
    { name: "protects nobody", change: (plan) => ({ ...plan, protected: [] }) },
    {
      name: "says that it may be applied while a guard refuses",
      change: (plan) => ({ ...plan, applyable: false }),
    },
    {
      name: "writes a visor twice",
      change: (plan) => ({ ...plan, waves: [...plan.waves, ...plan.waves] }),
    },
    {
      name: "has another decision digest",
      change: (plan) => ({ ...plan, decision: `sha256:${"1".repeat(64)}` }),
    },
    {
      name: "hides a secret",
      change: (plan) =>
        withChanges(plan, (each) =>
          each.path === "apps.skychat.auto_start"
            ? { ...each, after: { secret: "env:HOME" } }
            : each,
        ),
    },
    {
      name: "lacks the number of relays it must reach",
      change: (plan) => {
        const { maxRemovals } = plan.keyset.policy;
        const policy = { maxRemovals } as Plan["keyset"]["policy"];
        return { ...plan, keyset: { ...plan.keyset, policy }, policies: [policy] };
      },
    },
    {
      name: "asks for no signature",
      change: (plan) => {
        const policy = { ...plan.keyset.policy, keysetSignatures: 0 };
        return { ...plan, keyset: { ...plan.keyset, policy }, policies: [policy] };
      },
    },
    {
      name: "does not say what it had seen",
      change: (plan) => {
        const { heads: _heads, ...rest } = plan;
        return rest as Plan;
      },
    },
    {
      name: "saw one ledger at two sizes",
      change: (plan) => ({ ...plan, heads: [aHead(1), aHead(2)] }),
    },
    {
      name: "saw half an entry",
      change: (plan) => ({ ...plan, heads: [aHead(0.5)] }),
    },
    {
      name: "saw a tree that is no hash",
      change: (plan) => ({ ...plan, heads: [{ ...aHead(1), tree: "00" }] }),
    },
    {
      name: "names a relay by a name",
      change: (plan) => ({ ...plan, relays: ["relay.example.org:8870"] }),
    },
    {
      name: "changes a field that it does not own",
      change: (plan) => withVisor(plan, (visor) => ({ ...visor, owned: [] })),
    },
  ])("and $name is not taken, its digest made to fit", ({ change }) => {
    const { digest: _digest, ...rest } = change(makePlan());
    const text = formatPlan({ ...rest, digest: planDigest(rest) });
    expect(() => parsePlan(text)).toThrow(FleetError);
    expect(() => parsePlan(text)).toThrow(/plan/);
  });

  it.each<{ name: string; change: (plan: Plan) => Plan; want: RegExp }>([
    {
      name: "names a relay twice, which would count as two that hold the ledger",
      change: (plan) => ({ ...plan, relays: ["127.0.0.1:8870", "127.0.0.1:8870"] }),
      want: /names a relay twice/,
    },
    {
      name: "makes a change twice",
      change: (plan) =>
        withVisor(plan, (visor) => ({
          ...visor,
          steps: visor.steps.map((step) => ({
            ...step,
            changes: [...step.changes, ...step.changes],
          })),
        })),
      want: /twice/,
    },
    {
      name: "lists one key as two operators",
      change: (plan) => {
        const [first] = plan.keyset.operators;
        const twin = first === undefined ? [] : [{ ...first, name: "twin" }];
        return {
          ...plan,
          keyset: { ...plan.keyset, operators: [...plan.keyset.operators, ...twin] },
        };
      },
      want: /two operators with one key/,
    },
  ])("F11: and $name is not taken, all its digests made to fit", ({ change, want }) => {
    const { digest: _digest, ...rest } = change(makePlan());
    const fitting = {
      ...rest,
      counts: countPlan(rest.visors, rest.releasedVisors),
      decision: decisionDigest(rest.visors, rest.overrides, rest.policies),
    };
    const text = formatPlan({ ...fitting, digest: planDigest(fitting) });
    expect(() => parsePlan(text)).toThrow(want);
  });

  it("F11: one key under two names is one that can sign", () => {
    const own = makePlan().keyset;
    const twins = own.operators.map((operator) => ({ ...operator, name: "twin" }));
    const policy = { ...own.policy, keysetSignatures: 2 };
    const old = { ...own, policy, operators: [...own.operators, ...twins] };
    const { keysetSignatures } = requirementsOf(
      { keyset: old, policies: [policy] },
      historyWith(old),
    );
    expect(keysetSignatures).toBe(1);
  });

  it("is taken as it was made", () => {
    expect(parsePlan(formatPlan(makePlan()))).toEqual(makePlan());
  });
});
