import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { FLEET_VERSION } from "../../../src/core/index.ts";
import { loadManifest, manifestSchema } from "../../../src/manifest/index.ts";
import { SETTINGS } from "../../../src/model/index.ts";
import { manifestReference } from "../../gates/manifest-reference.mjs";
import { leavesOf } from "../../support/manifest-text.ts";

const ROOT = new URL("../../../", import.meta.url);

function read(name: string): string {
  return readFileSync(new URL(name, ROOT), "utf8");
}

interface Node {
  readonly [key: string]: unknown;
}

function nodesOf(value: unknown, found: Node[] = []): readonly Node[] {
  if (Array.isArray(value)) for (const item of value) nodesOf(item, found);
  else if (typeof value === "object" && value !== null) {
    found.push(value as Node);
    for (const member of Object.values(value)) nodesOf(member, found);
  }
  return found;
}

/** Keys with a fixed name anywhere in the schema. */
function keysOf(schema: unknown): ReadonlySet<string> {
  const keys = nodesOf(schema).flatMap((node) => Object.keys((node["properties"] as object) ?? {}));
  return new Set(keys);
}

test("the published schema is the one the program checks with (node test/gates/write-reference.mjs)", () => {
  expect(read("schemas/fleet.schema.json")).toBe(`${JSON.stringify(manifestSchema, null, 2)}\n`);
});

test("the reference is current (node test/gates/write-reference.mjs)", () => {
  expect(read("docs/manifest.md")).toBe(manifestReference(manifestSchema));
});

test("the schema is valid JSON Schema 2020-12", () => {
  const ajv = new Ajv2020({ strict: false });
  expect(ajv.validateSchema(manifestSchema)).toBe(true);
  expect(manifestSchema["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
});

test("every map is closed and every key is described", () => {
  const nodes = nodesOf(manifestSchema);
  const maps = nodes.filter((node) => node["type"] === "object");
  expect(maps.length).toBeGreaterThan(15);
  for (const map of maps) expect(map).toHaveProperty("additionalProperties");
  for (const node of nodes) {
    for (const [key, value] of Object.entries((node["properties"] as object) ?? {})) {
      expect(value, key).toHaveProperty("description");
    }
  }
});

test("secrets are allowed in variables and arguments only", () => {
  const marked = nodesOf(manifestSchema).filter((node) => node["x-secret"] === true);
  expect(marked.map((node) => node["description"])).toEqual([
    expect.stringContaining("One argument"),
    expect.stringContaining("value of the variable"),
  ]);
});

test("settings are those of the allow table", () => {
  const definitions = manifestSchema["$defs"] as Node;
  const settings = definitions["settings"] as Node;
  expect(Object.keys(settings["properties"] as object)).toEqual(SETTINGS.map((one) => one.path));
});

test("the example resolves, uses every key, and is what it says", () => {
  const text = read("fleet.example.yaml");
  const { desired, diagnostics } = loadManifest(
    new TextEncoder().encode(text),
    "fleet.example.yaml",
  );
  expect(diagnostics).toEqual([]);
  for (const key of keysOf(manifestSchema)) {
    expect(text, key).toMatch(new RegExp(`(^|[\\s{,])${key.replaceAll(".", "\\.")}:`, "m"));
  }
  if (desired === undefined) throw new Error("the example does not resolve");
  expect(leavesOf(desired, "shop-2")).toMatchObject({
    "apps.skysocks.present": "false",
    "apps.vpn-server.whitelist": "= desk friend-kim laptop shop-1",
  });
  expect(leavesOf(desired, "shop-1")).toMatchObject({
    "apps.skysocks.whitelist": "anyone",
    "trust.pty": "= desk friend-kim laptop",
  });
});

test("the release in messages is the package's", () => {
  const manifest = JSON.parse(read("package.json")) as { readonly version: string };
  expect(FLEET_VERSION).toBe(manifest.version);
});
