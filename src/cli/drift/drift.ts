// `fleet drift` as a command: it plans, tells what others changed from what was not applied yet, and writes nothing.
import { forScreen, lookRequestOf, planLook, planRequestOf } from "../plan/plan-request.ts";
import { defined, type ExitCode } from "../../core/index.ts";
import { expectationsOf, planExit } from "../../reconcile/index.ts";
import { driftDocument, driftText } from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import { driftStory } from "./drift-story.ts";
import { outPaint, reporterOf, reportRequestOf } from "../shell/screen.ts";
import {
  ACCESS_OPTIONS,
  JSON_OPTION,
  LOOK_OPTIONS,
  NOW_OPTION,
  ON_OPTION,
  OPERATOR_OPTIONS,
} from "../shell/options.ts";
import { planFleet } from "../plan/planning.ts";
import { printJson } from "../shell/print.ts";

/** `fleet drift`: what others changed and when, apart from what was never applied, and how to go on. */
export const drift: Command = {
  name: "drift",
  about:
    "Show what others changed since the last apply, since when and by whom as far as known, apart from what was not applied yet; and the three ways to go on: keep it, undo it, wait. Writes nothing.",
  words: [{ form: "[MANIFEST]", about: "the manifest (default fleet.yaml)" }],
  options: [
    ON_OPTION,
    {
      name: "detailed-exitcode",
      about: "exit with 2 when something differs",
      aliases: ["exit-code"],
    },
    JSON_OPTION,
    ...LOOK_OPTIONS,
    ...ACCESS_OPTIONS,
    NOW_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: ["fleet drift", "fleet drift --on role:exit --detailed-exitcode"],
  async run(given, world): Promise<ExitCode> {
    const look = lookRequestOf(given);
    const request = planRequestOf(given, world);
    const planned = await planFleet(request, world, reporterOf(reportRequestOf(given), world));
    // Of tests of access it is told how they stand now, not what a plan would make of them.
    const expectations = expectationsOf({
      desired: planned.source.desired,
      observed: planned.observation.visors,
    });
    const { expectations: _, ...rest } = planned.plan;
    const plan = { ...rest, ...defined({ expectations }) };
    const story = await driftStory(planned, world);
    if (given.flag("json")) printJson(world, driftDocument(plan, story));
    else {
      const shown = planLook(look, planned.source.desired.visors);
      const text = driftText(plan, outPaint(world), story, shown);
      world.terminal.out(forScreen(text, look, world));
    }
    if (expectations?.some(({ result }) => result === "failed") === true) return 4;
    // What a guard refuses, and who may sign from now on, is no news about drift.
    const drifted = { ...plan, applyable: true, keysetChanges: [] };
    return planExit(drifted, { detailed: given.flag("detailed-exitcode") });
  },
};
