// Writes one step: a durable intent, the writes, a reading on a fresh connection, a receipt.
import { canonicalJson, type Clock, defined } from "../../core/index.ts";
import type { IntentPayload, OperatorKeys, ReceiptOutcome } from "../../ledger/index.ts";
import type {
  Change,
  Outcome,
  Plan,
  PlanStep,
  PlanVisor,
  SecretRef,
  SeenVisor,
} from "../../model/index.ts";
import type {
  VisorReader,
  VisorTarget,
  VisorWriter,
  WriteSession,
} from "../../skywire/visor/index.ts";
import { foundAt, secretRefText } from "../diff/index.ts";
import type { Emit } from "../event.ts";
import { toSeenVisor, wantsOf } from "../observe/index.ts";
import { runAppActions } from "./app-actions.ts";
import type { CommitQueue } from "./commit-queue.ts";
import { openSession } from "./open-session.ts";
import type { WritePlace, Places } from "./places.ts";
import { judge } from "./read-back.ts";
import { recordedChange } from "./recorded-change.ts";
import { isGood, outcomeBase, type StepOutcome } from "./step-outcomes.ts";
import type { ApplyTiming } from "./timing.ts";
import { writeChanges } from "./write-changes.ts";

/** Moments of a step, in order; a run may be cut off at any of them and is finished by running again. */
export type ApplyPoint =
  | "before-intent"
  | "after-intent"
  | "after-write"
  | "after-read-back"
  | "after-receipt";

/** What writing a step needs. */
export interface WriteRun {
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
}

/** Carries out a step whose changes are to be written. Nothing is written before its intent is durable. */
export async function writeStep(
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
  const atMs = run.clock.now();
  const reading = await run.reader.read(open.target, wantsOf(visor.owned));
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
  { session, target }: OpenVisor,
): Promise<(seen: SeenVisor | undefined) => readonly Outcome[]> {
  const { reader, clock, timing, secrets, place } = run;
  if (step.letter === "b") {
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
  const found = foundAt(seen, change.path);
  if (found.kind !== "value") return outcome;
  return {
    ...outcome,
    secret: {
      ref: secretRefText(change.secrets),
      hmac: run.keys.secretHmac(canonicalJson(found.raw)),
    },
  };
}
