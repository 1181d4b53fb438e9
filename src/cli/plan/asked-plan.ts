// The manifest that a plan is asked of, and what must be true of the request in it.
import { usage } from "../shell/usage.ts";
import type { DesiredVisor, Overrides } from "../../model/index.ts";
import { readManifestAt } from "../git/manifest-at.ts";
import { type ManifestSource, readManifest } from "../manifest/manifest-source.ts";
import type { World } from "../shell/world.ts";
import type { PlanRequest } from "./plan-request.ts";

/**
 * The manifest that a plan is asked of: the file, or what a commit has of it.
 * @throws FleetError cli/no-commit, cli/not-in-commit, cli/no-file, cli/invalid-manifest (exit 64)
 */
export async function plannedManifest(
  { manifest, at }: Pick<PlanRequest, "manifest" | "at">,
  world: World,
): Promise<ManifestSource> {
  if (at === undefined) return await readManifest(manifest, world);
  return (await readManifestAt(manifest, at, world)).source;
}

/** Visors that must exist because an option names them. */
export function checkedOverrides(overrides: Overrides, source: ManifestSource): Overrides {
  const isKnown = (name: string): boolean =>
    source.desired.visors.some((visor: DesiredVisor) => visor.name === name);
  const unknown = overrides.allowTrustLoss.find((name) => !isKnown(name));
  if (unknown === undefined) return overrides;
  throw usage(
    `--allow-trust-loss ${unknown}: no visor of this name`,
    "give the name that the refusal shows",
  );
}
