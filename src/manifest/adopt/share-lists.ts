// Lists of keys that stand in several places, and those that are worth a name.
import { isTrustField } from "../../model/index.ts";
import { compareTexts, type VisorKey } from "../../core/index.ts";
import { type Fact, type KeysFact, readListOf, type VisorFacts } from "./facts.ts";

/** A list of keys that stands in several places. */
export interface SharedList {
  /** Sorted. */
  readonly keys: readonly VisorKey[];
  /** On how many visors. */
  readonly visors: number;
  /** Where it is written, such as `trust.pty`, the most frequent first. */
  readonly paths: readonly string[];
}

/** Facts whose lists agree wherever they mean the same, and the lists worth a name. */
export interface SharedFacts {
  readonly visors: readonly VisorFacts[];
  readonly lists: readonly SharedList[];
}

/** A list that visors have empty unless somebody filled it: that it is left out is told of none. */
const USUALLY_EMPTY = "trust.dmsgscp";
/** A list that one visor alone uses gets a name from this size on. */
const LONG_LIST = 4;

/**
 * Makes lists that mean the same the same. A visor never stands in its own lists, so a list with and without
 * its own key is one list to it: of the two forms the one that more visors have is taken. An empty list that
 * no other visor gives a form to is left out.
 */
export function shareLists(visors: readonly VisorFacts[]): SharedFacts {
  const holders = countHolders(visors);
  const shared = visors.map((visor) => withCommonForms(visor, holders));
  return { visors: shared, lists: sharedLists(shared) };
}

/** One text for one set of keys. */
export function listId(keys: readonly VisorKey[]): string {
  return keys.join(",");
}

function withOwnKey(keys: readonly VisorKey[], own: VisorKey): readonly VisorKey[] {
  return [...keys, own].sort();
}

/** How many visors have a list in either form. */
function countHolders(visors: readonly VisorFacts[]): ReadonlyMap<string, number> {
  const holders = new Map<string, number>();
  for (const { key, facts } of visors) {
    const forms = new Set<string>();
    for (const fact of facts) {
      const keys = exactList(fact);
      if (keys === undefined) continue;
      forms.add(listId(keys));
      forms.add(listId(withOwnKey(keys, key)));
    }
    for (const form of forms) holders.set(form, (holders.get(form) ?? 0) + 1);
  }
  return holders;
}

function exactList(fact: Fact): readonly VisorKey[] | undefined {
  return fact.kind === "keys" && fact.form === "add" ? undefined : readListOf(fact);
}

function withCommonForms(visor: VisorFacts, holders: ReadonlyMap<string, number>): VisorFacts {
  const notes = [...visor.notes];
  const facts = visor.facts.flatMap((fact): readonly Fact[] => {
    const keys = exactList(fact);
    if (keys === undefined || (fact.kind === "port" && fact.whitelist === "anyone")) return [fact];
    const count = (list: readonly VisorKey[]): number => holders.get(listId(list)) ?? 0;
    const longer = withOwnKey(keys, visor.key);
    if (keys.length === 0) {
      if (count(longer) > 1) return [withKeys(fact, longer)];
      if (fact.path !== USUALLY_EMPTY)
        notes.push(
          `${fact.path} is left out: nobody stands in it, and a manifest has no empty lists`,
        );
      return [];
    }
    return [count(longer) > count(keys) ? withKeys(fact, longer) : fact];
  });
  return { ...visor, facts, notes };
}

function withKeys(fact: Fact, keys: readonly VisorKey[]): Fact {
  if (fact.kind === "port") return { ...fact, whitelist: keys };
  return fact.kind === "keys" ? ({ ...fact, keys } satisfies KeysFact) : fact;
}

function sharedLists(visors: readonly VisorFacts[]): readonly SharedList[] {
  const uses = new Map<string, { keys: readonly VisorKey[]; visors: number; paths: string[] }>();
  for (const { facts } of visors) {
    const here = new Set<string>();
    for (const fact of facts) {
      const keys = readListOf(fact);
      if (keys === undefined || keys.length < 2) continue;
      const id = listId(keys);
      const use = uses.get(id) ?? { keys, visors: 0, paths: [] };
      uses.set(id, use);
      use.paths.push(fact.path);
      if (!here.has(id)) use.visors += 1;
      here.add(id);
    }
  }
  return [...uses.values()]
    .filter(
      ({ keys, visors: count, paths }) =>
        count > 1 || (paths.length > 1 && keys.length >= LONG_LIST),
    )
    .map(({ keys, visors: count, paths }) => ({ keys, visors: count, paths: byFrequency(paths) }))
    .toSorted((a, b) => b.visors - a.visors || compareTexts(listId(a.keys), listId(b.keys)));
}

function byFrequency(paths: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(path, (counts.get(path) ?? 0) + 1);
  const isTrust = (path: string): number => Number(isTrustField(path));
  return [...counts]
    .toSorted(([a, m], [b, n]) => n - m || isTrust(b) - isTrust(a) || compareTexts(a, b))
    .map(([path]) => path);
}
