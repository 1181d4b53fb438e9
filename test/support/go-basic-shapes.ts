import { equalBytes, fromHex, fromUtf8, toHex, utf8 } from "../../src/core/index.ts";
import { type Schema, t } from "../../src/skywire/gob/index.ts";
import type { Json, JsonObject } from "./vectors.ts";

/** A schema built from Go type text, with the way its values stand in the vector files. */
export interface Shape {
  readonly schema: Schema<unknown>;
  readonly toJson: (value: unknown) => Json;
  readonly fromJson: (json: Json) => unknown;
  /** Basic kind of a map key, whose JavaScript value can be a `Map` key. */
  readonly primitive: boolean;
}

export function propertyOf(value: unknown, name: string): unknown {
  return objectOf(value as Json)[name];
}

export function objectOf(json: Json | undefined): JsonObject {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new Error("not an object");
  return json as JsonObject;
}

export function textOf(json: Json | undefined): string {
  if (typeof json !== "string") throw new Error("not a text");
  return json;
}

export function bytesOf(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Error("not bytes");
  return value;
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error("not a list");
  return value;
}

function integerShape(schema: Schema<unknown>): Shape {
  return {
    schema,
    toJson: (value) => {
      const big = BigInt(value as bigint | number);
      const small = Number(big);
      return Number.isSafeInteger(small) ? small : { $int: String(big) };
    },
    fromJson: (json) => {
      const big = BigInt(typeof json === "number" ? json : textOf(objectOf(json)["$int"]));
      const { node } = schema;
      return (node.kind === "int" || node.kind === "uint") && node.form === "number"
        ? Number(big)
        : big;
    },
    primitive: true,
  };
}

function floatToJson(value: unknown): Json {
  const number = value as number;
  if (Number.isNaN(number)) return { $float: "NaN" };
  if (Object.is(number, -0)) return { $float: "-0" };
  if (Number.isFinite(number)) return number;
  return { $float: number > 0 ? "+Inf" : "-Inf" };
}

function floatFromJson(json: Json): number {
  if (typeof json === "number") return json;
  const text = textOf(objectOf(json)["$float"]);
  return text.endsWith("Inf") ? Number(`${text.replace("Inf", "")}Infinity`) : Number(text);
}

function floatShape(schema: Schema<unknown>): Shape {
  return { schema, toJson: floatToJson, fromJson: floatFromJson, primitive: true };
}

const BOOL: Shape = {
  schema: t.bool,
  toJson: (value) => value === true,
  fromJson: (json) => json,
  primitive: true,
};

/** Strings keep their bytes here: some are not UTF-8. */
const STRING: Shape = {
  schema: t.rawString,
  toJson: (value) => {
    const bytes = bytesOf(value);
    try {
      const text = fromUtf8(bytes);
      // A decoder may drop a leading U+FEFF.
      return equalBytes(utf8(text), bytes) ? text : `\uFEFF${text}`;
    } catch {
      return { $rawstring: toHex(bytes) };
    }
  },
  fromJson: (json) =>
    typeof json === "string" ? utf8(json) : fromHex(textOf(objectOf(json)["$rawstring"])),
  primitive: false,
};

const COMPLEX: Shape = {
  schema: t.complex,
  toJson: (value) => ({
    $complex: [floatToJson(propertyOf(value, "re")), floatToJson(propertyOf(value, "im"))],
  }),
  fromJson: (json) => {
    const [re = 0, im = 0] = listOf(objectOf(json)["$complex"]) as readonly Json[];
    return { re: floatFromJson(re), im: floatFromJson(im) };
  },
  primitive: false,
};

/** Shapes of the basic types, by their Go names. */
export const BASIC: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ["bool", BOOL],
  ["string", STRING],
  ["complex64", { ...COMPLEX, schema: t.named("complex64", t.complex) }],
  ["complex128", COMPLEX],
  ["float64", floatShape(t.float)],
  ["float32", floatShape(t.float32)],
  ["int", integerShape(t.named("int", t.int64))],
  ["int8", integerShape(t.int8)],
  ["int16", integerShape(t.int16)],
  ["int32", integerShape(t.int32)],
  ["rune", integerShape(t.int32)],
  ["int64", integerShape(t.int64)],
  ["uint", integerShape(t.named("uint", t.uint64))],
  ["uint8", integerShape(t.uint8)],
  ["byte", integerShape(t.uint8)],
  ["uint16", integerShape(t.uint16)],
  ["uint32", integerShape(t.uint32)],
  ["uint64", integerShape(t.uint64)],
  ["uintptr", integerShape(t.named("uintptr", t.uint64))],
]);

export function bytesShape(): Shape {
  return {
    schema: t.bytes,
    toJson: (value) => ({ $bytes: toHex(bytesOf(value)) }),
    // Slices of a named byte type may be written as numbers.
    fromJson: (json) =>
      Array.isArray(json)
        ? Uint8Array.from(json as number[])
        : fromHex(textOf(objectOf(json)["$bytes"])),
    primitive: false,
  };
}

export function byteArrayShape(length: number): Shape {
  return {
    schema: t.byteArray(length),
    toJson: (value) => [...bytesOf(value)],
    fromJson: (json) =>
      Array.isArray(json)
        ? Uint8Array.from(json as number[])
        : fromHex(textOf(objectOf(json)["$bytes"])),
    primitive: false,
  };
}

export function listShape(element: Shape, length: number | undefined): Shape {
  return {
    schema: length === undefined ? t.list(element.schema) : t.array(element.schema, length),
    toJson: (value) => listOf(value).map((item) => element.toJson(item)),
    fromJson: (json) =>
      json === null ? [] : listOf(json).map((item) => element.fromJson(item as Json)),
    primitive: false,
  };
}

export function mapShape(key: Shape, value: Shape): Shape {
  const text = (name: unknown): string => JSON.stringify(key.toJson(name));
  return {
    schema: key.primitive
      ? t.map(key.schema, value.schema)
      : t.keyedMap(key.schema, value.schema, text),
    toJson: (entries) => {
      const pairs = [...(entries as ReadonlyMap<unknown, unknown>)].map(
        ([name, content]): [Json, Json] => {
          if (key.primitive) return [key.toJson(name), value.toJson(content)];
          return [
            key.toJson(propertyOf(content, "key")),
            value.toJson(propertyOf(content, "value")),
          ];
        },
      );
      return { $map: pairs };
    },
    fromJson: (json) => {
      const pairs =
        json === null ? [] : (listOf(objectOf(json)["$map"]) as readonly (readonly [Json, Json])[]);
      return new Map(
        pairs.map(([name, content]): [unknown, unknown] => {
          const made = key.fromJson(name);
          const item = value.fromJson(content);
          return key.primitive ? [made, item] : [text(made), { key: made, value: item }];
        }),
      );
    },
    primitive: false,
  };
}
