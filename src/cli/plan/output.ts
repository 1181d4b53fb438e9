// The forms in which a plan is given, for people, programs and CI, and where each of them goes.
import { resolve } from "node:path";
import { defined, utf8 } from "../../core/index.ts";
import type { Plan } from "../../model/index.ts";
import { confirmationsOf, formatPlan } from "../../reconcile/index.ts";
import {
  commandFree,
  fitText,
  type MarkdownFacts,
  plainPaint,
  type PlanLook,
  planAnnotations,
  planCodeQuality,
  planComment,
  planJunit,
  planSarif,
  planStepSummary,
  planText,
} from "../../view/index.ts";
import type { Given } from "../shell/arguments.ts";
import { outPaint } from "../shell/terminal-look.ts";
import { forScreen } from "./plan-look.ts";
import { SUMMARY_FILE } from "../shell/output-files.ts";
import type { World } from "../shell/world.ts";
import { usage } from "../shell/usage.ts";

const KINDS = [
  "text",
  "json",
  "github",
  "summary",
  "markdown",
  "gitlab",
  "sarif",
  "junit",
] as const;
/** What CI makes is read by others: it holds what a reviewer sees, and no secret. */
const FILE_MODE = 0o644;

type OutputKind = (typeof KINDS)[number];

/** One `--output`: a kind, and where it goes. */
export interface Output {
  readonly kind: OutputKind;
  readonly to:
    | { readonly kind: "standard-output" }
    | { readonly kind: "file"; readonly path: string }
    /** The file that GitHub shows as the summary of a step; others write to it too. */
    | { readonly kind: "step-summary"; readonly path: string };
}

/**
 * What `--output` asks for, in the order given; text on standard output where nothing else goes there.
 * @throws FleetError cli/usage (exit 64) for an unknown kind and for two on standard output
 */
export function outputsOf(given: Given, world: World): readonly Output[] {
  const outputs = given.texts("output").map((text) => parseOutput(text, world));
  const claims = [
    ...(given.flag("json") ? ["--json"] : []),
    ...(given.flag("events") ? ["--events"] : []),
    ...outputs.flatMap(({ kind, to }) =>
      to.kind === "standard-output" ? [`--output ${kind}`] : [],
    ),
  ];
  if (claims.length > 1) {
    const next = claims.some((claim) => claim.startsWith("--output"))
      ? "give one of them, or send others to a file with --output KIND=FILE"
      : "give one of them";
    throw usage(`${claims.slice(0, 2).join(" and ")} both want standard output`, next);
  }
  const text: Output = { kind: "text", to: { kind: "standard-output" } };
  return claims.length === 0 ? [...outputs, text] : outputs;
}

/** Prints and writes a plan in every way that was asked for. */
export async function writeOutputs(
  outputs: readonly Output[],
  plan: Plan,
  {
    world,
    look,
    columns,
    on: selection,
  }: {
    readonly world: World;
    readonly look: PlanLook;
    /** The width that was asked for. */
    readonly columns: number | undefined;
    /** The selection that was planned. */
    readonly on: string | undefined;
  },
): Promise<void> {
  const facts: MarkdownFacts = {
    ...look,
    ...defined({ columns }),
    unanswered: confirmationsOf(plan),
    ...defined({ selection }),
  };
  for (const { kind, to } of outputs) {
    const text = outputText(kind, plan, facts);
    if (to.kind === "file") {
      await world.files.write(to.path, utf8(text), { mode: FILE_MODE });
    } else if (to.kind === "step-summary") await appendSummary(to.path, text, world);
    else if (kind === "text")
      world.terminal.out(
        forScreen(commandFree(planText(plan, outPaint(world), look)), facts, world),
      );
    else world.terminal.out(text);
  }
}

function outputText(kind: OutputKind, plan: Plan, facts: MarkdownFacts): string {
  switch (kind) {
    case "text":
      return fitText(commandFree(planText(plan, plainPaint, facts)), facts.columns);
    case "json":
      return formatPlan(plan);
    case "github":
      return planAnnotations(plan);
    case "summary":
      return planStepSummary(plan, facts);
    case "markdown":
      return planComment(plan, facts);
    case "gitlab":
      return planCodeQuality(plan);
    case "sarif":
      return planSarif(plan);
    case "junit":
      return planJunit(plan);
  }
}

async function appendSummary(path: string, text: string, world: World): Promise<void> {
  const hasText = ((await world.files.stat(path))?.size ?? 0) > 0;
  await world.files.write(path, utf8(hasText ? `\n${text}` : text), { isAppended: true });
}

function parseOutput(text: string, world: World): Output {
  const at = text.indexOf("=");
  const name = at < 0 ? text : text.slice(0, at);
  const kind = KINDS.find((each) => each === name);
  if (kind === undefined) {
    throw usage(
      `--output ${JSON.stringify(name)}: no such kind`,
      `give one of ${KINDS.join(", ")}`,
    );
  }
  if (at >= 0) {
    const file = text.slice(at + 1);
    if (file === "")
      throw usage(`--output ${kind}=: the file is missing`, "name a file after the =");
    return { kind, to: { kind: "file", path: resolve(world.folder, file) } };
  }
  const summary = world.env[SUMMARY_FILE] ?? "";
  return kind === "summary" && summary !== ""
    ? { kind, to: { kind: "step-summary", path: resolve(world.folder, summary) } }
    : { kind, to: { kind: "standard-output" } };
}
