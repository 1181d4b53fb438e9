// Refuses an approval that was used: a plan that was applied, a decision that was carried out, a change of rights.
import { counted } from "../../../core/index.ts";
import type { Refusal } from "../../../model/index.ts";
import { timeOrNone } from "./stale-ledger.ts";

/** The entry that uses an approval up. */
export interface UsedBy {
  /** The operator's name in the keyset, or the key where it has none. */
  readonly operator: string;
  readonly entry: number;
  /** When its author says it was written, unix ms. */
  readonly timeMs: number;
}

/** Refuses a plan that a ledger holds: it was approved for one apply. Nothing overrides it, since a new plan costs nothing. */
export function usedPlanRefusal({ operator, entry, timeMs }: UsedBy): Refusal {
  return {
    guard: "used-approval",
    message: `this plan was applied at ${timeOrNone(timeMs)}, as entry ${entry} of operator ${operator} says, and a plan is applied once: what was taken away since would come back unasked`,
    measured: "1 apply",
    limit: "0 applies",
    next: "make the plan again",
  };
}

/**
 * Refuses a decision that was carried out, unless whoever approved it again said how often it was: the number is used
 * up by the next apply, as the decision is.
 * @param uses its applies, in order; at least one
 * @param allowed how many of them the approval knows of
 */
export function usedDecisionRefusal(
  uses: readonly UsedBy[],
  allowed: number | undefined,
): Refusal | undefined {
  const last = uses.at(-1);
  if (last === undefined || allowed === uses.length) return undefined;
  return {
    guard: "used-approval",
    message: `the decision that was approved was carried out at ${timeOrNone(last.timeMs)}, as entry ${last.entry} of operator ${last.operator} says, and an approval counts once`,
    measured: counted(uses.length, "apply", "applies"),
    limit: counted(allowed ?? 0, "apply", "applies"),
    override: `--allow-repeat ${uses.length}`,
    next: "look at the plan above, and have it approved again",
  };
}

/** Refuses a change of rights that was approved before another one was recorded. */
export function usedKeysetRefusal({ operator, entry, timeMs }: UsedBy): Refusal {
  return {
    guard: "stale-ledger",
    message: `operator ${operator} recorded at ${timeOrNone(timeMs)}, as entry ${entry}, who may do what, which the plan had not seen, and the plan changes it again`,
    measured: `entry ${entry} of ${operator}`,
    limit: "no newer change of operators, controllers or policy",
    next: "make the plan again",
  };
}
