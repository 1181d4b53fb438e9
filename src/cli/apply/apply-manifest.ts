// The way from a manifest to changed visors: plan, show, check, ask, apply.
import { defined, type ExitCode } from "../../core/index.ts";
import type { Reporter } from "../shell/reporter.ts";
import type { ApplyRequest } from "./apply-request.ts";
import { planText } from "../../view/index.ts";
import { refuseOtherDecision } from "./apply-decision.ts";
import { runApply } from "./apply-run.ts";
import { confirm, unanswered } from "../shell/confirm.ts";
import { errPaint, outPaint } from "../shell/terminal-look.ts";
import { requireOperator } from "../ledger/operator.ts";
import { planFleet } from "../plan/planning.ts";
import type { HandedSource } from "../plan/read-fleet.ts";
import { forScreen, planLook } from "../plan/plan-look.ts";
import { refuse } from "./refuse.ts";
import type { World } from "../shell/world.ts";

/** A manifest whose edited text is handed in, and what goes with the edit. */
export interface EditedSource extends HandedSource {
  /** What is asked about together with the changes of visors; absent when nothing is. */
  readonly alsoWrites?: string;
  /** Called when everything was agreed to, before the first write to a visor. */
  readonly agreed: () => Promise<void>;
}

/** Applies a manifest, named or handed in: plans, shows, asks, applies. */
export async function applyManifest(
  request: ApplyRequest,
  world: World,
  reporter: Reporter,
  edited?: EditedSource,
): Promise<ExitCode> {
  const { isYes, keyFile, overrides } = request;
  const operator = await requireOperator(keyFile, world);
  const planned = await planFleet(request, world, reporter, {
    ledger: true,
    operator,
    ...defined({ handed: edited }),
  });
  const { plan, acting, history } = planned;
  const isText = !request.isJson && !reporter.isEvents;
  const look = planLook(request.look, planned.source.desired.visors);
  if (isText)
    world.terminal.out(forScreen(planText(plan, outPaint(world), look), request.look, world));
  else world.terminal.err(planText(plan, errPaint(world), look));
  refuseOtherDecision(plan, request.expectedDecision);
  const check = {
    plan,
    acting,
    operator: operator.keys.operator,
    history,
    toConfirm: unanswered(plan, overrides),
  };
  const refused = refuse(check, isText, world);
  if (refused !== undefined) return refused;
  const also = edited?.alsoWrites === undefined ? {} : { alsoWrites: edited.alsoWrites };
  if (!(await confirm({ plan, overrides, world, isOrdinaryAnswered: isYes, ...also }))) return 4;
  await edited?.agreed();
  return await runApply({
    plan,
    operator,
    acting,
    wayIn: planned.wayIn,
    reader: planned.reader,
    order: planned.source.desired.visors,
    manifestFolder: planned.source.folder,
    manifestBytes: planned.source.bytes,
    reporter,
    request,
    world,
  });
}
