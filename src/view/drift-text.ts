import { counted, type VisorKey } from "../core/index.ts";
import type { BlamedLeaf, MomentRef } from "../ledger/index.ts";
import {
  type Change,
  changesOf,
  type IgnoredLeaf,
  type Plan,
  type PlanVisor,
} from "../model/index.ts";
import { isSetBy, momentText, verdictText } from "./blame-text.ts";
import { changeRows } from "./change-text.ts";
import { whenAny } from "./count-text.ts";
import { ignoredNotes, ignoredWhat } from "./ignored-text.ts";
import { lingeringText } from "./lingering-text.ts";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";
import type { FeedNames } from "./record-text.ts";
import { tableText } from "./table-text.ts";
import { keyLabel, type Names, shortKey, valueText } from "./value-text.ts";
import { visorText } from "./visor-text.ts";

/** The three command lines for one value that differs. */
export interface DriftVerbs {
  /** Takes the live value into the manifest. */
  readonly adopt: string;
  /** Makes the value what the manifest says. */
  readonly revert: string;
  readonly ignore: string;
}

/** What is known beyond the plan: who set what, and how to go on. */
export interface DriftStory {
  readonly feeds: FeedNames;
  /** Who answers for a value as it is now; `undefined` where no record was read. */
  readonly blamed: (visor: VisorKey, change: Change) => BlamedLeaf | undefined;
  /** When a value that `fleet` never had to set was last found as wanted; `undefined` where nobody noted it. */
  readonly asWanted: (visor: VisorKey, change: Change) => MomentRef | undefined;
  readonly verbs: (visor: PlanVisor, path: string) => DriftVerbs;
}

/** Changes of a plan parted by who owes them: others made `drift`, the manifest wants `intended`. */
interface DriftCounts {
  readonly drift: number;
  readonly driftVisors: number;
  readonly intended: number;
}

/**
 * True where others changed a value: outside of fleet, or another operator through it. What fleet set last and the
 * manifest no longer wants is not theirs, unless it is not there any more either.
 */
export function isByOthers(
  visor: VisorKey,
  change: Change,
  story: Pick<DriftStory, "blamed" | "feeds"> | undefined,
): boolean {
  if (change.drift !== undefined) return true;
  const verdict = story?.blamed(visor, change)?.verdict;
  if (verdict === undefined || story === undefined) return false;
  return verdict.kind === "outside" || isSetBy(verdict, "others", story.feeds);
}

/** Counts the leaves that others changed and those that were never applied. */
function driftCounts(plan: Plan, story: DriftStory | undefined): DriftCounts {
  const changes = plan.visors.map((visor) =>
    changesOf(visor).map((change) => isByOthers(visor.key, change, story)),
  );
  return {
    drift: changes.flat().filter((others) => others).length,
    driftVisors: changes.filter((list) => list.includes(true)).length,
    intended: changes.flat().filter((others) => !others).length,
  };
}

/** What others changed, since when and by whom as far as known, apart from what was not applied yet. */
export function driftText(plan: Plan, paint: Paint, story?: DriftStory): string {
  const drifted = sectionText({ plan, paint, story, isWanted: (others) => others });
  const intended = sectionText({ plan, paint, story, isWanted: (others) => !others });
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
    ignoredText(plan, paint),
    lingeringText(plan.lingering, { names: plan.names, manifest: plan.manifest.path }, paint),
    unseen,
  ].filter((block) => block !== "");
  return [...blocks, `${paint("strong", driftSummary(plan, story))}\n`].join(
    blocks.length === 0 ? "" : "\n",
  );
}

/** The last line of `fleet drift`. */
function driftSummary(plan: Plan, story?: DriftStory): string {
  const { drift, driftVisors, intended } = driftCounts(plan, story);
  const unreachable = plan.counts.unreachable;
  const rest =
    whenAny(intended, "not applied") +
    whenAny(plan.counts.ignored ?? 0, "ignored") +
    whenAny(unreachable, "unreachable");
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

interface Section {
  readonly plan: Plan;
  readonly paint: Paint;
  readonly story: DriftStory | undefined;
  readonly isWanted: (others: boolean) => boolean;
}

function sectionText({ plan, paint, story, isWanted }: Section): string {
  return plan.visors
    .map((visor) => {
      const changes = changesOf(visor).filter((change) =>
        isWanted(isByOthers(visor.key, change, story)),
      );
      if (changes.length === 0) return "";
      const head = `${paint("change", "~")} ${paint("strong", visor.name)}  ${shortKey(visor.key)}\n`;
      if (story === undefined) return head + tableText(changeRows(changes, plan.names, paint));
      const paths = [...new Set(changes.map(({ path }) => path))];
      const fields = paths.map((path) =>
        fieldText(
          visor,
          changes.filter((change) => change.path === path),
          { plan, paint, story },
        ),
      );
      return head + fields.join("");
    })
    .join("");
}

/** One value: how it differs, since when and by whom, and the three ways to go on. */
function fieldText(
  visor: PlanVisor,
  changes: readonly Change[],
  { plan, paint, story }: Pick<Section, "plan" | "paint"> & { readonly story: DriftStory },
): string {
  const told = new Map<string, string[]>();
  for (const change of changes) {
    const who = whoText(visor.key, change, story);
    if (who === undefined) continue;
    const isDrift = isByOthers(visor.key, change, story);
    told.set(who, [...(told.get(who) ?? []), whatDiffers(change, isDrift, plan.names)]);
  }
  const lines = [...told].map(([who, whats]) => `        ${whats.join(", ")}: ${who}\n`);
  const { adopt, revert, ignore } = story.verbs(visor, changes[0]?.path ?? "");
  const isUndone = changes.some((change) => isByOthers(visor.key, change, story));
  const verbs = [
    ["        keep it", adopt],
    [isUndone ? "        undo it" : "        apply it", revert],
    ["        wait", ignore],
  ];
  return (
    tableText(changeRows(changes, plan.names, paint)) +
    lines.join("") +
    paint("quiet", tableText(verbs.map(([label = "", line = ""]) => [label, printable(line)])))
  );
}

/** `was true, is false`, or that a member came or is gone; what was never there is only wanted. */
function whatDiffers(change: Change, isDrift: boolean, names: Names): string {
  if (change.element !== undefined) {
    const member = printable(keyLabel(change.element, names));
    if (isDrift) return `${member} ${change.before === true ? "came" : "is gone"}`;
    return `${member} ${change.before === true ? "is there" : "is not there"}`;
  }
  if (change.secrets !== undefined) return "the secret is another";
  return `${isDrift ? "was" : "wanted"} ${valueText(change.after, names)}, is ${valueText(change.before, names)}`;
}

/**
 * The moment at which a value that `fleet` never had to set was found as wanted; `undefined` where it did set it, and
 * where the value is no drift.
 */
export function foundAsWanted(
  visor: VisorKey,
  change: Change,
  blamed: BlamedLeaf,
  story: Pick<DriftStory, "asWanted">,
): MomentRef | undefined {
  return change.drift !== undefined && blamed.verdict.kind === "never"
    ? story.asWanted(visor, change)
    : undefined;
}

function whoText(visor: VisorKey, change: Change, story: DriftStory): string | undefined {
  const blamed = story.blamed(visor, change);
  if (blamed === undefined) return undefined;
  const { verdict } = blamed;
  const { feeds } = story;
  const wanted = foundAsWanted(visor, change, blamed, story);
  if (wanted !== undefined) {
    return `changed outside fleet between ${momentText(wanted, feeds)}, when it was as wanted, and now`;
  }
  const text = verdictText(blamed, feeds);
  if (verdict.kind === "fleet") {
    return isSetBy(verdict, "others", feeds)
      ? `another operator set it: ${text}`
      : `another manifest of ours set it: ${text}`;
  }
  return text;
}

function ignoredText(plan: Plan, paint: Paint): string {
  const rows = plan.visors.flatMap(({ name, ignored = [] }) =>
    ignored.map((leaf: IgnoredLeaf) => [
      leaf.ended ? paint("danger", "!") : paint("unknown", "?"),
      printable(name),
      printable(leaf.path),
      ignoredWhat(leaf, plan.names),
      paint("quiet", `(${ignoredNotes(leaf)})`),
    ]),
  );
  if (rows.length === 0) return "";
  return `${paint("strong", "Ignored by the manifest:")}\n${tableText(rows)}`;
}
