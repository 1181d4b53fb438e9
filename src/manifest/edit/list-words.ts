// Words of lists in the text: written as YAML, found, added and removed.
import { yamlText } from "../yaml-text.ts";
import { type FieldsPlace, entryAt, putTree, treeOf, withoutEntry } from "./fields-text.ts";
import { withoutSpans } from "./without-span.ts";
import {
  type Edit,
  type KeyPlace,
  insertedLines,
  lineEnd,
  lineStart,
  type ListPlace,
  type MapPlace,
} from "./splice.ts";

/** Letters of which no reader takes the whole for a number: digits, and those with one `e` between them. */
const LIKE_A_NUMBER = /^[0-9]+(e[0-9]+)?$/i;
const KEY = /^0[23][0-9a-f]{64}$/;

/** A word as YAML: names and keys plain, as people write them. */
export function wordText(word: string): string {
  return KEY.test(word) && !LIKE_A_NUMBER.test(word) ? word : yamlText(word);
}

/** Puts a word behind the last one of a list. */
export function withWord(text: string, list: ListPlace, word: string): readonly Edit[] {
  const last = list.items.at(-1);
  if (last === undefined) return [];
  if (list.isFlow) return [{ from: last.to, to: last.to, text: `, ${wordText(word)}` }];
  const dash = text.slice(lineStart(text, last.from), last.from);
  return [insertedLines(text, lineEnd(text, last.to), [`${dash}${wordText(word)}`])];
}

/** Takes words out of a list that keeps others; in a block the comments on their lines go too. */
export function withoutWords(
  text: string,
  list: ListPlace,
  isGone: (word: string) => boolean,
): readonly Edit[] {
  if (!list.isFlow) {
    const gone = list.items.filter((item) => isGone(item.text));
    return gone.map(({ from, to }) => ({
      from: lineStart(text, from),
      to: lineEnd(text, to),
      text: "",
    }));
  }
  return withoutSpans(text, list.items, (index) => isGone(list.items[index]?.text ?? ""));
}

/** True when every word of a list is gone, so that nothing of it may stay. */
export function isEmptied(list: ListPlace, isGone: (word: string) => boolean): boolean {
  return list.items.every((item) => isGone(item.text));
}

/** Puts a word into the list below a key, which is made where there is none. */
export function withListed(
  text: string,
  body: FieldsPlace,
  name: string,
  word: string,
): readonly Edit[] {
  const list = entryAt(body.map, [name])?.list;
  if (list === undefined) return putTree(text, body, treeOf([name], `[${wordText(word)}]`));
  return list.items.some((item) => item.text === word) ? [] : withWord(text, list, word);
}

/** Takes a word out of the list below a key; the key goes with the last word. */
export function withoutListed(
  text: string,
  { map }: FieldsPlace,
  name: string,
  word: string,
): readonly Edit[] {
  const entry = entryAt(map, [name]);
  return entry?.list === undefined
    ? []
    : withoutWordsOrEntry(text, map, entry, (item) => item === word);
}

/** Takes words out of the list of an entry, or the entry out of its map when no word is left. */
export function withoutWordsOrEntry(
  text: string,
  map: MapPlace,
  entry: KeyPlace,
  isGone: (word: string) => boolean,
): readonly Edit[] {
  if (entry.list === undefined) return [];
  return isEmptied(entry.list, isGone)
    ? withoutEntry(text, map, entry)
    : withoutWords(text, entry.list, isGone);
}
