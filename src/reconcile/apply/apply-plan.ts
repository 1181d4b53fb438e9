// Carries out a plan that was checked, shown and agreed to, and reports what became of it.
import {
  type Clock,
  defined,
  type Digest,
  type ExitCode,
  type Random,
  type VisorKey,
} from "../../core/index.ts";
import type { Ledger, OperatorKeys, SeenHead } from "../../ledger/index.ts";
import type {
  Outcome,
  OutcomeKind,
  Plan,
  PlanVisor,
  Route,
  SecretRef,
  StepLetter,
} from "../../model/index.ts";
import type { VisorReader, VisorWriter } from "../../skywire/visor/index.ts";
import type { Emit } from "../event.ts";
import { routeOf } from "../observe/index.ts";
import { ApplyPast } from "./apply-past.ts";
import { Halt, Places } from "./places.ts";
import { CommitQueue, openingEntries } from "./record-plan.ts";
import { applyVisor, runWaves } from "./run-waves.ts";
import { settleIntents } from "./settle-intents.ts";
import { type ApplyTiming, DEFAULT_TIMING } from "./timing.ts";
import type { ApplyPoint } from "./write-step.ts";

// Carries out a plan that was checked, shown and agreed to, and says what became of it.

/** Everything applying needs; the plan has been checked, shown and agreed to. */
export interface ApplyInput {
  readonly plan: Plan;
  readonly reader: VisorReader;
  readonly writer: VisorWriter;
  /** Open for writing; stays open. */
  readonly ledger: Ledger;
  /** What the ledger holds, where it was read since it was opened; read here otherwise. */
  readonly past?: ApplyPast;
  /** What was seen of other operators' ledgers: the first entries name what is news. */
  readonly heads?: readonly SeenHead[];
  readonly keys: OperatorKeys;
  /** The manifest's text, where no commit has it and it may be kept. */
  readonly manifestText?: string;
  /** Finds the values of secrets; called once, and only when a change needs one. */
  readonly resolveSecrets: (refs: readonly SecretRef[]) => Promise<ReadonlyMap<SecretRef, string>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly timing?: Partial<ApplyTiming>;
  /** Aborting it finishes the step in hand, records it, and begins no other. */
  readonly stop?: AbortSignal;
  readonly emit?: Emit;
  /** Told of every moment at which a crash must do no harm. */
  readonly atPoint?: (
    point: ApplyPoint | "before-record" | "after-record",
    visor?: PlanVisor,
  ) => void;
}

/**
 * Carries out a plan and makes no choices: settles what an earlier run left open, records the plan, then takes
 * the visors wave by wave. Stops after the first failed trust step.
 * @throws FleetError ledger/* when something cannot be recorded; then nothing further is written to any visor
 */
export async function applyPlan(input: ApplyInput): Promise<ApplyReport> {
  const { plan, ledger, clock, heads = [] } = input;
  const timing = { ...DEFAULT_TIMING, ...input.timing };
  const emit: Emit = input.emit ?? (() => undefined);
  const stop = input.stop ?? new AbortController().signal;
  const secrets = await resolvePlanSecrets(input);
  emit({ type: "apply_start", level: "info", message: `applying ${plan.counts.changing} visors` });
  const routes = new Map(plan.visors.map(({ key, route }) => [key, route]));
  const past = input.past ?? (await ApplyPast.read(ledger, plan));
  const settled = await settleIntents({
    ledger,
    fleet: plan.fleet,
    reader: input.reader,
    clock,
    parallel: timing.parallel,
    routeOf: (visor): Route =>
      visor === plan.acting ? { kind: "local" } : (routes.get(visor) ?? routeOf({})),
    emit,
    open: past.openIntents(),
    heads,
  });
  for (const record of settled.records) past.next(record);
  input.atPoint?.("before-record");
  const opening = openingEntries({
    plan,
    history: past.history(),
    ledger,
    keys: input.keys,
    random: input.random,
    ...defined({ manifestText: input.manifestText }),
  });
  if (opening.length > 0) await ledger.append(opening, { heads });
  input.atPoint?.("after-record");
  const queue = new CommitQueue(ledger, clock);
  const halt = new Halt(stop);
  const places = new Places(timing);
  const results = await runWaves(plan, halt, (visor) =>
    applyVisor(
      {
        plan,
        reader: input.reader,
        writer: input.writer,
        queue,
        keys: input.keys,
        secrets,
        earlier: past.earlier(visor.key),
        isUsed: (change) => past.uses.isDone(visor.key, change),
        clock,
        timing,
        places,
        halt,
        emit,
        atPoint: (point) => input.atPoint?.(point, visor),
      },
      visor,
    ),
  );
  const { size, root } = ledger.head;
  const left = results.flatMap((result) => result.left);
  const report = reportOf(
    plan,
    results.map((result) => result.report),
    { interrupted: stop.aborted && left.length > 0, left, head: { size, root } },
  );
  emit(endOf(report));
  return report;
}

function endOf({ exit }: ApplyReport): Parameters<Emit>[0] {
  const [type, level] =
    exit === 0 ? (["apply_complete", "info"] as const) : (["apply_failed", "error"] as const);
  return { type, level, message: `exit ${exit}` };
}

async function resolvePlanSecrets({
  plan,
  resolveSecrets,
}: ApplyInput): Promise<ReadonlyMap<SecretRef, string>> {
  const refs = plan.visors.flatMap(({ steps }) =>
    steps.flatMap(({ changes }) => changes.flatMap(({ secrets }) => secrets ?? [])),
  );
  return refs.length === 0 ? new Map() : await resolveSecrets([...new Set(refs)]);
}

// The report of an apply: outcomes by visor, their counts, and the exit code that follows from them.

/** The name and version of the report format. */
const REPORT_FORMAT = "fleet.skywire/apply-report/v1";

/** What became of one visor. */
export interface VisorReport {
  readonly key: VisorKey;
  readonly name: string;
  readonly outcomes: readonly (Outcome & { readonly step: StepLetter })[];
}

/** What an apply did. `ok` is never said of something that was not seen. */
export interface ApplyReport {
  readonly format: typeof REPORT_FORMAT;
  readonly plan: Digest;
  readonly visors: readonly VisorReport[];
  readonly counts: Readonly<Record<OutcomeKind, number>> & {
    readonly changes: number;
    /** Visors with at least one change done. */
    readonly visorsChanged: number;
    /** Visors that could not be read while planning, or not be reached for their changes. */
    readonly visorsUnreachable: number;
  };
  readonly interrupted: boolean;
  /** What an interrupted run left, a sentence each. */
  readonly left: readonly string[];
  readonly head: { readonly size: number; readonly root: string };
  readonly exit: ExitCode;
}

/** Makes the report of what the visors' outcomes say. */
function reportOf(
  plan: Plan,
  visors: readonly VisorReport[],
  run: Pick<ApplyReport, "interrupted" | "left" | "head">,
): ApplyReport {
  const counts = countOutcomes(plan, visors);
  return {
    format: REPORT_FORMAT,
    plan: plan.digest,
    visors,
    counts,
    ...run,
    exit: exitOf(counts, run.interrupted),
  };
}

function countOutcomes(plan: Plan, visors: readonly VisorReport[]): ApplyReport["counts"] {
  const all = visors.flatMap(({ outcomes }) => outcomes);
  const count = (kind: OutcomeKind): number => all.filter(({ outcome }) => outcome === kind).length;
  return {
    changes: all.length,
    done: count("done"),
    "done-after-restart": count("done-after-restart"),
    unverified: count("unverified"),
    stale: count("stale"),
    unreachable: count("unreachable"),
    unsupported: count("unsupported"),
    refused: count("refused"),
    failed: count("failed"),
    visorsChanged: visors.filter(({ outcomes }) => outcomes.some(({ outcome }) => isDone(outcome)))
      .length,
    visorsUnreachable: plan.counts.unreachable + visors.filter(isLost).length,
  };
}

/** A visor that could be planned and not be reached for its changes. */
function isLost({ outcomes }: VisorReport): boolean {
  return outcomes.some(({ outcome }) => outcome === "unreachable");
}

function isDone(outcome: OutcomeKind): boolean {
  return outcome === "done" || outcome === "done-after-restart";
}

/** The exit code by precedence: refused before any write, in part, stale, unreachable, done. */
function exitOf(counts: ApplyReport["counts"], interrupted: boolean): ExitCode {
  if (interrupted) return 130;
  const done = counts.done + counts["done-after-restart"];
  const inPart = counts.failed + counts.unverified > 0;
  if (counts.refused > 0 && done === 0 && !inPart) return 4;
  if (inPart || counts.refused > 0) return 6;
  if (counts.stale > 0) return 5;
  return counts.unreachable + counts.visorsUnreachable > 0 ? 3 : 0;
}
