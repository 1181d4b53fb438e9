// What others changed, who did, and how to go on, as `fleet drift` prints it.
import { counted, type VisorKey } from "../core/index.ts";
import {
  type Change,
  type FieldLeftAlone,
  owedRestartsOf,
  type Plan,
  type PlanVisor,
  valuesOf,
} from "../model/index.ts";
import { ALIKE_MIN, partAlike } from "./alike.ts";
import {
  alikeText,
  inReadingOrder,
  likenessAmong,
  type PlanLook,
  saidLikeness,
} from "./alike-text.ts";
import { isSetBy, momentText, verdictText } from "./blame-text.ts";
import {
  changeRows,
  isShutAgain,
  keyLabel,
  type Names,
  shortKey,
  valueText,
} from "./change-text.ts";
import {
  driftCounts,
  type DriftStory,
  foundAsWanted,
  isByOthers,
  restartAfter,
} from "./drift-story.ts";
import { type Paint, printable, tableText, whenAny } from "./text.ts";
import { ignoredNotes, ignoredWhat } from "./ignored-text.ts";
import { expectationsText } from "./expectation-text.ts";
import { lingeringText } from "./lingering-text.ts";
import { AWAITING, doubtCells, visorText } from "./visor-text.ts";

/** What others changed, since when and by whom as far as known, apart from what was not applied yet. */
export function driftText(
  plan: Plan,
  paint: Paint,
  story?: DriftStory,
  look: PlanLook = {},
): string {
  const drifted = sectionText({ plan, paint, story, look, isWanted: (others) => others });
  const intended = sectionText({ plan, paint, story, look, isWanted: (others) => !others });
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
    awaitingText(plan, paint),
    ignoredText(plan, paint),
    cannotStartText(plan, paint),
    doubtfulText(plan, paint),
    lingeringText(plan.lingering, { names: plan.names, manifest: plan.manifest.path }, paint),
    expectationsText(plan.expectations, paint),
    unseen,
  ].filter((block) => block !== "");
  return [...blocks, `${paint("strong", driftSummary(plan, story))}\n`].join(
    blocks.length === 0 ? "" : "\n",
  );
}

/** Apps that end as they read their arguments: somebody wrote those, and nothing in the manifest says so. */
function cannotStartText({ visors }: Plan, paint: Paint): string {
  const rows = visors.flatMap(({ name, cannotStart = [] }) =>
    cannotStart.map(({ app, element, next }) => [
      `    ${paint("danger", "!")}`,
      printable(`${name}/apps.${app}`),
      `its program ends at ${printable(element)}`,
      paint("quiet", `(${printable(next)})`),
    ]),
  );
  return rows.length === 0
    ? ""
    : `${paint("strong", "Cannot start with the arguments that they have:")}\n${tableText(rows)}`;
}

/** The last line of `fleet drift`. */
function driftSummary(plan: Plan, story?: DriftStory): string {
  const { drift, driftVisors, intended } = driftCounts(plan, story);
  const unreachable = plan.counts.unreachable;
  const owed = plan.visors.flatMap(owedRestartsOf).length;
  const rest =
    whenAny(intended, "not applied") +
    whenAny(plan.counts.ignored ?? 0, "ignored") +
    whenAny(owed, "restart owed", "restarts owed") +
    whenAny(plan.counts.doubtful ?? 0, "doubtful") +
    whenAny(unreachable, "unreachable");
  // Where nothing was applied, or somebody could not be asked, the rest is not known.
  const isSure = unreachable === 0 && (intended === 0 || hasApplied(plan));
  if (drift === 0) return `${isSure ? "No drift" : "No drift seen"}${rest}.`;
  const fields = counted(drift, "change");
  return `Drift: ${fields} by others on ${counted(driftVisors, "visor")}${rest}.`;
}

/** True when the ledger holds more than its genesis. */
function hasApplied({ history }: Plan): boolean {
  return history.known && history.head > 1;
}

interface Section {
  readonly plan: Plan;
  readonly paint: Paint;
  readonly story: DriftStory | undefined;
  readonly look: PlanLook;
  readonly isWanted: (others: boolean) => boolean;
}

function sectionText({ plan, paint, story, look, isWanted }: Section): string {
  const visors = inReadingOrder(plan.visors, look.order);
  const changesOfSection = (visor: PlanVisor): readonly Change[] =>
    valuesOf(visor).filter((change) => isWanted(isByOthers(visor.key, change, story)));
  const { alike, restOf } = partAlike<PlanVisor, { readonly change: Change }>(
    visors,
    (visor) => changesOfSection(visor).map((change) => ({ change })),
    saidLikeness(likenessAmong(visors, changesOfSection, plan.names)),
    look.by === "visor" ? Number.POSITIVE_INFINITY : look.isSummary === true ? 1 : ALIKE_MIN,
  );
  const together = alike.map((group) => alikeText(group, plan, paint)).join("");
  const more =
    together === ""
      ? ""
      : `    ${paint("quiet", "since when, by whom and how to go on: fleet drift --by visor")}\n`;
  const alone = visors
    .map((visor) => {
      const changes = restOf(visor).map(({ change }) => change);
      const owed = isWanted(false) ? owedText(visor, paint, story) : "";
      if (changes.length + owed.length === 0) return "";
      const head = `${paint("change", "~")} ${paint("strong", printable(visor.name))}  ${shortKey(visor.key)}\n`;
      if (story === undefined)
        return head + tableText(changeRows(changes, plan.names, paint)) + owed;
      const paths = [...new Set(changes.map(({ path }) => path))];
      const fields = paths.map((path) =>
        fieldText(
          visor,
          changes.filter((change) => change.path === path),
          { plan, paint, story },
        ),
      );
      return head + fields.join("") + owed;
    })
    .join("");
  return together + more + alone;
}

/** Restarts that an earlier apply owes: nothing differs, and applying makes them. */
function owedText(visor: PlanVisor, paint: Paint, story: DriftStory | undefined): string {
  return owedRestartsOf(visor)
    .map(({ path, owedSince = 0 }) => {
      const what = `      ${paint("change", "~")}  ${appOf(path)} is to restart: owed since entry ${owedSince}\n`;
      const { revert } = story?.verbs(visor, path) ?? {};
      return revert === undefined
        ? what
        : what + paint("quiet", tableText([["        apply it", printable(revert)]]));
    })
    .join("");
}

/** The app of a path of one. */
function appOf(path: string): string {
  return printable(path.replace(/^apps\./, "").replace(/\.[^.]+$/, ""));
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
    ...(adopt === undefined ? [] : [["        keep it", adopt]]),
    [isUndone ? "        undo it" : "        apply it", revert],
    ...(ignore === undefined ? [] : [["        wait", ignore]]),
  ];
  const restart = changes.map((change) => restartAfter(visor, change)).find(Boolean);
  const then =
    restart === undefined
      ? ""
      : `        then ${appOf(restart.path)} restarts: ${printable(restart.reason.note ?? "")}\n`;
  return (
    tableText(changeRows(changes, plan.names, paint)) +
    lines.join("") +
    then +
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
  if (isShutAgain(change)) return "was shut until the restart, lets everybody in over dmsg";
  const is = `is ${valueText(change.before, names)}`;
  const was = change.drift?.was;
  if (was !== undefined)
    return `was ${valueText(was, names)}, ${is}, wanted ${valueText(change.after, names)}`;
  return `${isDrift ? "was" : "wanted"} ${valueText(change.after, names)}, ${is}`;
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
  if (isShutAgain(change)) return `undone outside fleet since then: ${text}`;
  if (verdict.kind === "fleet") {
    return isSetBy(verdict, "others", feeds)
      ? `another operator set it: ${text}`
      : `another manifest of ours set it: ${text}`;
  }
  return text;
}

/** What was written and waits for a visor's restart: nothing differs, and something is owed. */
function awaitingText(plan: Plan, paint: Paint): string {
  const rows = plan.visors.flatMap(({ name, awaitingRestart }) =>
    awaitingRestart.map(({ path, sinceEntry }) => [
      paint("change", "~"),
      printable(name),
      printable(path),
      AWAITING,
      paint("quiet", `(entry ${sinceEntry})`),
    ]),
  );
  if (rows.length === 0) return "";
  return `${paint("strong", "Written, and owed until the visor restarts:")}\n${tableText(rows)}`;
}

/** Apps whose process may still run, and since which entry nobody knows. */
function doubtfulText(plan: Plan, paint: Paint): string {
  const rows = plan.visors.flatMap(({ name, doubtful = [] }) =>
    doubtful.map((field) => [paint("unknown", "?"), printable(name), ...doubtCells(field, paint)]),
  );
  if (rows.length === 0) return "";
  return `${paint("strong", "Not known:")}\n${tableText(rows)}`;
}

function ignoredText(plan: Plan, paint: Paint): string {
  const rows = plan.visors.flatMap(({ name, ignored = [] }) =>
    ignored.map((field: FieldLeftAlone) => [
      field.ended ? paint("danger", "!") : paint("unknown", "?"),
      printable(name),
      printable(field.path),
      ignoredWhat(field, plan.names),
      paint("quiet", `(${ignoredNotes(field)})`),
    ]),
  );
  if (rows.length === 0) return "";
  return `${paint("strong", "Ignored by the manifest:")}\n${tableText(rows)}`;
}
