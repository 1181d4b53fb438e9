// The names of a manifest, read from its text alone: what the parser finds, and what a half-written file still says.
import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { namesInText } from "../../../src/manifest/index.ts";
import { parseManifest } from "../../../src/manifest/parse-manifest.ts";
import { COMPLETED_MANIFEST } from "../../support/completion-questions.ts";

const NOTHING = {
  visors: [],
  roles: [],
  keys: [],
  whitelists: [],
  operators: [],
  tags: [],
  apps: [],
};

/** What the parser finds in the same text. */
function parsedNames(text: string) {
  const { manifest } = parseManifest(text, "fleet.yaml");
  if (manifest === undefined) throw new Error("this is no manifest");
  const bodies = [...manifest.roles.values(), ...manifest.visors.values()];
  const unique = (words: readonly string[]) => [...new Set(words)].sort();
  return {
    visors: unique([...manifest.visors.keys()]),
    roles: unique([...manifest.roles.keys()]),
    keys: unique([...manifest.keys.keys()]),
    whitelists: unique([...manifest.whitelists.keys()]),
    operators: unique(manifest.operators.map(({ name }) => name)),
    tags: unique(
      [...manifest.visors.values()].flatMap(({ tags }) => tags.map(({ text: tag }) => tag)),
    ),
    apps: unique(bodies.flatMap(({ body }) => [...body.apps.keys()])),
  };
}

function sortedNames(text: string) {
  const found = namesInText(text);
  const kinds = ["visors", "roles", "keys", "whitelists", "operators", "tags", "apps"] as const;
  return Object.fromEntries(kinds.map((kind) => [kind, found[kind].toSorted()]));
}

const IN_BRACKETS = `apiVersion: fleet.skywire/v1
fleet: home # visors: { no: {} }
visors: {
  desk: { tags: [home, "attic"], roles: [base],
    apps: { cam: { args: ["--x=a, b: {c"] }, 'door': { running: true } } }, # tags: [no]
  "shop-1": {
    tags: [
      shop, # no
    ],
  },
}
roles: { base: { apps: { skychat: { env: { A: "it's" } } } } }
`;

describe("names in a text", () => {
  test.each([
    { name: "the example", text: readFileSync("fleet.example.yaml", "utf8") },
    { name: "one in brackets", text: IN_BRACKETS },
    { name: "one written with carriage returns", text: IN_BRACKETS.replaceAll("\n", "\r\n") },
    // The parser reads no operator with a fault, and completion does.
    { name: "one in every layout", text: COMPLETED_MANIFEST.replace(/^operators:\n.*\n/m, "") },
    {
      name: "one in JSON",
      text: JSON.stringify({
        apiVersion: "fleet.skywire/v1",
        fleet: "home",
        visors: { desk: { key: "a,b: c", tags: ["x", "y"], apps: { cam: { running: true } } } },
      }),
    },
  ])("of $name are those that the parser finds", ({ text }) => {
    expect(sortedNames(text)).toEqual(parsedNames(text));
  });

  it("are found where a bracket, a quote or a line is not finished", () => {
    const text =
      'visors:\n  desk: { key: a, tags: [home\n  shop-1: { tags: ["shop\n  shop-2:\n    tags: [win, dow]\n  shop';
    expect(namesInText(text)).toMatchObject({
      visors: ["desk", "shop-1", "shop-2"],
      tags: ["home", "shop", "win", "dow"],
    });
  });

  test.each([
    { name: "nothing", text: "" },
    { name: "a list", text: "- a\n- b\n" },
    { name: "brackets that never close", text: "[".repeat(200_000) },
    { name: "maps that never close", text: "{a: ".repeat(100_000) },
    { name: "quotes that never close", text: 'visors: ["'.repeat(50_000) },
  ])("of $name are none", ({ text }) => {
    expect(namesInText(text)).toEqual(NOTHING);
  });

  it("have no signs that a terminal or a shell would act upon", () => {
    const text =
      'visors:\n  "a$(x)": {}\n  "b\\e[31m": {}\n  `c`: {}\n  good: { tags: ["\u001b[0m", fine] }\n';
    expect(namesInText(text)).toEqual({ ...NOTHING, visors: ["good"], tags: ["fine"] });
  });

  it("are found in a big manifest while somebody waits", () => {
    const visor = (index: number) =>
      `  shop-${index}:\n    key: 02aa\n    tags: [shop, t${index % 50}]\n    apps: { skychat: { running: true } }\n`;
    const text = `visors:\n${Array.from({ length: 10_000 }, (_, index) => visor(index)).join("")}`;
    const began = performance.now();
    expect(namesInText(text).visors).toHaveLength(10_000);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
