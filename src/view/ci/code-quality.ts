// A plan as a code-quality report of GitLab.
import type { Plan } from "../../model/index.ts";
import { commandFreeJson, printable } from "../text.ts";
import { type PlanFinding, planFindings } from "./findings.ts";
import type { FindingLevel } from "./rules.ts";

const SEVERITIES: Readonly<Record<FindingLevel, string>> = {
  refusal: "blocker",
  trust: "critical",
  remark: "minor",
};
const MILD = "info";

/**
 * A plan as GitLab's code-quality report: one object a finding, most dangerous first.
 *
 * **Source**: GitLab, "Code Quality", the report format (description, check_name, fingerprint, severity, location).
 */
export function planCodeQuality(plan: Plan): string {
  return commandFreeJson(planFindings(plan).map(issueOf));
}

function issueOf({ rule, visor, message, place, fingerprint }: PlanFinding): unknown {
  const isMild = rule.id === "change/label" || rule.id === "leaf/awaiting-restart";
  return {
    description: `${rule.title}: ${visor === undefined ? "" : `${visor.name}: `}${message}`,
    check_name: rule.id,
    fingerprint: fingerprint.slice("sha256:".length),
    severity: isMild ? MILD : SEVERITIES[rule.level],
    location: {
      path: printable(place.file).replace(/^(\.\/)+/, ""),
      lines: { begin: Math.max(1, place.line) },
    },
  };
}
