// `fleet apply` as a command, for a manifest or a plan: plan, show, check, ask, apply.
import { defined, type ExitCode, fromUtf8 } from "../../core/index.ts";
import { isPlanText } from "../../reconcile/index.ts";
import { planText } from "../../view/index.ts";
import { requireOperator } from "../ledger/operator.ts";
import { readNamed } from "../manifest/manifest-source.ts";
import { forScreen, planLook } from "../plan/plan-request.ts";
import { planFleet } from "../plan/planning.ts";
import type { HandedSource } from "../plan/read-fleet.ts";
import type { Command } from "../shell/command.ts";
import { confirm, unanswered } from "../shell/confirm.ts";
import {
  ACCESS_OPTIONS,
  ALLOW_REPEAT_OPTION,
  EVENTS_OPTION,
  EXPECT_DECISION_OPTION,
  JSON_OPTION,
  LOCK_OPTION,
  LOOK_OPTIONS,
  ON_OPTION,
  ONLY_OPTION,
  OPERATOR_OPTIONS,
  OVERRIDE_OPTIONS,
} from "../shell/options.ts";
import { errPaint, outPaint, type Reporter, reporterOf, reportRequestOf } from "../shell/screen.ts";
import { usage } from "../shell/usage.ts";
import type { World } from "../shell/world.ts";
import { applyPlanFile } from "./apply-plan-file.ts";
import { type ApplyRequest, applyRequestOf, refuseOtherDecision } from "./apply-request.ts";
import { runApply } from "./apply-run.ts";
import { refuse } from "./ledger-refusals.ts";

// The way from a manifest to changed visors: plan, show, check, ask, apply.

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

// `fleet apply` as a command: its options, and whether the file it was given is a manifest or a plan.

/** `fleet apply`: plan, show, ask, write, read back, record; or the same from a plan file. */
export const apply: Command = {
  name: "apply",
  about:
    "Make the visors what the manifest, or a plan file, says. Shows the plan, asks, writes, reads back, records.",
  words: [{ form: "[MANIFEST_OR_PLAN]", about: "fleet.yaml by default; told apart by content" }],
  options: [
    ON_OPTION,
    ONLY_OPTION,
    {
      name: "yes",
      short: "y",
      about: "answer the ordinary question; trust removals and strangers' plans still ask",
      aliases: ["no-confirm", "auto-approve"],
    },
    EXPECT_DECISION_OPTION,
    ALLOW_REPEAT_OPTION,
    { name: "expires", value: "TIME", about: "how long the question may stay open (default 1h)" },
    LOCK_OPTION,
    JSON_OPTION,
    EVENTS_OPTION,
    ...LOOK_OPTIONS,
    ...ACCESS_OPTIONS,
    ...OVERRIDE_OPTIONS,
    ...OPERATOR_OPTIONS,
  ],
  examples: [
    "fleet apply",
    "fleet apply --on tag:shop --yes",
    "fleet plan --out plan.json && fleet apply plan.json",
    "fleet apply --only desk/apps.skychat.running",
    "fleet apply --allow-trust-removals 2",
    "fleet apply --yes --expect-decision sha256:… # as the approved comment says",
  ],
  async run(given, world): Promise<ExitCode> {
    if (given.flag("json") && given.flag("events")) {
      throw usage("--json and --events both want standard output", "give one of them");
    }
    const request = applyRequestOf(given, world);
    const text = await textOf(await readNamed(request.manifest, world, "document"));
    const reporter = reporterOf(reportRequestOf(given), world);
    return isPlanText(text)
      ? await applyPlanFile(text, request, world, reporter)
      : await applyManifest(request, world, reporter);
  },
};

/** The text of a file; what is no UTF-8 is left to the manifest's parser to speak of. */
async function textOf(bytes: Uint8Array): Promise<string> {
  try {
    return fromUtf8(bytes);
  } catch {
    return "";
  }
}
