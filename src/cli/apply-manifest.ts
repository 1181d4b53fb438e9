import { type ExitCode, FleetError } from "../core/index.ts";
import { planText } from "../view/index.ts";
import { refuseOtherDecision } from "./apply-decision.ts";
import { runApply } from "./apply-run.ts";
import type { Given } from "./arguments.ts";
import { confirm } from "./confirm.ts";
import { canAsk, errPaint, outPaint } from "./look.ts";
import { requireOperator } from "./operator.ts";
import { planFleet } from "./planning.ts";
import { reporterOf } from "./reporter.ts";
import { refuse } from "./refuse.ts";
import type { World } from "./world.ts";

/** Applies a manifest: plans, shows, asks, applies. */
export async function applyManifest(given: Given, world: World): Promise<ExitCode> {
  const isYes = given.flag("yes");
  if (!isYes && !canAsk(world)) throw cannotAsk();
  await requireOperator(given, world);
  const reporter = reporterOf(given, world);
  const planned = await planFleet(given, world, reporter, { ledger: true });
  const { plan, acting, history } = planned;
  const operator = planned.operator ?? (await requireOperator(given, world));
  const isText = !given.flag("json") && !reporter.isEvents;
  if (isText) world.terminal.out(planText(plan, outPaint(world)));
  else world.terminal.err(planText(plan, errPaint(world)));
  refuseOtherDecision(plan, given, world);
  const check = { plan, acting, operator: operator.keys.operator, history };
  const refused = refuse(check, isText, world);
  if (refused !== undefined) return refused;
  if (!(await confirm({ plan, given, world, isOrdinaryAnswered: isYes }))) return 4;
  return await runApply({
    plan,
    operator,
    acting,
    wayIn: planned.wayIn,
    reader: planned.reader,
    manifestFolder: planned.source.folder,
    reporter,
    given,
    world,
  });
}

function cannotAsk(): FleetError {
  return new FleetError("cli/cannot-ask", "nobody can be asked here, and --yes was not given", {
    next: "look at `fleet plan`, then run `fleet apply --yes`",
    exit: 64,
  });
}
