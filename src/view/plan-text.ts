// A plan for people: what is alike first, then visor by visor, then what refuses, and last the line that scripts read.
import { type CommitSignature, counted, shortCommit } from "../core/index.ts";
import type { ManifestCommit, Plan, PlanCounts, PlanManifest } from "../model/index.ts";
import { agesText } from "./age-text.ts";
import { alikeText, inReadingOrder, partPlan, type PlanLook } from "./alike-text.ts";
import { keyLabel, keyWithName, valueText } from "./change-text.ts";
import { expectationsText } from "./expectation-text.ts";
import { lingeringText } from "./lingering-text.ts";
import { refusalText } from "./refusal-text.ts";
import { visorsSummary } from "./summary-text.ts";
import { type Paint, printable, whenAny } from "./text.ts";
import { pushedTrustLines, visorText } from "./visor-text.ts";

// A plan for people: what is alike first, then visor by visor, then what refuses.

/**
 * A plan for people: what several visors have alike first, then the rest visor by visor, most dangerous change first,
 * only owned fields, what is in sync hidden behind a count. The last line is {@link planSummary}.
 */
export function planText(plan: Plan, paint: Paint, look: PlanLook = {}): string {
  // Where nobody asked the visors, who signed for what they say comes before what is said.
  const isRecorded = plan.source !== undefined;
  const blocks = [
    sourceText(plan, paint),
    onlyText(plan, paint),
    isRecorded ? keysetText(plan, paint) : "",
    manifestText(plan.manifest, paint),
    ...visorsTexts(plan, paint, look),
    pushedText(plan, paint),
    lingeringText(plan.lingering, { names: plan.names, manifest: plan.manifest.path }, paint),
    releasedVisorsText(plan, paint),
    isRecorded ? "" : keysetText(plan, paint),
    historyText(plan, paint),
    expectationsText(plan.expectations, paint, true),
    ...plan.refusals.map((refusal) => refusalText(refusal, plan.names, paint)),
  ].filter((block) => block !== "");
  return [...blocks, `${paint("strong", planSummary(plan))}\n`].join(
    blocks.length === 0 ? "" : "\n",
  );
}

function visorsTexts(
  plan: Plan,
  paint: Paint,
  { by, isSummary, order }: PlanLook,
): readonly string[] {
  const visors = inReadingOrder(plan.visors, order);
  if (isSummary === true) return visorsSummary(visors, plan, paint);
  if (by === "visor") return visors.map((visor) => visorText(visor, plan.names, paint));
  const { alike, restOf } = partPlan(visors, plan.names, paint);
  return [
    alike.map((group) => alikeText(group, plan, paint)).join(""),
    ...visors.map((visor) => visorText(visor, plan.names, paint, restOf(visor))),
  ];
}

function releasedVisorsText(plan: Plan, paint: Paint): string {
  return plan.releasedVisors
    .map(({ key, released }) => {
      const head = `${paint("unknown", "?")} ${keyWithName(key, plan.names)}  no longer in the manifest, left as it is\n`;
      const fields = released.map((field) => {
        const value =
          field.value === undefined ? "" : ` stays at ${valueText(field.value, plan.names)}`;
        return `    ${field.trust ? paint("danger", "!") : " "} ${printable(field.path)}${value} (${printable(field.how)})\n`;
      });
      return head + fields.join("");
    })
    .join("");
}

function sourceText(plan: Plan, paint: Paint): string {
  const { source, acting } = plan;
  if (source === undefined) return "";
  const { trusted } = source;
  const by = trusted.commit === undefined ? trusted.digest : `commit ${trusted.commit}`;
  const ages = agesText(plan);
  return (
    `from an observation of ${printable(source.created)}${ages === undefined ? "" : `, ${ages}`}\n` +
    paint(
      "quiet",
      `    signed by ${printable(source.operator)}, read through ${keyWithName(acting, plan.names)}\n` +
        `    who may sign, and the policy to meet, as of ${printable(by)}\n`,
    )
  );
}

function onlyText({ only, names }: Plan, paint: Paint): string {
  if (only === undefined) return "";
  const fields = only.map(({ visor, path }) => `${keyLabel(visor, names)}/${path}`);
  return `${paint("quiet", `narrowed to ${printable(fields.join(", "))}`)}\n`;
}

function keysetText(plan: Plan, paint: Paint): string {
  if (plan.keysetChanges.length === 0) return "";
  const isPart = plan.scope !== undefined || plan.only !== undefined;
  const asked = plan.only === undefined ? "--on" : "--only";
  const scope = isPart ? ` for the whole fleet, not only for what ${asked} names` : "";
  const lines = plan.keysetChanges.map((line) => `    ${printable(line)}\n`);
  return `${paint("danger", "!")} who may sign, or what the guards go by, changes${scope}:\n${lines.join("")}`;
}

function pushedText(plan: Plan, paint: Paint): string {
  return pushedTrustLines(plan)
    .map((line) => `${paint("danger", "!")} ${printable(line)}\n`)
    .join("");
}

function historyText(plan: Plan, paint: Paint): string {
  if (plan.history.known) return "";
  // Said only where it could matter: an empty plan of a first run has nothing to release.
  return paint(
    "quiet",
    `? history unknown (${printable(plan.history.why)}): released fields and owed restarts are not shown\n`,
  );
}

// The last line of a plan, which scripts read.

/** What a plan changes beside visors. */
export const RULES_CHANGE = "operators, controllers or policy change";

/** The last line of a plan, without its line end. Its form is a promise: scripts read it. */
export function planSummary({
  counts,
  keysetChanges,
  scope,
  only,
}: Pick<Plan, "counts" | "keysetChanges" | "scope" | "only">): string {
  const isPart = scope !== undefined || only !== undefined;
  const rules =
    keysetChanges.length === 0 ? "" : `; ${RULES_CHANGE}${isPart ? " for the whole fleet" : ""}`;
  // What a narrowed plan is of is said by its first line.
  const of = only === undefined ? scopeText(counts.visors, scope) : "";
  const extras = `${extraCounts(counts)}${rules}`;
  if (counts.changing === 0 && counts.unreachable === 0) {
    const where = of === "" ? "" : ` on ${of}`;
    return rules === "" ? `No changes${where}${extras}.` : `No changes to visors${where}${extras}.`;
  }
  const changing = `${counted(counts.changing, "visor")} ${counts.changing === 1 ? "changes" : "change"}`;
  const kinds = `(${counts.add} add, ${counts.change} change, ${counts.remove} remove)`;
  return `Plan: ${changing} ${kinds}, ${counts.inSync} in sync, ${counts.unreachable} unreachable${extras}${of === "" ? "" : `; of ${of}`}.`;
}

/** `1 of 3 visors (--on shop-1)`; empty for a plan of all. */
function scopeText(visors: number, scope: Plan["scope"]): string {
  if (scope === undefined) return "";
  const on = scope.on === undefined ? "" : ` (--on ${printable(scope.on)})`;
  return `${visors} of ${counted(scope.of, "visor")}${on}`;
}

function extraCounts(counts: PlanCounts): string {
  return (
    whenAny(counts.unsupported, "unsupported") +
    whenAny(counts.released, "released") +
    whenAny(counts.awaitingRestart, "awaiting restart") +
    whenAny(counts.notCompared, "not compared") +
    whenAny(counts.notObserved ?? 0, "not observed") +
    whenAny(counts.ignored ?? 0, "ignored") +
    whenAny(counts.leftOut ?? 0, "left out") +
    whenAny(counts.doubtful ?? 0, "doubtful")
  );
}

// Where git has the manifest of a plan.

/** Makes outside words safe where they are shown. */
type Quote = (text: string) => string;

/** Where git has the manifest of a plan; what is not committed is marked. Empty outside of git. */
function manifestText(manifest: PlanManifest, paint: Paint): string {
  const { path, commit, dirty, changed } = manifest;
  if (commit === undefined) return "";
  const at = printable(shortCommit(commit));
  if (dirty === true) {
    return `${paint("danger", "!")} ${printable(path)} has changes that are not committed, on top of commit ${at}\n`;
  }
  const last = changed === undefined ? "" : `, ${changedText(changed, printable)}`;
  return paint("quiet", `${printable(path)} at commit ${at}${last}\n`);
}

/** Who changed the manifest last, in which commit, and whose signature that bears. */
export function changedText({ commit, author, signature }: ManifestCommit, quote: Quote): string {
  const at = quote(shortCommit(commit));
  return `last changed by ${quote(author)} in ${at}, ${signatureText(signature, quote)}`;
}

/** What became of a commit's signature, to stand behind the commit. */
function signatureText(signature: CommitSignature, quote: Quote): string {
  switch (signature.kind) {
    case "unsigned":
      return "not signed";
    case "good":
      return `signed by ${quote(signature.signer)} (${signature.by} ${quote(signature.key)})`;
    case "unknown-signer": {
      const key = signature.key === undefined ? "" : ` ${quote(signature.key)}`;
      return `signed by nobody that is listed (${signature.by}${key})`;
    }
    case "bad":
      return `with a signature that does not count: ${quote(signature.why)}`;
    case "unchecked":
      return `its signature not checked: ${quote(signature.why)}`;
  }
}
