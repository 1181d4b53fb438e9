// Which values may be left alone for a time, and which may not.
import { type Diagnostic, suggestion } from "../core/index.ts";
import { type DesiredLeaf, settingAt, isTrustField } from "../model/index.ts";
import type { WrittenVisor } from "./manifest.ts";

/**
 * Refuses what cannot be ignored: a path that the manifest does not own on the visor, since a slip there would be found
 * by nobody, and everything that decides who manages the visor.
 */
export function checkIgnores(
  { name, ignores = [] }: WrittenVisor,
  leaves: ReadonlyMap<string, DesiredLeaf>,
  report: (diagnostic: Diagnostic) => void,
): void {
  for (const { path, place } of ignores) {
    const refused = { severity: "error", at: place, text: path } as const;
    if (concernsTrust(path)) {
      report({
        code: "manifest/ignored-trust",
        message: `${path} of ${JSON.stringify(name)} decides who manages the visor, and that is never ignored`,
        ...refused,
        next: `take the line out; \`fleet adopt ${name}/${path}\` takes over what is on the visor`,
      });
    } else if (!leaves.has(path)) {
      report({
        code: "manifest/ignored-nothing",
        message: `the manifest says nothing of ${path} on ${JSON.stringify(name)}, so there is nothing to ignore`,
        ...refused,
        next: suggestion(path, leaves.keys(), "take the line out: what is not owned is left alone"),
      });
    }
  }
}

/** True for the trust lists, and for settings of which a wrong value hands the visor over. */
export function concernsTrust(path: string): boolean {
  if (isTrustField(path)) return true;
  const [, setting] = /^settings\.(.+)$/.exec(path) ?? [];
  return setting !== undefined && settingAt(setting)?.risk === "trust";
}
