// What is said of the changes of a step, and what follows from it for the steps behind.
import { defined } from "../../core/index.ts";
import { type Change, type Outcome, type PlanStep, isTrustField } from "../../model/index.ts";
import type { VisorReport } from "./report.ts";

/** What became of one change, and in which step. */
export type StepOutcome = VisorReport["outcomes"][number];

/** Says the same of every change of a step. */
export function sameOutcome(
  step: Pick<PlanStep, "letter" | "changes">,
  outcome: Outcome["outcome"],
  note: string,
): readonly StepOutcome[] {
  return step.changes.map((change) => ({
    ...outcomeBase(change),
    outcome,
    note,
    step: step.letter,
  }));
}

/** The part of an outcome that names its change. */
export function outcomeBase(change: Change): Pick<Outcome, "path" | "element"> {
  return {
    path: change.path,
    ...defined({ element: change.element }),
  };
}

/** True for a change of who may manage a visor, or copy files to it. */
export function isTrust({ path }: Pick<Outcome, "path">): boolean {
  return isTrustField(path);
}

/** True for what was seen on the visor, in force now or after its restart. */
export function isGood({ outcome }: Pick<Outcome, "outcome">): boolean {
  return outcome === "done" || outcome === "done-after-restart";
}

/** A visor on which nothing was begun, because it moved or cannot be reached, is no failed trust step. */
export function isFailed(outcome: StepOutcome, isBegun: boolean): boolean {
  const isUntouched = outcome.outcome === "stale" || outcome.outcome === "unreachable";
  return !isGood(outcome) && (isBegun || !isUntouched);
}

/** Trust is taken away only after step (a) was read back and everything in it that adds trust was seen. */
export function isUnsure(outcome: StepOutcome): boolean {
  return (
    outcome.step === "a" &&
    (outcome.outcome === "unverified" || (isTrust(outcome) && !isGood(outcome)))
  );
}
