// A plan as a SARIF log.
import { counted, escapeOf, FLEET_VERSION } from "../../core/index.ts";
import type { Plan } from "../../model/index.ts";
import { commandFreeJson, printable } from "../text.ts";
import { type PlanFinding, planFindings } from "./findings.ts";
import { type FindingLevel, ruleIndex, RULES } from "./rules.ts";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";
/** GitHub takes 25,000 results and shows 5,000 of them. */
const RESULTS_MAX = 5_000;

const LEVELS: Readonly<Record<FindingLevel, string>> = {
  refusal: "error",
  trust: "warning",
  remark: "note",
};

/**
 * A plan as a SARIF 2.1.0 log with one run: a rule for each guard, each risk of a change and each kind of remark,
 * a result for each finding, most dangerous first, at most 5,000; what is left out is counted in a notification.
 *
 * **Source**: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
 */
export function planSarif(plan: Plan): string {
  const findings = planFindings(plan);
  const left = Math.max(0, findings.length - RESULTS_MAX);
  const notice = {
    level: "warning",
    message: { text: `${counted(left, "finding")} more than this log holds; the plan has all` },
  };
  return commandFreeJson({
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "fleet", semanticVersion: FLEET_VERSION, rules: rules() } },
        automationDetails: { id: `fleet/${printable(plan.fleet)}/` },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: left === 0 ? [] : [notice],
          },
        ],
        results: findings.slice(0, RESULTS_MAX).map(resultOf),
        properties: {
          applyable: plan.applyable,
          complete: plan.complete,
          counts: plan.counts,
          decision: printable(plan.decision),
          digest: printable(plan.digest),
        },
      },
    ],
  });
}

function rules(): readonly unknown[] {
  return RULES.map(({ id, level, title, about }) => ({
    id,
    shortDescription: { text: title },
    fullDescription: { text: about },
    defaultConfiguration: { level: LEVELS[level] },
  }));
}

function resultOf({ rule, visor, message, place, fingerprint }: PlanFinding): unknown {
  const text = visor === undefined ? message : `${visor.name}: ${message}`;
  return {
    ruleId: rule.id,
    ruleIndex: ruleIndex(rule.id),
    level: LEVELS[rule.level],
    message: { text: withoutLinks(text) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(place.file) },
          region: { startLine: Math.max(1, place.line), startColumn: Math.max(1, place.column) },
        },
      },
    ],
    partialFingerprints: { "fleetFinding/v1": fingerprint.slice("sha256:".length) },
  };
}

/** A message of SARIF may hold links, `[text](target)`, and numbered gaps, `{0}`. Ours hold neither. */
function withoutLinks(text: string): string {
  return text.replace(/(?<=\])\(|\{(?=\d)/g, escapeOf);
}

/** A path as a relative reference; absolute ones become file URIs. */
function uriOf(path: string): string {
  const steps = printable(path)
    .replaceAll("\\", "/")
    .replace(/^(\.\/)+/, "")
    .split("/");
  const uri = steps.map(encodeURIComponent).join("/");
  return uri.startsWith("/") ? `file://${uri}` : uri;
}
