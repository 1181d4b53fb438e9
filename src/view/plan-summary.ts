import { counted } from "../core/index.ts";
import type { Plan, PlanCounts } from "../model/index.ts";
import { whenAny } from "./count-text.ts";

/** What a plan changes beside visors. */
export const RULES_CHANGE = "operators, controllers or policy change";

/** The last line of a plan, without its line end. Its form is a promise: scripts read it. */
export function planSummary({
  counts,
  keysetChanges,
}: Pick<Plan, "counts" | "keysetChanges">): string {
  const rules = keysetChanges.length === 0 ? "" : `; ${RULES_CHANGE}`;
  const extras = `${extraCounts(counts)}${rules}`;
  if (counts.changing === 0 && counts.unreachable === 0) {
    return rules === "" ? `No changes${extras}.` : `No changes to visors${extras}.`;
  }
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
