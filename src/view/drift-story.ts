// Whose a difference is: which changes of a plan others made, and what records and commands say of each.
import type { VisorKey } from "../core/index.ts";
import type { BlamedField, MomentRef } from "../ledger/index.ts";
import { type Change, changesOf, type Plan, type PlanVisor, valuesOf } from "../model/index.ts";
import { isByRestart, isSetBy } from "./blame-text.ts";
import type { FeedNames } from "./record-text.ts";

/** The three command lines for one value that differs. */
export interface DriftVerbs {
  /** Takes the live value into the manifest; absent where a manifest cannot or must not say it. */
  readonly adopt?: string;
  /** Makes the value what the manifest says. */
  readonly revert: string;
  /** Absent for what decides who manages a visor, which is never ignored, and where no file can be edited. */
  readonly ignore?: string;
}

/** What is known beyond the plan: who set what, and how to go on. */
export interface DriftStory {
  readonly feeds: FeedNames;
  /** Who answers for a value as it is now; `undefined` where no record was read. */
  readonly blamed: (visor: VisorKey, change: Change) => BlamedField | undefined;
  /** When a value was last as a manifest of ours wanted it; `undefined` where no record says. */
  readonly asWanted: (visor: VisorKey, change: Change) => MomentRef | undefined;
  readonly verbs: (visor: PlanVisor, path: string) => DriftVerbs;
}

/** Changes of a plan parted by who owes them: others made `drift`, the manifest wants `intended`. */
export interface DriftCounts {
  readonly drift: number;
  readonly driftVisors: number;
  readonly intended: number;
}

/**
 * True where others changed a value since it was last as a manifest of ours wanted it: outside of fleet, or another
 * operator through it. What only the manifest wants otherwise now is not theirs.
 */
export function isByOthers(
  visor: VisorKey,
  change: Change,
  story: Pick<DriftStory, "blamed" | "feeds"> | undefined,
): boolean {
  if (change.drift !== undefined) return true;
  const verdict = story?.blamed(visor, change)?.verdict;
  if (verdict === undefined || story === undefined) return false;
  if ("acceptedAt" in verdict || isByRestart(verdict)) return false;
  return verdict.kind === "outside" || isSetBy(verdict, "others", story.feeds);
}

/** Counts the fields that others changed and those that were never applied. */
export function driftCounts(plan: Plan, story: DriftStory | undefined): DriftCounts {
  const changes = plan.visors.map((visor) =>
    valuesOf(visor).map((change) => isByOthers(visor.key, change, story)),
  );
  return {
    drift: changes.flat().filter((others) => others).length,
    driftVisors: changes.filter((list) => list.includes(true)).length,
    intended: changes.flat().filter((others) => !others).length,
  };
}

/**
 * The moment at which a value that `fleet` never had to set was found as wanted; `undefined` where it did set it, and
 * where the value is no drift.
 */
export function foundAsWanted(
  visor: VisorKey,
  change: Change,
  blamed: BlamedField,
  story: Pick<DriftStory, "asWanted">,
): MomentRef | undefined {
  return change.drift !== undefined && blamed.verdict.kind === "never"
    ? story.asWanted(visor, change)
    : undefined;
}

/** The restart that a changed value leads to, where the plan has one. */
export function restartAfter(visor: PlanVisor, change: Change): Change | undefined {
  if (change.restart !== "app") return undefined;
  return changesOf(visor).find(
    ({ action, path, owedSince }) =>
      action === "restart" &&
      owedSince === undefined &&
      change.path.startsWith(path.replace(/running$/, "")),
  );
}
