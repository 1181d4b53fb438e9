// Carries out a plan that was checked, shown and agreed to, and says what became of it.
import { type Clock, defined, type Random } from "../../core/index.ts";
import type { Ledger, OperatorKeys, SeenHead } from "../../ledger/index.ts";
import type { Plan, PlanVisor, Route, SecretRef } from "../../model/index.ts";
import type { VisorReader, VisorWriter } from "../../skywire/visor/index.ts";
import type { Emit } from "../event.ts";
import { routeOf } from "../observe/index.ts";
import { ApplyPast } from "./apply-past.ts";
import { applyVisor } from "./apply-visor.ts";
import { CommitQueue } from "./commit-queue.ts";
import { Halt } from "./halt.ts";
import { Places } from "./places.ts";
import { openingEntries } from "./record-plan.ts";
import { type ApplyReport, reportOf } from "./report.ts";
import { runWaves } from "./run-waves.ts";
import { settleIntents } from "./settle-intents.ts";
import { type ApplyTiming, DEFAULT_TIMING } from "./timing.ts";
import type { ApplyPoint } from "./write-step.ts";

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
