// A shape as JSON Schema, and as documents that have it: how the tests hold a published schema and its reader together.
import fc from "fast-check";
import {
  canonicalJson,
  type Form,
  type Json,
  type JsonObject,
  type Shape,
} from "../../src/core/index.ts";

type Node = Readonly<Record<string, unknown>>;

/** What a schema says beside what it accepts. */
const ANNOTATIONS = new Set(["$schema", "$id", "$defs", "title", "description", "format"]);

/** The schema of a shape in one form. What a test of it asks beyond its pattern or members no schema can say. */
export function schemaOf({ form }: Shape<unknown>): unknown {
  switch (form.kind) {
    case "anything":
      return {};
    case "text":
      return { type: "string", ...(form.pattern && { pattern: form.pattern.source }) };
    case "number":
      return numberSchema(form);
    case "flag":
      return { type: "boolean" };
    case "words":
      return { enum: form.words.toSorted(byText) };
    case "list":
      return {
        type: "array",
        items: schemaOf(form.of),
        ...(form.least > 0 && { minItems: form.least }),
        ...(form.most < Infinity && { maxItems: form.most }),
      };
    case "map":
      return {
        type: "object",
        additionalProperties: schemaOf(form.of),
        ...namesSchema(form.names),
        ...(form.least > 0 && { minProperties: form.least }),
      };
    case "members":
      return {
        type: "object",
        properties: Object.fromEntries(
          [...form.must, ...form.may].map(([name, shape]) => [name, schemaOf(shape)]),
        ),
        required: [...form.must.keys()].toSorted(),
        ...(form.isExact && { additionalProperties: false }),
      };
    case "cases":
      return { oneOf: [...form.cases.values()].map(schemaOf).toSorted(byText) };
    case "where":
      return schemaOf(form.of);
  }
}

function numberSchema({ isWhole, least }: Extract<Form, { readonly kind: "number" }>): unknown {
  const most = Number.MAX_SAFE_INTEGER;
  if (isWhole) return { type: "integer", minimum: Math.max(least, -most), maximum: most };
  return { type: "number", ...(least > -Infinity && { minimum: least }) };
}

function namesSchema({ form }: Shape<string>): Node {
  const pattern = form.kind === "text" ? form.pattern : undefined;
  return pattern === undefined ? {} : { propertyNames: { pattern: pattern.source } };
}

/** A published schema in the form that {@link schemaOf} gives: without annotations, and what it refers to in place. */
export function plainSchema(schema: unknown, root: unknown = schema): unknown {
  if (schema === true) return {};
  if (!isNode(schema)) return schema;
  const { $ref, ...rest } = schema;
  const target = typeof $ref === "string" ? plainSchema(targetOf(root, $ref), root) : {};
  const own = Object.entries(rest).filter(([name]) => !ANNOTATIONS.has(name));
  const plain = Object.fromEntries(
    own.flatMap(([name, value]) =>
      keywordOf(name, value, root).map((each) => [each.name, each.value]),
    ),
  );
  return withoutNeedless({ ...(target as Node), ...plain });
}

function keywordOf(
  name: string,
  value: unknown,
  root: unknown,
): readonly { readonly name: string; readonly value: unknown }[] {
  switch (name) {
    case "const":
      return [{ name: "enum", value: [value] }];
    case "enum":
      return [{ name, value: (value as readonly string[]).toSorted(byText) }];
    case "required":
      return [{ name, value: (value as readonly string[]).toSorted() }];
    case "pattern":
      return [{ name, value: new RegExp(value as string).source }];
    case "properties":
      return [
        {
          name,
          value: Object.fromEntries(
            Object.entries(value as Node).map(([key, each]) => [key, plainSchema(each, root)]),
          ),
        },
      ];
    // Every name is a text.
    case "propertyNames": {
      const { type: _, ...names } = plainSchema(value, root) as Node;
      return [{ name, value: names }];
    }
    // What a kind must have is a test of the shape's; the documents below hold the two together.
    case "allOf":
      return [];
    case "oneOf": {
      const cases = (value as readonly unknown[]).flatMap((each) =>
        casesOf(plainSchema(each, root)),
      );
      const isOfMembers = cases.every((each) => isNode(each) && !("type" in each));
      return isOfMembers ? [] : [{ name, value: cases.toSorted(byText) }];
    }
    default:
      return [{ name, value: plainSchema(value, root) }];
  }
}

/** One schema for each kind that a case names. */
function casesOf(schema: unknown): readonly unknown[] {
  const properties = isNode(schema) ? schema["properties"] : undefined;
  const kind = isNode(properties) ? properties["kind"] : undefined;
  const words = isNode(kind) ? kind["enum"] : undefined;
  if (!Array.isArray(words) || words.length < 2) return [schema];
  return words.map((word: unknown) => ({
    ...(schema as Node),
    properties: { ...(properties as Node), kind: { enum: [word] } },
  }));
}

function withoutNeedless(schema: Node): Node {
  const { type, ...rest } = schema;
  const hasMembers = "properties" in schema && !("required" in schema);
  if ("enum" in schema || type === undefined) return rest;
  return { ...schema, ...(hasMembers && { required: [] }) };
}

function targetOf(root: unknown, reference: string): unknown {
  const steps = reference.split("/").slice(1);
  return steps.reduce((node: unknown, step) => (isNode(node) ? node[step] : undefined), root);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function byText(left: unknown, right: unknown): number {
  return canonicalJson(left as Json) < canonicalJson(right as Json) ? -1 : 1;
}

/** Texts that pass a test that no pattern says, by the noun of their shape. */
const TESTED: Readonly<Record<string, string>> = {
  "field path": "apps.skychat.running",
  "key that signs commits": "0123456789ABCDEF0123456789ABCDEF01234567",
  "time in UTC": "2026-01-01T00:05:00.000Z",
  "visor key": `02${"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"}`,
};

/** Documents of a shape, every member of it in some of them. */
export function documentsOf({ form }: Shape<unknown>): fc.Arbitrary<Json> {
  switch (form.kind) {
    case "anything":
      return fc.constantFrom<Json>(null, true, 7, "x", ["x"], { x: 1 });
    case "text":
      return textsOf(form);
    case "number": {
      const min = Math.max(form.least, -3);
      return form.isWhole ? fc.integer({ min, max: min + 9 }) : fc.constantFrom(min, min + 0.5);
    }
    case "flag":
      return fc.boolean();
    case "words":
      return fc.constantFrom(...form.words);
    case "list": {
      const maxLength = Math.min(form.most, Math.max(form.least, 2));
      return fc.array(documentsOf(form.of), { minLength: form.least, maxLength });
    }
    case "map":
      return fc.dictionary(documentsOf(form.names) as fc.Arbitrary<string>, documentsOf(form.of), {
        minKeys: form.least,
        maxKeys: 2,
        noNullPrototype: true,
      });
    case "members":
      return fc.record(
        Object.fromEntries(
          [...form.must, ...form.may].map(([name, shape]) => [name, documentsOf(shape)]),
        ),
        { requiredKeys: [...form.must.keys()], noNullPrototype: true },
      );
    case "cases":
      return fc.oneof(...[...form.cases.values()].map(documentsOf));
    case "where":
      return documentsOf(form.of).filter(form.test);
  }
}

function textsOf({
  what,
  pattern,
  test,
}: Extract<Form, { readonly kind: "text" }>): fc.Arbitrary<string> {
  if (test !== undefined) return fc.constant(TESTED[what] ?? "");
  return pattern === undefined ? fc.constantFrom("", "x", "a b") : fc.stringMatching(pattern);
}

/** The same document with one thing changed, taken away or added, wherever in it. */
export function bent(document: Json): fc.Arbitrary<Json> {
  const values = fc.constantFrom<Json>(
    ...[null, true, false, 0, -1, 1.5, 2 ** 53, "", "x", "local"],
    ...[[], ["x"], {}, { x: 1 }],
  );
  const places = placesIn(document);
  return fc
    .tuple(fc.constantFrom(...places), fc.constantFrom("replace", "remove", "add"), values)
    .map(([place, how, value]) => bend(document, place, how, value));
}

type Path = readonly (string | number)[];

function placesIn(value: Json, at: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [at];
  return [
    at,
    ...Object.entries(value).flatMap(([key, member]) =>
      member === undefined
        ? []
        : placesIn(member, [...at, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

function isObject(value: Json): value is { readonly [member: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function bend(value: Json, [step, ...rest]: Path, how: string, to: Json): Json {
  if (step === undefined) {
    if (how !== "add") return to;
    if (Array.isArray(value)) return [...(value as readonly Json[]), to];
    return isObject(value) ? { ...value, more: to } : to;
  }
  const isGone = how === "remove" && rest.length === 0;
  if (Array.isArray(value)) {
    const list = value as readonly Json[];
    return isGone
      ? list.filter((_, index) => index !== step)
      : list.map((item, index) => (index === step ? bend(item, rest, how, to) : item));
  }
  const { [step]: member = null, ...others } = value as JsonObject;
  return isGone ? others : { ...others, [step]: bend(member, rest, how, to) };
}
