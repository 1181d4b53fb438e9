import { assert, canonicalJson, FleetError, type Json, utf8 } from "../../core/index.ts";
import { loadManifest } from "../../manifest/index.ts";
import type { DesiredFleet } from "../../model/index.ts";
import { keysetOf } from "../../reconcile/index.ts";
import { diagnosticCounts, diagnosticsText } from "../../view/index.ts";
import { textDiff } from "../shell/text-diff.ts";
import type { Given } from "../shell/arguments.ts";
import { errPaint } from "../shell/terminal-look.ts";
import { manifestName } from "../manifest/manifest-source.ts";
import { type ManifestFile, readEditableFile, rewriteFile } from "../manifest/rewrite-manifest.ts";
import type { World } from "../shell/world.ts";

/** A manifest that is to be written; without a difference there is nothing to write. */
export interface ManifestEdit {
  readonly before: ManifestFile;
  readonly text: string;
  readonly desired: DesiredFleet;
  /** As the user named it. */
  readonly file: string;
  /** Empty when the text stays. */
  readonly diff: string;
}

/**
 * Reads the manifest that a change of operators goes into.
 * @throws FleetError cli/usage for standard input, cli/no-file, cli/invalid-manifest (exit 64)
 */
export async function readManifestText(given: Given, world: World): Promise<ManifestFile> {
  return await readEditableFile(manifestName(given, world, undefined), "manifest", world);
}

/**
 * Checks an edited manifest as any other, and that nothing but one operator is another.
 * @throws FleetError cli/invalid-manifest (exit 64) after printing what is wrong
 */
export async function editManifest(
  before: ManifestFile,
  text: string,
  operator: string,
  world: World,
): Promise<ManifestEdit> {
  const { name: file, desired: old } = before.source;
  if (text === before.text) return { before, text, desired: old, file, diff: "" };
  const { desired, diagnostics } = loadManifest(utf8(text), file);
  if (desired === undefined) {
    world.terminal.err(diagnosticsText(diagnostics, errPaint(world)));
    throw new FleetError(
      "cli/invalid-manifest",
      `with this change ${file} would have ${diagnosticCounts(diagnostics)}`,
      { next: "nothing was written; see above, lines count in the changed file", exit: 64 },
    );
  }
  const isSame = restOf(old, operator) === restOf(desired, operator);
  assert(isSame, "an edit of one operator changes nothing else in the keyset");
  return { before, text, desired, file, diff: await textDiff(file, before.text, text) };
}

/**
 * Writes an edited manifest in one step.
 * @throws FleetError cli/changed (exit 5) when somebody else changed it since it was read
 */
export async function writeManifest(
  { before, text, diff }: ManifestEdit,
  world: World,
): Promise<void> {
  if (diff !== "") await rewriteFile(before, utf8(text), world);
}

/** What a manifest says of everybody else, in a form to compare. */
function restOf(desired: DesiredFleet, operator: string): string {
  const { operators, controllers, policy } = keysetOf(desired);
  const others = operators.filter(({ name }) => name !== operator);
  const visors = desired.visors.map(({ name, key }) => [name, key]);
  return canonicalJson({ others, controllers, policy, visors } as unknown as Json);
}
