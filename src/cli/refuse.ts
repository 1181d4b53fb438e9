import { type ApplyCheck, checkApply } from "../reconcile/index.ts";
import { refusalText } from "../view/index.ts";
import { errPaint } from "./look.ts";
import type { World } from "./world.ts";

/**
 * Checks whether a plan may be applied here and now, and prints what says no. Refusals of the plan itself were
 * shown with it when `wasShown` is set.
 */
export function refuse(check: Omit<ApplyCheck, "nowMs">, wasShown: boolean, world: World): boolean {
  const { plan } = check;
  const refusals = checkApply({ ...check, nowMs: world.clock.now() });
  for (const refusal of refusals) {
    if (wasShown && plan.refusals.includes(refusal)) continue;
    world.terminal.err(refusalText(refusal, plan.names, errPaint(world)));
  }
  if (refusals.length > 0) world.terminal.err("nothing was written\n");
  return refusals.length > 0;
}
