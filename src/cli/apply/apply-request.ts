// What an apply is asked for: the words of the command line, read once, and the decision that was approved.
import { defined, FleetError } from "../../core/index.ts";
import type { Plan } from "../../model/index.ts";
import { type LockRequest, lockRequestOf } from "../ledger/operator.ts";
import type { ManifestRequest } from "../shell/kept-files.ts";
import {
  type LookRequest,
  lookRequestOf,
  type PlanRequest,
  planRequestOf,
} from "../plan/plan-request.ts";
import { environmentName, type Given } from "../shell/arguments.ts";
import { usage } from "../shell/usage.ts";
import type { World } from "../shell/world.ts";

// `--expect-decision`: an apply goes on only when its plan decides exactly what was approved.

const OPTION = "expect-decision";

/**
 * The decision of `--expect-decision`, lower case; `undefined` when any will do.
 * @throws FleetError cli/usage (exit 64) for what is no digest
 */
function expectedDecision(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const digest = text.trim().toLowerCase();
  if (/^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
  throw usage(
    `--expect-decision takes sha256: and 64 hexadecimal digits, not ${JSON.stringify(text)}`,
    "copy the whole decision digest from the plan that was approved",
  );
}

/**
 * Refuses a plan that decides something else than what was approved. It comes after the plan was shown and before
 * anything is asked.
 * @throws FleetError cli/other-decision (exit 5)
 */
export function refuseOtherDecision(
  plan: Pick<Plan, "decision">,
  expected: string | undefined,
): void {
  if (expected === undefined || expected === plan.decision) return;
  throw new FleetError(
    "cli/other-decision",
    `the decision of this plan is ${plan.decision}, and ${expected} was approved: nothing was written`,
    {
      next: "compare the plan above with the approved one: a visor, the manifest, the selection, an override or the policy differs; have the new plan approved",
      exit: 5,
    },
  );
}

// What an apply is asked for: the words of the command line, read once.

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
 * @param manifest the manifest, when it is not the first word
 * @throws FleetError cli/usage (exit 64)
 */
export function applyRequestOf(
  given: Given,
  world: World,
  manifest?: ManifestRequest,
): ApplyRequest {
  // A script that found no digest and passes on nothing must not apply just anything.
  const expected = expectedDecision(given.text(OPTION) ?? world.env[environmentName(OPTION)]);
  const allowedRepeats = given.count("allow-repeat");
  if (allowedRepeats !== undefined && expected === undefined) {
    throw usage(
      "--allow-repeat says of a decision that it was approved again, and none is named",
      "name the decision with --expect-decision",
    );
  }
  return {
    ...planRequestOf(given, world, manifest),
    ...lockRequestOf(given),
    isYes: given.flag("yes"),
    isJson: given.flag("json"),
    look: lookRequestOf(given),
    ...defined({ expectedDecision: expected, allowedRepeats }),
  };
}
