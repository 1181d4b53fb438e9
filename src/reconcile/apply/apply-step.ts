// Carries out one step of one visor: opens it, compares it with the plan, and writes what is not there yet.
import type { IntentPayload, OperatorKeys } from "../../ledger/index.ts";
import type { Change, PlanStep, PlanVisor, SeenVisor } from "../../model/index.ts";
import { toSeenVisor, wantsOf } from "../observe/index.ts";
import { pendingElement } from "../plan/index.ts";
import { checkFresh, checkGuardsAgain, type FreshRefusal } from "./fresh-check.ts";
import { openSession } from "./open-session.ts";
import { closesPort, isAsWanted } from "./read-back.ts";
import { isTrust, outcomeBase, sameOutcome, type StepOutcome } from "./step-outcomes.ts";
import { type WriteRun, writeStep } from "./write-step.ts";

/** What a step needs. */
export interface StepRun extends WriteRun {
  readonly keys: Pick<OperatorKeys, "operator" | "secretHmac">;
  /** Intents of this plan on this visor that an earlier run wrote. */
  readonly earlier: readonly IntentPayload[];
  /** True for a change that a receipt of this plan calls done: it is not approved a second time. */
  readonly isUsed: (change: Change) => boolean;
}

/** Where a step stands among those of its visor. */
interface StepPlace {
  /** Steps that follow on this visor. */
  readonly later: readonly PlanStep[];
  /** What earlier steps of this run did here; absent for the first. */
  readonly earlier: readonly StepOutcome[] | undefined;
}

/** Carries out one step, and says what became of each of its changes. */
export async function applyStep(
  run: StepRun,
  visor: PlanVisor,
  step: PlanStep,
  { later, earlier }: StepPlace,
): Promise<readonly StepOutcome[]> {
  const target = { key: visor.key, route: visor.route };
  const session = await openSession(run, target, wantsOf(visor.owned));
  if ("refusal" in session) return sameOutcome(step, "unreachable", session.refusal);
  try {
    const seen = toSeenVisor(session.reading, visor.route, run.clock.now());
    const refusal = refusalOf(run, visor, seen, { steps: [step, ...later], earlier });
    if (refusal !== undefined) return sameOutcome(step, refusal.outcome, refusal.note);
    if (step.changes.some((change) => run.isUsed(change) && isUndone(change, seen, run)))
      return sameOutcome(
        step,
        "stale",
        "an earlier run of this plan made it so, and it was changed since",
      );
    const open = step.changes.filter(
      (change) => !run.isUsed(change) && isToWrite(change, seen, run),
    );
    const already = step.changes.filter((change) => !open.includes(change));
    const before = already.map((change) => ({
      ...outcomeBase(change),
      outcome: "done" as const,
      step: step.letter,
    }));
    if (open.length === 0) return before;
    const written = await writeStep(run, visor, { ...step, changes: open }, { session, target });
    return [...before, ...written];
  } finally {
    session.close();
  }
}

/** Before the first step of a run the visor must be as it was planned on; before later ones the guards are asked. */
function refusalOf(
  run: StepRun,
  visor: PlanVisor,
  seen: SeenVisor,
  place: {
    readonly steps: readonly PlanStep[];
    readonly earlier: readonly StepOutcome[] | undefined;
  },
): FreshRefusal | undefined {
  const { plan, keys } = run;
  if (place.earlier === undefined) {
    const keyed =
      plan.operator === keys.operator
        ? { keyedDigest: (text: string) => keys.secretHmac(text) }
        : {};
    return checkFresh({ plan, visor, seen, earlier: run.earlier, ...keyed });
  }
  const changes = place.steps.flatMap((step) => step.changes);
  return checkGuardsAgain({ plan, visor, seen, changes, pending: pendingTrust(place.earlier) });
}

/**
 * A secret is written even where it is there already: only a receipt of ours lets a later plan compare it. So is the
 * first part of closing a port: only a receipt says since when it waits for the visor's restart.
 */
function isToWrite(change: Change, seen: SeenVisor, { secrets }: StepRun): boolean {
  return (
    change.action === "restart" ||
    change.secrets !== undefined ||
    (closesPort(change) && change.restart === "visor") ||
    !isAsWanted(seen, change, secrets)
  );
}

/** True for a change that was made, and is not there any more; a restart leaves nothing that could be undone. */
function isUndone(change: Change, seen: SeenVisor, { secrets }: StepRun): boolean {
  return change.action !== "restart" && !isAsWanted(seen, change, secrets);
}

/** Trust that this run added and the visor said is in force only after its restart. */
function pendingTrust(outcomes: readonly StepOutcome[]): ReadonlySet<string> {
  return new Set(
    outcomes.flatMap((outcome) =>
      isTrust(outcome) && outcome.outcome === "done-after-restart" && outcome.element !== undefined
        ? [pendingElement(outcome.path, outcome.element)]
        : [],
    ),
  );
}
