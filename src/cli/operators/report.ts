// How a command about operators shows a change, asks whether to go on, and tells what became of it.
import type { ExitCode } from "../../core/index.ts";
import { errLine, outLine, printJson } from "../shell/print.ts";
import { saysYes } from "../shell/ask.ts";
import { showDifference } from "../manifest/rewrite-manifest.ts";
import type { ChangeRequest } from "./operator-options.ts";
import type { World } from "../shell/world.ts";

const UNASKED = "read above what would be done; --yes does it";

/** How far the signatures of a change have come, by name. */
export interface SignaturesReport {
  readonly needed: number;
  readonly signed: readonly string[];
  /** Who could still sign. */
  readonly open: readonly string[];
}

/** What became of a command about operators. */
export interface OperatorReport {
  readonly verb: "add" | "remove" | "rotate" | "approve";
  readonly fleet: string;
  /** Whom it is about; absent for an approval. */
  readonly operator?: string;
  readonly outcome:
    | "recorded"
    | "written"
    | "waiting"
    | "signed"
    | "in-order"
    | "declined"
    | "settled";
  /** The closing line. */
  readonly verdict: string;
  /** What changes and what it means, a sentence each. */
  readonly changes: readonly string[];
  readonly notes: readonly string[];
  /** The manifest's change, when there is one. */
  readonly manifest?: { readonly file: string; readonly diff: string };
  /** Entries with the keysets that were recorded. */
  readonly entries?: readonly number[];
  readonly signatures?: SignaturesReport;
  /** The file that the operators sign. */
  readonly document?: string;
}

/** Shows what is about to be done, before anything is asked. */
export function showChange(
  { diff, changes, notes }: { readonly diff: string } & Pick<OperatorReport, "changes" | "notes">,
  world: World,
): void {
  for (const note of notes) errLine(world, `note: ${note}`);
  showDifference({ diff }, world);
  for (const change of changes) errLine(world, `- ${change}`);
}

/**
 * Asks whether to go on, unless `--yes` says so.
 * @throws FleetError cli/unconfirmed (exit 4) when nobody can be asked, cli/interrupted (exit 130)
 */
export async function isAgreed(
  question: string,
  { isYes }: Pick<ChangeRequest, "isYes">,
  world: World,
): Promise<boolean> {
  return await saysYes({ question, next: UNASKED, isAnswered: isYes }, world);
}

/** Ends a command: the closing line, or one document. */
export function finish(report: OperatorReport, isJson: boolean, world: World): ExitCode {
  if (isJson) printJson(world, { format: "fleet.skywire/operator-change/v1", ...report });
  else outLine(world, report.verdict);
  return report.outcome === "declined" ? 4 : 0;
}
