// What an earlier manifest wants of visors, by the operators, controllers and policy of the one in force.
import { compareTexts } from "../../core/index.ts";
import type { DesiredFleet, DesiredIgnore, DesiredVisor } from "../../model/index.ts";

/**
 * Joins two manifests of a fleet: visors and their values are those of then; who may do what, the guards' limits, the
 * ledger and what is left alone for a while are those of now.
 */
export function byManifestInForce(then: DesiredFleet, now: DesiredFleet): DesiredFleet {
  const ignores = new Map(now.visors.map((visor) => [visor.key, visor.ignores ?? []]));
  return {
    ...now,
    file: then.file,
    manifestDigest: then.manifestDigest,
    visors: then.visors.map((visor) => withIgnores(visor, ignores.get(visor.key) ?? [])),
    keyNames: new Map([...then.keyNames, ...now.keyNames]),
  };
}

/** A value that the manifest in force leaves alone stays as it is, whatever it was then. */
function withIgnores(visor: DesiredVisor, ignores: readonly DesiredIgnore[]): DesiredVisor {
  const owned = ignores.filter(({ path }) => visor.leaves.has(path));
  const paths = new Set(owned.map(({ path }) => path));
  const all = [...owned, ...(visor.ignores ?? []).filter(({ path }) => !paths.has(path))];
  if (all.length === 0) return visor;
  return { ...visor, ignores: all.toSorted((left, right) => compareTexts(left.path, right.path)) };
}
