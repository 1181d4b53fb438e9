import { ADOPT_SECTIONS, type AdoptInput, type PlanView } from "../../src/manifest/index.ts";
import { diffVisor, observedFieldAt } from "../../src/reconcile/index.ts";
import type { NamedSeen } from "./random-fleet.ts";

/** What is adopted is looked at as plans do. */
export const EYES: PlanView = {
  observedFieldAt,
  isInSync: (desired, seen) => {
    const { changes, unsupported, notCompared } = diffVisor(desired, seen, undefined);
    return changes.length + unsupported.length + notCompared.length === 0;
  },
};

/** Everything of these visors. */
export function adopting(visors: readonly NamedSeen[], more: Partial<AdoptInput> = {}): AdoptInput {
  return { visors, sections: new Set(ADOPT_SECTIONS), open: false, planView: EYES, ...more };
}
