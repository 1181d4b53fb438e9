// The forms that the schema of a manifest is made of.
import type { JsonObject } from "../core/index.ts";

/** The keys of a map and what may stand there. */
export type Properties = Readonly<Record<string, JsonObject>>;

/** A map with these keys and no others. */
export function closed(
  description: string,
  properties: Properties,
  required: readonly string[] = [],
): JsonObject {
  return {
    type: "object",
    description,
    "x-expects": "a map",
    properties,
    additionalProperties: false,
    minProperties: 1,
    ...(required.length === 0 ? {} : { required }),
  };
}

/** A map from names the user chooses to values of one kind. */
export function named(description: string, pattern: string, value: JsonObject): JsonObject {
  return {
    type: "object",
    description,
    "x-expects": "a map",
    propertyNames: { pattern },
    additionalProperties: value,
    minProperties: 1,
  };
}

export function ref(name: string, description: string): JsonObject {
  return { $ref: `#/$defs/${name}`, description };
}

export function flagForm(description: string): JsonObject {
  return { type: "boolean", description, "x-expects": "true or false" };
}

export function text(description: string): JsonObject {
  return { type: "string", minLength: 1, description, "x-expects": "text" };
}

export function whole(description: string, minimum: number, maximum: number): JsonObject {
  return {
    type: "integer",
    minimum,
    maximum,
    description,
    "x-expects": `a whole number from ${minimum} to ${maximum}`,
  };
}

export function choice(description: string, choices: readonly string[]): JsonObject {
  return {
    type: "string",
    enum: choices,
    description,
    "x-expects": choices.length > 2 ? `one of ${choices.join(", ")}` : choices.join(" or "),
  };
}

export function listForm(items: JsonObject, description: string): JsonObject {
  return { type: "array", minItems: 1, items, description, "x-expects": "a list in brackets" };
}

/** One who is named in a list. */
export const member: JsonObject = {
  type: "string",
  minLength: 1,
  maxLength: 1024,
  description:
    "The name of a visor, of an entry of `keys` or of a whitelist, a visor key, or a selection such as `tag:shop` or `all`.",
  "x-expects": "a name, a key or a selection",
};
