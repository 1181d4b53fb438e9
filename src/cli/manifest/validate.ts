// `fleet validate`: every fault of a manifest that can be found without a network, in one run.
import { counted, type Diagnostic, type ExitCode } from "../../core/index.ts";
import { diagnosticCounts, diagnosticsText } from "../../view/index.ts";
import type { Command } from "../shell/command.ts";
import { outPaint } from "../shell/screen.ts";
import { manifestRequestOf } from "../shell/kept-files.ts";
import { checkManifest, type ManifestSource } from "./manifest-source.ts";
import { JSON_OPTION } from "../shell/options.ts";
import { printJson } from "../shell/print.ts";
import type { World } from "../shell/world.ts";

/** `fleet validate`: everything that can be known without a network. */
export const validate: Command = {
  name: "validate",
  about: "Check a manifest without any network. Reports every fault in one run.",
  words: [{ form: "[MANIFEST]", about: "the manifest (default fleet.yaml; - is standard input)" }],
  options: [JSON_OPTION],
  examples: [
    "fleet validate",
    "fleet validate staging.fleet.yaml",
    "cat fleet.yaml | fleet validate -",
  ],
  async run(given, world): Promise<ExitCode> {
    const { manifest: name } = manifestRequestOf(given, world, given.words[0]);
    const { source, diagnostics } = await checkManifest(name, world);
    const all = [
      ...diagnostics,
      ...(await secretFaults(source, world)),
      ...(await expectationFaults(source)),
    ];
    const isValid =
      source !== undefined && all.every((diagnostic) => diagnostic.severity !== "error");
    if (given.flag("json")) {
      printJson(world, { format: "fleet.skywire/validation/v1", valid: isValid, diagnostics: all });
    } else {
      world.terminal.out(diagnosticsText(all, outPaint(world)));
      world.terminal.out(isValid ? goodLine(source) : `Invalid: ${diagnosticCounts(all)}.\n`);
    }
    return isValid ? 0 : 64;
  },
};

async function secretFaults(source: ManifestSource | undefined, world: World) {
  if (source === undefined) return [];
  const { checkSecretFiles } = await import("./manifest-room.ts");
  return await checkSecretFiles(source.desired, world.files, source.folder);
}

/** Tests of access that the manifest breaks by itself; what it does not own is not known here. */
async function expectationFaults(
  source: ManifestSource | undefined,
): Promise<readonly Diagnostic[]> {
  if (source?.desired.expect === undefined) return [];
  const { checkExpectations, TrustGraph, trustWanted } = await import("../../trust/index.ts");
  const { expect, visors, controllers, keyNames } = source.desired;
  const checked = checkExpectations(expect, {
    graph: new TrustGraph(visors.map(trustWanted)),
    controllers,
    nameOf: (key) => keyNames.get(key) ?? key,
  });
  return checked.flatMap(({ text, place, result, rows }) => {
    const failed = rows.filter((row) => row.result === "failed");
    const [first] = failed;
    if (result !== "failed" || first === undefined) return [];
    const more = failed.length === 1 ? "" : `, and ${counted(failed.length - 1, "more visor")}`;
    return {
      code: "manifest/expectation-failed",
      severity: "error",
      message: `expected: ${text}; by this manifest it is not so: ${first.why}${more}`,
      at: place,
      next: "change the lists or the test, whichever is wrong",
    };
  });
}

function goodLine(source: ManifestSource): string {
  const { desired } = source;
  const fields = desired.visors.reduce((count, visor) => count + visor.leaves.size, 0);
  return `Valid: fleet ${desired.fleet}, ${counted(desired.visors.length, "visor")}, ${counted(fields, "owned field", "owned fields")}.\n`;
}
