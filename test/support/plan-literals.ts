import type { Digest } from "../../src/core/index.ts";
import {
  type Change,
  DEFAULT_POLICY,
  type Plan,
  PLAN_FORMAT,
  type PlanCounts,
  type PlanVisor,
} from "../../src/model/index.ts";
import { keyAt, placeAt } from "./reconcile-builders.ts";

const ZERO: Digest = `sha256:${"0".repeat(64)}`;

/** A change of one setting, with what differs. */
export function aChange(more: Partial<Change> = {}): Change {
  return {
    path: "settings.log_level",
    op: "change",
    before: "info",
    after: "debug",
    reason: { place: placeAt(12), role: "base" },
    lifetime: "config",
    restart: "none",
    risk: "label",
    step: "a",
    method: "SetConfigFields",
    inverse: { after: "info" },
    ...more,
  };
}

/** What a plan says of visor `index`: in sync, unless something else is given. */
export function aPlanVisor(index: number, more: Partial<PlanVisor> = {}): PlanVisor {
  return {
    key: keyAt(index),
    name: `shop-${index}`,
    route: index === 0 ? { kind: "local" } : { kind: "bridge", scheme: "dmsg", port: 65 },
    status: "in-sync",
    observed: {
      at: "2026-11-23T12:00:00.000Z",
      digest: ZERO,
      version: "v1.3.94",
      startedAt: "2026-11-23T11:00:00.000Z",
    },
    owned: [],
    inSync: 0,
    steps: [],
    unsupported: [],
    notCompared: [],
    secretLeaves: [],
    openToAnyone: [],
    awaitingRestart: [],
    released: [],
    ...more,
  };
}

/** A visor with changes, all in step (a) unless they say otherwise. */
export function aChangingVisor(index: number, changes: readonly Change[]): PlanVisor {
  const letters = [...new Set(changes.map((change) => change.step))].sort();
  return aPlanVisor(index, {
    status: "changes",
    steps: letters.map((letter) => ({
      letter,
      changes: changes.filter((change) => change.step === letter),
      restartsOwed: [],
    })),
  });
}

/** Counts that are all zero but for those given. */
export function someCounts(more: Partial<PlanCounts> = {}): PlanCounts {
  return {
    visors: 0,
    changing: 0,
    add: 0,
    change: 0,
    remove: 0,
    inSync: 0,
    unreachable: 0,
    trustRemovals: 0,
    unsupported: 0,
    released: 0,
    releasedTrust: 0,
    awaitingRestart: 0,
    notCompared: 0,
    ...more,
  };
}

/** A plan as a document, with nothing in it but what is given. */
export function aPlan(more: Partial<Plan> = {}): Plan {
  return {
    format: PLAN_FORMAT,
    tool: "fleet 0.0.0",
    fleet: "home",
    manifest: { path: "fleet.yaml", digest: ZERO },
    created: "2026-11-23T12:00:00.000Z",
    expires: "2026-11-23T13:00:00.000Z",
    acting: keyAt(0),
    keyset: { operators: [], controllers: [keyAt(0)], policy: DEFAULT_POLICY },
    keysetChanges: [],
    policies: [DEFAULT_POLICY],
    protected: [keyAt(0)],
    seal: true,
    relays: [],
    heads: [],
    overrides: { allowTrustLoss: [] },
    complete: true,
    applyable: true,
    history: { known: true, head: 7 },
    names: { [keyAt(0)]: "laptop", [keyAt(1)]: "shop-1", [keyAt(5)]: "friend-kim" },
    counts: someCounts(),
    visors: [],
    releasedVisors: [],
    waves: [],
    refusals: [],
    decision: ZERO,
    digest: ZERO,
    ...more,
  };
}
