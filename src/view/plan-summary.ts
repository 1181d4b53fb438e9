// The last line of a plan, which scripts read.
import { counted } from "../core/index.ts";
import type { Plan, PlanCounts } from "../model/index.ts";
import { whenAny } from "./count-text.ts";
import { printable } from "./printable.ts";

/** What a plan changes beside visors. */
export const RULES_CHANGE = "operators, controllers or policy change";

/** The last line of a plan, without its line end. Its form is a promise: scripts read it. */
export function planSummary({
  counts,
  keysetChanges,
  scope,
  only,
}: Pick<Plan, "counts" | "keysetChanges" | "scope" | "only">): string {
  const isPart = scope !== undefined || only !== undefined;
  const rules =
    keysetChanges.length === 0 ? "" : `; ${RULES_CHANGE}${isPart ? " for the whole fleet" : ""}`;
  // What a narrowed plan is of is said by its first line.
  const of = only === undefined ? scopeText(counts.visors, scope) : "";
  const extras = `${extraCounts(counts)}${rules}`;
  if (counts.changing === 0 && counts.unreachable === 0) {
    const where = of === "" ? "" : ` on ${of}`;
    return rules === "" ? `No changes${where}${extras}.` : `No changes to visors${where}${extras}.`;
  }
  const changing = `${counted(counts.changing, "visor")} ${counts.changing === 1 ? "changes" : "change"}`;
  const kinds = `(${counts.add} add, ${counts.change} change, ${counts.remove} remove)`;
  return `Plan: ${changing} ${kinds}, ${counts.inSync} in sync, ${counts.unreachable} unreachable${extras}${of === "" ? "" : `; of ${of}`}.`;
}

/** `1 of 3 visors (--on shop-1)`; empty for a plan of all. */
function scopeText(visors: number, scope: Plan["scope"]): string {
  if (scope === undefined) return "";
  const on = scope.on === undefined ? "" : ` (--on ${printable(scope.on)})`;
  return `${visors} of ${counted(scope.of, "visor")}${on}`;
}

function extraCounts(counts: PlanCounts): string {
  return (
    whenAny(counts.unsupported, "unsupported") +
    whenAny(counts.released, "released") +
    whenAny(counts.awaitingRestart, "awaiting restart") +
    whenAny(counts.notCompared, "not compared") +
    whenAny(counts.notObserved ?? 0, "not observed") +
    whenAny(counts.ignored ?? 0, "ignored") +
    whenAny(counts.leftOut ?? 0, "left out") +
    whenAny(counts.doubtful ?? 0, "doubtful")
  );
}
