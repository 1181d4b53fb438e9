import { FleetError } from "../core/index.ts";
import type { Plan } from "../model/index.ts";
import { type Confirmation, confirmationsOf } from "../reconcile/index.ts";
import type { Given } from "./arguments.ts";
import { canAsk } from "./look.ts";
import { overridesOf } from "./overrides.ts";
import type { World } from "./world.ts";

/** What {@link confirm} asks about. */
export interface ConfirmInput {
  readonly plan: Plan;
  readonly given: Given;
  readonly world: World;
  /** `--yes`, or a plan file signed by somebody we accept. */
  readonly isOrdinaryAnswered: boolean;
}

/**
 * Gets every answer that applying needs. Trust removals, released trust and a changed keyset have a question of
 * their own, which only their own option answers beforehand.
 * @returns false when the user said no
 * @throws FleetError cli/unconfirmed (exit 4) when nobody can be asked
 */
export async function confirm({
  plan,
  given,
  world,
  isOrdinaryAnswered,
}: ConfirmInput): Promise<boolean> {
  // Options given now answer the questions of a plan that was made without them.
  const overrides = { ...plan.overrides, ...overridesOf(given) };
  for (const confirmation of confirmationsOf({ ...plan, overrides })) {
    if (!canAsk(world)) throw unconfirmed(confirmation);
    if (!(await isYes(`${confirmation.question} (${confirmation.override} allows it).`, world)))
      return false;
  }
  if (isOrdinaryAnswered || plan.counts.changing === 0) return true;
  return await isYes(`Write these changes to ${plan.counts.changing} visors?`, world);
}

async function isYes(question: string, world: World): Promise<boolean> {
  const answer = await world.terminal.ask(`${question} Only yes goes on: `, world.stopSoftly());
  if (answer.trim().toLowerCase() === "yes") return true;
  world.terminal.err("declined: nothing was written\n");
  return false;
}

function unconfirmed(confirmation: Confirmation): FleetError {
  return new FleetError(
    "cli/unconfirmed",
    `${confirmation.question}, and nobody can be asked here`,
    {
      next: `if that is wanted, give ${confirmation.override}; --yes does not answer this`,
      exit: 4,
    },
  );
}
