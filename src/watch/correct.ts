// What became of corrections: which count, and what waits after a run that was refused.
import { counted, defined } from "../core/index.ts";
import { backoffMs, spreadByChance } from "./backoff.ts";
import type { CorrectionOutcome, Notice } from "./events.ts";
import { dropFindings, putFleetFinding, withNotices } from "./findings.ts";
import type { FieldState, WatchedVisor, WatchState } from "./state.ts";
import { withLogLine, type WatchStep, watchStep } from "./watch-step.ts";

/** Takes what became of corrections. What was not written does not count as one. */
export function settleCorrections(
  step: WatchStep,
  outcomes: readonly CorrectionOutcome[],
  random: number,
): WatchStep {
  const { state } = step;
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  const ids = state.pass.kind === "applying" ? state.pass.fields : [];
  const fields: Record<string, FieldState> = { ...state.fields };
  const visors: Record<string, WatchedVisor> = { ...state.visors };
  const notices: Notice[] = [];
  const done: string[] = [];
  let told: WatchStep = step;
  for (const id of ids) {
    const field = fields[id];
    if (field === undefined) continue;
    // What the report does not speak of was not begun, such as after a wish to stop.
    const { result, note } = byId.get(id) ?? { result: "stale", note: "not begun" };
    const [, path = "", element] = id.split(" ");
    const { visor } = field;
    const why = note === undefined ? "" : `: ${note}`;
    const facts = { visor, path, ...defined({ element }) };
    if (result === "done") {
      const message = `${path} on ${visor} was corrected`;
      const finding = { kind: "differs" as const, ...facts, message, sinceMs: state.time.wallMs };
      notices.push({ what: "corrected", finding });
      done.push(id);
      fields[id] = { ...field, corrections: lastDone(field.corrections) };
      const before = visors[visor];
      if (before !== undefined)
        visors[visor] = { ...before, differences: Math.max(0, before.differences - 1) };
      continue;
    }
    if (result === "failed") fields[id] = { ...field, failed: note ?? "it did not become so" };
    else fields[id] = { ...field, corrections: field.corrections.slice(0, -1) };
    if (result === "unreachable") visors[visor] = tookNoAnswer(visors[visor], state, random);
    told = withLogLine(told, {
      level: "warn",
      decision: "not-corrected",
      message: `${path} on ${visor} was not corrected (${result})${why}`,
      ...facts,
    });
  }
  const next: WatchState = {
    ...told.state,
    fields,
    visors,
    correcting: { failures: 0, nextMs: 0 },
  };
  const kept = dropFindings(watchStep(next, told.effects), done);
  return putFleetFinding(withNotices(kept, notices), "refused", "corrections", undefined);
}

function lastDone(corrections: FieldState["corrections"]): FieldState["corrections"] {
  return corrections.map((each, at) =>
    at === corrections.length - 1 ? { ...each, isDone: true as const } : each,
  );
}

function tookNoAnswer(
  before: WatchedVisor | undefined,
  { time, intervalMs }: WatchState,
  random: number,
): WatchedVisor {
  const failures = (before?.failures ?? 0) + 1;
  return {
    ...before,
    failures,
    differences: before?.differences ?? 0,
    why: "it could not be reached for a correction",
    nextMs: time.steadyMs + spreadByChance(backoffMs(failures, intervalMs), random),
  };
}

/**
 * Nothing could be written at all: a guard, the ledger or a relay said no, or the run failed as a whole. Corrections
 * wait longer each time. After a failure the tries still count, since nobody knows how far it came.
 */
export function settleRefusal(
  step: WatchStep,
  message: string,
  how: "refused" | "failed" = "refused",
): WatchStep {
  const { state } = step;
  const ids = state.pass.kind === "applying" ? state.pass.fields : [];
  const fields: Record<string, FieldState> = { ...state.fields };
  for (const id of how === "refused" ? ids : []) {
    const field = fields[id];
    if (field !== undefined) fields[id] = { ...field, corrections: field.corrections.slice(0, -1) };
  }
  const failures = state.correcting.failures + 1;
  const nextMs = state.time.steadyMs + backoffMs(failures, state.intervalMs);
  const next = watchStep({ ...state, fields, correcting: { failures, nextMs } }, step.effects);
  return putFleetFinding(
    next,
    "refused",
    "corrections",
    `${counted(ids.length, "correction was", "corrections were")} ${how === "refused" ? "refused" : "broken off"}: ${message}`,
  );
}
