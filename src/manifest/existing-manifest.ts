// A good manifest that is to be edited: its text, and what it comes to.
import type { Diagnostic } from "../core/index.ts";
import type { DesiredFleet } from "../model/index.ts";
import type { Manifest } from "./manifest.ts";
import { parseManifest } from "./parse-manifest.ts";
import { resolveManifest } from "./resolve-manifest.ts";

/** A good manifest that is edited: as it was written, and what it comes to. */
export interface ExistingManifest {
  readonly manifest: Manifest;
  readonly desired: DesiredFleet;
}

/** Parses and resolves; what is wrong comes back instead. */
export function readExisting(
  text: string,
  file: string,
): ExistingManifest | { readonly diagnostics: readonly Diagnostic[] } {
  const parsed = parseManifest(text, file);
  if (parsed.manifest === undefined) return { diagnostics: parsed.diagnostics };
  const resolved = resolveManifest(parsed.manifest);
  if (resolved.desired === undefined) {
    return { diagnostics: [...parsed.diagnostics, ...resolved.diagnostics] };
  }
  return { manifest: parsed.manifest, desired: resolved.desired };
}
