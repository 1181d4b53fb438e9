// Reading the text of a JSON document: what is no JSON is refused by the reader in its own words.
import { fromUtf8 } from "./bytes.ts";
import type { Json, JsonObject } from "./canonical-json.ts";

/**
 * The value of a JSON text, of which nothing is known yet.
 * @param refused makes the error of whoever reads; its cause may quote the text
 */
export function parseJson(text: string, refused: (cause: unknown) => Error): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw refused(cause);
  }
}

/** The value of a JSON text in UTF-8; `undefined` where it is none. */
export function jsonIfAny(text: string | Uint8Array): Json | undefined {
  try {
    return JSON.parse(typeof text === "string" ? text : fromUtf8(text)) as Json;
  } catch {
    return undefined;
  }
}

/** True for a JSON object: no list, no null, no plain value. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
