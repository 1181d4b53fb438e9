// What an adoption comes to: from what visors showed to roles, lists and the rest of each visor.
import { compareTexts, counted, someOf, type VisorKey } from "../../core/index.ts";
import type { DesiredField, SeenVisor } from "../../model/index.ts";
import { freeName } from "../first-manifest.ts";
import { type AdoptSection, type PlanView, type Fact, keysOf, type VisorFacts } from "./facts.ts";
import { factorRoles } from "./factor-roles.ts";
import { keyChecker } from "./fact-collector.ts";
import { readFacts } from "./read-facts.ts";
import { shareLists } from "./share-lists.ts";
import {
  spelledMembers,
  type NamedList,
  type NamedShare,
  nameLists,
  type Spelling,
  spellingOf,
} from "./spelling.ts";
import { writtenBody, type WrittenMap } from "./written.ts";

const SHOWN_PATHS = 3;

/** A visor to adopt, and what it showed. */
interface VisorToAdopt {
  readonly name: string;
  readonly seen: SeenVisor;
}

/** What an adoption is made of. */
export interface AdoptInput {
  readonly visors: readonly VisorToAdopt[];
  readonly sections: ReadonlySet<AdoptSection>;
  /** Write `whitelist: anyone` where a visor shows an empty list; otherwise such lists are left out. */
  readonly open: boolean;
  readonly planView: PlanView;
}

/** What is there already: names that are taken, and what they stand for. */
export interface KnownNames {
  readonly keys: ReadonlyMap<VisorKey, string>;
  /** Names that nothing new may have; names that are given are added. */
  readonly taken: Set<string>;
  readonly lists: readonly NamedList[];
  /** Visors that keep the name they have. */
  readonly named: ReadonlySet<VisorKey>;
  /** Names of keys that no list may use. */
  readonly revoked: ReadonlyMap<VisorKey, string>;
  /** Roles that are there and that fit a visor exactly, and what they own on it. */
  readonly rolesOf: (key: VisorKey) => FittingRoles;
}

/** Roles that say of a visor only what is so. */
export interface FittingRoles {
  readonly roles: readonly string[];
  readonly leaves: ReadonlyMap<string, DesiredField>;
}

/** What is to be written: every name once, what visors share in roles and lists, the rest at the visors. */
export interface Adoption {
  readonly keys: readonly AdoptedKey[];
  readonly whitelists: readonly AdoptedList[];
  readonly roles: readonly AdoptedRole[];
  /** In the order they were given. */
  readonly visors: readonly AdoptedVisor[];
}

/** A key that no adopted visor has. */
export interface AdoptedKey {
  readonly name: string;
  readonly key: VisorKey;
  readonly about: string;
}

/** A named list. */
export interface AdoptedList {
  readonly name: string;
  readonly members: readonly string[];
  readonly about: string;
}

/** A role, why it is there, and what it holds. */
export interface AdoptedRole {
  readonly name: string;
  readonly visors: readonly string[];
  /** How many values it holds. */
  readonly values: number;
  readonly body: WrittenMap;
  readonly about: string;
}

/** A visor. */
export interface AdoptedVisor {
  readonly name: string;
  readonly key: VisorKey;
  readonly roles: readonly string[];
  /** How many values are owned on it, by roles and by itself. */
  readonly owned: number;
  readonly body: WrittenMap;
  /** What was left out and why. */
  readonly notes: readonly string[];
  /** Where its values come from. */
  readonly about: string;
}

/** Nothing is there yet. */
export function emptyNames(): KnownNames {
  const none: FittingRoles = { roles: [], leaves: new Map() };
  return {
    keys: new Map(),
    taken: new Set(["all", "anyone", "closed"]),
    lists: [],
    named: new Set(),
    revoked: new Map(),
    rolesOf: () => none,
  };
}

/**
 * Turns what visors show into what a person would write: facts, then lists that several visors share, then
 * roles, then what is left. Equal inputs give equal results.
 */
export function factorFleet(input: AdoptInput, known: KnownNames): Adoption {
  const keyOf = keyChecker();
  const facts = input.visors.map(({ seen }) =>
    readFacts({ ...input, seen, keyOf, revoked: known.revoked }),
  );
  const shared = shareLists(facts);
  const names = new Map(known.keys);
  for (const { name, seen } of input.visors) {
    if (!known.named.has(seen.key)) names.set(seen.key, freeName(name, known.taken));
  }
  const keys = nameKeys(shared.visors, names, known.taken);
  const newLists = nameLists(shared.lists, known.lists, known.taken);
  const lists: readonly NamedList[] = [...known.lists, ...newLists];
  const spelling = spellingOf(names, lists);
  const left = shared.visors.map((visor) => withoutGiven(visor, known.rolesOf(visor.key)));
  const nameOf = (key: VisorKey): string => names.get(key) ?? key;
  const factored = factorRoles(left, { spelling, taken: known.taken, nameOf });
  const used = usedLists(newLists, factored.spelled, lists);
  return {
    keys,
    whitelists: used.map((list) => ({
      name: list.name,
      members: spelledMembers(list, lists, spelling),
      about: aboutList(list),
    })),
    roles: factored.roles,
    visors: input.visors.map(({ seen }, index) => {
      const fitting = known.rolesOf(seen.key);
      const own = factored.visors[index];
      return {
        name: nameOf(seen.key),
        key: seen.key,
        roles: [...fitting.roles, ...(own?.roles ?? [])],
        owned: shared.visors[index]?.facts.length ?? 0,
        body: writtenBody(own?.facts ?? [], spelling),
        notes: [...(shared.visors[index]?.notes ?? []), ...(own?.notes ?? [])],
        about: aboutVisor(seen),
      };
    }),
  };
}

/** Every key that is written gets a name, so that it stands in the file once. */
function nameKeys(
  visors: readonly VisorFacts[],
  names: Map<VisorKey, string>,
  taken: Set<string>,
): readonly AdoptedKey[] {
  const places = new Map<VisorKey, Set<string>>();
  const holders = new Map<VisorKey, number>();
  for (const { facts } of visors) {
    const here = new Set<VisorKey>();
    for (const fact of facts) {
      for (const key of keysOf(fact)) {
        if (names.has(key)) continue;
        const known = places.get(key) ?? new Set();
        places.set(key, known.add(fact.path));
        here.add(key);
      }
    }
    for (const key of here) holders.set(key, (holders.get(key) ?? 0) + 1);
  }
  return [...places]
    .toSorted(([a], [b]) => compareTexts(a, b))
    .map(([key, paths]) => {
      const name = freeName(`key-${key.slice(2, 8)}`, taken);
      names.set(key, name);
      return {
        name,
        key,
        about: `in ${someOf([...paths].sort(), SHOWN_PATHS)} of ${counted(holders.get(key) ?? 0, "visor")}`,
      };
    });
}

/** What no role that is there says already. */
function withoutGiven(visor: VisorFacts, { leaves: fields }: FittingRoles): VisorFacts {
  return fields.size === 0
    ? visor
    : { ...visor, facts: visor.facts.filter((fact) => !isGiven(fact, fields)) };
}

function isGiven(fact: Fact, fields: ReadonlyMap<string, DesiredField>): boolean {
  const field = fields.get(fact.kind === "port" ? `${fact.path}.open` : fact.path);
  if (field === undefined) return false;
  if (field.kind === "value" || field.exact) return true;
  const members = new Set(field.members.map(({ value }) => value));
  return fact.kind === "keys" && fact.form === "add" && fact.keys.every((key) => members.has(key));
}

/** New lists that something names, directly or through another list. */
function usedLists(
  newLists: readonly NamedShare[],
  spelled: ReadonlySet<string>,
  lists: readonly NamedList[],
): readonly NamedShare[] {
  const spelling: Spelling = spellingOf(new Map(), lists);
  const used = new Set(spelled);
  const bySize = newLists.toSorted((a, b) => b.keys.length - a.keys.length);
  for (const list of bySize) {
    if (!used.has(list.name)) continue;
    for (const member of spelledMembers(list, lists, spelling)) used.add(member);
  }
  return newLists.filter(({ name }) => used.has(name));
}

function aboutList({ shared }: NamedShare): string {
  return `${someOf(shared.paths, SHOWN_PATHS)} of ${counted(shared.visors, "visor")}`;
}

function aboutVisor({ release, atMs, route }: SeenVisor): string {
  const at = new Date(atMs).toISOString().replace(/\.\d+Z$/, "Z");
  const way = route.kind === "local" ? "directly" : `over ${route.scheme}`;
  return `${release.version === "" ? "unknown release" : release.version}, read ${way} ${at}`;
}
