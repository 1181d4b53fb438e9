// A plan as annotations of GitHub Actions.
import { someOf } from "../../core/index.ts";
import type { Plan } from "../../model/index.ts";
import { planSummary } from "../plan-text.ts";
import { type PlanFinding, planFindings } from "./findings.ts";
import { cutLine } from "./cut-line.ts";
import { printable } from "../text.ts";
import type { FindingLevel } from "./rules.ts";

/** GitHub shows ten of each kind a step, and drops the rest without a word. */
const SHOWN_OF_A_KIND_MAX = 10;
const VISORS_NAMED_MAX = 5;
const MESSAGE_LENGTH_MAX = 1_000;

const COMMANDS: Readonly<Record<FindingLevel, string>> = {
  refusal: "error",
  trust: "warning",
  remark: "notice",
};

/** Findings that say the same of several visors, by the same line of the manifest. */
interface Annotation {
  readonly like: PlanFinding;
  readonly visors: string[];
}

/**
 * A plan as workflow commands of GitHub Actions, one a line: refusals are errors, what concerns trust warns, the
 * rest are notices; most dangerous first, at most ten of each. The last line is the plan's summary and says how many
 * are not shown.
 *
 * **Source**: GitHub, "Workflow commands for GitHub Actions" (form and escapes).
 */
export function planAnnotations(plan: Plan): string {
  const all = joinAlike(planFindings(plan));
  const shown: Annotation[] = [];
  const left: Record<FindingLevel, number> = { refusal: 0, trust: 0, remark: 0 };
  const used: Record<FindingLevel, number> = { refusal: 0, trust: 0, remark: 1 };
  for (const annotation of all) {
    const { level } = annotation.like.rule;
    if (used[level] < SHOWN_OF_A_KIND_MAX) {
      used[level] += 1;
      shown.push(annotation);
    } else left[level] += 1;
  }
  const last = `${planSummary(plan)}${leftText(left)}`;
  return [...shown.map(annotationLine), command("notice", { title: "fleet plan" }, last)].join("");
}

function joinAlike(findings: readonly PlanFinding[]): readonly Annotation[] {
  const joined = new Map<string, Annotation>();
  for (const finding of findings) {
    const { rule, message, place, visor } = finding;
    const key = JSON.stringify([rule.id, message, place.file, place.line, place.column]);
    const annotation = joined.get(key) ?? { like: finding, visors: [] };
    if (visor !== undefined) annotation.visors.push(visor.name);
    joined.set(key, annotation);
  }
  return [...joined.values()];
}

function annotationLine({ like, visors }: Annotation): string {
  const { rule, message, place } = like;
  const who = visors.length === 0 ? "" : `${someOf(visors, VISORS_NAMED_MAX)}: `;
  const properties = {
    file: printable(place.file),
    line: String(place.line),
    col: String(place.column),
    title: rule.title,
  };
  return command(COMMANDS[rule.level], properties, cutLine(`${who}${message}`, MESSAGE_LENGTH_MAX));
}

function leftText(left: Readonly<Record<FindingLevel, number>>): string {
  const count = left.refusal + left.trust + left.remark;
  if (count === 0) return "";
  const kinds = `${left.refusal} refusals, ${left.trust} about trust, ${left.remark} others`;
  return ` ${count} more are not shown here (${kinds}); the plan's text has them all.`;
}

/** One workflow command, with its line end. */
function command(
  name: string,
  properties: Readonly<Record<string, string>>,
  message: string,
): string {
  const pairs = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${name} ${pairs.join(",")}::${escapeData(message)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
