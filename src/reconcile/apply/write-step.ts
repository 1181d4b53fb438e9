// One step of one visor: what is not there yet is written after a durable intent, read back on a fresh connection, and receipted.
import { canonicalJson, type Clock, defined } from "../../core/index.ts";
import type { IntentPayload, OperatorKeys, ReceiptOutcome } from "../../ledger/index.ts";
import {
  type Change,
  type Outcome,
  type Plan,
  type PlanStep,
  type PlanVisor,
  type SecretRef,
  type SeenVisor,
  STEPS,
} from "../../model/index.ts";
import type {
  VisorReader,
  VisorTarget,
  VisorWriter,
  WriteSession,
} from "../../skywire/visor/index.ts";
import { observedFieldAt, secretRefText } from "../diff/index.ts";
import type { Emit } from "../event.ts";
import { toSeenVisor, wantsOf } from "../observe/index.ts";
import { pendingElement } from "../plan/index.ts";
import { runAppActions } from "./app-actions.ts";
import { checkFresh, checkGuardsAgain, type FreshRefusal, openSession } from "./fresh-check.ts";
import { isCareful, type Places, type WritePlace } from "./places.ts";
import { closesPort, isAsWanted, judge } from "./read-back.ts";
import { type CommitQueue, recordedChange } from "./record-plan.ts";
import type { ApplyTiming } from "./timing.ts";
import {
  isGood,
  isTrust,
  outcomeBase,
  sameOutcome,
  type StepOutcome,
  writeChanges,
} from "./write-changes.ts";

// Carries out one step of one visor: opens it, compares it with the plan, and writes what is not there yet.

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
    const isEnd = later.length === 0 && !isCareful(step);
    const changing = { ...step, changes: open };
    const written = await writeStep(run, visor, changing, { session, target, isEnd });
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

// Writes one step: a durable intent, the writes, a reading on a fresh connection, a receipt.

/** Moments of a step, in order; a run may be cut off at any of them and is finished by running again. */
export type ApplyPoint =
  | "before-intent"
  | "after-intent"
  | "after-write"
  | "after-read-back"
  | "after-receipt";

/** What writing a step needs. */
interface WriteRun {
  readonly plan: Plan;
  readonly reader: VisorReader;
  readonly writer: VisorWriter;
  readonly queue: CommitQueue;
  readonly keys: Pick<OperatorKeys, "secretHmac">;
  readonly secrets: ReadonlyMap<SecretRef, string>;
  readonly clock: Clock;
  readonly timing: ApplyTiming;
  readonly places: Places;
  /** Held until nothing more is written. */
  readonly place: WritePlace;
  readonly emit: Emit;
  readonly atPoint: (point: ApplyPoint, visor: PlanVisor, step: PlanStep) => void;
}

/** A visor that is open for writing. */
interface OpenVisor {
  readonly session: WriteSession;
  readonly target: VisorTarget;
  /** Nothing is written to it after this, and nobody waits to hear whether it went well: its place may be given on. */
  readonly isEnd: boolean;
}

/** Carries out a step whose changes are to be written. Nothing is written before its intent is durable. */
async function writeStep(
  run: WriteRun,
  visor: PlanVisor,
  step: PlanStep,
  open: OpenVisor,
): Promise<readonly StepOutcome[]> {
  const { plan, queue, emit } = run;
  const entry = { fleet: plan.fleet, plan: plan.digest, visor: visor.key, step: step.letter };
  run.atPoint("before-intent", visor, step);
  const intent = await queue.appendOne({
    kind: "intent",
    payload: { ...entry, changes: step.changes.map(intentChange), restartsOwed: step.restartsOwed },
  });
  run.atPoint("after-intent", visor, step);
  emit({
    type: "apply_progress",
    level: "info",
    message: `${visor.name}: step (${step.letter})`,
    visor: visor.key,
  });
  const judgeBy = await carryOut(run, visor, step, open);
  run.atPoint("after-write", visor, step);
  open.session.close();
  const isGivenOn = open.isEnd && run.places.mayGiveOn;
  if (isGivenOn) run.place.leave();
  const atMs = run.clock.now();
  const read = (): ReturnType<VisorReader["read"]> =>
    run.reader.read(open.target, wantsOf(visor.owned));
  const reading = isGivenOn ? await run.places.besides(read) : await read();
  const seen = reading.kind === "seen" ? toSeenVisor(reading, visor.route, atMs) : undefined;
  run.atPoint("after-read-back", visor, step);
  const outcomes = judgeBy(seen);
  await queue.appendOne({
    kind: "receipt",
    payload: {
      ...entry,
      intent,
      outcomes: outcomes.map((outcome) => receiptOutcome(run, step, outcome, seen)),
      ...defined({ visorStartedAtMs: seen?.startedAtMs }),
    },
  });
  run.atPoint("after-receipt", visor, step);
  tellReceipt(emit, visor, step, outcomes);
  return outcomes.map((outcome) => ({ ...outcome, step: step.letter }));
}

function tellReceipt(
  emit: Emit,
  visor: PlanVisor,
  { letter }: PlanStep,
  outcomes: readonly Outcome[],
): void {
  const bad = outcomes.filter((outcome) => !isGood(outcome)).length;
  emit({
    type: "receipt",
    level: bad === 0 ? "info" : "error",
    message: `${visor.name}: step (${letter}), ${outcomes.length - bad} of ${outcomes.length} done`,
    visor: visor.key,
    facts: { step: letter, outcomes: outcomes.map(({ outcome }) => outcome) },
  });
}

const NOT_READ_BACK = { outcome: "unverified", note: "it could not be read back" } as const;

/** Writes a step, or runs its app actions; what became of it follows from the reading after that. */
async function carryOut(
  run: WriteRun,
  visor: PlanVisor,
  step: PlanStep,
  { session, target }: Pick<OpenVisor, "session" | "target">,
): Promise<(seen: SeenVisor | undefined) => readonly Outcome[]> {
  const { reader, clock, timing, secrets, place } = run;
  if (step.letter === STEPS.apps) {
    const reopen = (): ReturnType<typeof openSession> =>
      openSession(run, target, wantsOf(visor.owned));
    const context = { session, reopen, reader, target, clock, timing, place };
    const outcomes = await runAppActions(context, step.changes);
    return () => outcomes;
  }
  const { openToAnyone, owned } = visor;
  const notes = await writeChanges(session, step.changes, { secrets, openToAnyone, owned });
  return (seen) =>
    seen === undefined
      ? step.changes.map((change) => ({ ...outcomeBase(change), ...NOT_READ_BACK }))
      : step.changes.map((change) => judge(change, seen, notes, secrets));
}

function intentChange(change: Change): IntentPayload["changes"][number] {
  return { ...recordedChange(change), lifetime: change.lifetime };
}

/** A receipt keeps the reference and the keyed digest of a secret that was written, never its value. */
function receiptOutcome(
  run: WriteRun,
  step: PlanStep,
  outcome: Outcome,
  seen: SeenVisor | undefined,
): ReceiptOutcome {
  const change = step.changes.find(
    ({ path, element }) => path === outcome.path && element === outcome.element,
  );
  if (change?.secrets === undefined || seen === undefined || !isGood(outcome)) return outcome;
  const found = observedFieldAt(seen, change.path);
  if (found.kind !== "value") return outcome;
  return {
    ...outcome,
    secret: {
      ref: secretRefText(change.secrets),
      hmac: run.keys.secretHmac(canonicalJson(found.raw)),
    },
  };
}
