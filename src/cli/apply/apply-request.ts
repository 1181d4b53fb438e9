// What an apply is asked for: the words of the command line, read once.
import { usage } from "../shell/usage.ts";
import type { Given } from "../shell/arguments.ts";
import { defined } from "../../core/index.ts";
import { type LockRequest, lockRequestOf } from "../ledger/open-own-ledger.ts";
import { type LookRequest, lookRequestOf } from "../plan/plan-look.ts";
import { type PlanRequest, planRequestOf } from "../plan/plan-request.ts";
import type { World } from "../shell/world.ts";
import { expectedDecision } from "./apply-decision.ts";

/** What to plan and apply, what was answered beforehand, and how it is shown. */
export interface ApplyRequest extends PlanRequest, LockRequest {
  /** The ordinary question was answered. */
  readonly isYes: boolean;
  /** One JSON document is printed instead of text. */
  readonly isJson: boolean;
  readonly look: LookRequest;
  /** The only decision that may be applied. */
  readonly expectedDecision?: string;
  /** That decision was approved again after exactly so many applies of it. */
  readonly allowedRepeats?: number;
}

/**
 * Reads what an apply is asked for.
 * @param word names the manifest, when it is not the first word
 * @throws FleetError cli/usage (exit 64)
 */
export function applyRequestOf(given: Given, world: World, word?: string): ApplyRequest {
  const expected = expectedDecision(given, world);
  const allowedRepeats = given.count("allow-repeat");
  if (allowedRepeats !== undefined && expected === undefined) {
    throw usage(
      "--allow-repeat says of a decision that it was approved again, and none is named",
      "name the decision with --expect-decision",
    );
  }
  return {
    ...planRequestOf(given, world, word ?? given.words[0]),
    ...lockRequestOf(given),
    isYes: given.flag("yes"),
    isJson: given.flag("json"),
    look: lookRequestOf(given),
    ...defined({ expectedDecision: expected, allowedRepeats }),
  };
}
