import { FleetError } from "../../core/index.ts";
import { canAsk } from "../look.ts";
import type { World } from "../world.ts";

/**
 * Asks whether a file that was shown is to be written.
 * @throws FleetError cli/unconfirmed (exit 64) when nobody can be asked
 */
export async function agreedToWrite(name: string, world: World): Promise<boolean> {
  if (!canAsk(world)) {
    throw new FleetError("cli/unconfirmed", `nobody can be asked whether to write ${name}`, {
      next: "read the difference above; --yes writes it",
      exit: 64,
    });
  }
  const answer = await world.terminal.ask(`Write ${name}? Only yes goes on: `, world.stopSoftly());
  return answer.trim().toLowerCase() === "yes";
}
