import type { Given } from "../shell/arguments.ts";
import { saysYes } from "../shell/ask.ts";
import type { World } from "../shell/world.ts";

const UNASKED = { next: "read above what would be done; --yes does it" };

/**
 * Asks whether to go on, unless `--yes` says so.
 * @throws FleetError cli/unconfirmed (exit 4) when nobody can be asked, cli/interrupted (exit 130)
 */
export async function isAgreed(question: string, given: Given, world: World): Promise<boolean> {
  return given.flag("yes") || (await saysYes(question, UNASKED, world));
}
