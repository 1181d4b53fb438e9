// What becomes of a plan that was made: kept in a file, printed, and told by the exit code.
import { resolve } from "node:path";
import { type ExitCode, utf8 } from "../../core/index.ts";
import { formatPlan, planExit, signPlan } from "../../reconcile/index.ts";
import { planEvents } from "../../view/index.ts";
import type { Given } from "../shell/arguments.ts";
import { type Output, writeOutputs } from "./output.ts";
import { planLook } from "./plan-look.ts";
import { errLine } from "../shell/print.ts";
import type { Planned } from "./planning.ts";
import type { Reporter } from "../shell/reporter.ts";
import type { World } from "../shell/world.ts";

/** Keeps a plan in the file of `--out`, signed when there is a key, and prints it in every way that was asked for. */
export async function givePlan(
  planned: Pick<Planned, "plan" | "operator" | "source">,
  {
    given,
    world,
    reporter,
    outputs,
  }: {
    readonly given: Given;
    readonly world: World;
    readonly reporter: Reporter;
    readonly outputs: readonly Output[];
  },
): Promise<ExitCode> {
  const file = given.text("out");
  const keys = planned.operator?.keys;
  const made =
    file === undefined || keys === undefined ? planned.plan : signPlan(planned.plan, keys);
  if (file !== undefined) {
    await world.files.write(resolve(world.folder, file), utf8(formatPlan(made)), { mode: 0o600 });
    const how =
      keys === undefined ? "not signed: there is no key here" : `signed by ${keys.operator}`;
    errLine(world, `plan kept in ${file}, ${how}; \`fleet apply ${file}\` applies it`);
  }
  if (given.flag("json")) world.terminal.out(formatPlan(made));
  else if (reporter.isEvents) planEvents(made).forEach(reporter.emit);
  await writeOutputs(outputs, made, {
    given,
    world,
    look: planLook(given, planned.source.desired.visors),
  });
  return planExit(made, { detailed: given.flag("detailed-exitcode") });
}
