// `fleet rollback`: an earlier manifest is planned again, and nothing is written.
import { plannedPart, planRequestOf } from "../plan/plan-request.ts";
import { type ExitCode, FleetError, fromUtf8, hasCode, shortCommit } from "../../core/index.ts";
import { timeText } from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import { gitFactsOf } from "../git/manifest-at.ts";
import { givePlan, type GiveRequest, giveRequestOf } from "../plan/output.ts";
import {
  type ManifestSource,
  readManifest,
  STANDARD_INPUT,
  verifyManifest,
} from "../manifest/manifest-source.ts";
import {
  ACCESS_OPTIONS,
  DETAILED_EXITCODE_OPTION,
  EVENTS_OPTION,
  JSON_OPTION,
  LOOK_OPTIONS,
  MANIFEST_OPTION,
  NOW_OPTION,
  ON_OPTION,
  ONLY_OPTION,
  OPERATOR_OPTIONS,
  OVERRIDE_OPTIONS,
  PLAN_FILE_OPTIONS,
} from "../shell/options.ts";
import { checkOutputFiles, manifestRequestOf } from "../shell/kept-files.ts";
import { planFleet } from "../plan/planning.ts";
import type { HandedSource } from "../plan/read-fleet.ts";
import { openRecords } from "../record/records-source.ts";
import { errLine } from "../shell/print.ts";
import { reporterOf, reportRequestOf } from "../shell/screen.ts";
import { usage } from "../shell/usage.ts";
import type { World } from "../shell/world.ts";
import { byManifestInForce } from "./by-manifest-in-force.ts";
import { earlierText, type EarlierText } from "./earlier-text.ts";
import { findApply, type NamedApply } from "./find-apply.ts";
import { nextLines } from "./next-lines.ts";
import { refuseReturningKeys } from "./returning-keys.ts";

/** `fleet rollback`: the manifest of an earlier apply, planned again. It has no way to write to a visor. */
export const rollback: Command = {
  name: "rollback",
  about:
    "Plan the manifest of an earlier apply again, by the guards, operators and policy of the manifest in force. Writes nothing to any visor, and leaves the manifest as it is.",
  words: [{ form: "<APPLY>", about: "an apply as `fleet history` calls it: 12, or kim:12" }],
  options: [
    ON_OPTION,
    ONLY_OPTION,
    ...PLAN_FILE_OPTIONS,
    DETAILED_EXITCODE_OPTION,
    { name: "print-manifest", about: "print the manifest of that apply, and plan nothing" },
    {
      name: "allow-return",
      value: "KEY_OR_NAME",
      many: true,
      about: "let this key back into lists, though it was taken away since; may be repeated",
    },
    MANIFEST_OPTION,
    JSON_OPTION,
    EVENTS_OPTION,
    ...LOOK_OPTIONS,
    ...ACCESS_OPTIONS,
    ...OVERRIDE_OPTIONS,
    NOW_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: [
    "fleet history",
    "fleet rollback 12",
    "fleet rollback 12 --out rollback.json && fleet apply rollback.json",
    "fleet rollback kim:12 --on tag:shop",
    "fleet rollback 12 --print-manifest > fleet.yaml.then",
  ],
  async run(given, world): Promise<ExitCode> {
    const inForce = manifestRequestOf(given, world);
    const { manifest: name } = inForce;
    if (name === STANDARD_INPUT)
      throw usage("the manifest in force is a file, not standard input", "name it with --manifest");
    const give = giveRequestOf(given, world);
    const request = planRequestOf(given, world, inForce);
    const isPrinted = given.flag("print-manifest");
    if (isPrinted) refusePlanOutput({ ...give, isEvents: given.flag("events") });
    await checkOutputFiles([give.out], [name], request.keyFile, world);
    const source = await openRecords(request, world);
    const apply = await findApply(given.words[0] ?? "", source);
    const text = await earlierText(apply, name, source, world);
    if (isPrinted) return printManifest(text, world);
    const now = source.manifest ?? (await readManifest(name, world));
    const then = await readEarlier(text, apply, now, world);
    const desired = byManifestInForce(then.desired, now.desired);
    const part = await plannedPart({ ...then, desired }, request, world);
    const handed: HandedSource = { ...part, source: { ...then, desired } };
    const reporter = reporterOf(reportRequestOf(given), world);
    const planned = await planFleet(request, world, reporter, { ledger: true, handed });
    const { plan, history } = planned;
    const { keysNamedIn } = await import("../manifest/manifest-room.ts");
    refuseReturningKeys({
      plan,
      history,
      inForce: now.desired,
      named: new Set(keysNamedIn(now.bytes, name).keys()),
      allowed: given.texts("allow-return"),
    });
    errLine(world, sourceLine(apply, text));
    const exit = await givePlan(planned, give, request, { world, reporter });
    const lines = nextLines({
      plan,
      word: apply.word,
      name,
      from: text,
      then: then.desired,
      now: now.desired,
      isCommitted: await isCommitted(now),
      asked: { ...request, isKept: give.out !== undefined },
    });
    for (const line of lines) errLine(world, line);
    return exit;
  },
};

function sourceLine({ word, at }: NamedApply, { commit }: EarlierText): string {
  const from =
    commit === undefined ? "the ledger keeps it" : `commit ${shortCommit(commit)} has it`;
  return `the manifest of apply ${word}, of ${timeText(at.timeMs)}, as ${from}; guards and rules are those of now`;
}

async function isCommitted(source: ManifestSource): Promise<boolean> {
  const git = await gitFactsOf(source);
  return git.kind === "known" && !git.facts.dirty;
}

/** @throws FleetError cli/usage (exit 64) where a plan is to be given, and none is made */
function refusePlanOutput({
  isJson,
  isEvents,
  out,
}: Pick<GiveRequest, "isJson" | "out"> & { readonly isEvents: boolean }): void {
  const other = isJson ? "json" : isEvents ? "events" : out === undefined ? undefined : "out";
  if (other === undefined) return;
  throw usage(
    `--print-manifest plans nothing, so there is nothing for --${other}`,
    "give one of them",
  );
}

function printManifest({ bytes }: EarlierText, world: World): ExitCode {
  world.terminal.data(fromUtf8(bytes));
  return 0;
}

/**
 * Reads the earlier text as a manifest of the same fleet, under the name of the one in force.
 * @throws FleetError cli/not-valid, cli/other-fleet (exit 64)
 */
async function readEarlier(
  { bytes, commit }: EarlierText,
  { word }: NamedApply,
  now: ManifestSource,
  world: World,
): Promise<ManifestSource> {
  const then = await verifyManifest(now.name, bytes, world).catch((cause: unknown) => {
    if (!hasCode(cause, "cli/invalid-manifest")) throw cause;
    throw new FleetError(
      "cli/not-valid",
      `the manifest of apply ${word} is none that this release takes: see above, by the lines it had then`,
      {
        next: `\`fleet rollback ${word} --print-manifest\` shows it; write what you want of it into ${now.name}`,
        exit: 64,
        cause,
      },
    );
  });
  const { fleet } = now.desired;
  if (then.desired.fleet !== fleet) {
    throw new FleetError(
      "cli/other-fleet",
      `apply ${word} is of fleet ${then.desired.fleet}, and ${now.name} of fleet ${fleet}`,
      { next: "name that fleet's manifest with --manifest", exit: 64 },
    );
  }
  return { ...then, ...(commit === undefined ? { isKeptText: true } : { commit }) };
}
