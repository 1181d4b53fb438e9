// Values and keys as they are shown: short, with the names of keys.
import type { Json, VisorKey } from "../core/index.ts";
import { printable } from "./printable.ts";

const VALUE_LENGTH_MAX = 120;
const KEY = /^0[23][0-9a-f]{64}$/;

/** Looks up the short name of a key. */
export type Names = Readonly<Record<string, string>> | ReadonlyMap<string, string>;

/** The first and last digits of a key, enough to tell the visors of one fleet apart. */
export function shortKey(key: string): string {
  return printable(key.length <= 16 ? key : `${key.slice(0, 8)}…${key.slice(-4)}`);
}

/** The name of a visor, or its whole key when it has none here. */
export function keyLabel(key: string, names: Names): string {
  return printable(nameOf(key, names) ?? key);
}

/** Name and shortened key, or the whole key. */
export function keyWithName(key: VisorKey | string, names: Names): string {
  const name = nameOf(key, names);
  return printable(name === undefined ? key : `${name} (${shortKey(key)})`);
}

/** A value on one line, as a person would write it in a manifest; `null` is absent. */
export function valueText(value: Json, names: Names = {}): string {
  return cut(printable(render(value, names)));
}

/** An element of a list, whole however long it is: what would be cut off could be what matters. */
export function elementText(element: string, names: Names = {}): string {
  return printable(render(element, names));
}

function render(value: Json, names: Names): string {
  if (value === null) return "(none)";
  if (typeof value === "string") return textOf(value, names);
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map((item) => render(item, names)).join(", ")}]`;
  const secret = value["secret"];
  if (typeof secret === "string" && Object.keys(value).length === 1) return `(from ${secret})`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${name}: ${render(member ?? null, names)}`).join(", ")}}`;
}

function textOf(text: string, names: Names): string {
  if (KEY.test(text)) return keyLabel(text, names);
  return /^[\w./:@%+()-]+$/.test(text) ? text : JSON.stringify(text);
}

function nameOf(key: string, names: Names): string | undefined {
  if (isMap(names)) return names.get(key);
  return Object.hasOwn(names, key) ? names[key] : undefined;
}

function isMap(names: Names): names is ReadonlyMap<string, string> {
  return names instanceof Map;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function cut(text: string): string {
  return text.length <= VALUE_LENGTH_MAX ? text : `${text.slice(0, VALUE_LENGTH_MAX - 1)}…`;
}
