// Which keys of a manifest have values that anybody may see.
import { namesSecret } from "../model/index.ts";
import { DEFINITIONS } from "./schema-parts.ts";
import { manifestSchema } from "./schema.ts";

/** Fields of an app that may hold anything. */
export const HIDDEN_KEYS: ReadonlySet<string> = new Set(["args", "env"]);

/** The keys of a manifest, by what may be shown behind them. */
export interface Vocabulary {
  /** Every key that a manifest can have. */
  readonly known: ReadonlySet<string>;
  /** Those whose value is a text, a number or a list, and no secret. */
  readonly values: ReadonlySet<string>;
}

let words: Vocabulary | undefined;

/** The keys of a manifest, read from the schema, which lists every one there is. */
export function vocabulary(): Vocabulary {
  words ??= readVocabulary();
  return words;
}

function readVocabulary(): Vocabulary {
  const known = new Set<string>();
  const values = new Set<string>(["name"]);
  const visit = (schema: unknown): void => {
    if (Array.isArray(schema)) for (const each of schema) visit(each);
    if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return;
    const properties: unknown = "properties" in schema ? schema.properties : undefined;
    if (typeof properties === "object" && properties !== null) {
      for (const [key, value] of Object.entries(properties) as [string, unknown][]) {
        known.add(key);
        if (!isOnlyMap(value) && !HIDDEN_KEYS.has(key) && !isSecretName(key)) values.add(key);
      }
    }
    for (const value of Object.values(schema)) visit(value);
  };
  visit(manifestSchema);
  return { known, values };
}

/** `key` and its like are public keys in a manifest. */
function isSecretName(key: string): boolean {
  return namesSecret(key) && !/key/i.test(key);
}

function isOnlyMap(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  if ("$ref" in schema && typeof schema.$ref === "string") {
    return isOnlyMap(DEFINITIONS[schema.$ref.slice("#/$defs/".length)]);
  }
  return "type" in schema && schema.type === "object";
}
