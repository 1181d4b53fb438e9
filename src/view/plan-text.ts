// A plan for people: what is alike first, then visor by visor, then what refuses.
import type { Plan } from "../model/index.ts";
import { agesText } from "./age-text.ts";
import { lingeringText } from "./lingering-text.ts";
import { alikeText, inReadingOrder, partPlan, type PlanLook } from "./alike-text.ts";
import type { Paint } from "./paint.ts";
import { planSummary } from "./plan-summary.ts";
import { printable } from "./printable.ts";
import { pushedTrustLines } from "./pushed-trust.ts";
import { refusalText } from "./refusal-text.ts";
import { manifestText } from "./manifest-text.ts";
import { visorsSummary } from "./summary-text.ts";
import { keyLabel, keyWithName, valueText } from "./value-text.ts";
import { visorText } from "./visor-text.ts";

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
      const leaves = released.map((leaf) => {
        const value =
          leaf.value === undefined ? "" : ` stays at ${valueText(leaf.value, plan.names)}`;
        return `    ${leaf.trust ? paint("danger", "!") : " "} ${printable(leaf.path)}${value} (${printable(leaf.how)})\n`;
      });
      return head + leaves.join("");
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
    `? history unknown (${printable(plan.history.why)}): released leaves and owed restarts are not shown\n`,
  );
}
