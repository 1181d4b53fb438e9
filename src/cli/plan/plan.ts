// `fleet plan`: what an apply would change, and why; it must never write to a visor.
import type { OfflinePlanned, OfflineRequest, Trusting } from "./offline-plan.ts";
import { checkOutputFiles } from "../shell/kept-files.ts";
import { type PlanRequest, planRequestOf } from "./plan-request.ts";
import type { ExitCode } from "../../core/index.ts";
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
import { givePlan, filesOf, giveRequestOf } from "./output.ts";
import type { Planned } from "./planning.ts";
import { type Reporter, reporterOf, reportRequestOf } from "../shell/screen.ts";
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
    const give = giveRequestOf(given, world);
    const request = planRequestOf(given, world);
    const observation = given.text("from-observation");
    const [base, trust] = [given.text("base"), given.text("trust")];
    await checkOutputFiles(
      filesOf(give),
      [request.manifest, observation, trust],
      request.keyFile,
      world,
    );
    const reporter = reporterOf(reportRequestOf(given), world);
    const trusting: Trusting = { base, trust };
    const planned =
      observation === undefined
        ? await planVisors(request, trusting, world, reporter)
        : await planRecorded(
            { ...request, ...trusting, observation, isKept: give.out !== undefined },
            world,
          );
    return await givePlan(planned, give, request, { world, reporter });
  },
};

/** Plans by a recorded observation. */
async function planRecorded(request: OfflineRequest, world: World): Promise<OfflinePlanned> {
  const { planOffline } = await import("./offline-plan.ts");
  return await planOffline(request, world);
}

/** Plans by reading the visors. What reads visors and ledgers is loaded for this only. */
async function planVisors(
  request: PlanRequest,
  trusting: Trusting,
  world: World,
  reporter: Reporter,
): Promise<Planned> {
  const { refuseTrustOptions } = await import("./offline-plan.ts");
  refuseTrustOptions(trusting);
  const { planFleet } = await import("./planning.ts");
  return await planFleet(request, world, reporter);
}
