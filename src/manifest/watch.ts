// What a manifest says of watching, read and resolved.
import type { Diagnostic, VisorKey } from "../core/index.ts";
import { DEFAULT_WATCH, type DesiredWatch, WATCH_VERBS, type WatchVerb } from "../model/index.ts";
import type { ManifestNames } from "./index-names.ts";
import type { WrittenWord, WrittenWatch, WrittenWatchRule } from "./manifest.ts";
import { mapAt, placeOf, type Reading, goodValueAt, textOf, wordsOf } from "./reading.ts";
import { durationMs } from "./read-rules.ts";
import { chosenBy } from "./select.ts";
import type { MapTree, Tree } from "./source.ts";

/** Sections of a visor that fields are in. */
const SECTIONS = ["trust", "apps", "ports", "settings", "survey", "reward_address"];

type Report = (diagnostic: Diagnostic) => void;

/** Reads what a watch does; `undefined` where nothing is written of it. */
export function readWatch(reading: Reading, root: MapTree): WrittenWatch | undefined {
  const watch = mapAt(reading, root, "watch");
  if (watch === undefined) return undefined;
  const rules = goodValueAt(reading, watch, "rules");
  return {
    intervalMs: durationMs(goodValueAt(reading, watch, "interval")) ?? DEFAULT_WATCH.intervalMs,
    otherwise: verbOf(reading, watch, "default") ?? DEFAULT_WATCH.otherwise,
    rules: rules?.kind === "list" ? rules.items.flatMap((item) => readRule(reading, item)) : [],
  };
}

function readRule(reading: Reading, item: Tree): readonly WrittenWatchRule[] {
  const verb = verbOf(reading, item, "do");
  if (reading.faulty.has(item) || verb === undefined) return [];
  const on = goodValueAt(reading, item, "on");
  const text = textOf(on);
  const fields = goodValueAt(reading, item, "fields");
  return [
    {
      verb,
      place: placeOf(reading, item.offset),
      ...(on === undefined || text === undefined
        ? {}
        : { on: { text, place: placeOf(reading, on.offset) } }),
      ...(fields === undefined ? {} : { fields: wordsOf(reading, fields) }),
    },
  ];
}

function verbOf(reading: Reading, tree: Tree | undefined, key: string): WatchVerb | undefined {
  const text = textOf(goodValueAt(reading, tree, key));
  return WATCH_VERBS.find((verb) => verb === text);
}

/** Looks the visors of rules up, and reports what names nothing. */
export function resolveWatch(
  watch: WrittenWatch,
  names: ManifestNames,
  report: Report,
): DesiredWatch {
  return {
    ...watch,
    rules: watch.rules.map(({ on, fields, verb, place }) => {
      for (const field of fields ?? []) checkField(field, report);
      return {
        verb,
        place,
        ...(on === undefined ? {} : { visors: visorsOf(on, names, report) }),
        ...(fields === undefined ? {} : { fields: fields.map(({ text }) => text) }),
      };
    }),
  };
}

function visorsOf(
  { text, place }: WrittenWord,
  names: ManifestNames,
  report: Report,
): ReadonlySet<VisorKey> {
  const { visors, faults } = chosenBy(text, names.selectable);
  const [fault] = faults;
  if (fault !== undefined) {
    const { kind, message, next } = fault;
    report({
      code: `selection/${kind}`,
      severity: "error",
      message,
      at: place,
      text: text.slice(0, 80),
      next,
    });
  }
  return new Set(visors.flatMap(({ key }) => (key === undefined ? [] : [key as VisorKey])));
}

/** A field that no visor could have is a slip of the pen, and a rule for it would do nothing. */
function checkField({ text, place }: WrittenWord, report: Report): void {
  const [section = ""] = text.split(".");
  const isKnown = section.includes("*")
    ? SECTIONS.some((each) => each.startsWith(section.slice(0, section.indexOf("*"))))
    : SECTIONS.includes(section);
  if (isKnown) return;
  report({
    code: "manifest/watch-field",
    severity: "error",
    message: `no field of a visor begins with ${JSON.stringify(section)}`,
    at: place,
    text,
    next: `fields begin with ${SECTIONS.join(", ")}, or \`*\` for all`,
  });
}
