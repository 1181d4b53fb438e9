import { type Clock, counted, defined, hasCode } from "../../core/index.ts";
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
import { canonicalJson } from "../../core/index.ts";
import { foundAt, parseLeafPath, secretRefText } from "../diff/index.ts";
import type { Emit } from "../event.ts";
import { toSeenVisor, wantsOf } from "../observe/index.ts";
import { pendingElement } from "../plan/index.ts";
import { runAppActions } from "./app-actions.ts";
import type { CommitQueue } from "./commit-queue.ts";
import { checkFresh, checkGuardsAgain } from "./fresh-check.ts";
import { closesPort, isAsWanted, judge } from "./read-back.ts";
import { recordedChange } from "./recorded-change.ts";
import type { VisorReport } from "./report.ts";
import type { ApplyTiming } from "./timing.ts";
import { writeChanges } from "./write-changes.ts";

/** Moments of a step, in order; a run may be cut off at any of them and is finished by running again. */
export type ApplyPoint =
  | "before-intent"
  | "after-intent"
  | "after-write"
  | "after-read-back"
  | "after-receipt";

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
  /** True for a change that a receipt of this plan calls done: it is not approved a second time. */
  readonly isUsed: (change: Change) => boolean;
  readonly clock: Clock;
  readonly timing: ApplyTiming;
  readonly stop: AbortSignal;
  /** The visor on which a trust step failed, once one has: no step is begun after that. */
  readonly trustFailedOn: () => string | undefined;
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
  let isBegun = false;
  for (const [index, whole] of visor.steps.entries()) {
    if (run.stop.aborted) {
      const changes = counted(whole.changes.length, "change");
      left.push(`step (${whole.letter}) on ${visor.name}: ${changes}`);
      continue;
    }
    const hindrance = hindranceOf(run, whole, outcomes, trustFailed);
    if (hindrance !== undefined) {
      outcomes.push(...all(whole, "refused", hindrance));
      trustFailed ||= whole.letter === "c";
      continue;
    }
    const step = withoutSpoiltApps(whole, outcomes);
    const spoilt = whole.changes.filter((change) => !step.changes.includes(change));
    outcomes.push(
      ...all(
        { ...whole, changes: spoilt },
        "refused",
        "left alone, because what it runs with could not be set",
      ),
    );
    if (step.changes.length === 0) continue;
    const later = visor.steps.slice(index + 1);
    const done = await applyStep(run, visor, step, {
      later,
      earlier: isBegun ? outcomes : undefined,
    });
    const cut = done.find(({ outcome }) => outcome === "stale" || outcome === "unreachable");
    const rest =
      cut === undefined ? [] : later.flatMap((each) => all(each, cut.outcome, cut.note ?? ""));
    outcomes.push(...done, ...rest);
    trustFailed ||= [...done, ...rest].some(
      (outcome) => isTrust(outcome) && isFailed(outcome, isBegun),
    );
    isBegun = true;
    if (cut !== undefined) break;
  }
  return { report: { key: visor.key, name: visor.name, outcomes }, trustFailed, left };
}

/** Why a step is not begun after what happened before, here or elsewhere. */
function hindranceOf(
  run: VisorRun,
  step: PlanStep,
  outcomes: readonly StepOutcome[],
  trustFailed: boolean,
): string | undefined {
  const elsewhere = run.trustFailedOn();
  if (elsewhere !== undefined) return `not begun, because a trust step failed on ${elsewhere}`;
  if (!trustFailed && (step.letter !== "c" || !outcomes.some(isUnsure))) return undefined;
  return step.letter === "c"
    ? "an earlier step on this visor did not end well, so no trust is taken away"
    : "an earlier step on this visor did not end well";
}

/** An app whose arguments or settings could not be written is neither started nor restarted. */
function withoutSpoiltApps(step: PlanStep, outcomes: readonly StepOutcome[]): PlanStep {
  if (step.letter !== "b") return step;
  const spoilt = new Set(
    outcomes.filter((outcome) => !isGood(outcome)).flatMap(({ path }) => appOf(path) ?? []),
  );
  const changes = step.changes.filter(
    ({ path, action }) => action === "stop" || !spoilt.has(appOf(path) ?? ""),
  );
  return { ...step, changes };
}

function appOf(path: string): string | undefined {
  const leaf = parseLeafPath(path);
  return leaf.section === "apps" ? leaf.app : undefined;
}

interface StepPlace {
  /** Steps that follow on this visor. */
  readonly later: readonly PlanStep[];
  /** What earlier steps of this run did here; absent for the first. */
  readonly earlier: readonly StepOutcome[] | undefined;
}

async function applyStep(
  run: VisorRun,
  visor: PlanVisor,
  step: PlanStep,
  { later, earlier }: StepPlace,
): Promise<readonly StepOutcome[]> {
  const target = { key: visor.key, route: visor.route };
  const session = await openSession(run, visor, target);
  if ("refusal" in session) return all(step, "unreachable", session.refusal);
  try {
    const seen = toSeenVisor(session.reading, visor.route, run.clock.now());
    const keyedDigest = run.plan.operator === run.keys.operator ? keyedDigestOf(run) : {};
    const refusal =
      earlier === undefined
        ? checkFresh({ plan: run.plan, visor, seen, earlier: run.earlier, ...keyedDigest })
        : checkGuardsAgain({
            plan: run.plan,
            visor,
            seen,
            changes: [step, ...later].flatMap(({ changes }) => changes),
            pending: pendingTrust(earlier),
          });
    if (refusal !== undefined) return all(step, refusal.outcome, refusal.note);
    if (step.changes.some((change) => run.isUsed(change) && isUndone(change, seen, run)))
      return all(step, "stale", "an earlier run of this plan made it so, and it was changed since");
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
    return [
      ...before,
      ...(await writeStep(run, visor, { ...step, changes: open }, session, target)),
    ];
  } finally {
    session.close();
  }
}

/**
 * A secret is written even where it is there already: only a receipt of ours lets a later plan compare it. So is the
 * first part of closing a port: only a receipt says since when it waits for the visor's restart.
 */
function isToWrite(change: Change, seen: SeenVisor, run: VisorRun): boolean {
  return (
    change.action === "restart" ||
    change.secrets !== undefined ||
    (closesPort(change) && change.restart === "visor") ||
    !isAsWanted(seen, change, run.secrets)
  );
}

/** True for a change that was made, and is not there any more; a restart leaves nothing that could be undone. */
function isUndone(change: Change, seen: SeenVisor, { secrets }: VisorRun): boolean {
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
  emit({
    type: "apply_progress",
    level: "info",
    message: `${visor.name}: step (${step.letter})`,
    visor: visor.key,
  });
  const judgeBy = await carryOut(run, visor, step, session, target);
  run.atPoint("after-write", visor, step);
  session.close();
  const atMs = run.clock.now();
  const reading = await run.reader.read(target, wantsOf(visor.owned));
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

const NOT_READ_BACK = { outcome: "unverified", note: "it could not be read back" } as const;

/** Writes a step, or runs its app actions; what became of it follows from the reading after that. */
async function carryOut(
  run: VisorRun,
  visor: PlanVisor,
  step: PlanStep,
  session: WriteSession,
  target: VisorTarget,
): Promise<(seen: SeenVisor | undefined) => readonly Outcome[]> {
  const { reader, clock, timing, secrets } = run;
  if (step.letter === "b") {
    const reopen = (): ReturnType<typeof openSession> => openSession(run, visor, target);
    const context = { session, reopen, reader, target, clock, timing };
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
  run: VisorRun,
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

function outcomeBase(change: Change): Pick<Outcome, "path" | "element"> {
  return {
    path: change.path,
    ...defined({ element: change.element }),
  };
}

function all(step: PlanStep, outcome: Outcome["outcome"], note: string): readonly StepOutcome[] {
  return step.changes.map((change) => ({
    ...outcomeBase(change),
    outcome,
    note,
    step: step.letter,
  }));
}

function isTrust({ path }: Outcome): boolean {
  return path.startsWith("trust.");
}

function isGood({ outcome }: Outcome): boolean {
  return outcome === "done" || outcome === "done-after-restart";
}

/** A visor on which nothing was begun, because it moved or cannot be reached, is no failed trust step. */
function isFailed(outcome: StepOutcome, isBegun: boolean): boolean {
  const isUntouched = outcome.outcome === "stale" || outcome.outcome === "unreachable";
  return !isGood(outcome) && (isBegun || !isUntouched);
}

/** Trust is taken away only after step (a) was read back and everything in it that adds trust was seen. */
function isUnsure(outcome: StepOutcome): boolean {
  return (
    outcome.step === "a" &&
    (outcome.outcome === "unverified" || (isTrust(outcome) && !isGood(outcome)))
  );
}
