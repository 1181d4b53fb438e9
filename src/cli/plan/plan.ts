import type { ExitCode } from "../../core/index.ts";
import type { Given } from "../shell/arguments.ts";
import type { Command } from "../shell/command.ts";
import {
  ACCESS_OPTIONS,
  DETAILED_EXITCODE_OPTION,
  EVENTS_OPTION,
  JSON_OPTION,
  LOOK_OPTIONS,
  NOW_OPTION,
  OBSERVATION_OPTIONS,
  ON_OPTION,
  ONLY_OPTION,
  OPERATOR_OPTIONS,
  OUTPUT_OPTION,
  OVERRIDE_OPTIONS,
  PLAN_FILE_OPTIONS,
} from "../shell/options.ts";
import { manifestName } from "../manifest/manifest-source.ts";
import { givePlan } from "./give-plan.ts";
import { outputsOf } from "./output.ts";
import { checkOutputFiles } from "../shell/output-files.ts";
import { planLook } from "./plan-look.ts";
import type { Planned } from "./planning.ts";
import { type Reporter, reporterOf } from "../shell/reporter.ts";
import type { World } from "../shell/world.ts";

/** `fleet plan`: what an apply would change. It has no way to write to a visor. */
export const plan: Command = {
  name: "plan",
  about:
    "Show what an apply would change, and why. Writes nothing to any visor, and needs no key.\n\n  + add  ~ change  - remove  ! concerns trust  ? not known or left alone.",
  words: [{ form: "[MANIFEST]", about: "the manifest (default fleet.yaml)" }],
  options: [
    ON_OPTION,
    ONLY_OPTION,
    ...PLAN_FILE_OPTIONS,
    DETAILED_EXITCODE_OPTION,
    {
      name: "at",
      value: "COMMIT",
      about: "plan the manifest as this commit has it, whatever is checked out",
    },
    OUTPUT_OPTION,
    JSON_OPTION,
    EVENTS_OPTION,
    ...LOOK_OPTIONS,
    ...OBSERVATION_OPTIONS,
    ...ACCESS_OPTIONS,
    ...OVERRIDE_OPTIONS,
    NOW_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: [
    "fleet plan",
    "fleet plan --on 'tag:shop & !shop-3'",
    "fleet plan --out plan.json && fleet apply plan.json",
    "fleet plan --at v1.4 # what going back to it would change",
    "fleet plan --by visor",
    "fleet plan --json --detailed-exitcode | jq .counts",
    "fleet plan --from-observation fleet.observed.json --base origin/main",
    "fleet plan --output github --output summary --output markdown=comment.md --output sarif=fleet.sarif",
  ],
  async run(given, world): Promise<ExitCode> {
    const outputs = outputsOf(given, world);
    planLook(given);
    const file = given.text("out");
    await checkOutputFiles(
      [file, ...outputs.flatMap(({ to }) => (to.kind === "standard-output" ? [] : [to.path]))],
      [
        manifestName(given, world, given.words[0]),
        given.text("from-observation"),
        given.text("trust"),
      ],
      given,
      world,
    );
    const reporter = reporterOf(given, world);
    return await givePlan(await planAsAsked(given, world, reporter), {
      given,
      world,
      reporter,
      outputs,
    });
  },
};

/**
 * Plans by a recorded observation where one is given, else by reading the visors. What reads visors and ledgers is
 * loaded for the latter only.
 */
async function planAsAsked(
  given: Given,
  world: World,
  reporter: Reporter,
): Promise<Pick<Planned, "plan" | "operator" | "source">> {
  const { planOffline, refuseTrustOptions } = await import("./offline-plan.ts");
  const observation = given.text("from-observation");
  if (observation !== undefined) return await planOffline(observation, given, world);
  refuseTrustOptions(given);
  const { planFleet } = await import("./planning.ts");
  return await planFleet(given, world, reporter);
}
