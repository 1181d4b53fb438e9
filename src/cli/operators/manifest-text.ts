// An edited manifest, checked to differ in the one operator that is meant and in no other.
import { assert, canonicalJson, FleetError, type Json, utf8 } from "../../core/index.ts";
import { loadManifest } from "../../manifest/index.ts";
import type { DesiredFleet } from "../../model/index.ts";
import { keysetOf } from "../../reconcile/index.ts";
import { diagnosticCounts, diagnosticsText } from "../../view/index.ts";
import { errPaint } from "../shell/screen.ts";
import { type ManifestFile, type NewText, withText } from "../manifest/rewrite-manifest.ts";
import type { World } from "../shell/world.ts";

/** A manifest with one operator changed. */
export interface OperatorEdit extends NewText {
  readonly desired: DesiredFleet;
}

/**
 * Checks an edited manifest as any other, and that nothing but one operator is another.
 * @throws FleetError cli/invalid-manifest (exit 64) after printing what is wrong
 */
export async function editOperator(
  read: ManifestFile,
  text: string,
  operator: string,
  world: World,
): Promise<OperatorEdit> {
  const { name: file, desired: old } = read.source;
  const changed = await withText(read, text);
  if (changed.diff === "") return { ...changed, desired: old };
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
  return { ...changed, desired };
}

/** What a manifest says of everybody else, in a form to compare. */
function restOf(desired: DesiredFleet, operator: string): string {
  const { operators, controllers, policy } = keysetOf(desired);
  const others = operators.filter(({ name }) => name !== operator);
  const visors = desired.visors.map(({ name, key }) => [name, key]);
  return canonicalJson({ others, controllers, policy, visors } as unknown as Json);
}
