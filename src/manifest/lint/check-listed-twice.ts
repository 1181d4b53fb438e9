// Lint rules about what is listed twice.
import { checkVisorKey } from "../../core/index.ts";
import { type Edit, lineStart } from "../edit/splice.ts";
import { type ListOutline, type Outline, outlineOf } from "../format/index.ts";
import type { Manifest, WrittenWord } from "../manifest.ts";
import { finding, type Linted, type LintFinding, offsetOf } from "./finding.ts";
import type { LintRuleId } from "./rules.ts";

/** Finds members that one list names twice. */
export function checkKeysListedTwice(linted: Linted): readonly LintFinding[] {
  const { manifest } = linted;
  const bodies = [...manifest.roles.values(), ...manifest.visors.values()].map(({ body }) => body);
  const lists = [
    manifest.controllers,
    ...[...manifest.whitelists.values()].map(({ members }) => members),
    ...bodies.flatMap(({ written }) =>
      [...written.values()].flatMap((one) =>
        one.kind === "list" ? [one.exact ?? [], one.add, one.remove] : [],
      ),
    ),
  ];
  return twice(linted, "key-listed-twice", lists, (word) => identityOf(word, manifest));
}

/** Finds tags and roles that one visor or role lists twice. */
export function checkNamesListedTwice(linted: Linted): readonly LintFinding[] {
  const { roles, visors } = linted.manifest;
  const lists = [
    ...[...roles.values()].map((role) => role.extends),
    ...[...visors.values()].flatMap((visor) => [visor.tags, visor.roles]),
  ];
  return twice(linted, "name-listed-twice", lists, ({ text }) => text);
}

/** The key that a word stands for; the word itself where it stands for several. */
function identityOf({ text }: WrittenWord, { keys, visors }: Manifest): string {
  const named = visors.get(text)?.key ?? keys.get(text)?.key;
  if (named !== undefined) return named;
  const checked = checkVisorKey(text);
  return "key" in checked ? checked.key : text;
}

function twice(
  { source }: Linted,
  rule: LintRuleId,
  lists: readonly (readonly WrittenWord[])[],
  identity: (word: WrittenWord) => string,
): readonly LintFinding[] {
  const found: { readonly word: WrittenWord; readonly first: WrittenWord }[] = [];
  for (const words of lists) {
    const seen = new Map<string, WrittenWord>();
    for (const word of words) {
      const first = seen.get(identity(word));
      if (first === undefined) seen.set(identity(word), word);
      else found.push({ word, first });
    }
  }
  const listAt = found.length === 0 ? new Map<number, ListOutline>() : listsByItem(source.text);
  return found.map(({ word, first }) => {
    const said = first.text === word.text ? "" : `, first as ${first.text.slice(0, 80)}`;
    return finding(
      rule,
      {
        message: `${word.text.slice(0, 80)} stands twice in this list${said}`,
        at: word.place,
        text: word.text.slice(0, 80),
        next: "take one of the two out; `fleet lint --fix` takes out this one",
        related: [{ message: "first written here", at: first.place }],
      },
      withoutItem(source.text, offsetOf(source, word.place), listAt),
    );
  });
}

function listsByItem(text: string): ReadonlyMap<number, ListOutline> {
  const lists = new Map<number, ListOutline>();
  const take = (value: Outline): void => {
    if (value.kind === "map") for (const entry of value.entries) take(entry.value);
    if (value.kind === "list") for (const { from } of value.items) lists.set(from, value);
  };
  const root = outlineOf(text);
  if (root !== undefined) take(root);
  return lists;
}

/** Takes an item that is not the first out of its list, unless a comment would be lost. */
function withoutItem(
  text: string,
  offset: number,
  lists: ReadonlyMap<number, ListOutline>,
): Edit | undefined {
  const list = lists.get(offset);
  const index = list?.items.findIndex(({ from }) => from === offset) ?? -1;
  const [before, item] = [list?.items[index - 1], list?.items[index]];
  if (list === undefined || before === undefined || item === undefined) return undefined;
  if (list.isFlow) {
    const isPlain = /^[\s,]*$/.test(text.slice(before.to, item.from));
    return isPlain ? { from: before.to, to: item.to, text: "" } : undefined;
  }
  const from = lineStart(text, item.from);
  const end = text.indexOf("\n", item.to - 1);
  const to = end < 0 ? text.length : end + 1;
  const isPlain =
    /^ *- *$/.test(text.slice(from, item.from)) && text.slice(item.to, to).trim() === "";
  return isPlain ? { from, to, text: "" } : undefined;
}
