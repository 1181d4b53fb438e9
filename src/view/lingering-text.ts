// Keys that are no longer wanted and keep a way in, as sentences with the line that ends it.
import { compareNames, someOf } from "../core/index.ts";
import {
  DEFAULT_MANIFEST,
  type Lingering,
  type LingeringKey,
  type LingeringWay,
  type UnknownWay,
} from "../model/index.ts";
import { type Paint, printable } from "./text.ts";
import { shellWord } from "./shell-word.ts";
import { keyLabel, type Names, shortKey } from "./change-text.ts";

/** More names than these are told by their number. */
const NAMED_MAX = 5;

/** What to say of a key that stays, and how to end it. */
export interface LingeringLine {
  readonly says: string;
  readonly next: readonly string[];
}

/** What {@link lingeringLines} needs beside what was found. */
export interface LingeringFacts {
  readonly names: Names;
  /** The manifest as it was named; `-` for standard input. */
  readonly manifest: string;
}

/** A sentence for each key that has a way in still, with a next step for each list that holds it. */
export function lingeringLines(
  { keys }: Pick<Lingering, "keys">,
  facts: LingeringFacts,
): readonly LingeringLine[] {
  return keys.map((each) => {
    const visors = [...new Set(each.ways.map(({ name }) => name))];
    return {
      says: `${lingeringWho(each, facts.names)} ${each.why} and still has a way into ${listed(visors, "visor")}`,
      next: nextSteps(each, facts),
    };
  });
}

/** A sentence for what nobody can tell; `undefined` when there is nothing of it. */
export function unknownWaysLine(
  { unknown, unknownKeys }: Lingering,
  names: Names,
): string | undefined {
  if (unknown.length === 0) return undefined;
  const keys = listed(
    unknownKeys.map((key) => keyLabel(key, names)),
    "key",
  );
  const by = (why: UnknownWay): readonly string[] =>
    unknown.filter((each) => each.why === why).map(({ name }) => name);
  const parts = [
    sentence(by("not-looked-at"), ["was not looked at", "were not looked at"]),
    sentence(by("not-read"), ["could not be read", "could not be read"]),
    sentence(by("not-shown"), ["does not show its lists", "do not show their lists"]),
  ].filter((part) => part !== "");
  const rest = unknownKeys.length === 1 ? "has a way in" : "have a way in";
  return `whether ${keys} ${rest} elsewhere is not known: ${parts.join("; ")}`;
}

/** The same as text: a mark, the sentence, and what to do below. */
export function lingeringText(
  lingering: Lingering | undefined,
  facts: LingeringFacts,
  paint: Paint,
): string {
  if (lingering === undefined) return "";
  const lines = lingeringLines(lingering, facts).map(
    ({ says, next }) =>
      `${paint("danger", "!")} ${printable(says)}\n${next.map((step) => `    ${printable(step)}\n`).join("")}`,
  );
  const unknown = unknownWaysLine(lingering, facts.names);
  const last = unknown === undefined ? "" : `${paint("unknown", "?")} ${printable(unknown)}\n`;
  return lines.join("") + last;
}

/** The name of such a key; a former one stands with its key. */
export function lingeringWho({ key, formerName }: LingeringKey, names: Names): string {
  const label = keyLabel(key, names);
  if (label !== key || formerName === undefined) return label;
  return `${formerName} (${shortKey(key)})`;
}

function nextSteps(
  { key, ways }: LingeringKey,
  { names, manifest }: LingeringFacts,
): readonly string[] {
  const groups = new Map<string, LingeringWay[]>();
  for (const way of ways) {
    const id = `${way.path} ${way.end}`;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [way]);
    else group.push(way);
  }
  const word = keyLabel(key, names);
  return [...groups.values()].map((group) => {
    const [first] = group;
    const list = (first?.path ?? "").replace("trust.", "");
    const visors = group.map(({ name }) => name).toSorted(compareNames);
    const isFile = manifest !== "-";
    const file = manifest === DEFAULT_MANIFEST ? "" : ` --manifest ${shellWord(manifest)}`;
    const where = `${list} of ${listed(visors, "visor")}`;
    if (first?.end === "apply") {
      const fields = visors.slice(0, NAMED_MAX).map((name) => `--only ${name}/trust.${list}`);
      const plan = manifest === DEFAULT_MANIFEST ? "" : ` ${shellWord(manifest)}`;
      return `${where}: the manifest takes it out; \`fleet apply${isFile ? plan : ""} ${fields.join(" ")}\` does`;
    }
    const line = `write trust: { ${list}: { remove: [${word}] } } there or in a role they have`;
    const on = visors.length > NAMED_MAX ? "" : visors.join(",");
    return on === "" || !isFile || list === "dmsgscp"
      ? `${where}: ${line}`
      : `${where}: ${line}, or run \`fleet whitelist remove ${word} --from ${list} --on ${on}${file}\``;
  });
}

function listed(given: readonly string[], noun: string): string {
  return someOf(given.toSorted(compareNames), NAMED_MAX, noun);
}

function sentence(names: readonly string[], [one, many]: readonly [string, string]): string {
  if (names.length === 0) return "";
  return `${listed(names, "visor")} ${names.length === 1 ? one : many}`;
}
