import { type Diagnostic, type Digest, sha256, toHex } from "../core/index.ts";
import type { DesiredFleet } from "../model/index.ts";
import { parseManifest } from "./parse-manifest.ts";
import { resolveManifest } from "./resolve-manifest.ts";
import { decodeManifest } from "./source.ts";

/**
 * Reads a manifest: bytes to the desired fleet. `desired` is absent when anything is wrong;
 * `diagnostics` then holds every error of the file, in the order of its lines.
 */
export function loadManifest(
  bytes: Uint8Array,
  file: string,
): { readonly desired?: DesiredFleet; readonly diagnostics: readonly Diagnostic[] } {
  const decoded = decodeManifest(bytes, file);
  if ("diagnostic" in decoded) return { diagnostics: [decoded.diagnostic] };
  const parsed = parseManifest(decoded.text, file);
  if (parsed.manifest === undefined) return { diagnostics: inOrder(parsed.diagnostics) };
  const resolved = resolveManifest(parsed.manifest);
  const diagnostics = inOrder([...parsed.diagnostics, ...resolved.diagnostics]);
  if (resolved.desired === undefined) return { diagnostics };
  const manifestDigest: Digest = `sha256:${toHex(sha256(bytes))}`;
  return { desired: { ...resolved.desired, manifestDigest }, diagnostics };
}

function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const position = ({ at }: Diagnostic): number =>
    at === undefined ? 0 : at.line * 1e6 + at.column;
  return [...diagnostics].sort((a, b) => position(a) - position(b));
}
