// Operators in the text of a manifest: a line added, changed or taken out.
import type { GitKey, OperatorKey, SealKey } from "../../core/index.ts";
import type { Capability, FeedKey } from "../../model/index.ts";
import {
  behindEntry,
  type KeyPlace,
  lineStart,
  type MapPlace,
  placesOf,
  spliced,
} from "./splice.ts";
import { withoutSpan } from "./without-span.ts";

/** An operator as a manifest's line says it. */
export interface OperatorLine {
  readonly key: OperatorKey;
  readonly seal?: SealKey;
  readonly feed?: FeedKey;
  readonly git?: readonly GitKey[];
  readonly may: readonly Capability[];
}

const SECTION = "operators";
/** Behind these, when there is no section yet: near the top, where a reader looks for who may do what. */
const ABOVE = ["apiVersion", "fleet", "extends"];

/** The value of an operator's line in a manifest, in braces. */
export function operatorValue({ key, seal, feed, git, may }: OperatorLine): string {
  const parts = [
    `key: "${key}"`,
    ...(seal === undefined ? [] : [`seal: "${seal}"`]),
    ...(feed === undefined ? [] : [`feed: "${feed}"`]),
    ...(git === undefined ? [] : [`git: [${git.map((each) => `"${each}"`).join(", ")}]`]),
    `may: [${may.join(", ")}]`,
  ];
  return `{ ${parts.join(", ")} }`;
}

/**
 * Puts an operator into the text of a manifest that is known to be good, or replaces the one of that name.
 * Everything else stays to the letter.
 */
export function withOperator(text: string, name: string, operator: OperatorLine): string {
  const top = placesOf(text);
  const section = top.entries.find((entry) => entry.name === SECTION);
  const map = section?.value;
  if (section === undefined || map === undefined || map.entries.length === 0)
    return withSection(text, top, section, `  ${name}: ${operatorValue(operator)}\n`);
  const there = map.entries.find((entry) => entry.name === name);
  if (there !== undefined) {
    const from = there.keyFrom;
    return spliced(text, [
      { from, to: lastLetter(text, there.valueTo), text: `${name}: ${operatorValue(operator)}` },
    ]);
  }
  if (map.isFlow) {
    const at = map.entries.at(-1)?.valueTo ?? section.valueTo;
    return spliced(text, [{ from: at, to: at, text: `, ${name}: ${operatorValue(operator)}` }]);
  }
  const last = map.entries.at(-1);
  const at = last === undefined ? text.length : behindEntry(text, last);
  const line = `${map.indent}${name}: ${operatorValue(operator)}\n`;
  const isBroken = at > 0 && text[at - 1] !== "\n";
  return spliced(text, [{ from: at, to: at, text: isBroken ? `\n${line}` : line }]);
}

/**
 * Takes an operator out of the text of a manifest; `undefined` when there is none of that name. A comment on
 * its own line goes with it, comments above it stay.
 */
export function withoutOperator(text: string, name: string): string | undefined {
  const map = placesOf(text).entries.find((entry) => entry.name === SECTION)?.value;
  const index = map?.entries.findIndex((entry) => entry.name === name) ?? -1;
  const entry = map?.entries[index];
  if (map === undefined || entry === undefined) return undefined;
  if (!map.isFlow)
    return spliced(text, [
      { from: lineStart(text, entry.keyFrom), to: behindEntry(text, entry), text: "" },
    ]);
  const spans = map.entries.map(({ keyFrom, valueTo }) => ({ from: keyFrom, to: valueTo }));
  return spliced(text, [withoutSpan(text, spans, index)]);
}

function withSection(
  text: string,
  top: MapPlace,
  section: KeyPlace | undefined,
  line: string,
): string {
  if (section !== undefined)
    return spliced(text, [
      {
        from: section.keyFrom,
        to: lastLetter(text, section.valueTo),
        text: `${SECTION}:\n${line.trimEnd()}`,
      },
    ]);
  const above = top.entries.filter(({ name }) => ABOVE.includes(name)).at(-1);
  const at = above === undefined ? 0 : behindEntry(text, above);
  return spliced(text, [{ from: at, to: at, text: `\n${SECTION}:\n${line}` }]);
}

function lastLetter(text: string, to: number): number {
  return text.slice(0, to).trimEnd().length;
}
