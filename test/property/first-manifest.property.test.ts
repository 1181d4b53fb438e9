// What `fleet init` writes of any fleet: both lists that give control, as they are, and nothing else.
import fc from "fast-check";
import { expect, it } from "vitest";
import { utf8 } from "../../src/core/index.ts";
import { initManifest, loadManifest } from "../../src/manifest/index.ts";
import type { DesiredFleet, Plan } from "../../src/model/index.ts";
import { buildPlan, observedFieldAt } from "../../src/reconcile/index.ts";
import { EYES } from "../support/adopting.ts";
import { keyOf } from "../support/manifest-text.ts";
import { CANARIES, type NamedSeen, randomFleet, type Wildness } from "../support/random-fleet.ts";
import { parseVisorKey } from "../../src/core/index.ts";

const SEED = 20261130;
const LISTS = ["trust.hypervisors", "trust.pty"] as const;

const fleets = fc
  .record({
    seed: fc.integer({ min: 1, max: 0x7fff_ffff }),
    count: fc.integer({ min: 1, max: 12 }),
    wildness: fc.constantFrom<Wildness>(0, 1, 2, 3),
  })
  .map(({ seed, count, wildness }) => randomFleet(seed, count, wildness));

function firstManifest(fleet: readonly NamedSeen[]): string {
  return initManifest({
    fleet: "home",
    controllers: fleet.slice(0, 1).map(({ seen }) => seen.key),
    visors: fleet,
    unread: [{ name: "away", key: parseVisorKey(keyOf("away")), why: "no answer", next: "wait" }],
    planView: EYES,
  }).text;
}

function desiredOf(text: string): DesiredFleet {
  const { desired, diagnostics } = loadManifest(utf8(text), "fleet.yaml");
  if (desired === undefined) throw new Error(`${JSON.stringify(diagnostics)}\n${text}`);
  return desired;
}

function planOf(desired: DesiredFleet, fleet: readonly NamedSeen[]): Plan {
  const seen = new Map<string, NamedSeen["seen"]>(fleet.map((each) => [each.seen.key, each.seen]));
  const selected = desired.visors.filter(({ key }) => seen.has(key));
  const [acting] = fleet;
  if (acting === undefined) throw new Error("no fleet");
  return buildPlan({
    desired,
    selected,
    observed: selected.flatMap(({ key }) => seen.get(key) ?? []),
    acting: acting.seen.key,
    history: { known: false, why: "none" },
    overrides: { allowTrustLoss: [] },
    nowMs: Date.UTC(2026, 10, 30),
    expiresAfterMs: 1,
    tool: "test",
    manifest: { path: "fleet.yaml", digest: desired.manifestDigest },
  });
}

it("3: init's manifest plans nothing, is refused by no guard, and holds no secret", () => {
  fc.assert(
    fc.property(fleets, (fleet) => {
      const text = firstManifest(fleet);
      const plan = planOf(desiredOf(text), fleet);
      expect(plan.counts).toMatchObject({ changing: 0, add: 0, change: 0, remove: 0 });
      expect(plan.refusals).toEqual([]);
      for (const canary of CANARIES) expect(text).not.toContain(canary);
    }),
    { seed: SEED, numRuns: 100 },
  );
}, 90_000);

it("3: init owns each list that gives control, exactly, or says at the visor why it cannot", () => {
  let owned = 0;
  fc.assert(
    fc.property(fleets, (fleet) => {
      const text = firstManifest(fleet);
      const desired = desiredOf(text);
      for (const { seen } of fleet) {
        const visor = desired.visors.find(({ key }) => key === seen.key);
        for (const list of LISTS) {
          const found = observedFieldAt(seen, list);
          const field = visor?.leaves.get(list);
          if (field === undefined) {
            expect(text).toContain(`${list} is left out: `);
            continue;
          }
          if (field.kind !== "set" || found.kind !== "set") throw new Error(`${list} is no list`);
          expect(field.exact).toBe(true);
          const others = found.elements.filter((key) => key !== seen.key);
          expect(field.members.map(({ value }) => value).toSorted()).toEqual(
            [...new Set(others)].toSorted(),
          );
          owned += 1;
        }
        const paths = [...(visor?.leaves.keys() ?? [])];
        expect(paths.filter((path) => !path.startsWith("trust."))).toEqual([]);
      }
      expect(desired.visors.find(({ name }) => name === "away")?.leaves.size).toBe(0);
    }),
    { seed: SEED, numRuns: 100 },
  );
  expect(owned).toBeGreaterThan(200);
}, 90_000);
