// The apps that a manifest can mean.
import { BUILT_IN_APPS } from "../model/index.ts";
import { parseManifest } from "./parse-manifest.ts";

/**
 * The apps that a manifest can mean without saying more: those that visors have by themselves, and every app that a
 * role or a visor of the manifest names. In alphabetical order.
 */
export function knownApps(text: string, file: string): readonly string[] {
  const { manifest } = parseManifest(text, file);
  const bodies = [...(manifest?.roles.values() ?? []), ...(manifest?.visors.values() ?? [])];
  const named = bodies.flatMap(({ body }) => [...body.apps.keys()]);
  return [...new Set([...BUILT_IN_APPS, ...named])].toSorted();
}
