import { FleetError } from "../../core/index.ts";
import type { Given } from "../arguments.ts";
import { canAsk } from "../look.ts";
import type { World } from "../world.ts";

/**
 * Asks whether to go on, unless `--yes` says so.
 * @throws FleetError cli/unconfirmed (exit 64) when nobody can be asked
 */
export async function isAgreed(question: string, given: Given, world: World): Promise<boolean> {
  if (given.flag("yes")) return true;
  if (!canAsk(world))
    throw new FleetError("cli/unconfirmed", "nobody can be asked here, and --yes was not given", {
      next: "read above what would be done; --yes does it",
      exit: 64,
    });
  const answer = await world.terminal.ask(`${question} Only yes goes on: `, world.stopSoftly());
  return answer.trim().toLowerCase() === "yes";
}
