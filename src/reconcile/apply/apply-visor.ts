import { type Clock, hasCode } from "../../core/index.ts";
import type { IntentPayload, OperatorKeys, ReceiptOutcome } from "../../ledger/index.ts";
import type { Change, Outcome, Plan, PlanStep, PlanVisor, SecretRef, SeenVisor } from "../../model/index.ts";
import type { VisorReader, VisorTarget, VisorWriter, WriteSession } from "../../skywire/visor/index.ts";
import { canonicalJson } from "../../core/index.ts";
import { foundAt, secretRefText } from "../diff/index.ts";
import type { Emit } from "../event.ts";
import { toSeenVisor, wantsOf } from "../observe/index.ts";
import { runAppActions } from "./app-actions.ts";
import type { CommitQueue } from "./commit-queue.ts";
import { checkFresh } from "./fresh-check.ts";
import { isAsWanted, judge } from "./read-back.ts";
import type { VisorReport } from "./report.ts";
import type { ApplyTiming } from "./timing.ts";
import { writeChanges } from "./write-changes.ts";

/** Moments of a step, in order; a run may be cut off at any of them and is finished by running again. */
export type ApplyPoint = "before-intent" | "after-intent" | "after-write" | "after-read-back" | "after-receipt";

/** What applying one visor needs. */
export interface VisorRun {
  readonly plan: Plan;
  readonly reader: VisorReader;
  readonly writer: VisorWriter;
  readonly queue: CommitQueue;
  readonly keys: Pick<OperatorKeys, "operator" | "secretHmac">;
  readonly secrets: ReadonlyMap<SecretRef, string>;
  /** Intents of this plan on this visor that an earlier run wrote. */
  readonly earlier: readonly IntentPayload[];
  readonly clock: Clock;
  readonly timing: ApplyTiming;
  readonly stop: AbortSignal;
  readonly emit: Emit;
  readonly atPoint: (point: ApplyPoint, visor: PlanVisor, step: PlanStep) => void;
}

type StepOutcome = VisorReport["outcomes"][number];

/** The result of one visor, and whether a trust step of it went wrong. */
export interface VisorResult {
  readonly report: VisorReport;
  readonly trustFailed: boolean;
  /** Steps that were not begun because the run was interrupted. */
  readonly left: readonly string[];
}

/** Carries out the steps of one visor in order: intent, writes, reading back on a fresh connection, receipt. */
export async function applyVisor(run: VisorRun, visor: PlanVisor): Promise<VisorResult> {
  const outcomes: StepOutcome[] = [];
  const left: string[] = [];
  let trustFailed = false;
  let checked = false;
  for (const step of visor.steps) {
    if (run.stop.aborted) {
      left.push(`step (${step.letter}) on ${visor.name}: ${step.changes.length} changes`);
      continue;
    }
    if (trustFailed || (step.letter === "c" && outcomes.some(isUnsure))) {
      outcomes.push(...all(step, "refused", "an earlier step on this visor did not end well, so no trust is taken away"));
      trustFailed ||= step.letter === "c";
      continue;
    }
    const done = await applyStep(run, visor, step, checked);
    checked = true;
    outcomes.push(...done);
    trustFailed = done.some((outcome) => isTrust(outcome) && !isGood(outcome));
    if (done.some(({ outcome }) => outcome === "stale" || outcome === "unreachable")) {
      const rest = visor.steps.slice(visor.steps.indexOf(step) + 1);
      const first = done[0];
      const kind = first?.outcome ?? "stale";
      outcomes.push(...rest.flatMap((later) => all(later, kind, first?.note ?? "")));
      break;
    }
  }
  return { report: { key: visor.key, name: visor.name, outcomes }, trustFailed, left };
}

async function applyStep(
  run: VisorRun,
  visor: PlanVisor,
  step: PlanStep,
  checked: boolean,
): Promise<readonly StepOutcome[]> {
  const target = { key: visor.key, route: visor.route };
  const session = await openSession(run, visor, target);
  if ("refusal" in session) return all(step, "unreachable", session.refusal);
  try {
    const seen = toSeenVisor(session.reading, visor.route, run.clock.now());
    if (!checked) {
      const keyedDigest = run.plan.operator === run.keys.operator ? keyedDigestOf(run) : {};
      const refusal = checkFresh({ plan: run.plan, visor, seen, earlier: run.earlier, ...keyedDigest });
      if (refusal !== undefined) return all(step, refusal.outcome, refusal.note);
    }
    const open = step.changes.filter((change) => change.action === "restart" || !isAsWanted(seen, change, run.secrets));
    const already = step.changes.filter((change) => !open.includes(change));
    const before = already.map((change) => ({ ...outcomeBase(change), outcome: "done" as const, step: step.letter }));
    if (open.length === 0) return before;
    return [...before, ...(await writeStep(run, visor, { ...step, changes: open }, session, target))];
  } finally {
    session.close();
  }
}

async function openSession(
  run: VisorRun,
  visor: PlanVisor,
  target: VisorTarget,
): Promise<WriteSession | { readonly refusal: string }> {
  try {
    return await run.writer.open(target, wantsOf(visor.owned));
  } catch (error) {
    if (!hasCode(error, "visor/") && !hasCode(error, "net/")) throw error;
    return { refusal: error.message };
  }
}

function keyedDigestOf(run: VisorRun): { readonly keyedDigest: (text: string) => string } {
  return { keyedDigest: (text) => run.keys.secretHmac(text) };
}

/** Intent, writes, fresh reading, receipt. Nothing is written before its intent is durable. */
async function writeStep(
  run: VisorRun,
  visor: PlanVisor,
  step: PlanStep,
  session: WriteSession,
  target: VisorTarget,
): Promise<readonly StepOutcome[]> {
  const { plan, queue, emit } = run;
  const entry = { fleet: plan.fleet, plan: plan.digest, visor: visor.key, step: step.letter };
  run.atPoint("before-intent", visor, step);
  const intent = await queue.appendOne({
    kind: "intent",
    payload: { ...entry, changes: step.changes.map(intentChange), restartsOwed: step.restartsOwed },
  });
  run.atPoint("after-intent", visor, step);
  emit({ type: "apply_progress", level: "info", message: `${visor.name}: step (${step.letter})`, visor: visor.key });
  const context = { session, reader: run.reader, target, clock: run.clock, timing: run.timing };
  const appOutcomes = step.letter === "b" ? await runAppActions(context, step.changes) : undefined;
  const notes = appOutcomes === undefined ? await writeChanges(session, step.changes, run.secrets) : undefined;
  run.atPoint("after-write", visor, step);
  session.close();
  const atMs = run.clock.now();
  const reading = await run.reader.read(target, wantsOf(visor.owned));
  const seen = reading.kind === "seen" ? toSeenVisor(reading, visor.route, atMs) : undefined;
  run.atPoint("after-read-back", visor, step);
  const outcomes =
    appOutcomes ??
    step.changes.map((change) =>
      seen === undefined || notes === undefined
        ? { ...outcomeBase(change), outcome: "unverified" as const, note: "it could not be read back" }
        : judge(change, seen, notes, run.secrets),
    );
  await queue.appendOne({
    kind: "receipt",
    payload: {
      ...entry,
      intent,
      outcomes: outcomes.map((outcome) => receiptOutcome(run, step, outcome, seen)),
      ...(seen === undefined ? {} : { visorStartedAtMs: seen.startedAtMs }),
    },
  });
  run.atPoint("after-receipt", visor, step);
  const bad = outcomes.filter((outcome) => !isGood(outcome)).length;
  emit({
    type: "receipt",
    level: bad === 0 ? "info" : "error",
    message: `${visor.name}: step (${step.letter}), ${outcomes.length - bad} of ${outcomes.length} done`,
    visor: visor.key,
    facts: { step: step.letter, outcomes: outcomes.map(({ outcome }) => outcome) },
  });
  return outcomes.map((outcome) => ({ ...outcome, step: step.letter }));
}

function intentChange(change: Change): IntentPayload["changes"][number] {
  const { path, element, before, after, lifetime } = change;
  return { path, ...(element === undefined ? {} : { element }), before, after, lifetime };
}

/** A receipt keeps the reference and the keyed digest of a secret that was written, never its value. */
function receiptOutcome(
  run: VisorRun,
  step: PlanStep,
  outcome: Outcome,
  seen: SeenVisor | undefined,
): ReceiptOutcome {
  const change = step.changes.find(({ path, element }) => path === outcome.path && element === outcome.element);
  if (change?.secrets === undefined || seen === undefined || outcome.outcome !== "done") return outcome;
  const found = foundAt(seen, change.path);
  if (found.kind !== "value") return outcome;
  return {
    ...outcome,
    secret: { ref: secretRefText(change.secrets), hmac: run.keys.secretHmac(canonicalJson(found.raw)) },
  };
}

function outcomeBase(change: Change): Pick<Outcome, "path" | "element"> {
  return { path: change.path, ...(change.element === undefined ? {} : { element: change.element }) };
}

function all(step: PlanStep, outcome: Outcome["outcome"], note: string): readonly StepOutcome[] {
  return step.changes.map((change) => ({ ...outcomeBase(change), outcome, note, step: step.letter }));
}

function isTrust({ path }: Outcome): boolean {
  return path.startsWith("trust.");
}

function isGood({ outcome }: Outcome): boolean {
  return outcome === "done" || outcome === "done-after-restart";
}

/** Trust is taken away only after everything that adds trust on this visor was seen. */
function isUnsure(outcome: StepOutcome): boolean {
  return outcome.step === "a" && isTrust(outcome) && !isGood(outcome);
}
