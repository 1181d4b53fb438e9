import { counted } from "../core/index.ts";
import type { OutcomeKind } from "../model/index.ts";
import type { ApplyReport, VisorReport } from "../reconcile/index.ts";
import { whenAny } from "./count-text.ts";
import type { Paint, Style } from "./paint.ts";
import { printable } from "./printable.ts";
import { tableText } from "./table-text.ts";
import { type Names, shortKey, valueText } from "./value-text.ts";

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

/** What became of the changes, grouped by visor: what is done as a count, everything else by itself. The last line is {@link applySummary}. */
export function applyText(report: ApplyReport, names: Names, paint: Paint): string {
  const visors = report.visors.map((visor) => visorReportText(visor, names, paint));
  const left = report.left
    .map((sentence) => `${paint("unknown", "?")} left: ${printable(sentence)}\n`)
    .join("");
  return `${visors.join("")}${left}${paint("strong", applySummary(report))}\n`;
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

function visorReportText(visor: VisorReport, names: Names, paint: Paint): string {
  if (visor.outcomes.length === 0) return "";
  const rest = visor.outcomes.filter(({ outcome }) => outcome !== "done");
  const done = visor.outcomes.length - rest.length;
  const glyph = rest.length === 0 ? paint("add", "+") : " ";
  const count = done === 0 ? "" : `  ${done} done`;
  const rows = rest.map((outcome) => outcomeCells(outcome, names, paint));
  return `${glyph} ${paint("strong", visor.name)}  ${shortKey(visor.key)}${count}\n${tableText(rows)}`;
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
