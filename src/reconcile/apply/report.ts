// The report of an apply: outcomes by visor, their counts, and the exit code that follows from them.
import type { Digest, ExitCode, VisorKey } from "../../core/index.ts";
import type { Outcome, OutcomeKind, Plan, StepLetter } from "../../model/index.ts";

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
export function reportOf(
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
