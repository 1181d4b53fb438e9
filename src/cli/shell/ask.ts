// The one way to ask a person whether to go on.
import { FleetError } from "../../core/index.ts";
import { canAsk } from "./terminal-look.ts";
import type { World } from "./world.ts";

/** What is said where nobody can answer. */
export interface Unasked {
  /** A clause; that `--yes` was not given when left out. */
  readonly message?: string;
  readonly next: string;
}

/**
 * Asks a question that only the word yes answers. What was typed before it was shown does not count.
 * @returns false for any other answer; the caller says what is as it was
 * @throws FleetError cli/unconfirmed (exit 4) when nobody can be asked, cli/interrupted (exit 130) for ^C
 */
export async function saysYes(question: string, unasked: Unasked, world: World): Promise<boolean> {
  if (!canAsk(world)) throw unconfirmed(unasked);
  const stop = world.stopSoftly();
  const answer = await world.terminal.ask(`${question} Only yes goes on: `, stop);
  if (stop.aborted) {
    throw new FleetError("cli/interrupted", "interrupted at the question: nothing was written", {
      next: "run the same command again",
      exit: 130,
    });
  }
  return answer.trim().toLowerCase() === "yes";
}

/** The refusal of what needs an answer where nobody can give one. */
export function unconfirmed({ message, next }: Unasked): FleetError {
  const text = message ?? "nobody can be asked here, and --yes was not given";
  return new FleetError("cli/unconfirmed", text, { next, exit: 4 });
}
