// What a manifest expects of access: who manages what, who alone may use it, how many controllers have a way in. Read and resolved.
import {
  compareTexts,
  type Diagnostic,
  type Place,
  suggestion,
  type VisorKey,
} from "../core/index.ts";
import { BUILT_IN_APPS, type Expectation } from "../model/index.ts";
import type { ManifestNames } from "./index-names.ts";
import type { WrittenExpectation, WrittenWord } from "./manifest.ts";
import type { MemberResolver } from "./members.ts";
import {
  booleanOf,
  goodValueAt,
  numberOf,
  placeOf,
  type Reading,
  textOf,
  wordsOf,
} from "./reading.ts";
import { chosenBy } from "./select.ts";
import type { MapTree, Tree } from "./source.ts";

type Report = (diagnostic: Diagnostic) => void;

const ALL = "all";
/** Keys of each form; a test is of one form. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  manages: ["key", "manages", "is"],
  use: ["only", "use", "on"],
  controllers: ["controllers", "on"],
};
const FORMS_TEXT =
  "{ key: …, manages: … }, { only: […], use: …, on: … } or { controllers: …, on: … }";

/** Reads the tests of access, those that were refused left out. */
export function readExpectations(reading: Reading, root: MapTree): readonly WrittenExpectation[] {
  const list = goodValueAt(reading, root, "expect");
  return list?.kind === "list" ? list.items.flatMap((item) => readOne(reading, item) ?? []) : [];
}

function readOne(reading: Reading, item: Tree): WrittenExpectation | undefined {
  if (item.kind !== "map" || reading.faulty.has(item)) return undefined;
  const place = placeOf(reading, item.offset);
  const written = [...item.entries.keys()];
  const form = Object.keys(FORMS).find((name) => written.includes(name));
  const strange = written.find((key) => form === undefined || FORMS[form]?.includes(key) !== true);
  const word = (key: string): WrittenWord | undefined => {
    const tree = goodValueAt(reading, item, key);
    const text = textOf(tree);
    return tree === undefined || text === undefined
      ? undefined
      : { text, place: placeOf(reading, tree.offset) };
  };
  const on = word("on") ?? { text: ALL, place };
  if (form !== undefined && strange === undefined) {
    const [key, manages, use] = [word("key"), word("manages"), word("use")];
    if (key !== undefined && manages !== undefined)
      return {
        kind: "manages",
        key,
        on: manages,
        is: booleanOf(goodValueAt(reading, item, "is")) ?? true,
        place,
      };
    const only = goodValueAt(reading, item, "only");
    if (use !== undefined && only?.kind === "list")
      return { kind: "only", only: wordsOf(reading, only), use: use.text, on, place };
    const count = numberOf(goodValueAt(reading, item, "controllers"));
    if (count !== undefined) return { kind: "controllers", count, on, place };
    // Something of it was refused, and said.
    if (
      item.entries.has(form) &&
      [...item.entries.values()].some(({ value }) => reading.faulty.has(value))
    )
      return undefined;
  }
  reading.report({
    code: "manifest/expectation",
    severity: "error",
    message:
      form === undefined || strange === undefined
        ? "this is no whole test of access"
        : `${JSON.stringify(strange)} does not belong to a test with ${JSON.stringify(form)}`,
    at: place,
    next: `write ${FORMS_TEXT}`,
  });
  return undefined;
}

/** Looks the keys and visors of tests up, and reports what names nothing. */
export function resolveExpectations(
  written: readonly WrittenExpectation[],
  names: ManifestNames,
  members: MemberResolver,
  report: Report,
): readonly Expectation[] {
  return written.flatMap((one): readonly Expectation[] => {
    const visors = visorsOf(one.on, names, report);
    const base = { visors, place: one.place, text: textOfExpectation(one) };
    switch (one.kind) {
      case "manages": {
        const [found] = members.resolveOne(one.key, true).elements;
        if (found === undefined) return [];
        return [{ kind: "manages", key: found.value, is: one.is, ...base }];
      }
      case "only": {
        checkUse(one, names, report);
        const { elements } = members.resolve(one.only, undefined);
        return [{ kind: "only", keys: elements.map(({ value }) => value), use: one.use, ...base }];
      }
      case "controllers":
        return [{ kind: "controllers", count: one.count, ...base }];
    }
  });
}

/** An app that neither Skywire has nor the manifest writes is a slip of the pen: of it every test would be met. */
function checkUse(
  { use, place }: { readonly use: string; readonly place: Place },
  { manifest }: ManifestNames,
  report: Report,
): void {
  const [, app] = /^apps\.(.+)$/.exec(use) ?? [];
  if (app === undefined || BUILT_IN_APPS.includes(app)) return;
  const bodies = [...manifest.roles.values(), ...manifest.visors.values()];
  const written = bodies.flatMap(({ body }) => [...body.apps.keys()]);
  if (written.includes(app)) return;
  report({
    code: "manifest/expectation",
    severity: "error",
    message: `no visor of the manifest has an app ${JSON.stringify(app)}, and Skywire has none`,
    at: place,
    next: suggestion(app, [...BUILT_IN_APPS, ...written], "name an app that some visor has"),
  });
}

function visorsOf(
  { text, place }: WrittenWord,
  { selectable }: ManifestNames,
  report: Report,
): readonly VisorKey[] {
  const { visors, faults } =
    text === ALL ? { visors: selectable, faults: [] } : chosenBy(text, selectable);
  for (const { kind, message, next } of faults) {
    report({
      code: `selection/${kind}`,
      severity: "error",
      message,
      at: place,
      text: text.slice(0, 80),
      next,
    });
  }
  return visors
    .flatMap(({ key }) => (key === undefined ? [] : [key as VisorKey]))
    .sort(compareTexts);
}

/** A test as a person reads it, in the manifest's own names. */
function textOfExpectation(one: WrittenExpectation): string {
  const on = one.on.text;
  switch (one.kind) {
    case "manages":
      return `${one.key.text} ${one.is ? "manages" : "does not manage"} ${on}`;
    case "only": {
      const names = one.only.map(({ text }) => text);
      return `only ${names.join(", ")} ${names.length === 1 ? "uses" : "use"} ${one.use} on ${on}`;
    }
    case "controllers":
      return one.count === 1
        ? `a controller or more has a way of its own into ${on}`
        : `${one.count} controllers or more have a way of their own into ${on}`;
  }
}
