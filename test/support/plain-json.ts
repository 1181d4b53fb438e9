import { toHex } from "../../src/core/index.ts";
import type { Json, JsonObject } from "./vectors.ts";

/**
 * Compares a value in the files' form with what Go's encoding/json printed of it; the answer is the first
 * difference, or nothing. Text that is no JSON (a value encoding/json refuses) is not compared.
 */
export function plainDifference(ours: Json, text: string): string | undefined {
  let theirs: Json;
  try {
    theirs = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  return difference(ours, theirs, "value");
}

/** What a receiver held before: Go decodes into what is there and keeps it for a field that was not sent. */
const KEPT = 7;

function difference(ours: Json, theirs: Json, at: string): string | undefined {
  if (typeof ours === "number" && typeof theirs === "number") {
    const isClose = Math.abs(ours - theirs) <= Math.abs(ours) * 1e-6;
    return isClose || (ours === 0 && theirs === KEPT) ? undefined : unequal(ours, theirs, at);
  }
  if (Array.isArray(ours)) return listDifference(ours as readonly Json[], theirs, at);
  if (typeof ours !== "object" || ours === null) {
    return ours === theirs ? undefined : unequal(ours, theirs, at);
  }
  return objectDifference(ours as JsonObject, theirs, at);
}

function unequal(ours: Json, theirs: Json, at: string): string {
  return `${at}: ${JSON.stringify(ours)} is not ${JSON.stringify(theirs)}`;
}

function listDifference(ours: readonly Json[], theirs: Json, at: string): string | undefined {
  if (theirs === null && ours.length === 0) return undefined;
  if (!Array.isArray(theirs) || theirs.length !== ours.length) return unequal(ours, theirs, at);
  const others = theirs as readonly Json[];
  return ours
    .map((item, index) => difference(item, others[index] ?? null, `${at}[${index}]`))
    .find((found) => found !== undefined);
}

function objectDifference(ours: JsonObject, theirs: Json, at: string): string | undefined {
  // Big integers lose digits in JSON, and a marshaler's JSON is known to its own methods only.
  if (typeof ours["$int"] === "string") {
    return difference(Number(ours["$int"]), theirs, at);
  }
  if (isUntellable(ours)) return undefined;
  if (typeof ours["$bytes"] === "string") return bytesDifference(ours["$bytes"], theirs, at);
  if ("$iface" in ours) return difference(ours["$iface"] ?? null, theirs, at);
  if (Array.isArray(ours["$map"])) return mapDifference(ours["$map"], theirs, at);
  if (typeof theirs !== "object" || theirs === null || Array.isArray(theirs)) {
    // A type with a text marshaler prints itself.
    return typeof theirs === "string" ? undefined : unequal(ours, theirs, at);
  }
  // Field tags may give other names; only fields under their own are compared.
  const fields = theirs as JsonObject;
  return Object.keys(ours)
    .filter((name) => Object.hasOwn(fields, name))
    .map((name) => difference(ours[name] ?? null, fields[name] ?? null, `${at}.${name}`))
    .find((found) => found !== undefined);
}

function isUntellable(ours: JsonObject): boolean {
  return ["$opaque", "$unsent", "$float", "$complex", "$rawstring"].some((name) => name in ours);
}

/** Bytes are base64 in Go's JSON; a marshaler of theirs (an address, raw JSON) may print something else. */
function bytesDifference(hex: string, theirs: Json, at: string): string | undefined {
  if (theirs === null) return hex === "" ? undefined : unequal(hex, theirs, at);
  if (typeof theirs !== "string" || !/^[\w+/]*=*$/.test(theirs)) return undefined;
  const other = toHex(Uint8Array.from(atob(theirs), (sign) => sign.charCodeAt(0)));
  return other === hex ? undefined : unequal(hex, theirs, at);
}

function mapDifference(pairs: readonly Json[], theirs: Json, at: string): string | undefined {
  if (theirs === null && pairs.length === 0) return undefined;
  if (typeof theirs !== "object" || theirs === null || Array.isArray(theirs)) {
    return unequal(pairs, theirs, at);
  }
  const entries = theirs as JsonObject;
  if (Object.keys(entries).length !== pairs.length) return unequal(pairs, theirs, at);
  for (const pair of pairs) {
    const [key = null, value = null] = pair as readonly Json[];
    const name = typeof key === "object" ? undefined : String(key);
    if (name === undefined || !Object.hasOwn(entries, name)) continue;
    const found = difference(value, entries[name] ?? null, `${at}[${name}]`);
    if (found !== undefined) return found;
  }
  return undefined;
}
