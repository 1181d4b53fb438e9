// What becomes of a plan that was made: kept in a file, given in forms for people, programs and CI, and told by the exit code.
import { resolve } from "node:path";
import { defined, type ExitCode, utf8 } from "../../core/index.ts";
import type { Plan } from "../../model/index.ts";
import { confirmationsOf, formatPlan, planExit, signPlan } from "../../reconcile/index.ts";
import {
  commandFree,
  fitText,
  type MarkdownFacts,
  plainPaint,
  planAnnotations,
  planCodeQuality,
  planComment,
  planEvents,
  planJunit,
  type PlanLook,
  planSarif,
  planStepSummary,
  planText,
} from "../../view/index.ts";
import type { Given } from "../shell/arguments.ts";
import { SUMMARY_FILE } from "../shell/kept-files.ts";
import { errLine } from "../shell/print.ts";
import { outPaint, type Reporter } from "../shell/screen.ts";
import { usage } from "../shell/usage.ts";
import type { World } from "../shell/world.ts";
import {
  forScreen,
  type LookRequest,
  lookRequestOf,
  planLook,
  type PlanRequest,
} from "./plan-request.ts";
import type { Planned } from "./planning.ts";

// What becomes of a plan that was made: kept in a file, printed, and told by the exit code.

/** How a plan is given to whoever asked for it. */
export interface GiveRequest {
  /** The file it is kept in, as the user named it. */
  readonly out?: string;
  readonly isJson: boolean;
  /** The exit code says whether anything changes. */
  readonly isDetailed: boolean;
  readonly look: LookRequest;
  readonly outputs: readonly Output[];
}

/** Reads how a plan is to be given. @throws FleetError cli/usage (exit 64) */
export function giveRequestOf(given: Given, world: World): GiveRequest {
  const isJson = given.flag("json");
  const asked = given.texts("output").map((text) => parseOutput(text, world));
  const out = given.text("out");
  return {
    ...defined({ out }),
    isJson,
    isDetailed: given.flag("detailed-exitcode"),
    look: lookRequestOf(given),
    outputs: outputsOf(asked, { isJson, isEvents: given.flag("events") }),
  };
}

/** The files that a plan is written to. */
export function filesOf({ out, outputs }: GiveRequest): readonly string[] {
  const files = outputs.flatMap(({ to }) => (to.kind === "standard-output" ? [] : [to.path]));
  return out === undefined ? files : [out, ...files];
}

/** Keeps a plan in its file, signed when there is a key, and prints it in every way that was asked for. */
export async function givePlan(
  { plan, operator, source }: Pick<Planned, "plan" | "operator" | "source">,
  { out: file, isJson, isDetailed, look, outputs }: GiveRequest,
  { on }: Pick<PlanRequest, "on">,
  { world, reporter }: { readonly world: World; readonly reporter: Reporter },
): Promise<ExitCode> {
  const keys = operator?.keys;
  const made = file === undefined || keys === undefined ? plan : signPlan(plan, keys);
  if (file !== undefined) {
    await world.files.write(resolve(world.folder, file), utf8(formatPlan(made)), { mode: 0o600 });
    const how =
      keys === undefined ? "not signed: there is no key here" : `signed by ${keys.operator}`;
    errLine(world, `plan kept in ${file}, ${how}; \`fleet apply ${file}\` applies it`);
  }
  if (isJson) world.terminal.out(formatPlan(made));
  else if (reporter.isEvents) planEvents(made).forEach(reporter.emit);
  await writeOutputs(outputs, made, {
    world,
    look: planLook(look, source.desired.visors),
    columns: look.columns,
    on,
  });
  return planExit(made, { detailed: isDetailed });
}

// The forms in which a plan is given, for people, programs and CI, and where each of them goes.

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
interface Output {
  readonly kind: OutputKind;
  readonly to:
    | { readonly kind: "standard-output" }
    | { readonly kind: "file"; readonly path: string }
    /** The file that GitHub shows as the summary of a step; others write to it too. */
    | { readonly kind: "step-summary"; readonly path: string };
}

/**
 * What `--output` asks for, in the order given; text on standard output where nothing else goes there.
 * @throws FleetError cli/usage (exit 64) for two on standard output
 */
function outputsOf(
  outputs: readonly Output[],
  { isJson, isEvents }: { readonly isJson: boolean; readonly isEvents: boolean },
): readonly Output[] {
  const claims = [
    ...(isJson ? ["--json"] : []),
    ...(isEvents ? ["--events"] : []),
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
async function writeOutputs(
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
