import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, type Json } from "../../src/core/index.ts";
import { loadManifest, selectVisors } from "../../src/manifest/index.ts";
import type { DesiredFleet, DesiredField } from "../../src/model/index.ts";
import { keyOf, load } from "../support/manifest-text.ts";

const SEED = 20261123;
const EXAMPLE = readFileSync(new URL("../../fleet.example.yaml", import.meta.url));

const VISORS = ["desk", "laptop", "shop-1", "shop-2", "shop-3"] as const;
const MEMBERS = [...VISORS, "kim", "lee", "admins", "all", "tag:t1", "!tag:t2", "shop-*"] as const;
const LEVELS = ["info", "debug", "warn"] as const;

type Section = Readonly<Record<string, Json>>;

const memberList = fc.uniqueArray(fc.constantFrom(...MEMBERS), { minLength: 1, maxLength: 3 });
const list = fc.oneof(
  memberList.map((members): Json => members),
  memberList.map((add): Json => ({ add })),
  memberList.map((remove): Json => ({ remove })),
);

const body: fc.Arbitrary<Section> = fc
  .record(
    {
      trust: fc.record({ pty: list }),
      settings: fc.record({ log_level: fc.constantFrom(...LEVELS), is_public: fc.boolean() }),
      apps: fc.record({
        skysocks: fc.oneof(
          fc.record({
            running: fc.boolean(),
            whitelist: fc.oneof(list, fc.constant<Json>("anyone")),
          }),
          fc.constant({ present: false }),
        ),
      }),
      ports: fc.record({
        "80": fc.oneof(
          fc.record({ whitelist: memberList, dmsg: fc.boolean() }),
          fc.constant<Json>("closed"),
        ),
      }),
    },
    { requiredKeys: [] },
  )
  .map((section) => section as Section);

interface Draft {
  readonly roles: Readonly<Record<string, Section>>;
  readonly visors: Readonly<Record<string, Section>>;
}

const draft: fc.Arbitrary<Draft> = fc.record({
  roles: fc.record({ r1: body, r2: body }),
  visors: fc.record(
    Object.fromEntries(
      VISORS.map((name) => [
        name,
        fc
          .tuple(
            body,
            fc.subarray(["r1", "r2"] as const),
            fc.subarray(["t1", "t2"] as const, { minLength: 1 }),
          )
          .map(([section, roles, tags]): Section => ({
            key: keyOf(name),
            ...(roles.length === 0 ? {} : { roles }),
            tags,
            ...section,
          })),
      ]),
    ),
  ),
});

/** JSON is YAML, and its order is the order of the keys. */
function textOf(sections: Draft, order: (keys: readonly string[]) => readonly string[]): string {
  const reorder = (value: Readonly<Record<string, Section>>) =>
    Object.fromEntries(order(Object.keys(value)).map((key) => [key, value[key]]));
  const roles = Object.fromEntries(
    Object.entries(reorder(sections.roles)).filter(
      ([, role]) => Object.keys(role ?? {}).length > 0,
    ),
  );
  const manifest = {
    apiVersion: "fleet.skywire/v1",
    fleet: "home",
    keys: { kim: keyOf("kim"), lee: keyOf("lee") },
    whitelists: { admins: ["laptop", "kim"] },
    roles: { ...roles, always: { settings: { "routing.min_hops": 1 } } },
    visors: reorder(sections.visors),
  };
  return JSON.stringify(manifest, null, 1);
}

/** The values of a fleet without where they come from. */
function valuesOf(desired: DesiredFleet | undefined): string {
  return canonicalJson(
    (desired?.visors ?? []).map(({ key, name, tags, leaves: fields }) => ({
      key,
      name,
      tags,
      leaves: [...fields.values()].map(leafValue),
    })),
  );
}

function leafValue(field: DesiredField): Json {
  if (field.kind === "value") return { path: field.path, value: field.value };
  const keys = (elements: readonly { readonly value: string }[]) =>
    elements.map((one) => one.value);
  return {
    path: field.path,
    exact: field.exact,
    anyone: field.anyone === true,
    members: keys(field.members),
    removed: keys(field.removed),
  };
}

test("the order of visors and roles never changes what is wanted, nor whether it is wrong", () => {
  let good = 0;
  fc.assert(
    fc.property(draft, (sections) => {
      const forwards = load(textOf(sections, (keys) => keys));
      const backwards = load(textOf(sections, (keys) => keys.toReversed()));
      expect(valuesOf(backwards.desired)).toBe(valuesOf(forwards.desired));
      expect(codesOf(backwards)).toEqual(codesOf(forwards));
      if (forwards.desired !== undefined) good += 1;
    }),
    { seed: SEED, numRuns: 700 },
  );
  // Enough of the drafts are good ones for the first half of the property to mean something.
  expect(good).toBeGreaterThan(30);
});

function codesOf({ diagnostics }: ReturnType<typeof load>): readonly string[] {
  return [...new Set(diagnostics.map(({ code }) => code))].toSorted();
}

test("no visor stands in its own lists, and no list that is open when empty is empty", () => {
  fc.assert(
    fc.property(draft, (sections) => {
      const { desired } = load(textOf(sections, (keys) => keys));
      for (const { key, leaves: fields } of desired?.visors ?? []) {
        for (const field of fields.values()) {
          if (field.kind !== "set") continue;
          const all = [...field.members, ...field.removed].map((element) => element.value);
          expect(all).not.toContain(key);
          expect(all).toEqual([...new Set(all)]);
          const opens = field.path.endsWith(".whitelist") && field.anyone !== true;
          if (opens) expect(all.length).toBeGreaterThan(0);
        }
      }
    }),
    { seed: SEED, numRuns: 300 },
  );
});

const SNIPPETS = [
  "\n",
  " ",
  "\t",
  ":",
  "- ",
  "{",
  "}",
  "[",
  "]",
  ",",
  "&a ",
  "*a",
  "!",
  "!!int ",
  "|\n",
  ">\n",
  "---\n",
  "...\n",
  "<<: ",
  "#",
  '"',
  "'",
  "%",
  "@",
  "`",
  "\\",
  "\u0000",
  "\uFEFF",
  "é",
  "😀",
  "~",
  "null",
  "closed",
  "anyone",
  "env:X",
  "file:../x",
  "__proto__",
  "constructor",
  "all",
  "(",
  "tag:",
  "02",
  "0x10",
  "1e999",
  '"\\ud800"',
  "- - - - ",
  "? ",
];

const mutation = fc.record({
  at: fc.nat({ max: EXAMPLE.length }),
  cut: fc.nat({ max: 40 }),
  insert: fc.oneof(fc.constantFrom(...SNIPPETS), fc.string({ maxLength: 6, unit: "binary" })),
});

test("whatever the text, resolving ends with a fleet or with errors, and never throws", () => {
  const example = new TextDecoder().decode(EXAMPLE);
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      let text = example;
      for (const { at, cut, insert } of mutations) {
        text = text.slice(0, at) + insert + text.slice(at + cut);
      }
      const { desired, diagnostics } = load(text);
      const wrong = diagnostics.some(({ severity }) => severity === "error");
      expect(desired === undefined).toBe(wrong);
      for (const one of diagnostics) {
        expect(one.next).not.toBe("");
        expect(one.at?.line).toBeGreaterThan(0);
        expect(one.at?.column).toBeGreaterThan(0);
      }
    }),
    { seed: SEED, numRuns: 1500 },
  );
}, 180_000);

test("whatever is wrong around a secret, it is never shown", () => {
  const secret = "hunter2";
  const before = "apiVersion: fleet.skywire/v1\nfleet: home\nvisors:\n  laptop:\n";
  const after = `    key: ${keyOf("laptop")}\n    apps:\n      cam:\n`;
  const blocks = [
    `        args: [--token, "${secret}"]\n`,
    `        args:\n          - --token=${secret}\n`,
    `        env: { CAM_TOKEN: "${secret}", CAM_NAME: a }\n`,
    `        env:\n          CAM_TOKEN: ${secret}\n`,
  ];
  const damage = fc.record({
    at: fc.nat({ max: 60 }),
    cut: fc.nat({ max: 3 }),
    insert: fc.constantFrom(
      "",
      " ",
      "\n",
      ":",
      "[",
      "]",
      "{",
      "}",
      ",",
      '"',
      "'",
      "- ",
      "&",
      "*",
      "#",
    ),
  });
  fc.assert(
    fc.property(fc.constantFrom(...blocks), fc.array(damage, { maxLength: 3 }), (block, all) => {
      let text = block;
      for (const { at, cut, insert } of all) {
        text = text.slice(0, at) + insert + text.slice(at + cut);
      }
      const { diagnostics } = load(before + after + text);
      expect(diagnostics.map((one) => JSON.stringify(one)).join("\n")).not.toContain(secret);
    }),
    { seed: SEED, numRuns: 3000 },
  );
});

test("whatever the bytes, reading never throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(loadManifest(bytes, "x").diagnostics.length).toBeGreaterThan(0);
    }),
    { seed: SEED, numRuns: 500 },
  );
});

test("whatever the selection, selecting gives visors or errors, never both and never neither", () => {
  const { desired } = loadManifest(EXAMPLE, "fleet.example.yaml");
  if (desired === undefined) throw new Error("the example resolves");
  const words = [
    "all",
    "laptop",
    "shop-*",
    "tag:shop",
    "role:exit",
    "!",
    "&",
    ",",
    "(",
    ")",
    " ",
    "x",
    ":",
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 9 }), (parts) => {
      const { visors, diagnostics } = selectVisors(parts.join(""), desired);
      expect(visors.length > 0).toBe(diagnostics.length === 0);
    }),
    { seed: SEED, numRuns: 1000 },
  );
});
