// How lists of keys are spelled in an adoption: by the names of lists and of keys.
import { isTrustField } from "../../model/index.ts";
import { compareTexts, type VisorKey } from "../../core/index.ts";
import { freeName } from "../first-manifest.ts";
import { listId, type SharedList } from "./share-lists.ts";

/** A named list of keys. */
export interface NamedList {
  readonly name: string;
  /** Sorted. */
  readonly keys: readonly VisorKey[];
}

/** Names for lists that are worth one, in the order they are written. */
export interface NamedShare extends NamedList {
  readonly shared: SharedList;
}

/** How keys and lists are written. */
export interface Spelling {
  readonly key: (key: VisorKey) => string;
  /** The members of a list, as few words as the named lists allow. */
  readonly list: (keys: readonly VisorKey[]) => readonly string[];
}

/** Names the lists that visors share; those whose like is known already keep that name. */
export function nameLists(
  lists: readonly SharedList[],
  known: readonly NamedList[],
  taken: Set<string>,
): readonly NamedShare[] {
  const ids = new Set(known.map(({ keys }) => listId(keys)));
  return lists
    .filter(({ keys }) => !ids.has(listId(keys)))
    .toSorted((a, b) => LIST_NAMES.indexOf(wantedName(a)) - LIST_NAMES.indexOf(wantedName(b)))
    .map((shared) => ({ name: freeName(wantedName(shared), taken), keys: shared.keys, shared }));
}

const LIST_NAMES = ["admins", "guests", "watchers"];

function wantedName({ paths: [path = ""] }: SharedList): string {
  if (isTrustField(path)) return "admins";
  return path === "survey" ? "watchers" : "guests";
}

/**
 * Spells keys by their names and lists by named lists: a list that has a name is that name, a list that
 * holds a named one is its name and the rest.
 */
export function spellingOf(
  names: ReadonlyMap<VisorKey, string>,
  lists: readonly NamedList[],
): Spelling {
  const byId = new Map(lists.map((list) => [listId(list.keys), list.name]));
  const bySize = lists
    .filter(({ keys }) => keys.length > 1)
    .toSorted((a, b) => b.keys.length - a.keys.length || compareTexts(a.name, b.name));
  const key = (one: VisorKey): string => names.get(one) ?? one;
  return {
    key,
    list: (keys) => {
      const name = byId.get(listId(keys));
      return name === undefined ? composed(keys, bySize, key) : [name];
    },
  };
}

/** The members of a named list itself, which may use smaller ones. */
export function spelledMembers(
  list: NamedList,
  lists: readonly NamedList[],
  spelling: Spelling,
): readonly string[] {
  const smaller = lists
    .filter(({ keys }) => keys.length > 1 && keys.length < list.keys.length)
    .toSorted((a, b) => b.keys.length - a.keys.length || compareTexts(a.name, b.name));
  return composed(list.keys, smaller, spelling.key);
}

function composed(
  keys: readonly VisorKey[],
  lists: readonly NamedList[],
  spell: (key: VisorKey) => string,
): readonly string[] {
  const rest = new Set(keys);
  const used: string[] = [];
  for (const { name, keys: part } of lists) {
    if (part.length > rest.size || !part.every((key) => rest.has(key))) continue;
    used.push(name);
    for (const key of part) rest.delete(key);
  }
  return [...used, ...[...rest].map(spell).toSorted()];
}
