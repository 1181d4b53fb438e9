// Applies, a line each: when, by whom, from which manifest, how much, and what became of it.
import { counted, type Json, shortCommit } from "../core/index.ts";
import type { Apply, ApplyWord } from "../ledger/index.ts";
import { refDocument } from "./blame-text.ts";
import { type Paint, printable, tableText, whenAny } from "./text.ts";
import { namesText } from "./names-text.ts";
import { type FeedNames, operatorText, refText, timeText } from "./record-text.ts";
import { keyLabel, type Names, shortKey } from "./change-text.ts";

/** Applies in the order of the record, and what else the last line counts. */
interface ApplyHistory {
  readonly applies: readonly Apply[];
  readonly filteredOut: number;
  /** What could not be read, a sentence each. */
  readonly notes: readonly string[];
}

/** Where the manifest of an apply can be read again. */
type ManifestKept = "commit" | "ledger" | "nowhere" | "unknown";

/**
 * Says where the manifest of an apply is: a clean commit before a kept text. Of an entry of release 0.1.0, which does not
 * say whether the manifest was as its commit has it, that is not known.
 */
function whereKept({ plan, keptBy }: Pick<Apply, "plan" | "keptBy">): ManifestKept {
  if (plan?.commit !== undefined && plan.dirty === false) return "commit";
  if (keptBy !== undefined) return "ledger";
  return plan?.commit !== undefined && plan.dirty === undefined ? "unknown" : "nowhere";
}

/** One line for each apply; the last line counts. */
export function historyText(
  { applies, filteredOut }: ApplyHistory,
  names: Names,
  feeds: FeedNames,
  paint: Paint,
): string {
  const rows = applies.map((apply) => [
    paint("strong", refText(apply.at, feeds)),
    timeText(apply.at.timeMs),
    operatorText(apply.at, feeds),
    manifestText(apply, feeds),
    sizeText(apply),
    resultText(apply, names, feeds, paint),
  ]);
  const failed = applies.filter(({ notDone }) => notDone.length > 0).length;
  const last =
    `History: ${counted(applies.length, "apply", "applies")}` +
    whenAny(failed, "not done in full") +
    whenAny(filteredOut, "filtered out");
  return `${tableText(rows)}${paint("strong", `${last}.`)}\n`;
}

function manifestText(apply: Apply, feeds: FeedNames): string {
  const { plan, keptBy } = apply;
  if (plan === undefined) return "";
  const commit = plan.commit === undefined ? undefined : printable(shortCommit(plan.commit));
  switch (whereKept(apply)) {
    case "commit":
      return `commit ${commit ?? ""}`;
    case "ledger":
      return `${placeText(apply, commit)}, text kept${keptAtText(apply, keptBy, feeds)}`;
    case "nowhere":
      return `${placeText(apply, commit)}, text not kept`;
    case "unknown":
      return placeText(apply, commit);
  }
}

/** What git had to do with a manifest that no clean commit has. */
function placeText({ plan }: Apply, commit: string | undefined): string {
  if (commit === undefined) return "no commit";
  return plan?.dirty === undefined ? `perhaps commit ${commit}` : `not as commit ${commit} has it`;
}

function keptAtText({ at }: Apply, keptBy: Apply["keptBy"], feeds: FeedNames): string {
  if (keptBy === undefined || (keptBy.feed === at.feed && keptBy.index === at.index)) return "";
  return ` by ${refText(keptBy, feeds)}`;
}

function sizeText({ plan, visors, changes }: Apply): string {
  if (plan === undefined) return "";
  const only = plan.only === undefined ? "" : " (--only)";
  return visors === 0
    ? `no changes${only}`
    : `${counted(visors, "visor")}, ${counted(changes, "change")}${only}`;
}

function resultText(apply: Apply, names: Names, feeds: FeedNames, paint: Paint): string {
  const { plan, notDone, visors, continuedBy, counts } = apply;
  if (plan === undefined) return "sealed, no key for it here";
  const later = continuedBy.map((index) => refText({ feed: apply.at.feed, index }, feeds));
  const more = later.length === 0 ? "" : `, continued by ${later.join(", ")}`;
  const whose = counts ? "" : paint("danger", ", by nobody who could apply then");
  if (notDone.length === 0) return `${visors === 0 ? "recorded" : "done"}${more}${whose}`;
  const groups = new Map<ApplyWord, string[]>();
  for (const { visor, became } of notDone)
    groups.set(became, [...(groups.get(became) ?? []), labelOf(visor, names)]);
  const parts = [...groups].map(([became, labels]) => {
    const list = namesText(labels, { more: "fleet history --json" });
    return `${labels.length} of ${counted(visors, "visor")} ${became}: ${list}`;
  });
  return `${paint("danger", parts.join("; "))}${more}${whose}`;
}

function labelOf(visor: string, names: Names): string {
  const label = keyLabel(visor, names);
  return label === visor ? shortKey(visor) : label;
}

/** The same as a document. */
export function historyDocument(
  { applies, filteredOut, notes }: ApplyHistory,
  names: Names,
  feeds: FeedNames,
): Json {
  return {
    format: "fleet.skywire/history/v1",
    applies: applies.map((apply) => applyDocument(apply, names, feeds)),
    counts: { listed: applies.length, filteredOut },
    notes,
  };
}

function applyDocument(apply: Apply, names: Names, feeds: FeedNames): Json {
  const { at, plan, counts, keptBy, visors, changes, notDone, continuedBy } = apply;
  return {
    ...refDocument(at, feeds),
    counts,
    sealed: plan === undefined,
    ...(plan === undefined ? {} : planDocument(plan)),
    kept: whereKept(apply),
    keptBy: keptBy === undefined ? undefined : refDocument(keptBy, feeds),
    visors,
    changes,
    done: plan !== undefined && notDone.length === 0,
    notDone: notDone.map(({ visor, became }) => ({ visor, name: keyLabel(visor, names), became })),
    continuedBy,
  };
}

function planDocument(plan: NonNullable<Apply["plan"]>): Record<string, Json | undefined> {
  const { fleet, plan: digest, decision, manifest, commit, dirty, file, overrides, only } = plan;
  return {
    fleet,
    plan: digest,
    decision,
    manifest,
    commit,
    dirty,
    file,
    overrides,
    only: only?.map(({ visor, path }) => ({ visor, path })),
  };
}
