import { describe, expect, it, test } from "vitest";
import { fromHex, sha256, toHex } from "../../../src/core/index.ts";
import {
  buildRegistry,
  checkPublishable,
  type CxoType,
  decodeRegistry,
  type RegisteredType,
  type TypesByName,
  typesOf,
} from "../../../src/skywire/cxo/index.ts";
import { encodeSchema, type CxoSchema } from "../../../src/skywire/cxo/schema.ts";
import { readCxoObjects, toCxoType, type VectorType } from "../../support/cxo-vectors.ts";

const vectors = readCxoObjects();

type RegistryVector = (typeof vectors.registries)[number];

/**
 * The vector's types with every struct that is registered put by its name. The vector form does not
 * tell an anonymous struct from one that Go knows but that is not registered; where Go misses a
 * schema, the structs left over are such.
 */
function registeredTypes({ types, goError }: RegistryVector): readonly RegisteredType[] {
  const missing = /missing schema "(.*)"/.exec(goError ?? "")?.[1];
  const byForm = new Map(types.map(({ name, type }) => [JSON.stringify(type), name]));
  const place = (type: VectorType): CxoType => {
    if (typeof type === "string") return toCxoType(type);
    const name = byForm.get(JSON.stringify(type));
    if (name !== undefined) return { use: name };
    if ("slice" in type) return { slice: place(type.slice) };
    if ("array" in type) return { array: place(type.array), len: type.len };
    if ("map" in type) return { map: [place(type.map[0]), place(type.map[1])] };
    const struct = { struct: type.struct.map((field) => ({ ...field, type: place(field.type) })) };
    return missing === undefined ? struct : { named: missing, type: struct };
  };
  return types.map(({ name, type }) => {
    if (typeof type === "string" || !("struct" in type)) return { name, type: toCxoType(type) };
    return {
      name,
      type: { struct: type.struct.map((field) => ({ ...field, type: place(field.type) })) },
    };
  });
}

/** A type as the bytes see it: names taken away, skipped fields left out. */
function formOf(type: CxoType, types: TypesByName): unknown {
  if (typeof type === "string") return type;
  if ("named" in type) return formOf(type.type, types);
  if ("use" in type) return formOf(types.get(type.use) ?? { struct: [] }, types);
  if ("slice" in type)
    return type.slice === "uint8" ? "bytes" : { slice: formOf(type.slice, types) };
  if ("array" in type) return { array: formOf(type.array, types), len: type.len };
  if ("map" in type) return { map: type.map.map((part) => formOf(part, types)) };
  const seen = type.struct.filter(
    (field) => !(field.unexported === true || /enc:"-/.test(field.tag ?? "")),
  );
  return {
    struct: seen.map((field) => ({
      name: field.name,
      tag: field.tag ?? "",
      type: formOf(field.type, types),
    })),
  };
}

/**
 * True when the vector's form says everything that stands in the bytes: it has no names of Go types
 * that are not registered, nor can it tell two registered types of one form apart.
 */
function saysAllNames({ types }: RegistryVector, decoded: TypesByName): boolean {
  const forms = new Set(types.map(({ type }) => JSON.stringify(type)));
  return forms.size === types.length && !JSON.stringify([...decoded.values()]).includes('"named":');
}

describe("registry vectors", () => {
  test.each(vectors.registries)("$name", (vector) => {
    const { hex, ref, schemas = [] } = vector;
    if (hex === undefined) {
      expect(() => buildRegistry(registeredTypes(vector))).toThrow(
        expect.objectContaining({ code: "cxo/registry" }),
      );
      return;
    }
    const decoded = decodeRegistry(fromHex(hex));
    const types = typesOf(decoded);
    for (const { name, type } of vector.types) {
      expect(formOf({ use: name }, types)).toEqual(formOf(toCxoType(type), types));
    }
    const registries = [decoded];
    if (saysAllNames(vector, types)) registries.push(buildRegistry(registeredTypes(vector)));
    for (const registry of registries) {
      expect(toHex(registry.bytes)).toBe(hex);
      expect(toHex(registry.ref)).toBe(ref);
      expect(
        registry.entries.map((entry) => ({
          name: entry.name,
          schemaRef: toHex(entry.ref),
          hex: toHex(encodeSchema(entry.schema)),
          hasReferences: entry.hasReferences,
        })),
      ).toEqual(schemas);
    }
  });

  it("builds most of them from their types alone", () => {
    const whole = vectors.registries.filter((vector) => vector.hex !== undefined);
    const built = whole.filter((vector) =>
      saysAllNames(vector, typesOf(decodeRegistry(fromHex(vector.hex ?? "")))),
    );
    expect(built.length).toBeGreaterThan(0);
  });

  it("decodes the registry of the Roots", () => {
    const registry = decodeRegistry(fromHex(vectors.roots.registryHex));
    expect(toHex(registry.ref)).toBe(vectors.roots.registryRef);
    expect(toHex(sha256(registry.bytes))).toBe(vectors.roots.registryRef);
    checkPublishable(registry);
  });
});

const UINT8: CxoSchema = {
  referenceType: 0,
  kind: 8,
  name: "uint8",
  length: 0,
  fields: [],
  element: undefined,
};
const NONE = { length: 0, fields: [], element: undefined };

function registryOf(...schemas: readonly CxoSchema[]): Uint8Array {
  const parts = schemas.flatMap((schema) => {
    const name = new TextEncoder().encode(schema.name);
    const bytes = encodeSchema(schema);
    return [u32(name.length), name, u32(bytes.length), bytes];
  });
  return new Uint8Array([...u32(schemas.length), ...parts.flatMap((part) => [...part])]);
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function struct(name: string, ...fields: readonly (readonly [string, CxoSchema])[]): CxoSchema {
  return {
    ...NONE,
    referenceType: 0,
    kind: 25,
    name,
    fields: fields.map(([n, schema]) => ({ name: n, tag: "", schema })),
  };
}

function array(element: CxoSchema, length: number): CxoSchema {
  return { ...NONE, referenceType: 0, kind: 17, name: "", length, element };
}

describe("registries that would stop a node", () => {
  test.each<{ name: string; bytes: Uint8Array }>([
    {
      name: "a stub that is not defined",
      bytes: registryOf(struct("a.A", ["L", { ...array(struct("a.B"), 0), kind: 23 }])),
    },
    {
      name: "a Ref to nothing",
      bytes: registryOf(struct("a.A", ["R", { ...NONE, referenceType: 1, kind: 22, name: "" }])),
    },
    {
      name: "a slice without an element",
      bytes: registryOf(struct("a.A", ["S", { ...NONE, referenceType: 0, kind: 23, name: "" }])),
    },
    {
      name: "reference type 7",
      bytes: registryOf(struct("a.A", ["R", { ...UINT8, referenceType: 7 }])),
    },
    { name: "kind 99", bytes: registryOf(struct("a.A", ["K", { ...UINT8, kind: 99 }])) },
    {
      name: "a struct that holds itself by value",
      bytes: registryOf(struct("a.A", ["X", array(struct("a.A"), 2)])),
    },
    {
      name: "two structs that hold each other by value",
      bytes: registryOf(
        struct("a.A", ["X", array(struct("a.B"), 2)]),
        struct("a.B", ["Y", array(struct("a.A"), 1)]),
      ),
    },
    { name: "names out of order", bytes: registryOf(struct("b.B"), struct("a.A")) },
    { name: "a name twice", bytes: registryOf(struct("a.A"), struct("a.A")) },
    { name: "a type that is no struct", bytes: registryOf(UINT8) },
  ])("$name", ({ bytes }) => {
    expect(() => decodeRegistry(bytes)).toThrow(expect.objectContaining({ code: "cxo/registry" }));
  });

  it("refuses trailing bytes", () => {
    const bytes = new Uint8Array([...registryOf(struct("a.A")), 0]);
    expect(() => decodeRegistry(bytes)).toThrow(expect.objectContaining({ code: "cxo/trailing" }));
  });

  it("lets a struct hold a list of itself", () => {
    const bytes = registryOf(struct("a.A", ["L", { ...array(struct("a.A"), 0), kind: 23 }]));
    expect(decodeRegistry(bytes).entries).toHaveLength(1);
  });

  it("decodes but does not publish a list of references", () => {
    const dynamic: CxoSchema = { ...NONE, referenceType: 3, kind: 20, name: "" };
    const registry = decodeRegistry(
      registryOf(struct("a.A", ["D", { ...array(dynamic, 0), kind: 23 }])),
    );
    expect(() => checkPublishable(registry)).toThrow(
      expect.objectContaining({ code: "cxo/registry" }),
    );
  });
});
