// What becomes of a plan that was made: kept in a file, printed, and told by the exit code.
import { resolve } from "node:path";
import { defined, type ExitCode, utf8 } from "../../core/index.ts";
import { formatPlan, planExit, signPlan } from "../../reconcile/index.ts";
import { planEvents } from "../../view/index.ts";
import type { Given } from "../shell/arguments.ts";
import { type Output, outputsOf, writeOutputs } from "./output.ts";
import { type LookRequest, lookRequestOf, planLook } from "./plan-look.ts";
import type { PlanRequest } from "./plan-request.ts";
import { errLine } from "../shell/print.ts";
import type { Planned } from "./planning.ts";
import type { Reporter } from "../shell/reporter.ts";
import type { World } from "../shell/world.ts";

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
  const outputs = outputsOf(given, world);
  const out = given.text("out");
  return {
    ...defined({ out }),
    isJson: given.flag("json"),
    isDetailed: given.flag("detailed-exitcode"),
    look: lookRequestOf(given),
    outputs,
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
