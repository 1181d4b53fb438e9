// A plan as events, one a line.
import { defined, type Json } from "../core/index.ts";
import { type Change, changesOf, type Plan } from "../model/index.ts";
import type { FleetEvent } from "../reconcile/index.ts";
import { whatText } from "./change-text.ts";
import { planSummary } from "./plan-text.ts";

/** A plan as events: each change, each refusal, and the summary last. */
export function planEvents(plan: Plan): readonly FleetEvent[] {
  const changes = plan.visors.flatMap((visor) =>
    changesOf(visor).map((change): FleetEvent => ({
      type: "planned_change",
      level: change.risk === "trust" ? "warn" : "info",
      message: `${visor.name} ${change.path}: ${change.op} ${whatText(change, plan.names)}`,
      visor: visor.key,
      facts: factsOf(change),
    })),
  );
  const refusals = plan.refusals.map((refusal): FleetEvent => ({
    type: "check",
    level: "error",
    message: refusal.message,
    ...defined({ visor: refusal.visor }),
    facts: {
      guard: refusal.guard,
      measured: refusal.measured,
      limit: refusal.limit,
      next: refusal.next,
    },
  }));
  const summary: FleetEvent = {
    type: "change_summary",
    level: plan.applyable ? "info" : "error",
    message: planSummary(plan),
    facts: { ...plan.counts, digest: plan.digest, decision: plan.decision },
  };
  return [...changes, ...refusals, summary];
}

function factsOf(change: Change): Readonly<Record<string, Json>> {
  return {
    path: change.path,
    op: change.op,
    ...defined({ element: change.element }),
    before: change.before,
    after: change.after,
    risk: change.risk,
    step: change.step,
    lifetime: change.lifetime,
  };
}
