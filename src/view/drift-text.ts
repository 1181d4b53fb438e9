import type { Change, Plan, PlanVisor } from "../model/index.ts";
import { changeRows } from "./change-text.ts";
import { counted, whenAny } from "./count-text.ts";
import type { Paint } from "./paint.ts";
import { visorText } from "./visor-text.ts";
import { tableText } from "./table-text.ts";
import { shortKey } from "./value-text.ts";

/** Changes of a plan parted by who owes them: others made `drift`, the manifest wants `intended`. */
interface DriftCounts {
  readonly drift: number;
  readonly driftVisors: number;
  readonly intended: number;
}

/** Counts the leaves that others changed and those that were never applied. */
function driftCounts(plan: Plan): DriftCounts {
  const changes = plan.visors.map((visor) => changesOf(visor));
  return {
    drift: changes.flat().filter(isDrift).length,
    driftVisors: changes.filter((list) => list.some(isDrift)).length,
    intended: changes.flat().filter((change) => !isDrift(change)).length,
  };
}

/** What others changed, apart from what the manifest wants and was not applied yet. */
export function driftText(plan: Plan, paint: Paint): string {
  const drifted = sectionText(plan, isDrift, paint);
  const intended = sectionText(plan, (change) => !isDrift(change), paint);
  const unseen = plan.visors
    .filter((visor) => visor.unseen !== undefined)
    .map((visor) => visorText(visor, plan.names, paint))
    .join("");
  const blocks = [
    drifted === ""
      ? ""
      : `${paint("strong", "Changed by others since the last apply (what is there -> what the manifest wants):")}\n${drifted}`,
    intended === ""
      ? ""
      : `${paint("strong", hasApplied(plan) ? "Wanted by the manifest, not applied:" : "Differs from the manifest (nothing was applied from here, so nobody can say who changed it):")}\n${intended}`,
    unseen,
  ].filter((block) => block !== "");
  return [...blocks, `${paint("strong", driftSummary(plan))}\n`].join(
    blocks.length === 0 ? "" : "\n",
  );
}

/** The last line of `fleet drift`. */
function driftSummary(plan: Plan): string {
  const { drift, driftVisors, intended } = driftCounts(plan);
  const unreachable = plan.counts.unreachable;
  const rest = whenAny(intended, "not applied") + whenAny(unreachable, "unreachable");
  // Where nothing was applied, or somebody could not be asked, the rest is not known.
  const isSure = unreachable === 0 && (intended === 0 || hasApplied(plan));
  if (drift === 0) return `${isSure ? "No drift" : "No drift seen"}${rest}.`;
  const leaves = counted(drift, "change");
  return `Drift: ${leaves} by others on ${counted(driftVisors, "visor")}${rest}.`;
}

/** True when the ledger holds more than its genesis. */
function hasApplied({ history }: Plan): boolean {
  return history.known && history.head > 1;
}

function sectionText(plan: Plan, wanted: (change: Change) => boolean, paint: Paint): string {
  return plan.visors
    .map((visor) => {
      const changes = changesOf(visor).filter(wanted);
      if (changes.length === 0) return "";
      const head = `${paint("change", "~")} ${paint("strong", visor.name)}  ${shortKey(visor.key)}\n`;
      return head + tableText(changeRows(changes, plan.names, paint));
    })
    .join("");
}

function isDrift(change: Change): boolean {
  return change.drift !== undefined;
}

function changesOf(visor: PlanVisor): readonly Change[] {
  return visor.steps.flatMap((step) => step.changes);
}
