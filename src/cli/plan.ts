import { resolve } from "node:path";
import { type ExitCode, utf8 } from "../core/index.ts";
import { formatPlan, planExit, signPlan } from "../reconcile/index.ts";
import { planEvents } from "../view/index.ts";
import type { Given } from "./arguments.ts";
import type { Command } from "./command.ts";
import {
  ACCESS_OPTIONS,
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
} from "./options.ts";
import { manifestName } from "./manifest-source.ts";
import { outputsOf, writeOutputs } from "./output.ts";
import { checkOutputFiles } from "./output-files.ts";
import { planLook } from "./plan-look.ts";
import type { Planned } from "./planning.ts";
import { type Reporter, reporterOf } from "./reporter.ts";
import type { World } from "./world.ts";
import { errLine } from "./print.ts";

/** `fleet plan`: what an apply would change. It has no way to write to a visor. */
export const plan: Command = {
  name: "plan",
  about:
    "Show what an apply would change, and why. Writes nothing to any visor, and needs no key.\n\n  + add  ~ change  - remove  ! concerns trust  ? not known or left alone.",
  words: [{ form: "[MANIFEST]", about: "the manifest (default fleet.yaml)" }],
  options: [
    ON_OPTION,
    ONLY_OPTION,
    {
      name: "out",
      value: "FILE",
      about: "keep the plan for `fleet apply FILE`; signed when there is a key",
    },
    { name: "expires", value: "TIME", about: "how long the plan may be applied (default 1h)" },
    {
      name: "detailed-exitcode",
      about: "exit with 2 when there are changes",
      aliases: ["exit-code"],
    },
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
    const planned = await planAsAsked(given, world, reporter);
    const keys = planned.operator?.keys;
    const made =
      file === undefined || keys === undefined ? planned.plan : signPlan(planned.plan, keys);
    if (file !== undefined) {
      await world.files.write(resolve(world.folder, file), utf8(formatPlan(made)), {
        mode: 0o600,
      });
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
