import { FleetError } from "../../core/index.ts";
import type { DesiredVisor } from "../../model/index.ts";
import type { Given } from "../shell/arguments.ts";
import { readManifestAt } from "../git/manifest-at.ts";
import { manifestName, type ManifestSource, readManifest } from "../manifest/manifest-source.ts";
import { overridesOf } from "../shell/overrides.ts";
import type { World } from "../shell/world.ts";

const EXPIRES_AFTER_MS = 60 * 60 * 1_000;

/**
 * The manifest that a plan is asked of: the file, or what a commit has of it.
 * @throws FleetError cli/no-commit, cli/not-in-commit, cli/no-file, cli/invalid-manifest (exit 64)
 */
export async function plannedManifest(given: Given, world: World): Promise<ManifestSource> {
  const name = manifestName(given, world, given.words[0]);
  const ref = given.text("at");
  if (ref === undefined) return await readManifest(name, world);
  return (await readManifestAt(name, ref, world)).source;
}

/** Visors that must exist because an option names them. */
export function checkedOverrides(
  given: Given,
  source: ManifestSource,
): ReturnType<typeof overridesOf> {
  const overrides = overridesOf(given);
  const isKnown = (name: string): boolean =>
    source.desired.visors.some((visor: DesiredVisor) => visor.name === name);
  const unknown = overrides.allowTrustLoss.find((name) => !isKnown(name));
  if (unknown === undefined) return overrides;
  throw new FleetError("cli/usage", `--allow-trust-loss ${unknown}: no visor of this name`, {
    next: "give the name that the refusal shows",
    exit: 64,
  });
}

/** How long a plan may be applied. */
export function expiresAfterMs(given: Given): number {
  return given.durationMs("expires") ?? EXPIRES_AFTER_MS;
}
