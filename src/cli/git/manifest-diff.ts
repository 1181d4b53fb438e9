// `fleet diff --manifest`: what the manifests of two commits want differently.
import { usage } from "../shell/usage.ts";
import type { ExitCode } from "../../core/index.ts";
import { DEFAULT_MANIFEST } from "../../model/index.ts";
import { manifestDiffDocument, manifestDiffText } from "../../view/index.ts";
import type { Given } from "../shell/arguments.ts";
import { outPaint } from "../shell/screen.ts";
import { manifestOfEnvironment } from "../shell/kept-files.ts";
import { printJson } from "../shell/print.ts";
import type { World } from "../shell/world.ts";
import { readManifestAt } from "./manifest-at.ts";

/** The two commits whose manifests are compared. */
export interface ManifestDiffRequest {
  readonly from: string;
  readonly to: string;
  /** The manifest: the usual one, since its option names a commit. */
  readonly manifest: string;
  readonly isJson: boolean;
}

/**
 * Reads `fleet diff --manifest FROM TO`; `undefined` when two recorded moments are asked for, which are two words by
 * themselves.
 * @throws FleetError cli/usage (exit 64)
 */
export function manifestDiffRequestOf(given: Given, world: World): ManifestDiffRequest | undefined {
  const [to, ...more] = given.words;
  if (to === undefined || more.length > 0) return undefined;
  const from = given.text("manifest");
  const usual = manifestOfEnvironment(world);
  if (from !== undefined && from !== usual) {
    return { from, to, manifest: usual ?? DEFAULT_MANIFEST, isJson: given.flag("json") };
  }
  throw usage(
    "missing the second of two moments",
    "give FROM and TO, or `--manifest COMMIT1 COMMIT2` for the manifests of two commits",
  );
}

/**
 * Shows what the manifests of two commits come to differently.
 * @throws FleetError cli/no-commit, cli/not-in-commit, cli/invalid-manifest (exit 64)
 */
export async function diffManifests(
  { from, to, manifest: name, isJson }: ManifestDiffRequest,
  world: World,
): Promise<ExitCode> {
  const { diffFleets } = await import("../manifest/manifest-room.ts");
  const before = await readManifestAt(name, from, world);
  const after = await readManifestAt(name, to, world);
  const document = {
    path: name,
    from: { text: from, commit: before.commit },
    to: { text: to, commit: after.commit },
    difference: diffFleets(before.source.desired, after.source.desired),
  };
  const names = new Map([...before.source.desired.keyNames, ...after.source.desired.keyNames]);
  if (isJson) printJson(world, manifestDiffDocument(document));
  else world.terminal.out(manifestDiffText(document, names, outPaint(world)));
  return 0;
}
