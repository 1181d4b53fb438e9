// The questions that stand between a plan and its apply.
import { counted, type FleetError } from "../../core/index.ts";
import type { Overrides, Plan } from "../../model/index.ts";
import { type Confirmation, confirmationsOf } from "../../reconcile/index.ts";
import { saysYes, unconfirmed } from "./ask.ts";
import { canAsk } from "./screen.ts";
import type { World } from "./world.ts";

const UNASKED = { next: "look at `fleet plan`, then give --yes" };

/** What {@link confirm} asks about. */
export interface ConfirmInput {
  readonly plan: Plan;
  /** What options answered beforehand. */
  readonly overrides: Overrides;
  readonly world: World;
  /** `--yes`, or a plan file signed by somebody we accept. */
  readonly isOrdinaryAnswered: boolean;
  /** The plan is a file that nobody we accept signed: it is asked about even when no visor changes. */
  readonly isStrangers?: boolean;
  /** A file that is written as well: it is asked about even when no visor changes. */
  readonly alsoWrites?: string;
}

/**
 * Gets every answer that applying needs. Trust removals, released trust and a changed keyset have a question of
 * their own, which only their own option answers beforehand.
 * @returns false when the user said no
 * @throws FleetError cli/unconfirmed (exit 4) when nobody can be asked
 */
export async function confirm({
  plan,
  overrides,
  world,
  isOrdinaryAnswered,
  isStrangers = false,
  alsoWrites,
}: ConfirmInput): Promise<boolean> {
  const ask = async (question: string): Promise<boolean> =>
    await saysYes({ question, ...UNASKED, declined: "nothing was written" }, world);
  const confirmations = unanswered(plan, overrides);
  if (confirmations.length > 0 && !canAsk(world)) throw unanswerable(confirmations);
  for (const confirmation of confirmations) {
    if (!(await ask(`${confirmationText(confirmation)}.`))) return false;
  }
  if (isStrangers) {
    // Even without changes it may be the first to record who signs for this fleet.
    const who = plan.keyset.operators
      .map(({ name, may }) => `${name} (${may.join(", ")})`)
      .join(", ");
    const question = `Nobody you accept signed this plan. Its operators are ${who}. Write to ${counted(plan.counts.changing, "visor")}?`;
    return await ask(question);
  }
  const visors = plan.counts.changing;
  if (isOrdinaryAnswered || (visors === 0 && alsoWrites === undefined)) return true;
  if (visors === 0) return await ask(`Write ${alsoWrites ?? ""}?`);
  const also = alsoWrites === undefined ? "" : `${alsoWrites}, and `;
  return await ask(`Write ${also}these changes to ${counted(visors, "visor")}?`);
}

/** What has a question of its own that no option answered: options given now answer for a plan made without them. */
export function unanswered(plan: Plan, overrides: Overrides): readonly Confirmation[] {
  return confirmationsOf({ ...plan, overrides: { ...plan.overrides, ...overrides } });
}

/** A question, with the option that answers it. */
export function confirmationText({ question, override }: Confirmation): string {
  return `${question} (${override} allows it)`;
}

/** Names all that must be confirmed, so that one more run is enough. */
function unanswerable(confirmations: readonly Confirmation[]): FleetError {
  const questions = confirmations.map(({ question }) => question).join(", and ");
  const options = confirmations.map(({ override }) => override).join(" ");
  return unconfirmed({
    message: `${questions}, and nobody can be asked here`,
    next: `if that is wanted, give ${options}; --yes does not answer this`,
  });
}
