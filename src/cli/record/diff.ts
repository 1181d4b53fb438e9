// `fleet diff`: what changed in the fleet between two recorded moments, or in the manifest between two commits.
import { assert, type ExitCode } from "../../core/index.ts";
import { diffStates } from "../../ledger/index.ts";
import { momentDiffDocument, momentDiffText } from "../../view/index.ts";
import { MOMENT_FORMS } from "./at.ts";
import type { Command } from "../shell/command.ts";
import { diffManifests, manifestDiffRequestOf } from "../git/manifest-diff.ts";
import { outPaint } from "../shell/screen.ts";
import { askedVisors, statesAt, timedMoment } from "./moments.ts";
import { ledgerRequestOf } from "../shell/kept-files.ts";
import { JSON_OPTION, MANIFEST_OPTION, OPERATOR_OPTIONS } from "../shell/options.ts";
import { errLine, printJson } from "../shell/print.ts";
import { openRecords } from "./records-source.ts";

/** `fleet diff`: what differs between two recorded moments. */
export const diff: Command = {
  name: "diff",
  about:
    "Show what differs in the fleet between two recorded moments; or, with --manifest and two commits, what the manifest comes to differently in them. Reads the record, or git, and no visor.",
  words: [
    { form: "<FROM>", about: MOMENT_FORMS },
    { form: "[TO]", about: "the same" },
    { form: "[VISOR...]", about: "only these visors (names or keys)" },
  ],
  options: [
    {
      ...MANIFEST_OPTION,
      about: `${MANIFEST_OPTION.about}; with a single word behind it, the first of two commits`,
    },
    JSON_OPTION,
    ...OPERATOR_OPTIONS,
  ],
  examples: [
    "fleet diff 1w now",
    "fleet diff 1f3a 9c07 shop-3",
    "fleet diff '#12' '#40' --json",
    "fleet diff --manifest main~3 main",
  ],
  async run(given, world): Promise<ExitCode> {
    const manifests = manifestDiffRequestOf(given, world);
    if (manifests !== undefined) return await diffManifests(manifests, world);
    const [from = "", to = "", ...words] = given.words;
    const source = await openRecords(ledgerRequestOf(given, world), world);
    const isAsked = askedVisors(words, source);
    for (const note of source.notes) errLine(world, `note: ${note}`);
    const [before, after] = await statesAt([from, to], source, world);
    assert(before !== undefined && after !== undefined, "each moment has a state");
    const document = {
      from: timedMoment(before),
      to: timedMoment(after),
      visors: diffStates(before.state, after.state, isAsked),
    };
    const { names, feeds } = source;
    if (given.flag("json")) printJson(world, momentDiffDocument(document, names, feeds));
    else world.terminal.out(momentDiffText(document, names, feeds, outPaint(world)));
    return 0;
  },
};
