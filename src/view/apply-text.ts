// What became of the changes of an apply, and at its end what was not done and what to do next.
import { counted } from "../core/index.ts";
import type { OutcomeKind } from "../model/index.ts";
import type { ApplyReport, VisorReport } from "../reconcile/index.ts";
import { inReadingOrder, type PlanLook } from "./alike-text.ts";
import { type Alike, ALIKE_MIN, earliestEntry, partAlike, withoutPlace } from "./alike.ts";
import { type Names, shortKey, valueText } from "./change-text.ts";
import { namesText } from "./names-text.ts";
import { shellWord } from "./shell-word.ts";
import { type Paint, printable, type Style, tableText, whenAny } from "./text.ts";

// What became of the changes of an apply.

const HEAD_DIGITS = 12;
const LOOK: Readonly<
  Record<OutcomeKind, { readonly glyph: string; readonly style: Style; readonly words: string }>
> = {
  done: { glyph: "+", style: "add", words: "done" },
  "done-after-restart": { glyph: "~", style: "change", words: "done, in force after restart" },
  unverified: { glyph: "!", style: "danger", words: "unverified: could not be read back" },
  stale: { glyph: "?", style: "unknown", words: "stale: changed since it was planned" },
  unreachable: { glyph: "?", style: "unknown", words: "unreachable" },
  unsupported: { glyph: "?", style: "unknown", words: "unsupported here" },
  refused: { glyph: "!", style: "danger", words: "refused" },
  failed: { glyph: "!", style: "remove", words: "failed" },
};

type ReportedOutcome = VisorReport["outcomes"][number];

/**
 * What became of the changes: what several visors have alike first, then visor by visor; what is done as a count,
 * everything else by itself. What is not done is said again at the end with its next step. The last line is
 * {@link applySummary}.
 */
export function applyText(
  report: ApplyReport,
  names: Names,
  paint: Paint,
  { by, isSummary, order }: PlanLook = {},
): string {
  const ordered = inReadingOrder(report.visors, order);
  const { alike, restOf } = partAlike(
    ordered,
    (visor) => saidOf(visor, names, paint),
    (said) => withoutPlace(JSON.stringify(said)),
    by === "visor" ? Number.POSITIVE_INFINITY : ALIKE_MIN,
  );
  const visors =
    isSummary === true
      ? []
      : [
          ...alike.map((group) => alikeText(group, paint)),
          ...ordered.map((visor) => visorReportText(visor, restOf(visor), paint)),
        ];
  const left = report.left
    .map((sentence) => `${paint("unknown", "?")} left: ${printable(sentence)}\n`)
    .join("");
  const again = notDoneText(ordered, paint);
  return `${visors.join("")}${left}${again}${paint("strong", applySummary(report))}\n`;
}

/** The last line of an apply, without its line end. Its form is a promise: scripts read it. */
export function applySummary(report: ApplyReport): string {
  const { counts, head } = report;
  const done = counts.done + counts["done-after-restart"];
  return (
    `Applied: ${done} of ${counted(counts.changes, "change")} done on ${counted(counts.visorsChanged, "visor")}` +
    `, ${counts.failed} failed, ${counts.visorsUnreachable} unreachable` +
    whenAny(counts.unverified, "unverified") +
    whenAny(counts.stale, "stale") +
    whenAny(counts.unreachable, "pending") +
    whenAny(counts.refused, "refused") +
    whenAny(counts.unsupported, "unsupported") +
    whenAny(counts["done-after-restart"], "in force after restart") +
    whenAny(report.left.length, "not begun") +
    `. Ledger head ${head.size} ${head.root.slice(0, HEAD_DIGITS)}.`
  );
}

/** What is said of a visor: how many changes are done, or one that is not, as the cells of a row. */
type Said = { readonly done: number } | { readonly cells: readonly string[] };

function saidOf({ outcomes }: VisorReport, names: Names, paint: Paint): readonly Said[] {
  const rest = outcomes.filter(({ outcome }) => outcome !== "done");
  const done = outcomes.length - rest.length;
  return [
    ...(done === 0 ? [] : [{ done }]),
    ...rest.map((outcome) => ({ cells: outcomeCells(outcome, names, paint) })),
  ];
}

function alikeText({ owners, things }: Alike<VisorReport, Said>, paint: Paint): string {
  const count = paint("strong", counted(owners.length, "visor"));
  const rows = things.map((said) => {
    const [first] = said;
    if (first === undefined || "done" in first)
      return `${paint("add", "+")} ${count}: ${counted(first?.done ?? 0, "change")} done on each\n`;
    const cells = said.flatMap((each) => ("cells" in each ? [each.cells] : []));
    const [glyph = "", ...words] = first.cells.map((_, column) =>
      earliestEntry(cells.map((row) => row[column] ?? "")),
    );
    return `${glyph.trim()} ${count}: ${words.filter((word) => word !== "").join(" ")}\n`;
  });
  const names = owners.map(({ name }) => name);
  return `${rows.join("")}    on ${namesText(names, { more: "fleet log names all" })}\n`;
}

function visorReportText(visor: VisorReport, said: readonly Said[], paint: Paint): string {
  if (said.length === 0) return "";
  const rows = said.flatMap((each) => ("cells" in each ? [each.cells] : []));
  const done = said.flatMap((each) => ("done" in each ? [`  ${each.done} done`] : [])).join("");
  const glyph = rows.length === 0 ? paint("add", "+") : " ";
  return `${glyph} ${paint("strong", printable(visor.name))}  ${shortKey(visor.key)}${done}\n${tableText(rows)}`;
}

function outcomeCells(outcome: ReportedOutcome, names: Names, paint: Paint): readonly string[] {
  const { glyph, style, words } = LOOK[outcome.outcome];
  const found = outcome.found === undefined ? "" : `, found ${valueText(outcome.found, names)}`;
  const note = outcome.note === undefined ? "" : paint("quiet", `(${printable(outcome.note)})`);
  return [
    `    ${paint(style, glyph)}`,
    printable(outcome.path),
    outcome.element === undefined ? "" : valueText(outcome.element, names),
    paint(style, words) + found,
    note,
  ];
}

// The end of an apply: what was not done, on which visors, and what to do next.

/** More names than these make a command too long to type; it is then for the whole fleet. */
const NAMED_MAX = 8;

/** What to do after each outcome that is not done, most pressing first; `on` selects the visors. */
const NEXT: Readonly<
  Record<Exclude<OutcomeKind, "done" | "done-after-restart">, (on: string) => string>
> = {
  failed: (on) => `see why above and mend it, then fleet apply${on}`,
  unverified: (on) => `see what is there now: fleet plan${on}`,
  refused: (on) => `see why above, then fleet plan${on}`,
  stale: (on) => `somebody changed it meanwhile: fleet plan${on}`,
  unreachable: (on) => `when they answer again: fleet apply${on}`,
  unsupported: () => "update the release of the visor, or take the field out of the manifest",
};

/** One line for each kind of outcome that is not done, and its next step; empty where all is done. */
function notDoneText(visors: readonly VisorReport[], paint: Paint): string {
  return Object.entries(NEXT)
    .map(([kind, next]) => {
      const those = visors.filter(({ outcomes }) =>
        outcomes.some(({ outcome }) => outcome === kind),
      );
      if (those.length === 0) return "";
      const changes = those.flatMap(({ outcomes }) =>
        outcomes.filter(({ outcome }) => outcome === kind),
      );
      const names = those.map(({ name }) => name);
      const who = namesText(names, { lengthMax: Number.POSITIVE_INFINITY, more: "" });
      const on = names.length > NAMED_MAX ? "" : ` --on ${shellWord(printable(names.join(",")))}`;
      return (
        `${paint("danger", "!")} ${paint("strong", kind)}: ${counted(changes.length, "change")} on ${who}\n` +
        `    next: ${next(on)}\n`
      );
    })
    .join("");
}
