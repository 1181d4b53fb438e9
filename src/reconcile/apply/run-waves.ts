// Takes the visors of a plan wave by wave, and on each its steps in their order, when a place is free and nothing speaks against it.
import { counted } from "../../core/index.ts";
import { type Change, type Plan, type PlanStep, type PlanVisor, STEPS } from "../../model/index.ts";
import { parseFieldPath } from "../diff/index.ts";
import type { VisorReport } from "./apply-plan.ts";
import { type Halt, isCareful, type Places } from "./places.ts";
import {
  isFailed,
  isGood,
  isTrust,
  isUnsure,
  sameOutcome,
  type StepOutcome,
} from "./write-changes.ts";
import { applyStep, type StepRun } from "./write-step.ts";

// Carries out the steps of one visor in their order, each when a place is free and nothing speaks against it.

/** What applying one visor needs. */
export interface VisorRun extends Omit<StepRun, "place"> {
  readonly places: Places;
  readonly halt: Halt;
}

/** The result of one visor. */
export interface VisorResult {
  readonly report: VisorReport;
  /** Steps that were not begun because the run was interrupted. */
  readonly left: readonly string[];
}

/** How far a visor is. */
interface Progress {
  readonly outcomes: StepOutcome[];
  readonly left: string[];
  trustFailed: boolean;
  /** A step was begun here, whatever became of it. */
  isBegun: boolean;
}

/** Carries out the steps of one visor. */
export async function applyVisor(run: VisorRun, visor: PlanVisor): Promise<VisorResult> {
  const progress: Progress = { outcomes: [], left: [], trustFailed: false, isBegun: false };
  for (const [index, step] of visor.steps.entries()) {
    const bar = barOf(run.halt, visor, step, progress);
    const isOver =
      bar === undefined
        ? await takeStep(run, visor, index, progress)
        : isBarred(bar, run.halt, visor, step, progress);
    if (isOver) break;
  }
  const { outcomes, left } = progress;
  if (left.length > 0 && left.length === visor.steps.length) return leftOver(visor);
  return { report: { key: visor.key, name: visor.name, outcomes }, left };
}

/** The result of a visor on which an interrupted run began nothing. */
function leftOver({ key, name, steps }: PlanVisor): VisorResult {
  const changes = steps.reduce((total, step) => total + step.changes.length, 0);
  return { report: { key, name, outcomes: [] }, left: [`${name}: ${counted(changes, "change")}`] };
}

/** Takes a place, asks again whether the step may begin, and carries it out. True when no step may follow. */
async function takeStep(
  run: VisorRun,
  visor: PlanVisor,
  index: number,
  progress: Progress,
): Promise<boolean> {
  const { outcomes } = progress;
  const whole = visor.steps[index];
  if (whole === undefined) return true;
  const step = withoutSpoiltApps(whole, outcomes);
  const spoilt = whole.changes.filter((change) => !step.changes.includes(change));
  outcomes.push(
    ...sameOutcome(
      { ...whole, changes: spoilt },
      "refused",
      "left alone, because what it runs with could not be set",
    ),
  );
  if (step.changes.length === 0) return false;
  const place = await run.places.take(isCareful(step), progress.isBegun);
  try {
    // Others went on while we waited.
    const bar = barOf(run.halt, visor, step, progress);
    if (bar !== undefined) return isBarred(bar, run.halt, visor, step, progress);
    const later = visor.steps.slice(index + 1);
    const earlier = progress.isBegun ? [...outcomes] : undefined;
    const done = await applyStep({ ...run, place }, visor, step, { later, earlier });
    const cut = done.find(({ outcome }) => outcome === "stale" || outcome === "unreachable");
    const rest =
      cut === undefined
        ? []
        : later.flatMap((each) => sameOutcome(each, cut.outcome, cut.note ?? ""));
    outcomes.push(...done, ...rest);
    const hasFailed = [...done, ...rest].some(
      (outcome) => isTrust(outcome) && isFailed(outcome, progress.isBegun),
    );
    if (hasFailed) failTrust(run.halt, visor, progress);
    progress.isBegun = true;
    return cut !== undefined;
  } finally {
    place.leave();
  }
}

/** Why a step does not begin: the run was interrupted, or of what happened before, here or elsewhere. */
type Bar = { readonly kind: "left" } | { readonly kind: "refused"; readonly note: string };

function barOf(
  halt: Halt,
  visor: PlanVisor,
  step: PlanStep,
  { outcomes, trustFailed, isBegun }: Progress,
): Bar | undefined {
  const name = halt.elsewhere(visor);
  const elsewhere =
    name === undefined
      ? undefined
      : ({ kind: "refused", note: `not begun, because a trust step failed on ${name}` } as const);
  // Where nothing was begun, the trust step that failed is the better reason.
  if (!isBegun && elsewhere !== undefined) return elsewhere;
  if (halt.isStopped) return { kind: "left" };
  if (elsewhere !== undefined) return elsewhere;
  if (!trustFailed && (step.letter !== STEPS.revoke || !outcomes.some(isUnsure))) return undefined;
  const note = "an earlier step on this visor did not end well";
  return {
    kind: "refused",
    note: step.letter === STEPS.revoke ? `${note}, so no trust is taken away` : note,
  };
}

/** Says of a step that it was not begun. Never ends the visor: of each later step it is said as well. */
function isBarred(
  bar: Bar,
  halt: Halt,
  visor: PlanVisor,
  step: PlanStep,
  progress: Progress,
): false {
  if (bar.kind === "left") {
    const { letter, changes } = step;
    progress.left.push(`step (${letter}) on ${visor.name}: ${counted(changes.length, "change")}`);
    return false;
  }
  progress.outcomes.push(...sameOutcome(step, "refused", bar.note));
  if (step.letter === STEPS.revoke) failTrust(halt, visor, progress);
  return false;
}

/** Told at once: no other visor begins a step after this. */
function failTrust(halt: Halt, visor: PlanVisor, progress: Progress): void {
  progress.trustFailed = true;
  halt.trustFailedOn(visor);
}

/** An app whose arguments or settings could not be written is neither started nor restarted. */
function withoutSpoiltApps(step: PlanStep, outcomes: readonly StepOutcome[]): PlanStep {
  if (step.letter !== STEPS.apps) return step;
  const spoilt = new Set(
    outcomes.filter((outcome) => !isGood(outcome)).flatMap(({ path }) => appOf(path) ?? []),
  );
  const isSound = ({ path, action }: Change): boolean =>
    action === "stop" || !spoilt.has(appOf(path) ?? "");
  return { ...step, changes: step.changes.filter(isSound) };
}

function appOf(path: string): string | undefined {
  const field = parseFieldPath(path);
  return field.section === "apps" ? field.app : undefined;
}

// Takes the visors of a plan wave by wave: all of a wave at once, as far as there are places.

/**
 * Carries out the waves in their order; the next one begins when every visor of the one before has ended. A visor that
 * gets labels only begins with the first wave, wherever it stands. Gives the results in the order of waves.
 * @throws what ended the run, once all that was under way has ended
 */
export async function runWaves(
  plan: Pick<Plan, "visors" | "waves">,
  halt: Halt,
  run: (visor: PlanVisor) => Promise<VisorResult>,
): Promise<readonly VisorResult[]> {
  const byKey = new Map(plan.visors.map((visor) => [visor.key, visor]));
  const planned = plan.waves.map((wave) => wave.flatMap((key) => byKey.get(key) ?? []));
  const results = new Map<PlanVisor, VisorResult>();
  for (const wave of withLabelsFirst(planned)) {
    await Promise.all(
      wave.map(async (visor) => {
        try {
          results.set(visor, await run(visor));
        } catch (error) {
          halt.fail(error);
          results.set(visor, leftOver(visor));
        }
      }),
    );
    halt.assertWhole();
  }
  return planned.flat().flatMap((visor) => results.get(visor) ?? []);
}

/**
 * The waves as they are run. They are there so that a mistake of trust, of reachability or with an app shows on visors that
 * nobody comes through, before it reaches one that somebody does: labels need not wait for that.
 */
function withLabelsFirst(
  waves: readonly (readonly PlanVisor[])[],
): readonly (readonly PlanVisor[])[] {
  const [first = [], ...later] = waves;
  const begin = [...first, ...later.flat().filter(getsLabelsOnly)];
  const rest = later.map((wave) => wave.filter((visor) => !getsLabelsOnly(visor)));
  return [begin, ...rest].filter((wave) => wave.length > 0);
}

/** True for a visor whose changes nobody's way in, no app and no traffic hangs on. */
function getsLabelsOnly({ steps }: PlanVisor): boolean {
  return steps.every(
    ({ letter, changes }) =>
      letter === STEPS.configure && changes.every(({ risk }) => risk === "label"),
  );
}
