// A plan that changes many visors alike, for what is said of big fleets.
import type { VisorKey } from "../../src/core/index.ts";
import type { Change, Plan, PlanVisor } from "../../src/model/index.ts";
import { aChange, aChangingVisor, aPlan, someCounts } from "./plan-literals.ts";
import { placeAt } from "./reconcile-builders.ts";

/** The two changes that every visor of {@link bigPlan} gets. */
const TWO_CHANGES: readonly Change[] = [
  aChange(),
  aChange({
    path: "settings.min_hops",
    before: 0,
    after: 2,
    reason: { place: placeAt(13), role: "base" },
    restart: "visor",
  }),
];

/** The key of visor `index`: made up, on no curve. */
export function keyNumber(index: number): VisorKey {
  return `02${index.toString(16).padStart(4, "0").repeat(16)}` as VisorKey;
}

/** A key that plans call friend-kim. */
export const FRIEND: VisorKey = keyNumber(9_999);

/** A plan of `size` visors, shop-1 and up, each with the same changes, and with `more` of its own where given. */
export function bigPlan(
  size: number,
  more: (index: number) => readonly Change[] = () => [],
  named: (index: number) => string = (index) => `shop-${index}`,
): Plan {
  const visors = Array.from({ length: size }, (_, at): PlanVisor => {
    const visor = aChangingVisor(1, [...TWO_CHANGES, ...more(at + 1)]);
    return { ...visor, key: keyNumber(at + 1), name: named(at + 1), inSync: 4 };
  });
  const changes = visors.flatMap(({ steps }) => steps.flatMap((step) => step.changes));
  const count = (op: Change["op"]): number => changes.filter((change) => change.op === op).length;
  return aPlan({
    visors,
    names: Object.fromEntries([
      ...visors.map(({ key, name }) => [key, name]),
      [FRIEND, "friend-kim"],
    ]),
    counts: someCounts({
      visors: size,
      changing: size,
      add: count("add"),
      change: count("change"),
      remove: count("remove"),
    }),
  });
}
