// The order in which keys are written: that of the schema.
import { type Json, type JsonObject, isJsonObject } from "../../core/index.ts";
import { DEFINITIONS } from "../schema-parts.ts";
import { manifestSchema } from "../schema.ts";

/** In which order the keys of a map are written, and of the maps below it. */
export interface KeyOrder {
  /** Places by key; absent where the author's order stays. */
  readonly ranks: ReadonlyMap<string, number> | undefined;
  below(key: string): KeyOrder;
}

const ANY: KeyOrder = { ranks: undefined, below: () => ANY };

/** The order that the schema of the manifest names its keys in. */
export function manifestKeyOrder(): KeyOrder {
  return orderOf(manifestSchema);
}

/** The order of what a visor of a manifest holds; a role holds no other sections. */
export function bodyKeyOrder(): KeyOrder {
  // Every visor is like every other.
  return manifestKeyOrder().below("visors").below("");
}

/** Where a key stands among others; keys that the order does not know come last. */
function rankOf({ ranks }: KeyOrder, key: string): number {
  return ranks === undefined ? 0 : (ranks.get(key) ?? ranks.size);
}

/** Puts what has a key in order; what the order says nothing of stays as it stands. */
export function inKeyOrder<Part>(
  parts: readonly Part[],
  keyOf: (part: Part) => string,
  order: KeyOrder,
): readonly Part[] {
  return parts.toSorted((a, b) => rankOf(order, keyOf(a)) - rankOf(order, keyOf(b)));
}

/** Names that people chose keep their order; settings do too, because people group them. */
function orderOf(schema: Json | undefined): KeyOrder {
  const map = mapSchemaOf(schema);
  if (map === undefined) return ANY;
  const properties = objectOf(map["properties"]);
  if (properties === undefined) {
    const below = orderOf(map["additionalProperties"]);
    return { ranks: undefined, below: () => below };
  }
  const keys = Object.keys(properties);
  const isGrouped = map === DEFINITIONS["settings"];
  return {
    ranks: isGrouped ? undefined : new Map(keys.map((key, index) => [key, index])),
    below: (key) => (Object.hasOwn(properties, key) ? orderOf(properties[key]) : ANY),
  };
}

/** Follows references, and of two forms of a value the one that is a map. */
function mapSchemaOf(schema: Json | undefined): JsonObject | undefined {
  const node = objectOf(schema);
  if (node === undefined) return undefined;
  const ref = node["$ref"];
  if (typeof ref === "string") return mapSchemaOf(DEFINITIONS[ref.split("/").at(-1) ?? ""]);
  if (node["else"] !== undefined) return mapSchemaOf(node["else"]);
  return node["type"] === "object" ? node : undefined;
}

function objectOf(value: Json | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}
