import type { ExitCode } from "../core/index.ts";
import { formatPlan, planExit } from "../reconcile/index.ts";
import { driftText } from "../view/index.ts";
import type { Command } from "./command.ts";
import { outPaint } from "./look.ts";
import { ACCESS_OPTIONS, JSON_OPTION, NOW_OPTION, ON_OPTION, OPERATOR_OPTIONS } from "./options.ts";
import { planFleet } from "./planning.ts";
import { reporterOf } from "./reporter.ts";

/** `fleet drift`: what others changed, apart from what was never applied. */
export const drift: Command = {
  name: "drift",
  about:
    "Show what others changed since the last apply, apart from what was not applied yet. Writes nothing.",
  words: [{ form: "[MANIFEST]", about: "the manifest (default fleet.yaml)" }],
  options: [
    ON_OPTION,
    {
      name: "detailed-exitcode",
      about: "exit with 2 when something differs",
      aliases: ["exit-code"],
    },
    JSON_OPTION,
    ...ACCESS_OPTIONS,
    NOW_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: ["fleet drift", "fleet drift --on role:exit --detailed-exitcode"],
  async run(given, world): Promise<ExitCode> {
    const { plan } = await planFleet(given, world, reporterOf(given, world));
    if (given.flag("json")) world.terminal.out(formatPlan(plan));
    else world.terminal.out(driftText(plan, outPaint(world)));
    // A guard that would refuse the correction is no news about drift.
    return planExit({ ...plan, applyable: true }, { detailed: given.flag("detailed-exitcode") });
  },
};
