// The gate before an apply: whatever says no is printed, all at once, and becomes the exit code.
import type { ExitCode } from "../../core/index.ts";
import type { Refusal } from "../../model/index.ts";
import {
  type ApplyCheck,
  checkApply,
  type Confirmation,
  refusalsExit,
} from "../../reconcile/index.ts";
import { refusalText } from "../../view/index.ts";
import { confirmationText } from "../shell/confirm.ts";
import { errPaint } from "../shell/terminal-look.ts";
import type { World } from "../shell/world.ts";
import { errLine } from "../shell/print.ts";

/** What was found beside the plan: in the ledgers, and at the relays. */
export interface RefuseInput extends Omit<ApplyCheck, "nowMs"> {
  readonly found?: readonly Refusal[];
  /** What would be asked about if nothing refused; told with the refusals, so that one more run is enough. */
  readonly toConfirm?: readonly Confirmation[];
}

/**
 * Checks whether a plan may be applied here and now, and prints what says no. Refusals of the plan itself were
 * shown with it when `wasShown` is set.
 * @returns the exit code of the refusals; `undefined` when nothing refuses
 */
export function refuse(
  { found = [], toConfirm = [], ...check }: RefuseInput,
  wasShown: boolean,
  world: World,
): ExitCode | undefined {
  const { plan } = check;
  const refusals = [...checkApply({ ...check, nowMs: world.clock.now() }), ...found];
  for (const refusal of refusals) {
    if (wasShown && plan.refusals.includes(refusal)) continue;
    world.terminal.err(refusalText(refusal, plan.names, errPaint(world)));
  }
  if (refusals.length === 0) return undefined;
  if (toConfirm.length > 0) {
    const asked = toConfirm.map(confirmationText).join("; ");
    errLine(world, `to be confirmed as well: ${asked}`);
  }
  world.terminal.err("nothing was written\n");
  return refusalsExit(refusals);
}
