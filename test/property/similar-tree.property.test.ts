import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSimilarTree } from "../../src/manifest/similar-tree.ts";
import { makeSource, type MapTree, type Tree } from "../../src/manifest/source.ts";
import { parseTree } from "../../src/manifest/parse-tree.ts";
import { keyOf } from "../support/manifest-text.ts";

const SEED = 20261127;
const NAMES = ["a", "b", "c", "d"] as const;

/** Bodies of a visor in every way to write one, each indented below a name at two blanks. */
const BODIES: readonly string[] = [
  ` { key: ${keyOf("a")}, tags: [x, y] }`,
  ` { key: ${keyOf("b")},\n    tags: [x,\n# not deeper\n      y] } # behind`,
  `\n    key: ${keyOf("c")}\n    tags:\n    - x\n    - "y z"`,
  `\n    key: "${keyOf("d")}"\n    note: "two\n      lines"\n`,
  "\n    note: |\n      kept\n\n      text\n",
  "\n    note: |+\n      kept\n\n\n",
  "\n    note: >-\n      folded\n      text",
  "\n    note: plain\n      and more\n    # a comment\n  # another\n",
  "\n    apps: { skychat: { running: true } }\n",
  "",
  " # nothing\n",
  " plain",
  " [x]",
];

/** Lines that may end, open or break something when they stand between others. */
const LINES: readonly string[] = [
  "",
  "# c",
  "  # c",
  "      # c",
  "---",
  "...",
  "%YAML 1.2",
  "visors:",
  "policy: { max_removals: 1 }",
  "keys:",
  "  a:",
  "  b: {",
  "  }",
  "    }",
  '  c: "',
  '"',
  "  'x",
  "  d: |",
  "  d: |+",
  "    deeper: x",
  "   odd: x",
  " less: x",
  "  - item",
  "- item",
  "  ? key",
  "  : value",
  "  a: &x { b: 1 }",
  "  b: *x",
  "  <<: { a: 1 }",
  "\tx: 1",
  "  a b: c",
  "  [x]: y",
  "]",
  "  e: { f: [",
];

const visors = fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...BODIES)), {
  minLength: 1,
  maxLength: 5,
});
const text = fc
  .tuple(visors, fc.constantFrom("", "policy: { max_removals: 1 }\n"), fc.boolean())
  .map(
    ([list, tail, isEnded]) =>
      `apiVersion: fleet.skywire/v1\nfleet: home\nvisors:\n${list
        .map(([name, body]) => `  ${name}:${body}`)
        .join("\n")}${isEnded || tail !== "" ? "\n" : ""}${tail}`,
  );
const change = fc.record({
  at: fc.nat(40),
  do: fc.constantFrom("insert", "replace", "delete", "twice", "blank before"),
  line: fc.constantFrom(...LINES),
});

function changed(
  before: string,
  changes: readonly (typeof change extends fc.Arbitrary<infer T> ? T : never)[],
): string {
  const lines = before.split("\n");
  for (const { at, do: what, line } of changes) {
    const index = at % lines.length;
    const own = lines[index] ?? "";
    if (what === "insert") lines.splice(index, 0, line);
    else if (what === "replace") lines.splice(index, 1, line);
    else if (what === "delete") lines.splice(index, 1);
    else if (what === "twice") lines.splice(index, 0, own);
    else lines.splice(index, 1, ` ${own}`);
  }
  return lines.join("\n");
}

/** Takes part in nothing of what is read next. */
function forget(): void {
  parseSimilarTree(makeSource("fleet: none\n", "none"));
}

test("a manifest reads the same, whichever was read before it", () => {
  const property = fc.property(
    text,
    text,
    fc.array(change, { maxLength: 3 }),
    (one, two, edits) => {
      for (const next of [changed(one, edits), changed(two, edits)]) {
        forget();
        parseSimilarTree(makeSource(one, "m"));
        const source = makeSource(next, "m");
        const similar = parseSimilarTree(source);
        expect(similar).toEqual(parseTree(source));
        // What this was read as is remembered in turn, also where parts were taken over.
        expect(parseSimilarTree(source)).toEqual(similar);
      }
    },
  );
  fc.assert(property, { seed: SEED, numRuns: 3_000 });
}, 90_000);

test("visors that are written as before are taken over, and moved to where they stand", () => {
  const at = (tree: Tree | undefined, name: string): Tree | undefined => {
    const section = tree?.kind === "map" ? tree.entries.get("visors")?.value : undefined;
    return (section as MapTree | undefined)?.entries.get(name)?.value;
  };
  const before = `fleet: home\nvisors:\n  a: { key: ${keyOf("a")} }\n  b: { key: ${keyOf("b")} }\n`;
  const first = parseSimilarTree(makeSource(before, "m"));
  const behind = parseSimilarTree(makeSource(before.replace("b: {", "b: { tags: [x],"), "m"));
  // Nothing stands at another place, so that it is the very same.
  expect(at(behind.tree, "a")).toBe(at(first.tree, "a"));
  expect(at(behind.tree, "b")).not.toEqual(at(first.tree, "b"));
  const source = makeSource(`# said first\n${before}`, "m");
  const moved = parseSimilarTree(source);
  expect(moved).toEqual(parseTree(source));
});
