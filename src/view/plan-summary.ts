import type { Plan, PlanCounts } from "../model/index.ts";
import { counted, whenAny } from "./count-text.ts";

/** The last line of a plan, without its line end. Its form is a promise: scripts read it. */
export function planSummary(plan: Pick<Plan, "counts">): string {
  const { counts } = plan;
  const extras = extraCounts(counts);
  if (counts.changing === 0 && counts.unreachable === 0) return `No changes${extras}.`;
  const changing = `${counted(counts.changing, "visor")} ${counts.changing === 1 ? "changes" : "change"}`;
  const kinds = `(${counts.add} add, ${counts.change} change, ${counts.remove} remove)`;
  return `Plan: ${changing} ${kinds}, ${counts.inSync} in sync, ${counts.unreachable} unreachable${extras}.`;
}

function extraCounts(counts: PlanCounts): string {
  return (
    whenAny(counts.unsupported, "unsupported") +
    whenAny(counts.released, "released") +
    whenAny(counts.awaitingRestart, "awaiting restart") +
    whenAny(counts.notCompared, "not compared") +
    whenAny(counts.notObserved ?? 0, "not observed") +
    whenAny(counts.ignored ?? 0, "ignored") +
    whenAny(counts.leftOut ?? 0, "left out")
  );
}
