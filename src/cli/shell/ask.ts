// The one way to ask a person whether to go on.
import { FleetError } from "../../core/index.ts";
import { canAsk } from "./screen.ts";
import type { World } from "./world.ts";

/** What is said where nobody can answer. */
export interface Unasked {
  /** A clause; that `--yes` was not given when left out. */
  readonly message?: string;
  readonly next: string;
}

/** A question that only the word yes answers. */
export interface Question extends Unasked {
  /** Ends with its question mark, or the full stop of what is about to happen. */
  readonly question: string;
  /** True where an option, such as `--yes`, answered it beforehand. */
  readonly isAnswered?: boolean;
  /** What is as it was after any other answer, such as `nothing was written`; the caller says it when left out. */
  readonly declined?: string;
}

/**
 * Asks a person whether to go on. What was typed before the question was shown does not count.
 * @returns false for any answer but yes
 * @throws FleetError cli/unconfirmed (exit 4) when nobody can be asked, cli/interrupted (exit 130) for ^C
 */
export async function saysYes(
  { question, isAnswered = false, declined, ...unasked }: Question,
  world: World,
): Promise<boolean> {
  if (isAnswered) return true;
  if (!canAsk(world)) throw unconfirmed(unasked);
  const stop = world.stopSoftly();
  const answer = await world.terminal.ask(`${question} Only yes goes on: `, stop);
  if (stop.aborted) {
    throw new FleetError("cli/interrupted", "interrupted at the question: nothing was written", {
      next: "run the same command again",
      exit: 130,
    });
  }
  const isYes = answer.trim().toLowerCase() === "yes";
  if (!isYes && declined !== undefined) world.terminal.err(`declined: ${declined}\n`);
  return isYes;
}

/** The refusal of what needs an answer where nobody can give one. */
export function unconfirmed({ message, next }: Unasked): FleetError {
  const text = message ?? "nobody can be asked here, and --yes was not given";
  return new FleetError("cli/unconfirmed", text, { next, exit: 4 });
}
