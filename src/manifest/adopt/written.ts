// Facts as they are written in YAML, one entry or one section.
import { compareTexts, parseVisorKey } from "../../core/index.ts";
import { SETTINGS } from "../../model/index.ts";
import { bodyKeyOrder, inKeyOrder, type KeyOrder } from "../format/index.ts";
import { yamlList, yamlText } from "../yaml-text.ts";
import type { Fact, PlainValue } from "./facts.ts";
import type { Spelling } from "./spelling.ts";

/** What is written below a key: a scalar, a list of words, or a map. */
export type WrittenText = PlainValue | WrittenMap | readonly WrittenMap[];

export type WrittenMap = ReadonlyMap<string, WrittenText>;

const WIDTH = 100;
/** A section with more entries is written one a line. */
const ENTRIES_ON_A_LINE = 3;
const SETTING_ORDER = new Map(SETTINGS.map(({ path }, index) => [path, index]));

/** The value of a fact, as it is written behind its key. */
export function writtenFact(fact: Fact, spelling: Spelling): WrittenText {
  switch (fact.kind) {
    case "value":
      return fact.value;
    case "key":
      return spelling.key(fact.key);
    case "anyone":
      return "anyone";
    case "records":
      return fact.records.map(
        (record) =>
          new Map(
            Object.entries(record).map(([name, text]) => [
              name,
              fact.keyMembers.includes(name) ? spelling.key(parseVisorKey(text)) : text,
            ]),
          ),
      );
    case "open-host":
      return new Map([
        ["host", fact.host],
        ["whitelist", "anyone"],
      ]);
    case "keys": {
      const members = spelling.list(fact.keys);
      return fact.form === "exact" ? members : new Map([["add", members]]);
    }
    case "port": {
      const { whitelist } = fact;
      const list = whitelist === "anyone" ? whitelist : spelling.list(whitelist);
      return new Map<string, WrittenText>([
        ["whitelist", list],
        ...Object.entries(fact.fields).map(([name, value]) => [name, value] as const),
      ]);
    }
  }
}

/** Facts as the sections of a role or a visor, in the order that a formatted manifest has them in. */
export function writtenBody(facts: readonly Fact[], spelling: Spelling): WrittenMap {
  const sections = new Map<string, Map<string, WrittenText> | WrittenText>();
  const sorted = facts.toSorted(byName);
  for (const fact of sorted) put(sections, stepsOf(fact.path), writtenFact(fact, spelling));
  return arranged(sections, bodyKeyOrder());
}

function arranged(map: WrittenMap, order: KeyOrder): WrittenMap {
  const entries = inKeyOrder([...map], ([key]) => key, order);
  return new Map(
    entries.map(([key, value]) => [key, isMap(value) ? arranged(value, order.below(key)) : value]),
  );
}

/** What the format leaves as people have it: apps by name, ports by number, settings as their table has them. */
function byName(left: Fact, right: Fact): number {
  const [section = "", name = ""] = stepsOf(left.path);
  const [otherSection = "", otherName = ""] = stepsOf(right.path);
  if (section !== otherSection) return compareTexts(section, otherSection);
  if (section === "settings") {
    return (SETTING_ORDER.get(name) ?? 0) - (SETTING_ORDER.get(otherName) ?? 0);
  }
  if (section === "ports") return Number(name) - Number(otherName);
  return compareTexts(name, otherName);
}

/** The keys on the way to a value. Names of apps have no dots; paths of settings are one key. */
function stepsOf(path: string): readonly string[] {
  if (!path.startsWith("settings.")) return path.split(".");
  return ["settings", path.slice("settings.".length)];
}

function put(
  map: Map<string, Map<string, WrittenText> | WrittenText>,
  [first = "", ...others]: readonly string[],
  value: WrittenText,
): void {
  if (others.length === 0) {
    map.set(first, value);
    return;
  }
  const known = map.get(first);
  const inner =
    known instanceof Map ? known : new Map<string, Map<string, WrittenText> | WrittenText>();
  map.set(first, inner);
  put(inner, others, value);
}

/** A value on one line. */
export function flowText(value: WrittenText): string {
  if (isMap(value)) {
    const entries = [...value].map(([key, inner]) => `${key}: ${flowText(inner)}`);
    return `{ ${entries.join(", ")} }`;
  }
  if (typeof value === "string") return yamlText(value);
  if (isRecords(value)) return `[${value.map(flowText).join(", ")}]`;
  return isList(value) ? yamlList(value) : String(value);
}

/** The entries of a map as lines, each map and list on one line where it is short enough to read. */
export function blockLines(map: WrittenMap, indent: string): readonly string[] {
  return [...map].flatMap(([key, value]) => entryLines(key, value, indent));
}

function entryLines(key: string, value: WrittenText, indent: string): readonly string[] {
  const line = `${indent}${key}: ${flowText(value)}`;
  if (isMap(value)) {
    const isWide = line.length > WIDTH || value.size > maxOnALine(indent);
    const isDeep = [...value.values()].some(isMap);
    if (isWide || isDeep) return [`${indent}${key}:`, ...blockLines(value, `${indent}  `)];
  } else if (isRecords(value) && line.length > WIDTH) {
    return [`${indent}${key}:`, ...value.map((item) => `${indent}  - ${flowText(item)}`)];
  } else if (isList(value) && line.length > WIDTH) {
    return [`${indent}${key}:`, ...value.map((item) => `${indent}  - ${yamlText(item)}`)];
  }
  return [line];
}

/** Sections stand two steps in; what is deeper, such as one app, may be as long as the line. */
function maxOnALine(indent: string): number {
  return indent.length <= "    ".length ? ENTRIES_ON_A_LINE : Number.MAX_SAFE_INTEGER;
}

function isMap(value: WrittenText): value is WrittenMap {
  return value instanceof Map;
}

function isList(value: WrittenText): value is readonly string[] {
  return Array.isArray(value) && !isRecords(value);
}

function isRecords(value: WrittenText): value is readonly WrittenMap[] {
  return Array.isArray(value) && value.some((item: WrittenText) => isMap(item));
}
