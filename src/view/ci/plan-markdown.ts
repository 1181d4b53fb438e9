// A plan as Markdown, for a comment or a summary of a CI run.
import { counted } from "../../core/index.ts";
import type { Plan } from "../../model/index.ts";
import type { Confirmation } from "../../reconcile/index.ts";
import { agesText } from "../age-text.ts";
import { lingeringLines, unknownWaysLine } from "../lingering-text.ts";
import type { PlanLook } from "../alike-text.ts";
import { fitText, placeText } from "../text.ts";
import { changedText, planSummary, RULES_CHANGE } from "../plan-text.ts";
import { pushedTrustLines } from "../visor-text.ts";
import { keyLabel, keyWithName } from "../change-text.ts";
import { applyCommand, type CommandFacts } from "./apply-command.ts";
import { codeLine, codeSpan, prose } from "./markdown-text.ts";
import { addReleasedVisors, addTable, addVisors, leftOutText } from "./markdown-visors.ts";
import { addSome, createPage, type Limits, type Page } from "./room-left.ts";
import { type VisorRows, visorRows } from "./visor-rows.ts";

/** GitHub refuses a longer comment. */
const COMMENT_BYTES_MAX = 65_536;
/** GitHub refuses a summary of more than 1 MiB a step, and one step may write more than ours. */
const SUMMARY_BYTES_MAX = 900_000;
/** What a Markdown report says beyond the plan. */
export interface MarkdownFacts extends CommandFacts, PlanLook {
  /** What applying will ask about, as far as no option of the plan answers it. */
  readonly unanswered?: readonly Confirmation[];
  /** Lines of code blocks, which no renderer breaks, are broken between words at this width. */
  readonly columns?: number;
}

const COMMENT: Limits = {
  bytesMax: COMMENT_BYTES_MAX,
  refusalsMax: 20,
  tableRowsMax: 50,
  visorLinesMax: 100,
};
const SUMMARY: Limits = {
  bytesMax: SUMMARY_BYTES_MAX,
  refusalsMax: 100,
  tableRowsMax: 1_000,
  visorLinesMax: 1_000,
};

/**
 * A plan as a comment on a pull request, in Markdown: verdict, refusals, a table, the command that applies it, and a
 * folded block for each visor, most dangerous first. At most 65,536 characters and bytes; what is left out is
 * counted. It begins with {@link planCommentMarker}, and the next line names the decision.
 */
export function planComment(plan: Plan, facts: MarkdownFacts = {}): string {
  const marker = `${planCommentMarker(plan.fleet)}\n<!-- fleet-decision:${wordFor(plan.decision)} -->\n`;
  return markdownOf(plan, { facts, limits: COMMENT, marker });
}

/** A plan as the summary of a step of GitHub Actions: as {@link planComment}, without its marker and with more room. */
export function planStepSummary(plan: Plan, facts: MarkdownFacts = {}): string {
  return markdownOf(plan, { facts, limits: SUMMARY, marker: "" });
}

/** The first line of every comment about a fleet's plan, which no reader sees: by it a comment is found again. */
function planCommentMarker(fleet: string): string {
  return `<!-- fleet-plan:${wordFor(fleet)} -->`;
}

function markdownOf(
  plan: Plan,
  { facts, limits, marker }: { facts: MarkdownFacts; limits: Limits; marker: string },
): string {
  const page = createPage(limits.bytesMax);
  const visors = visorRows(plan, facts).map((each) => fitted(each, facts.columns));
  page.add(`${marker}### Fleet ${codeSpan(plan.fleet)}: ${verdictOf(plan)}\n\n`);
  page.add(`${planSummary(plan)}\n\nDecision: ${codeSpan(plan.decision)}\n\n`);
  // Each list may take its share of the page, so that none crowds out those below it.
  const sixth = Math.floor(limits.bytesMax / 6);
  addKeyset(page, { plan, limits, keepBytes: 5 * sixth });
  addRefusals(page, { plan, limits, keepBytes: 3 * sixth });
  addPushed(page, plan);
  addLingering(page, { plan, limits, keepBytes: 3 * sixth });
  addApply(page, plan, facts);
  addTable(page, { visors, limits, keepBytes: 2 * sixth });
  addOrigin(page, plan);
  const left = addVisors(page, { visors, limits });
  addReleasedVisors(page, plan);
  page.add(leftOutText(left));
  return page.text();
}

function fitted(visor: VisorRows, columns: number | undefined): VisorRows {
  if (columns === undefined) return visor;
  return {
    ...visor,
    rows: visor.rows.map((row) => ({ ...row, line: fitText(row.line, columns) })),
  };
}

function verdictOf({ applyable, refusals, counts, keysetChanges }: Plan): string {
  const isRules = keysetChanges.length > 0;
  const unread = counts.unreachable === 0 ? "" : `, ${counts.unreachable} not read`;
  const seen = `${unread}${isRules ? `; ${RULES_CHANGE}` : ""}`;
  if (!applyable) return `refused (${counted(refusals.length, "refusal")})${seen}`;
  if (counts.changing === 0) return `no changes${isRules ? " to visors" : ""}${seen}`;
  return `${counted(counts.changing, "visor")} would change${seen}`;
}

function addApply(page: Page, plan: Plan, facts: MarkdownFacts): void {
  if (!plan.applyable)
    return page.add("Guards refuse this plan: nothing of it can be applied.\n\n");
  if (plan.counts.changing === 0 && plan.keysetChanges.length === 0) return;
  const command = applyCommand(plan, facts);
  page.add(
    command === undefined
      ? "The command that applies it is too long, or cannot be shown exactly, so it is not shown.\n\n"
      : `To apply exactly this, and nothing if anything else would come of it:\n\n\`\`\`sh\n${command}\n\`\`\`\n\n`,
  );
  for (const { question, override } of facts.unanswered ?? []) {
    page.add(
      `Applying asks: ${prose(question)}. Where nobody can be asked, plan with ${codeSpan(override)}; the decision is then another one.\n\n`,
    );
  }
}

function addPushed(page: Page, plan: Plan): void {
  for (const line of pushedTrustLines(plan)) page.add(`${prose(line)}.\n\n`);
}

/** Keys that keep a way in, each with what ends it; they are as dangerous as what is planned. */
function addLingering(page: Page, { plan, limits, keepBytes }: ListInput): void {
  const { lingering, names, manifest } = plan;
  if (lingering === undefined) return;
  const found = lingeringLines(lingering, { names, manifest: manifest.path });
  if (found.length > 0) {
    page.add("> [!WARNING]\n> Keys that are no longer wanted keep a way in:\n>\n");
    const items = found.map(
      ({ says, next }) => `> - ${prose(says)}. Next: ${prose(next.join("; "))}.\n`,
    );
    const left = addSome(page, { items, itemsMax: limits.refusalsMax, keepBytes });
    page.add(left === 0 ? "\n" : `> - ${counted(left, "more key")}, not shown here\n\n`);
  }
  const unknown = unknownWaysLine(lingering, names);
  if (unknown !== undefined) page.add(`Note: ${prose(unknown)}.\n\n`);
}

interface ListInput {
  readonly plan: Plan;
  readonly limits: Limits;
  readonly keepBytes: number;
}

function addRefusals(page: Page, { plan, limits, keepBytes }: ListInput): void {
  if (plan.refusals.length === 0) return;
  const items = plan.refusals.map((refusal) => {
    const { guard, visor, path, place, message, measured, limit, override, next } = refusal;
    const where = [visor === undefined ? "" : keyLabel(visor, plan.names), path ?? ""]
      .join(" ")
      .trim();
    return (
      `> - **refused: ${prose(guard)}**${where === "" ? "" : ` on ${codeSpan(where)}`}` +
      `${place === undefined ? "" : ` at ${codeSpan(placeText(place))}`}: ${prose(message)}.` +
      ` Measured ${codeSpan(measured)}, limit ${codeSpan(limit)}.` +
      `${override === undefined ? "" : ` To allow it: ${codeSpan(override)}.`} Next: ${prose(next)}.\n`
    );
  });
  page.add("> [!CAUTION]\n");
  const left = addSome(page, { items, itemsMax: limits.refusalsMax, keepBytes });
  page.add(left === 0 ? "\n" : `> - ${counted(left, "more refusal")}, not shown here\n\n`);
}

function addKeyset(page: Page, { plan, limits, keepBytes }: ListInput): void {
  if (plan.keysetChanges.length === 0) return;
  page.add("> [!WARNING]\n> Who may sign, or what the guards go by, changes:\n>\n");
  const items = plan.keysetChanges.map((line) => `> - ${prose(line)}\n`);
  const left = addSome(page, { items, itemsMax: limits.refusalsMax, keepBytes });
  page.add(left === 0 ? "\n" : `> - ${counted(left, "more change")} of these, not shown here\n\n`);
}

/** Where the plan comes from, how old what it goes by is, and what it could not know. */
function addOrigin(page: Page, plan: Plan): void {
  const { manifest, visors, history } = plan;
  const times = visors
    .flatMap(({ observed }) => (observed === undefined ? [] : [observed.at]))
    .sort();
  const commit = manifest.commit === undefined ? "" : ` at commit ${codeSpan(manifest.commit)}`;
  const changed =
    manifest.changed === undefined ? "" : ` (${changedText(manifest.changed, codeSpan)})`;
  const dirty = manifest.dirty === true ? ", with changes that are not committed" : "";
  const first = times[0];
  const last = times.at(-1);
  page.add(`- Manifest ${codeSpan(manifest.path)}${commit}${changed}${dirty}\n`);
  if (first !== undefined && last !== undefined) {
    const span =
      first === last ? `at ${codeSpan(first)}` : `between ${codeSpan(first)} and ${codeSpan(last)}`;
    page.add(
      `- ${counted(times.length, "visor")} read through ${codeSpan(keyWithName(plan.acting, plan.names))} ${span}\n`,
    );
  }
  addSource(page, plan);
  page.add(
    `- Plan ${codeSpan(plan.digest)}, made ${codeSpan(plan.created)} by ${codeSpan(plan.tool)}\n`,
  );
  if (!plan.complete) page.add("- Incomplete: something owned could not be read or compared\n");
  if (!history.known) {
    page.add(
      `- History unknown (${prose(history.why)}): released fields and owed restarts are not shown\n`,
    );
  }
  page.add("\n");
}

/** Who signed for the readings, when nobody asked the visors for this plan. */
function addSource(page: Page, plan: Plan): void {
  const { source } = plan;
  if (source === undefined) return;
  const { created, operator, trusted } = source;
  const by = trusted.commit === undefined ? trusted.digest : `commit ${trusted.commit}`;
  const ages = agesText(plan);
  page.add(
    `- From an observation of ${codeSpan(created)}${ages === undefined ? "" : `, ${ages}`}, signed by ${codeSpan(operator)}; ` +
      `who may sign, and the policy to meet, as of ${codeSpan(by)}\n`,
  );
}

/** A text as one word inside of an HTML comment, which two hyphens would end. */
function wordFor(text: string): string {
  return encodeURIComponent(codeLine(text)).replaceAll("%3A", ":").replaceAll("--", "-%2D");
}
