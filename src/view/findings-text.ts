// What `fleet doctor` found, and what to do about it.
import { counted } from "../core/index.ts";
import { type Paint, printable, type Style, tableText } from "./text.ts";

/** One thing that was looked at on this machine. */
export interface Finding {
  readonly about: string;
  readonly verdict: "good" | "unsure" | "bad";
  readonly says: string;
  /** What to do; absent when all is well. */
  readonly next?: string;
}

const LOOK: Readonly<
  Record<Finding["verdict"], { readonly glyph: string; readonly style: Style }>
> = {
  good: { glyph: "+", style: "add" },
  unsure: { glyph: "?", style: "unknown" },
  bad: { glyph: "!", style: "remove" },
};

/** What `fleet doctor` found, one line each, and what to do. The last line counts. */
export function findingsText(findings: readonly Finding[], paint: Paint): string {
  const rows = findings.map(({ about, verdict, says }) => [
    paint(LOOK[verdict].style, LOOK[verdict].glyph),
    about,
    printable(says),
  ]);
  const steps = findings
    .filter((finding) => finding.next !== undefined)
    .map(({ about, next }) => `next, ${about}: ${printable(next ?? "")}\n`);
  const bad = findings.filter((finding) => finding.verdict === "bad").length;
  const unsure = findings.filter((finding) => finding.verdict === "unsure").length;
  const last = `Doctor: ${counted(findings.length, "check")}, ${bad} bad, ${unsure} unsure.`;
  return `${tableText(rows)}${steps.join("")}${paint("strong", last)}\n`;
}
