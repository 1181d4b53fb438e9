import fc from "fast-check";
import { expect, it } from "vitest";
import { buildPlan } from "../../src/reconcile/index.ts";
import {
  desiredFleet,
  desiredVisor,
  KEYS,
  keyAt,
  seenVisor,
  setLeaf,
} from "../support/reconcile-builders.ts";

const list = fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 4 });
const wanted = fc.oneof(
  list.map((members) => ({ members, removed: undefined })),
  fc.tuple(list, list).map(([members, other]) => ({
    members,
    removed: other.filter((key) => !members.includes(key)),
  })),
);

it("no prefix of any applyable plan locks out the acting key or a controller", () => {
  fc.assert(
    fc.property(
      fc.record({ hypervisors: list, pty: list, wantHypervisors: wanted, wantPty: wanted }),
      fc.uniqueArray(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 2 }),
      ({ hypervisors, pty, wantHypervisors, wantPty }, controllers) => {
        const acting = controllers[0] ?? keyAt(0);
        const visor = desiredVisor(1, [
          setLeaf("trust.hypervisors", wantHypervisors.members, wantHypervisors.removed),
          setLeaf("trust.pty", wantPty.members, wantPty.removed),
        ]);
        const plan = buildPlan({
          desired: desiredFleet([visor], { controllers }),
          selected: [visor],
          observed: [seenVisor(1, { hypervisors, pty })],
          acting,
          history: { known: false, why: "none" },
          overrides: { allowTrustLoss: [], allowRemovals: 20 },
          nowMs: 0,
          expiresAfterMs: 1,
          tool: "test",
          manifest: { path: "fleet.yaml", digest: `sha256:${"0".repeat(64)}` },
        });
        if (!plan.applyable) return;
        const changes = plan.visors.flatMap(({ steps }) => steps.flatMap((step) => step.changes));
        const guarded = [...new Set([acting, ...controllers])].filter((key) =>
          [visor.key, ...hypervisors, ...pty].includes(key),
        );
        const lists: Record<string, Set<string>> = {
          "trust.hypervisors": new Set(hypervisors),
          "trust.pty": new Set(pty),
        };
        for (const { path, op, element = "" } of changes) {
          if (op === "remove") lists[path]?.delete(element);
          else lists[path]?.add(element);
          const ways = new Set([visor.key, ...Object.values(lists).flatMap((keys) => [...keys])]);
          for (const key of guarded) expect(ways.has(key)).toBe(true);
        }
      },
    ),
    { seed: 20_260_101, numRuns: 2_000 },
  );
});
