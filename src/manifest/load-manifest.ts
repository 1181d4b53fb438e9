// From the bytes of a manifest to the desired fleet, or to what is wrong with it.
import { checkVisorKey, type Diagnostic, type Digest, digestOfBytes } from "../core/index.ts";
import type { DesiredFleet, TrustedManifest } from "../model/index.ts";
import { keysetPart } from "./keyset-part.ts";
import { withSlips } from "./likely-slips.ts";
import { parseManifest } from "./parse-manifest.ts";
import { resolveManifest } from "./resolve-manifest.ts";
import { withLines } from "./shown-line.ts";
import { decodeManifest, makeSource, type MapTree } from "./source.ts";

interface LoadedManifest {
  readonly desired?: DesiredFleet;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a manifest: bytes to the desired fleet. `desired` is absent when anything is wrong;
 * `diagnostics` then holds every error of the file, in the order of its lines.
 */
export function loadManifest(bytes: Uint8Array, file: string): LoadedManifest {
  return load(bytes, file, (root) => root);
}

/**
 * Reads only who may do what: operators, controllers and policy. `trusted` is absent when anything is wrong with
 * them, with the file as YAML, or with a section that this release does not know. Roles, whitelists and what visors
 * want are not judged, so that a manifest with a mistake there can still say who may mend it.
 */
export function loadKeyset(
  bytes: Uint8Array,
  file: string,
): { readonly trusted?: TrustedManifest; readonly diagnostics: readonly Diagnostic[] } {
  const { desired, diagnostics } = load(bytes, file, keysetPart);
  if (desired === undefined) return { diagnostics };
  const { fleet, manifestDigest, operators, controllers, policy } = desired;
  return { trusted: { fleet, manifestDigest, operators, controllers, policy }, diagnostics };
}

/**
 * Every key that a manifest names: visors, entries of `keys`, and keys in lists and fields, each with its name where it
 * has one. Of a file that is no manifest nothing is named; what is wrong in one that is does no harm.
 */
export function keysNamedIn(
  bytes: Uint8Array,
  file: string,
): ReadonlyMap<string, string | undefined> {
  const decoded = decodeManifest(bytes, file);
  const manifest = "text" in decoded ? parseManifest(decoded.text, file).manifest : undefined;
  const named = new Map<string, string | undefined>();
  if (manifest === undefined) return named;
  for (const [name, { key }] of [...manifest.visors, ...manifest.keys])
    if (key !== undefined) named.set(key, name);
  const put = (text: unknown): void => {
    const checked = typeof text === "string" ? checkVisorKey(text) : undefined;
    if (checked !== undefined && "key" in checked && !named.has(checked.key))
      named.set(checked.key, undefined);
  };
  for (const { text } of manifest.controllers) put(text);
  for (const { members } of manifest.whitelists.values()) for (const { text } of members) put(text);
  for (const { body } of [...manifest.roles.values(), ...manifest.visors.values()]) {
    for (const written of body.written.values()) {
      if (written.kind === "value") put(written.value);
      else for (const { text } of [...(written.exact ?? []), ...written.add]) put(text);
    }
  }
  return named;
}

function load(bytes: Uint8Array, file: string, partOf: (root: MapTree) => MapTree): LoadedManifest {
  const decoded = decodeManifest(bytes, file);
  if ("diagnostic" in decoded) return { diagnostics: [decoded.diagnostic] };
  const parsed = parseManifest(decoded.text, file, partOf);
  const shown = (found: readonly Diagnostic[]): readonly Diagnostic[] => {
    if (found.length === 0) return found;
    const source = makeSource(decoded.text, file);
    return withLines(inOrder(withSlips(inOrder(found), source)), source);
  };
  if (parsed.manifest === undefined) return { diagnostics: shown(parsed.diagnostics) };
  const resolved = resolveManifest(parsed.manifest);
  const diagnostics = shown([...parsed.diagnostics, ...resolved.diagnostics]);
  if (resolved.desired === undefined) return { diagnostics };
  const manifestDigest: Digest = digestOfBytes(bytes);
  return { desired: { ...resolved.desired, manifestDigest }, diagnostics };
}

function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const position = ({ at }: Diagnostic): number =>
    at === undefined ? 0 : at.line * 1e6 + at.column;
  return [...diagnostics].sort((a, b) => position(a) - position(b));
}
