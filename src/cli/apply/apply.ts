// `fleet apply` as a command: its options, and whether the file it was given is a manifest or a plan.
import { usage } from "../shell/usage.ts";
import { reporterOf } from "../shell/reporter.ts";
import { applyRequestOf } from "./apply-request.ts";
import { type ExitCode, fromUtf8 } from "../../core/index.ts";
import { isPlanText } from "../../reconcile/index.ts";
import { applyManifest } from "./apply-manifest.ts";
import { applyPlanFile } from "./apply-plan-file.ts";
import type { Command } from "../shell/command.ts";
import { readNamed } from "../manifest/manifest-source.ts";
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
    const reporter = reporterOf(given, world);
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
