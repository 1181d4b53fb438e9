// From the bytes of a manifest to one complete record of each visor, or to what is wrong with it.
import {
  checkVisorKey,
  compareTexts,
  defined,
  type Diagnostic,
  type Digest,
  digestOfBytes,
  type VisorKey,
} from "../core/index.ts";
import type {
  DesiredFleet,
  DesiredField,
  DesiredOperator,
  DesiredVisor,
  TrustedManifest,
} from "../model/index.ts";
import { checkApp } from "./app-rules.ts";
import { checkProxies } from "./check-requirements.ts";
import { checkIgnores } from "./check-values.ts";
import { resolveExpectations } from "./expect.ts";
import { indexNames, type ManifestNames } from "./index-names.ts";
import { keysetPart } from "./keyset-part.ts";
import type { Layer, Merging } from "./layers.ts";
import { withSlips } from "./likely-slips.ts";
import type { Manifest, Written } from "./manifest.ts";
import { MemberResolver } from "./members.ts";
import { parseManifest } from "./parse-manifest.ts";
import { mergeLayers, namedIn } from "./resolve-fields.ts";
import { withLines } from "./shown-line.ts";
import { decodeManifest, makeSource, type MapTree } from "./source.ts";
import { resolveWatch } from "./watch.ts";

// From the bytes of a manifest to the desired fleet, or to what is wrong with it.

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

// From the written manifest to one complete record of each visor.

/** What resolving gives; `desired` is absent when anything is wrong. */
export interface ResolvedManifest {
  readonly desired?: DesiredFleet;
  readonly diagnostics: readonly Diagnostic[];
}

/** Mistakes that cannot be told from a section that could not be read. */
const NEEDS_NAMES: ReadonlySet<string> = new Set([
  "manifest/selects-nothing",
  "manifest/unknown-name",
  "manifest/unknown-role",
  "selection/unknown-name",
]);

/**
 * Resolves names, roles and lists into one complete record a visor, each value with its origin.
 * Never throws; everything that is wrong is reported. Time grows with visors times owned fields.
 */
export function resolveManifest(manifest: Manifest): ResolvedManifest {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  // A role's mistake shows at every visor that has the role; it is one mistake.
  const report = (diagnostic: Diagnostic): void => {
    const { at, code, message } = diagnostic;
    if (manifest.isNameLost === true && NEEDS_NAMES.has(code)) return;
    const id = `${code} ${at?.line}:${at?.column} ${message}`;
    if (seen.has(id)) return;
    seen.add(id);
    diagnostics.push(diagnostic);
  };
  const names = indexNames(manifest, report);
  const members = new MemberResolver(names, report);
  checkUnusedRoles(manifest, members);
  const controllers = resolveControllers(manifest, members);
  const visors: DesiredVisor[] = [];
  const shared = new Map<Written, DesiredField>();
  for (const visor of manifest.visors.values()) {
    if (members.exhausted) break;
    const resolved = resolveVisor(names, { visor, key: visor.key, members, shared, report });
    if (resolved !== undefined) visors.push(resolved);
  }
  const watch =
    manifest.watch === undefined ? undefined : resolveWatch(manifest.watch, names, report);
  const expect = resolveExpectations(manifest.expect, names, members, report);
  if (manifest.incomplete || diagnostics.length > 0) return { diagnostics };
  visors.sort((a, b) => compareTexts(a.key, b.key));
  const desired: DesiredFleet = {
    fleet: manifest.fleet,
    file: manifest.file,
    manifestDigest: manifest.digest,
    operators: sortedOperators(manifest),
    controllers,
    policy: manifest.policy,
    ...defined({ policyPlace: manifest.policyPlace }),
    ledger: { ...manifest.ledger, relays: manifest.ledger.relays.toSorted() },
    ...defined({ watch }),
    ...(expect.length === 0 ? {} : { expect }),
    rules: manifest.rules,
    visors,
    keyNames: keyNamesOf(manifest),
    ...revokedOf(manifest),
  };
  return { desired, diagnostics };
}

/** Names in lists of roles that no visor has are looked up too, so that a mistake shows before use. */
function checkUnusedRoles(manifest: Manifest, members: MemberResolver): void {
  for (const role of manifest.roles.values()) {
    for (const written of role.body.written.values()) {
      if (written.kind !== "list") continue;
      for (const words of [written.exact ?? [], written.add]) {
        if (words.length > 0) members.resolve(words, role.name);
      }
      if (written.remove.length > 0) members.resolveGone(written.remove, role.name);
    }
  }
}

function sortedOperators(manifest: Manifest): readonly DesiredOperator[] {
  return manifest.operators
    .map(({ feed, git, ...operator }) => ({
      ...operator,
      ...defined({ feed: feed?.key }),
      ...(git.length === 0 ? {} : { git: git.map(({ key }) => key).toSorted() }),
    }))
    .sort((a, b) => compareTexts(a.name, b.name));
}

function resolveControllers(manifest: Manifest, members: MemberResolver): readonly VisorKey[] {
  const keys = manifest.controllers.flatMap((word) =>
    members.resolveOne(word).elements.map((element) => element.value as VisorKey),
  );
  return [...new Set(keys)].sort();
}

function keyNamesOf(manifest: Manifest): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [name, { key }] of manifest.keys) if (key !== undefined) names.set(key, name);
  for (const { name, key } of manifest.visors.values()) if (key !== undefined) names.set(key, name);
  return names;
}

function revokedOf({ keys }: Manifest): Pick<DesiredFleet, "revoked"> {
  const revoked = [...keys].flatMap(([name, { key, place, revoked: isRevoked }]) =>
    key === undefined || isRevoked !== true ? [] : [[key, { name, place }] as const],
  );
  return revoked.length === 0 ? {} : { revoked: new Map(revoked) };
}

function resolveVisor(names: ManifestNames, merging: Merging): DesiredVisor | undefined {
  const { visor } = merging;
  const roles = names.rolesOf(visor.roles);
  const layers: readonly Layer[] = [
    ...roles.map((role) => ({ role: role.name, body: role.body })),
    { body: visor.body },
  ];
  const fields = mergeLayers(merging, layers);
  for (const app of namedIn(layers, "apps").keys()) checkApp(app, fields, merging.report);
  checkProxies(fields, merging.report);
  const { ignores } = visor;
  checkIgnores(visor, fields, merging.report);
  if (visor.key === undefined) return undefined;
  return {
    key: visor.key,
    name: visor.name,
    tags: [...new Set(visor.tags.map((tag) => tag.text))],
    roles: roles.map((role) => role.name),
    ...defined({ rpc: visor.rpc }),
    place: visor.place,
    leaves: new Map([...fields].sort(([a], [b]) => compareTexts(a, b))),
    ...defined({ ignores }),
  };
}
