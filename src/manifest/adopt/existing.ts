// What a manifest has already that an adoption can use: names, lists and roles.
import type { VisorKey } from "../../core/index.ts";
import type { DesiredVisor } from "../../model/index.ts";
import type { ExistingManifest } from "../existing-manifest.ts";
import { indexNames } from "../index-names.ts";
import type { WrittenFields, Manifest, WrittenWord, WrittenVisor } from "../manifest.ts";
import { MemberResolver } from "../members.ts";
import { resolveManifest } from "../resolve-manifest.ts";
import type { AdoptInput, FittingRoles, KnownNames } from "./adoption.ts";
import type { AdoptSection } from "./facts.ts";
import type { NamedList } from "./spelling.ts";

const PLAIN_MEMBER = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const NOWHERE = { file: "", line: 1, column: 1 };
const NOTHING: WrittenFields = { written: new Map(), apps: new Map(), ports: new Map() };
const NO_ROLES: FittingRoles = { roles: [], leaves: new Map() };

/** The names and lists of a manifest, and which of its roles fit the visors to adopt. */
export function knownNames(
  existing: ExistingManifest,
  input: AdoptInput,
  options: { readonly useRoles: boolean },
): KnownNames {
  const { manifest } = existing;
  const keys = new Map<VisorKey, string>();
  for (const [name, { key }] of manifest.keys) if (key !== undefined) keys.set(key, name);
  for (const { name, key } of manifest.visors.values()) if (key !== undefined) keys.set(key, name);
  const fitting = options.useRoles
    ? fittingRoles(existing, input)
    : new Map<VisorKey, FittingRoles>();
  return {
    keys,
    taken: takenNames(manifest),
    lists: listsOf(manifest),
    named: new Set(keys.keys()),
    revoked: new Map(
      [...manifest.keys].flatMap(([name, { key, revoked }]) =>
        key === undefined || revoked !== true ? [] : [[key, name] as const],
      ),
    ),
    rolesOf: (key) => fitting.get(key) ?? NO_ROLES,
  };
}

function takenNames(manifest: Manifest): Set<string> {
  return new Set([
    "all",
    "anyone",
    "closed",
    ...manifest.visors.keys(),
    ...manifest.keys.keys(),
    ...manifest.whitelists.keys(),
    ...manifest.roles.keys(),
    ...[...manifest.visors.values()].flatMap(({ tags }) => tags.map(({ text }) => text)),
  ]);
}

/** Lists whose members are named one by one. What a selection chooses today it may not choose tomorrow. */
function listsOf(manifest: Manifest): readonly NamedList[] {
  const report = (): void => undefined;
  const resolver = new MemberResolver(indexNames(manifest, report), report);
  const isNamed = (list: string): boolean => {
    const members = manifest.whitelists.get(list)?.members ?? [];
    return members.every(({ text }) =>
      manifest.whitelists.has(text) ? isNamed(text) : PLAIN_MEMBER.test(text) && text !== "all",
    );
  };
  const named = [...manifest.whitelists.values()].filter(({ name }) => isNamed(name));
  return named.map(({ name, place }) => ({
    name,
    keys: resolver
      .resolve([{ text: name, place }], undefined)
      .elements.map(({ value }) => value as VisorKey),
  }));
}

/** For each visor the roles that say only what is so, as few as own the most. */
function fittingRoles(
  existing: ExistingManifest,
  input: AdoptInput,
): ReadonlyMap<VisorKey, FittingRoles> {
  const fitting = new Map<VisorKey, FittingRoles[]>();
  for (const role of existing.manifest.roles.keys()) {
    const trial = resolveManifest(withRole(existing.manifest, input, role)).desired;
    const byKey = new Map(trial?.visors.map((visor) => [visor.key, visor]));
    for (const { seen } of input.visors) {
      const desired = byKey.get(seen.key);
      if (desired === undefined || !isWanted(desired, input)) continue;
      if (!input.planView.isInSync(desired, seen)) continue;
      const known = fitting.get(seen.key) ?? [];
      fitting.set(seen.key, known);
      known.push({ roles: [role], leaves: desired.leaves });
    }
  }
  return new Map([...fitting].map(([key, roles]) => [key, fewest(roles)]));
}

/** The manifest in which every visor to adopt has this role and nothing else. */
function withRole(manifest: Manifest, input: AdoptInput, role: string): Manifest {
  const visors = new Map(manifest.visors);
  const adopted = new Set<string>(input.visors.map(({ seen }) => seen.key));
  const names = new Map([...visors.values()].map(({ name, key }) => [key, name]));
  for (const [index, { seen }] of input.visors.entries()) {
    // A name with a space can be in nobody's way.
    const name = names.get(seen.key) ?? `adopted ${index}`;
    const word: WrittenWord = { text: role, place: NOWHERE };
    const known: Partial<WrittenVisor> = visors.get(name) ?? {};
    visors.set(name, {
      tags: [],
      ...known,
      name,
      place: NOWHERE,
      key: seen.key,
      roles: [word],
      body: NOTHING,
    });
  }
  const keys = new Map(
    [...manifest.keys].filter(([, { key }]) => key === undefined || !adopted.has(key)),
  );
  // The name of a moved key goes on standing for it.
  for (const [name, { key, place }] of manifest.keys) {
    if (key === undefined || !adopted.has(key)) continue;
    const moved = [...visors.values()].find((visor) => visor.key === key);
    if (moved === undefined) continue;
    visors.delete(moved.name);
    visors.set(name, { ...moved, name, place });
  }
  return { ...manifest, visors, keys };
}

/** Only what was asked for is owned, and nothing is left open that was not allowed to be. */
function isWanted({ leaves: fields }: DesiredVisor, { sections, open }: AdoptInput): boolean {
  if (fields.size === 0) return false;
  return [...fields.values()].every((field) => {
    const isOpen = field.kind === "set" && field.anyone === true;
    return sections.has(sectionOf(field.path)) && (open || !isOpen);
  });
}

function sectionOf(path: string): AdoptSection {
  const [first = ""] = path.split(".");
  return first === "reward_address" ? "reward" : (first as AdoptSection);
}

function fewest(roles: readonly FittingRoles[]): FittingRoles {
  const chosen: string[] = [];
  const fields = new Map<
    string,
    FittingRoles["leaves"] extends ReadonlyMap<string, infer L> ? L : never
  >();
  const left = roles.toSorted((a, b) => b.leaves.size - a.leaves.size);
  for (const { roles: names, leaves: own } of left) {
    if ([...own.keys()].every((path) => fields.has(path))) continue;
    chosen.push(...names);
    for (const [path, field] of own) {
      const known = fields.get(path);
      const isWeaker = field.kind === "set" && !field.exact;
      if (known === undefined || !isWeaker) fields.set(path, field);
    }
  }
  return { roles: chosen, leaves: fields };
}
