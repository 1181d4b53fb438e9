// What is done about the differences of a plan: each is told, left alone, or corrected.
import { defined } from "../core/index.ts";
import { backoffMs, spreadByChance } from "./backoff.ts";
import type { AccessTest, Difference, PlanFacts, PlannedVisorFacts } from "./facts.ts";
import { fightOf, judgeField, keepField } from "./fields.ts";
import { type NewFinding, putFleetFinding, replaceFindings } from "./findings.ts";
import { currentHold, noteApplied } from "./manifests.ts";
import {
  type FieldState,
  FIELDS_MAX,
  manifestKey,
  type WatchedVisor,
  type WatchState,
} from "./state.ts";
import { withEffects, withLogLine, type WatchStep, watchStep } from "./watch-step.ts";

/** Decides what is done about each difference of a plan: told, left alone, or corrected. */
export function decide(step: WatchStep, facts: PlanFacts, random: number): WatchStep {
  const noted = noteApplied(step, facts);
  const seen = noteVisors(noted, facts.visors, random);
  const fields = noteFields(seen.state, facts.visors);
  const blocked = blockersOf(seen, facts);
  const judged = judge(blocked.state, fields, facts);
  const names = new Set(facts.visors.map(({ name }) => name));
  const found = replaceFindings(
    watchStep({ ...blocked.state, fields: judged.fields }, blocked.effects),
    names,
    judged.findings,
    new Set(judged.correct.map(({ id }) => id)),
  );
  const told = tellAccess(found, facts.access ?? []);
  return judged.correct.length === 0
    ? forgetRefusal(told, judged)
    : beginCorrecting(told, judged.correct);
}

/** Tells of tests of access that fail, each once; of those that do not any more, and of those that nobody writes any more. */
function tellAccess(step: WatchStep, tests: readonly AccessTest[]): WatchStep {
  const prefix = "access ";
  const written = new Map(tests.map(({ text, fails }) => [text, fails]));
  const known = Object.keys(step.state.findings)
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length));
  const unknown = new Set(tests.flatMap(({ text, isUnknown }) => (isUnknown === true ? text : [])));
  const asked = [...new Set([...known, ...written.keys()])].filter((text) => !unknown.has(text));
  return asked.reduce(
    (each, text) => putFleetFinding(each, "access", text, written.get(text)),
    step,
  );
}

/** Where nothing waits to be corrected, earlier refusals are no news any more. */
function forgetRefusal(step: WatchStep, { findings }: Judged): WatchStep {
  const isWaiting = [...findings.values()].some(({ kind }) => kind === "waiting");
  if (isWaiting || step.state.correcting.failures === 0) return step;
  const calm = { ...step.state, correcting: { failures: 0, nextMs: 0 } };
  return putFleetFinding(watchStep(calm, step.effects), "refused", "corrections", undefined);
}

/** What each visor's turn came to, and when it is asked again. */
function noteVisors(
  step: WatchStep,
  visors: readonly PlannedVisorFacts[],
  random: number,
): WatchStep {
  const { state } = step;
  const next: Record<string, WatchedVisor> = { ...state.visors };
  for (const { name, isSeen, why, differences } of visors) {
    const before = state.visors[name];
    if (isSeen) {
      const told = differences.filter(({ verb }) => verb !== "ignore").length;
      next[name] = {
        failures: 0,
        seenMs: state.time.wallMs,
        ...defined({ seenBy: state.manifest?.digest }),
        differences: told,
      };
      continue;
    }
    const failures = (before?.failures ?? 0) + 1;
    next[name] = {
      ...before,
      failures,
      nextMs: state.time.steadyMs + spreadByChance(backoffMs(failures, state.intervalMs), random),
      differences: before?.differences ?? 0,
      ...defined({ why }),
    };
  }
  return watchStep({ ...state, visors: next }, step.effects);
}

/** Brings what is remembered of fields up to date: those that are as wanted again are forgotten in time. */
function noteFields(
  state: WatchState,
  visors: readonly PlannedVisorFacts[],
): Record<string, FieldState> {
  const key = state.manifest === undefined ? "" : manifestKey(state.manifest);
  const wrong = new Map(
    visors.flatMap((visor) => visor.differences.map((each) => [each.id, each])),
  );
  const read = new Set(visors.filter(({ isSeen }) => isSeen).map(({ name }) => name));
  const fields: Record<string, FieldState> = {};
  for (const [id, field] of Object.entries(state.fields)) {
    const kept = read.has(field.visor)
      ? keepField(field, { key, time: state.time, difference: wrong.get(id) })
      : field;
    if (kept !== undefined) fields[id] = kept;
  }
  return fields;
}

/** What stands against every correction of this run; told once. */
function blockersOf(step: WatchStep, { questions, refusals }: PlanFacts): WatchStep {
  const { pass } = step.state;
  if (pass.kind !== "planning" || !pass.isFirst) return step;
  const asked =
    questions.length === 0
      ? undefined
      : `a person must answer first, by \`fleet apply\`: ${questions.join("; ")}`;
  const general = refusals.filter(({ visor }) => visor === undefined).map(({ message }) => message);
  const refused = general.length === 0 ? undefined : general.join("; ");
  return putFleetFinding(
    putFleetFinding(step, "blocked", "questions", asked),
    "refused",
    "plan",
    refused,
  );
}

interface Judged {
  readonly fields: Record<string, FieldState>;
  readonly findings: ReadonlyMap<string, NewFinding>;
  readonly correct: readonly Difference[];
}

function judge(state: WatchState, known: Record<string, FieldState>, facts: PlanFacts): Judged {
  const fields = { ...known };
  const findings = new Map<string, NewFinding>();
  const correct: Difference[] = [];
  const refused = new Map(
    facts.refusals.flatMap(({ visor, message }) =>
      visor === undefined ? [] : [[visor, message] as const],
    ),
  );
  const key = state.manifest === undefined ? "" : manifestKey(state.manifest);
  let room = FIELDS_MAX - Object.keys(fields).length;
  const run = {
    hold: currentHold(state),
    isBlocked: facts.questions.length > 0,
    isWaiting: state.correcting.nextMs > state.time.steadyMs,
  };
  for (const { name, isSeen, why, differences } of facts.visors) {
    if (!isSeen) findings.set(`${name} unreachable`, unreachable(name, why));
    for (const difference of differences) {
      if (difference.verb === "ignore") continue;
      const fought = fightOf(fields[difference.id], difference, state.time);
      if (fought !== undefined) fields[difference.id] = fought;
      const verdict = judgeField(difference, {
        ...run,
        refused: refused.get(name),
        field: fields[difference.id],
        hasRoom: fields[difference.id] !== undefined || room > 0,
      });
      if (verdict === "correct") {
        if (fields[difference.id] === undefined) room -= 1;
        fields[difference.id] ??= newField(difference, key, state);
        correct.push(difference);
      } else findings.set(difference.id, verdict);
    }
  }
  return { fields, findings, correct };
}

function newField({ visor }: Difference, manifest: string, { time }: WatchState): FieldState {
  return { visor, manifest, corrections: [], wrongMs: time.steadyMs };
}

function unreachable(visor: string, why: string | undefined): NewFinding {
  return { kind: "unreachable", visor, message: `${visor} was not read: ${why ?? "no answer"}` };
}

/** A correction counts from here on: a crash in the middle of it gives nobody one more try. */
function beginCorrecting(step: WatchStep, correct: readonly Difference[]): WatchStep {
  const { state } = step;
  const { pass, time, epoch } = state;
  const rest = pass.kind === "planning" ? pass.rest : [];
  const fields = { ...state.fields };
  for (const { id } of correct) {
    const field = fields[id];
    if (field === undefined) continue;
    const correction = { steadyMs: time.steadyMs, wallMs: time.wallMs };
    fields[id] = {
      ...field,
      corrections: [...field.corrections, correction],
      wrongMs: time.steadyMs,
    };
  }
  const ids = correct.map(({ id }) => id);
  const begun = watchStep(
    { ...state, fields, pass: { kind: "applying", epoch, fields: ids, rest } },
    step.effects,
  );
  const said = correct.reduce(
    (each, { visor, path, element, found, wanted, culprit }) =>
      withLogLine(each, {
        level: "info",
        decision: "correcting",
        message: `${path} on ${visor} is ${found}, wanted ${wanted}: correcting`,
        visor,
        path,
        ...defined({ element, culprit }),
      }),
    begun,
  );
  return withEffects(said, { kind: "apply", ids });
}
