import type { ExitCode, VisorKey } from "../core/index.ts";
import { openLedger } from "../ledger/index.ts";
import type { Plan, SecretRef } from "../model/index.ts";
import { nodeProcess } from "../platform/index.ts";
import { ApplyPast, applyPlan, type ApplyReport } from "../reconcile/index.ts";
import { createVisorWriter, type VisorReader } from "../skywire/visor/index.ts";
import { applySummary, applyText, planSummary } from "../view/index.ts";
import type { Given } from "./arguments.ts";
import { outPaint } from "./look.ts";
import type { Operator } from "./operator.ts";
import { printJson } from "./print.ts";
import { refuse } from "./refuse.ts";
import type { Reporter } from "./reporter.ts";
import type { WayIn } from "./way-in.ts";
import type { World } from "./world.ts";

/** A plan that was shown and agreed to, and what applying it takes. */
export interface RunInput {
  readonly plan: Plan;
  readonly operator: Operator;
  readonly acting: VisorKey;
  readonly wayIn: WayIn;
  readonly reader: VisorReader;
  /** What `file:` secrets are relative to. */
  readonly manifestFolder: string;
  readonly reporter: Reporter;
  readonly given: Given;
  readonly world: World;
}

/** Takes the ledger's lock, checks once more, applies, and shows what became of it. */
export async function runApply(input: RunInput): Promise<ExitCode> {
  const { plan, operator, acting, reporter, given, world } = input;
  const stop = world.stopSoftly();
  const lockTimeoutMs = given.durationMs("lock-timeout");
  const ledger = await openLedger({
    files: world.files,
    clock: world.clock,
    random: world.random,
    process: nodeProcess(),
    folder: operator.ledgerFolder,
    keys: operator.keys,
    ...(lockTimeoutMs === undefined ? {} : { lockTimeoutMs }),
  });
  try {
    // Another apply may have recorded a new keyset while we asked.
    const past = await ApplyPast.read(ledger, plan);
    const history = past.history();
    const check = { plan, acting, operator: operator.keys.operator, history };
    const refused = refuse(check, false, world);
    if (refused !== undefined) return refused;
    const report = await reporter.during(stepsOf(plan), "steps", () =>
      applyPlan({
        plan,
        reader: input.reader,
        writer: createVisorWriter(input.wayIn.access),
        ledger,
        past,
        keys: operator.keys,
        resolveSecrets: (refs) => secretsOf(refs, input),
        clock: world.clock,
        random: world.random,
        stop,
        emit: reporter.emit,
      }),
    );
    show(report, input);
    return report.exit;
  } finally {
    await ledger.close();
  }
}

function stepsOf(plan: Plan): number {
  return plan.visors.reduce((count, visor) => count + visor.steps.length, 0);
}

async function secretsOf(
  refs: readonly SecretRef[],
  { world, manifestFolder }: RunInput,
): Promise<ReadonlyMap<SecretRef, string>> {
  const { resolveSecrets } = await import("../manifest/index.ts");
  return await resolveSecrets(refs, {
    env: (name) => world.env[name],
    files: world.files,
    manifestFolder,
  });
}

function show(report: ApplyReport, { plan, reporter, given, world }: RunInput): void {
  if (given.flag("json")) printJson(world, report);
  else if (reporter.isEvents) {
    const level = report.exit === 0 ? "info" : "error";
    reporter.emit({
      type: "change_summary",
      level,
      message: applySummary(report),
      facts: { ...report.counts },
    });
  } else if (report.counts.changes === 0 && report.left.length === 0) {
    // The plan was just shown and its last line says all; saying it again keeps it the last line.
    world.terminal.out(plan.counts.changing === 0 ? "" : `${planSummary(plan)}\n`);
  } else world.terminal.out(`\n${applyText(report, plan.names, outPaint(world))}`);
}
