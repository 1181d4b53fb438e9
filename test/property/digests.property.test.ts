import fc from "fast-check";
import { expect, it } from "vitest";
import type { DesiredField, DesiredVisor, PlanHead, SeenVisor } from "../../src/model/index.ts";
import { buildPlan, formatPlan, parsePlan } from "../../src/reconcile/index.ts";
import { testKeys } from "../support/ledger-world.ts";
import {
  desiredFleet,
  desiredVisor,
  KEYS,
  keyAt,
  placeAt,
  seenApp,
  seenVisor,
  setLeaf,
  valueLeaf,
} from "../support/reconcile-builders.ts";

const keys = fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 4 });
const fields: fc.Arbitrary<readonly DesiredField[]> = fc
  .record({ hypervisors: keys, pty: keys, survey: keys, hops: fc.nat(3), on: fc.boolean() })
  .map(({ hypervisors, pty, survey, hops, on }) => [
    setLeaf("trust.hypervisors", hypervisors),
    setLeaf("trust.pty", pty, []),
    setLeaf("survey", survey, []),
    valueLeaf("settings.routing.min_hops", hops),
    valueLeaf("apps.skychat.running", on),
    valueLeaf("apps.vpn-client.auto_start", on),
    valueLeaf("ports.8080.open", on),
  ]);
const seen: fc.Arbitrary<Partial<SeenVisor>> = fc
  .record({ hypervisors: keys, pty: keys, survey: keys, hops: fc.nat(3), running: fc.boolean() })
  .map(({ hypervisors, pty, survey, hops, running }) => ({
    hypervisors,
    pty,
    survey,
    settings: { log_level: "info", "routing.min_hops": hops, is_public: false },
    apps: [seenApp("skychat", { running }), seenApp("vpn-client"), seenApp("skysocks")],
  }));

const heads = fc.uniqueArray(
  fc.record({
    feed: fc.constantFrom(...["desk", "shop", "laptop", "ci"].map((name) => testKeys(name).feed)),
    size: fc.nat(),
    tree: fc.constantFrom("0".repeat(64), "a".repeat(64)),
  }),
  { selector: ({ feed }) => feed },
);

/** One fleet, in its own order or in another. */
function planText(
  visors: readonly DesiredVisor[],
  observed: readonly SeenVisor[],
  seenOf: readonly PlanHead[] = [],
): string {
  const operators = [
    {
      name: "owner",
      key: testKeys("owner").operator,
      may: ["plan", "apply"] as const,
      place: placeAt(1),
    },
    { name: "ci", key: testKeys("ci").operator, may: ["plan"] as const, place: placeAt(2) },
  ];
  const desired = desiredFleet(visors, { operators, controllers: [keyAt(0), keyAt(1)] });
  return formatPlan(
    buildPlan({
      desired,
      selected: visors,
      observed,
      acting: keyAt(0),
      history: { known: false, why: "none" },
      overrides: { allowTrustLoss: ["visor-1", "visor-2"] },
      nowMs: 0,
      expiresAfterMs: 1,
      tool: "test",
      manifest: { path: "fleet.yaml", digest: `sha256:${"0".repeat(64)}` },
      heads: seenOf,
    }),
  );
}

function reversed(visor: SeenVisor): SeenVisor {
  return {
    ...visor,
    hypervisors: visor.hypervisors?.toReversed() ?? [],
    pty: visor.pty?.toReversed() ?? [],
    survey: visor.survey?.toReversed() ?? [],
    apps: visor.apps.toReversed(),
    settings: Object.fromEntries(Object.entries(visor.settings).toReversed()),
  };
}

it("the order of visors, leaves and replies changes no byte of a plan", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fields, seen), { minLength: 3, maxLength: 3 }), (rows) => {
      const visors = rows.map(([own], index) => desiredVisor(index, own));
      const observed = rows.map(([, what], index) => seenVisor(index, what));
      const turned = visors
        .map((visor) => ({ ...visor, leaves: new Map([...visor.leaves].toReversed()) }))
        .toReversed();
      expect(planText(turned, observed.map(reversed).toReversed())).toBe(
        planText(visors, observed),
      );
    }),
    { seed: 20_260_101, numRuns: 300 },
  );
});

it("what was seen of other ledgers changes the digest and never the decision, in whatever order", () => {
  const visors = [desiredVisor(1, [valueLeaf("settings.routing.min_hops", 2)])];
  const observed = [seenVisor(1)];
  const none = parsePlan(planText(visors, observed));
  fc.assert(
    fc.property(heads, (some) => {
      const text = planText(visors, observed, some);
      expect(planText(visors, observed, some.toReversed())).toBe(text);
      const plan = parsePlan(text);
      expect(plan.heads).toHaveLength(some.length);
      expect(plan.decision).toBe(none.decision);
      expect(plan.digest === none.digest).toBe(some.length === 0);
    }),
    { seed: 20_260_102, numRuns: 200 },
  );
});
