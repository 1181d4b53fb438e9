// Putting a member into a list of the text, or taking one out.
import {
  type FieldsPlace,
  type FieldTree,
  entryAt,
  flowOf,
  putTree,
  treeOf,
  withoutEntry,
} from "./fields-text.ts";
import type { Edit, KeyPlace, MapPlace } from "./splice.ts";
import { isEmptied, withoutWords, withoutWordsOrEntry, withWord, wordText } from "./list-words.ts";

/** A member to put into a list, or to take out of it. */
export interface MemberChange {
  readonly action: "add" | "remove";
  /** The keys on the way to the list, from the body on, such as `trust`, `pty`. */
  readonly path: readonly string[];
  /** How the member is written. */
  readonly word: string;
  /** True for every word that stands for this member alone. */
  readonly isMember: (word: string) => boolean;
  /**
   * The list that a role gives exactly, as written, where the body itself must replace it: to take a member out,
   * and for lists that are always exact.
   */
  readonly inherited: readonly string[] | undefined;
  /** Whether the resolved list is exact: what is taken out of such a list need not be named. */
  readonly isExact: boolean;
}

/** Changes one member of a list of a role or a visor. */
export function changeMember(
  text: string,
  body: FieldsPlace,
  change: MemberChange,
): readonly Edit[] {
  const entry = entryAt(body.map, change.path);
  if (entry === undefined) return putTree(text, body, treeOf(change.path, newList(change)));
  if (entry.list !== undefined) {
    return change.action === "add"
      ? withWord(text, entry.list, change.word)
      : withoutWords(text, entry.list, change.isMember);
  }
  return entry.value === undefined
    ? []
    : changeParts(text, { body, entry, map: entry.value }, change);
}

function newList({ action, word, isMember, inherited }: MemberChange): string {
  const one = `[${wordText(word)}]`;
  if (inherited === undefined) return `{ ${action}: ${one} }`;
  const words = [
    ...inherited.filter((each) => !isMember(each)),
    ...(action === "add" ? [word] : []),
  ];
  return `[${words.map(wordText).join(", ")}]`;
}

/** The place of a list that names what to add and what to remove. */
interface PartsPlace {
  readonly body: FieldsPlace;
  readonly entry: KeyPlace;
  readonly map: MapPlace;
}

/** A list of parts: the member moves from the other part to its own. */
function changeParts(
  text: string,
  { body, map }: PartsPlace,
  { action, path, word, isMember, isExact }: MemberChange,
): readonly Edit[] {
  const own = entryAt(map, [action]);
  const other = entryAt(map, [action === "add" ? "remove" : "add"]);
  const isThere = other?.list?.items.some((item) => isMember(item.text)) === true;
  const isNamed = action === "add" || !isExact;
  const isOwnThere = own?.list?.items.some((item) => isMember(item.text)) === true;
  const place: FieldsPlace = { map, step: body.step };
  const fresh: FieldTree = new Map([[action, `[${wordText(word)}]`]]);
  if (!isThere || other?.list === undefined) {
    if (!isNamed || isOwnThere) return [];
    return own?.list === undefined ? putTree(text, place, fresh) : withWord(text, own.list, word);
  }
  const isLast = isEmptied(other.list, isMember);
  if (isLast && own === undefined) {
    // The part that is left would be empty: the list becomes the other part, or goes.
    return isNamed
      ? putTree(text, body, treeOf(path, flowOf(fresh)))
      : withoutPath(text, body.map, path);
  }
  const removal = withoutWordsOrEntry(text, map, other, isMember);
  if (!isNamed || isOwnThere) return removal;
  const addition =
    own?.list === undefined ? putTree(text, place, fresh) : withWord(text, own.list, word);
  return [...removal, ...addition];
}

/** Takes the value at a path away, and every map that it leaves empty. */
export function withoutPath(text: string, map: MapPlace, path: readonly string[]): readonly Edit[] {
  const [first = "", ...others] = path;
  const entry = entryAt(map, [first]);
  if (entry === undefined) return [];
  return entry.value === undefined || isAllOf(entry, others)
    ? withoutEntry(text, map, entry)
    : withoutPath(text, entry.value, others);
}

/** True when an entry holds nothing beside what stands at a path below it. */
function isAllOf(entry: KeyPlace, [first, ...others]: readonly string[]): boolean {
  if (first === undefined) return true;
  const [only, ...more] = entry.value?.entries ?? [];
  return only?.name === first && more.length === 0 && isAllOf(only, others);
}
