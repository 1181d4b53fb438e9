// `fleet ledger evidence`: a check of a file that shows contradicting signatures; it needs no key and no ledger.
import { usage } from "../shell/usage.ts";
import { type ExitCode, FleetError, hasCode } from "../../core/index.ts";
import { checkEvidence, type EvidenceDocument, parseEvidence } from "../../ledger/index.ts";
import { proofText } from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import { outPaint } from "../shell/screen.ts";
import { readNamed } from "../manifest/manifest-source.ts";
import { namesIfReadable } from "../manifest/names-of-manifest.ts";
import { manifestRequestOf } from "../shell/kept-files.ts";
import { JSON_OPTION, MANIFEST_OPTION } from "../shell/options.ts";
import { printJson } from "../shell/print.ts";
import type { World } from "../shell/world.ts";

/** `fleet ledger evidence`: what an evidence document proves, anywhere. */
export const ledgerEvidence: Command = {
  name: "ledger evidence",
  about:
    "Check an evidence document: that the holder of a feed's key signed what cannot all be true. Needs no key, no ledger and no manifest.",
  words: [{ form: "[FILE]", about: "the document; - reads standard input" }],
  options: [MANIFEST_OPTION, JSON_OPTION],
  examples: ["fleet ledger evidence evidence.json"],
  async run(given, world): Promise<ExitCode> {
    const [file] = given.words;
    if (file === undefined) {
      throw usage("no document named to check", "give the file that `fleet ledger pull` wrote");
    }
    const document = await readEvidence(file, world);
    const { kind, feed } = document;
    const { proved, what, steps } = checkEvidence(document);
    const { source } = await namesIfReadable(manifestRequestOf(given, world), world);
    const owner = source?.desired.operators.find((operator) => operator.feed === feed);
    if (given.flag("json")) {
      const operator =
        owner === undefined ? {} : { operator: { name: owner.name, key: owner.key } };
      printJson(world, {
        format: "fleet.skywire/evidence-verdict/v1",
        proved,
        kind,
        feed,
        ...operator,
        what,
        steps,
      });
    } else {
      const whose =
        owner === undefined
          ? `whose feed ${feed} is, the document cannot say: compare the key with what its operator published`
          : `feed ${feed} is that of operator ${owner.name} in ${source?.name ?? ""}`;
      world.terminal.out(proofText({ proved, what, steps }, outPaint(world), [whose]));
    }
    return proved ? 0 : 4;
  },
};

async function readEvidence(file: string, world: World): Promise<EvidenceDocument> {
  const bytes = await readNamed(file, world, "note");
  try {
    return parseEvidence(bytes);
  } catch (cause) {
    if (!hasCode(cause, "ledger/evidence")) throw cause;
    throw new FleetError("cli/no-evidence", `${file} is no evidence document`, {
      next: "ask for the document again, as it was written",
      exit: 64,
      cause,
    });
  }
}
