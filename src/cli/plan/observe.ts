// `fleet observe`: what visors show now, in a signed file by which to plan where no visor can be reached.
import { planRequestOf } from "./plan-request.ts";
import { resolve } from "node:path";
import { defined, type ExitCode, utf8 } from "../../core/index.ts";
import { formatObservation, makeObservation } from "../../reconcile/index.ts";
import { observationText } from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import { outPaint, reporterOf, reportRequestOf } from "../shell/screen.ts";
import type { Operator } from "../ledger/operator.ts";
import { checkOutputFiles } from "../shell/kept-files.ts";
import {
  ACCESS_OPTIONS,
  JSON_OPTION,
  NOW_OPTION,
  ON_OPTION,
  OPERATOR_OPTIONS,
} from "../shell/options.ts";
import { readFleet, type ReadFleet } from "./read-fleet.ts";
import { refusedNote } from "../git/manifest-at.ts";
import { TOOL } from "../shell/program-name.ts";
import type { World } from "../shell/world.ts";
import { errLine } from "../shell/print.ts";

const DEFAULT_FILE = "fleet.observed.json";
/** It is made to be committed, and to be read by whoever plans. */
const FILE_MODE = 0o644;

/** `fleet observe`: what a plan goes by, for planning where no visor is. */
export const observe: Command = {
  name: "observe",
  about:
    "Read the visors of a manifest into a signed file, by which `fleet plan --from-observation` plans without network or key. It holds what the manifest owns and who has a way in, secrets as keyed digests, and nothing else. Writes nothing to any visor.",
  words: [{ form: "[MANIFEST]", about: "the manifest (default fleet.yaml)" }],
  options: [
    { name: "out", value: "FILE", about: `where to keep it (default ${DEFAULT_FILE})` },
    ON_OPTION,
    { ...JSON_OPTION, about: "print it on standard output; kept in a file only with --out" },
    ...ACCESS_OPTIONS,
    NOW_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: [
    "fleet observe",
    "fleet observe --out observed/home.json",
    "fleet observe --json | gzip > fleet.observed.json.gz",
  ],
  async run(given, world): Promise<ExitCode> {
    const isJson = given.flag("json");
    const file = given.text("out") ?? (isJson ? undefined : DEFAULT_FILE);
    const request = planRequestOf(given, world);
    await checkOutputFiles([file], [request.manifest], request.keyFile, world);
    const read = await readFleet(request, world, reporterOf(reportRequestOf(given), world), {
      forLater: true,
    });
    const { source, operator, git } = read;
    const document = makeObservation({
      desired: source.desired,
      selected: read.selected,
      observation: read.observation,
      history: read.history,
      heads: read.heads,
      nowMs: read.nowMs,
      tool: TOOL,
      ...defined({ keys: operator?.keys }),
      ...(git.kind !== "known" || git.facts.dirty ? {} : { commit: git.facts.commit }),
    });
    if (git.kind === "refused") errLine(world, `note: ${refusedNote(source.name, git)}`);
    noteSigner(operator, read, world);
    const text = formatObservation(document);
    if (file !== undefined) {
      await world.files.write(resolve(world.folder, file), utf8(text), { mode: FILE_MODE });
      errLine(
        world,
        `kept in ${file}; \`fleet plan --from-observation ${file} --base REF\` plans by it`,
      );
    }
    world.terminal.out(isJson ? text : observationText(document, outPaint(world)));
    return document.visors.every(({ seen }) => seen !== undefined) ? 0 : 3;
  },
};

/** An observation that nobody can accept is still worth a look, but must not surprise later. */
function noteSigner(
  operator: Operator | undefined,
  { source }: Pick<ReadFleet, "source">,
  world: World,
): void {
  if (operator === undefined) {
    world.terminal.err(
      "warning: NOT SIGNED, there is no operator key here: `fleet plan` refuses to go by it; `fleet keygen` makes a key\n",
    );
    return;
  }
  const own = operator.keys.operator;
  const mayPlan = source.desired.operators.some(
    ({ key, may }) => key === own && may.includes("plan"),
  );
  if (mayPlan) return;
  errLine(
    world,
    `warning: ${own} signed it, whom ${source.name} does not list with may: [plan]: plans under that manifest are refused`,
  );
}
