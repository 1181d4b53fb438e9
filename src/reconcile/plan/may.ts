// Whether an operator may do something, by the recorded keyset.
import type { OperatorKey } from "../../core/index.ts";
import type { Capability, Plan } from "../../model/index.ts";
import type { History } from "./history.ts";

/**
 * True when an operator may do something. The recorded keyset decides where there is one, so that a manifest
 * cannot give its own author a right; a fleet's first apply goes by the manifest.
 */
export function hasCapability(
  operator: OperatorKey,
  capability: Capability,
  plan: Pick<Plan, "keyset">,
  history: History,
): boolean {
  const { operators } = (history.known ? history.keyset : undefined) ?? plan.keyset;
  return operators.some(({ key, may }) => key === operator && may.includes(capability));
}
