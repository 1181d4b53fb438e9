// `--expect-decision`: an apply goes on only when its plan decides exactly what was approved.
import { usage } from "../shell/usage.ts";
import { FleetError } from "../../core/index.ts";
import type { Plan } from "../../model/index.ts";
import { environmentName, type Given } from "../shell/arguments.ts";
import type { World } from "../shell/world.ts";

const OPTION = "expect-decision";

/**
 * The decision of `--expect-decision`, lower case; `undefined` when any will do.
 * @throws FleetError cli/usage (exit 64) for what is no digest
 */
export function expectedDecision(given: Given, world: World): string | undefined {
  // A script that found no digest and passes on nothing must not apply just anything.
  const text = given.text(OPTION) ?? world.env[environmentName(OPTION)];
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
