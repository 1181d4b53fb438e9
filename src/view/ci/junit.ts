// A plan as a JUnit report.
import type { CheckedExpectation, Plan, PlanVisor } from "../../model/index.ts";
import { placeText, plainPaint, printable } from "../text.ts";
import { RULES_CHANGE } from "../plan-text.ts";
import { visorText } from "../visor-text.ts";
import { GUARD_RULES, type GuardRule, guardVerdict } from "./rules.ts";

/** One test case. */
interface Case {
  readonly name: string;
  readonly verdict:
    | { readonly kind: "passed" }
    | { readonly kind: "skipped"; readonly why: string }
    | {
        readonly kind: "failure" | "error";
        readonly type: string;
        readonly message: string;
        readonly detail: readonly string[];
      };
  /** Lines to read, whatever the verdict. */
  readonly says: readonly string[];
}

/**
 * A plan as a JUnit report: one case a visor, one a guard, and one when operators, controllers or policy
 * change; and one a test of access, which is skipped where it is not known. A visor fails when a guard refuses something on it, is
 * skipped when it could not be read and is an error when something else answered; pending changes are no failure,
 * its text lists them. A guard that judges only while applying is skipped.
 *
 * **Source**: the schema that Jenkins publishes for JUnit reports.
 */
export function planJunit(plan: Plan): string {
  const suites = [
    { name: "visors", cases: plan.visors.map((visor) => visorCase(visor, plan)) },
    ...(plan.keysetChanges.length === 0 ? [] : [{ name: "rules", cases: [rulesCase(plan)] }]),
    ...(plan.expectations === undefined
      ? []
      : [{ name: "expect", cases: plan.expectations.map(expectationCase) }]),
    { name: "guards", cases: GUARD_RULES.map((guard) => guardCase(guard, plan)) },
  ];
  const all = suites.flatMap(({ cases }) => cases);
  const head = attributes({
    name: `fleet ${plan.fleet}`,
    tests: String(all.length),
    failures: countOf(all, "failure"),
    errors: countOf(all, "error"),
  });
  const body = suites.map(({ name, cases }) => suiteText(name, cases, plan)).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${head}>\n${body}</testsuites>\n`;
}

function visorCase(visor: PlanVisor, plan: Plan): Case {
  const { name, unseen } = visor;
  const refusals = plan.refusals.filter((refusal) => refusal.visor === visor.key);
  const says = visorText(visor, plan.names, plainPaint).trimEnd().split("\n");
  const first = refusals[0];
  if (first !== undefined) {
    const verdict = {
      kind: "failure" as const,
      type: `guard/${first.guard}`,
      message: first.message,
      detail: refusals.map(refusalLine),
    };
    return { name, verdict, says };
  }
  if (unseen === undefined) return { name, verdict: { kind: "passed" }, says };
  const why = `${visor.status}: ${unseen.detail}; next: ${unseen.next}`;
  if (visor.status !== "impostor" && visor.status !== "malformed") {
    return { name, verdict: { kind: "skipped", why }, says: [] };
  }
  const type = `visor/${visor.status}`;
  return {
    name,
    verdict: { kind: "error", type, message: unseen.detail, detail: [why] },
    says: [],
  };
}

/** Whether applying it is allowed is asked then; that it would change is no failure. */
function rulesCase({ keysetChanges }: Plan): Case {
  return { name: RULES_CHANGE, verdict: { kind: "passed" }, says: keysetChanges };
}

function expectationCase({ text, place, result, rows }: CheckedExpectation): Case {
  const says = rows.map(({ why }) => why);
  switch (result) {
    case "met":
      return { name: text, verdict: { kind: "passed" }, says };
    case "unknown":
      return { name: text, verdict: { kind: "skipped", why: `not known: ${says[0] ?? ""}` }, says };
    case "failed":
      return {
        name: text,
        verdict: {
          kind: "failure",
          type: "guard/expect",
          message: says[0] ?? "",
          detail: [placeText(place), ...says],
        },
        says: [],
      };
  }
}

function guardCase(guard: GuardRule, plan: Plan): Case {
  const name = guard.guard;
  const refusals = plan.refusals.filter((refusal) => refusal.guard === name);
  switch (guardVerdict(guard, plan)) {
    case "passes":
      return { name, verdict: { kind: "passed" }, says: [] };
    case "later":
      return {
        name,
        verdict: { kind: "skipped", why: `judged when applying: ${guard.about}` },
        says: [],
      };
    case "refuses":
      return {
        name,
        verdict: {
          kind: "failure",
          type: `guard/${name}`,
          message: refusals[0]?.message ?? "",
          detail: refusals.map(refusalLine),
        },
        says: [],
      };
  }
}

function refusalLine(refusal: Plan["refusals"][number]): string {
  const at = refusal.place === undefined ? "" : `${placeText(refusal.place)}: `;
  const allow = refusal.override === undefined ? "" : `; to allow it: ${refusal.override}`;
  return `${at}${refusal.message}; measured ${refusal.measured}, limit ${refusal.limit}${allow}; next: ${refusal.next}`;
}

function suiteText(name: string, cases: readonly Case[], plan: Plan): string {
  const head = attributes({
    name,
    tests: String(cases.length),
    failures: countOf(cases, "failure"),
    errors: countOf(cases, "error"),
    skipped: countOf(cases, "skipped"),
    timestamp: plan.created.replace(/(\.\d+)?Z$/, ""),
  });
  const className = `fleet.${plan.fleet}.${name}`;
  const body = cases.map((each) => caseText(each, className)).join("");
  return `  <testsuite${head}>\n${body}  </testsuite>\n`;
}

function caseText({ name, verdict, says }: Case, className: string): string {
  const lines = says.filter((line) => line.trim() !== "");
  const inner = [
    ...verdictLines(verdict),
    ...(lines.length === 0 ? [] : [`<system-out>${lines.map(xmlText).join("\n")}</system-out>`]),
  ];
  const head = attributes({ name, classname: className });
  if (inner.length === 0) return `    <testcase${head}/>\n`;
  const body = inner.map((line) => `      ${line}\n`).join("");
  return `    <testcase${head}>\n${body}    </testcase>\n`;
}

function verdictLines(verdict: Case["verdict"]): readonly string[] {
  switch (verdict.kind) {
    case "passed":
      return [];
    case "skipped":
      return [`<skipped>${xmlText(verdict.why)}</skipped>`];
    case "failure":
    case "error": {
      const { kind, type, message, detail } = verdict;
      const head = attributes({ type, message });
      return [`<${kind}${head}>${detail.map(xmlText).join("\n")}</${kind}>`];
    }
  }
}

function countOf(cases: readonly Case[], kind: Case["verdict"]["kind"]): string {
  return String(cases.filter(({ verdict }) => verdict.kind === kind).length);
}

function attributes(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([name, value]) => ` ${name}="${xmlText(value)}"`)
    .join("");
}

const REFERENCES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  // A runner that sees the report in its log must not find a command in it.
  "#": "&#35;",
  ":": "&#58;",
};

/** Text for an element or an attribute: one line, in which everything can be seen. */
function xmlText(text: string): string {
  return printable(text).replace(
    /[&<>"']|(?<=#)#|(?<=^\s*):(?=:)/g,
    (mark) => REFERENCES[mark] ?? mark,
  );
}
