import type { Json, JsonObject } from "./vectors.ts";

/** Called for a marshaler's field that was not sent, with what the receiver holds for it. */
export type OnUnsent = (goName: string, payload: string) => void;

const ignore: OnUnsent = () => undefined;

/**
 * Compares a value written by us with one in a vector file; the answer is the first difference, or nothing.
 * Maps are compared as sets of pairs; a field a marshaler did not send is equal to whatever its type's zero is.
 */
export function differenceOf(
  ours: Json,
  theirs: Json,
  onUnsent: OnUnsent = ignore,
  at = "value",
): string | undefined {
  if (Array.isArray(ours) && Array.isArray(theirs))
    return listDifference(ours, theirs, onUnsent, at);
  if (isObject(ours) && isObject(theirs)) return objectDifference(ours, theirs, onUnsent, at);
  return ours === theirs
    ? undefined
    : `${at}: ${JSON.stringify(ours)} is not ${JSON.stringify(theirs)}`;
}

function isObject(json: Json): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function listDifference(
  ours: readonly Json[],
  theirs: readonly Json[],
  onUnsent: OnUnsent,
  at: string,
): string | undefined {
  if (ours.length !== theirs.length) return `${at}: ${ours.length} elements, not ${theirs.length}`;
  // All are looked at, also behind a difference: each may tell a marshaler's zero value.
  return ours
    .map((item, index) => differenceOf(item, theirs[index] ?? null, onUnsent, `${at}[${index}]`))
    .find((difference) => difference !== undefined);
}

function objectDifference(
  ours: JsonObject,
  theirs: JsonObject,
  onUnsent: OnUnsent,
  at: string,
): string | undefined {
  const { $unsent: unsent, $map: map } = ours;
  if (typeof unsent === "string") {
    if (typeof theirs["$opaque"] !== "string") return `${at}: nothing was sent`;
    onUnsent(unsent, theirs["$opaque"]);
    return undefined;
  }
  if (Array.isArray(map)) {
    const other = theirs["$map"];
    if (!Array.isArray(other)) return `${at}: not a map`;
    return listDifference(sorted(map), sorted(other), onUnsent, `${at} (map)`);
  }
  // Beside a time's payload the files give it in words.
  const names = Object.keys(theirs).filter((name) => name !== "$time");
  if (names.length !== Object.keys(ours).length)
    return `${at}: fields ${Object.keys(ours).join()}, not ${names.join()}`;
  return names
    .map((name) => {
      if (!Object.hasOwn(ours, name)) return `${at}.${name}: missing`;
      return differenceOf(ours[name] ?? null, theirs[name] ?? null, onUnsent, `${at}.${name}`);
    })
    .find((difference) => difference !== undefined);
}

/** Pairs in the order of their keys' text, fields in a fixed order. */
function sorted(pairs: readonly Json[]): readonly Json[] {
  const text = (pair: Json): string =>
    stableText(Array.isArray(pair) ? ((pair as readonly Json[])[0] ?? null) : pair);
  return [...pairs].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

function stableText(json: Json): string {
  if (Array.isArray(json)) return `[${json.map((item: Json) => stableText(item)).join()}]`;
  if (!isObject(json)) return JSON.stringify(json);
  const names = Object.keys(json)
    .filter((name) => name !== "$time")
    .sort();
  return `{${names.map((name) => `${name}:${stableText(json[name] ?? null)}`).join()}}`;
}
