// What an app will be once changes of it are written: made by one function, for guards and for the writer.
import { defined, type Json } from "../../core/index.ts";
import {
  type AppProgram,
  type AppTypedField,
  type Change,
  editArgs,
  MASK,
  parseWhitelist,
  splitArgs,
  TYPED_FIELDS,
} from "../../model/index.ts";
import { parseLeafPath } from "./leaf-path.ts";

/** Puts a value in the place of a secret. */
export type Reveal = (value: Json) => Json;

/** The app after its changes, made from what it is now. Without `reveal` a secret stands there as a mask. */
export function appAfter(
  app: AppProgram,
  changes: readonly Change[],
  reveal: Reveal = maskSecrets,
): AppProgram {
  const own = changes.filter(({ path }) => isOfApp(path, app.name));
  const binary = own.reduce((now, change) => binaryAfter(change) ?? now, app.binary);
  const renamed = { ...app, binary };
  if (!own.some(changesArgs)) return renamed;
  return { ...renamed, args: argsAfter(renamed, own, reveal) };
}

function argsAfter(app: AppProgram, changes: readonly Change[], reveal: Reveal): readonly string[] {
  const typed = new Map<AppTypedField, string>();
  let rest: readonly string[] | undefined;
  let keys = parseWhitelist(splitArgs(app).typed.get("whitelist") ?? "");
  for (const change of changes) {
    const leaf = parseLeafPath(change.path);
    if (leaf.section !== "apps" || !changesArgs(change)) continue;
    if (leaf.field === "args") rest = textsOf(reveal(change.after));
    else if (leaf.field === "whitelist") {
      const others = keys.filter((key) => key !== change.element);
      keys = change.after === true ? [...others, change.element ?? ""].sort() : others;
      typed.set("whitelist", keys.join(","));
    } else typed.set(leaf.field as AppTypedField, textOf(change.after));
  }
  return editArgs(app, { typed, ...defined({ rest }) });
}

function binaryAfter(change: Change): string | undefined {
  const leaf = parseLeafPath(change.path);
  if (leaf.section !== "apps") return undefined;
  if (leaf.field === "binary") return textOf(change.after);
  return leaf.field === "present" && change.op === "add" ? change.binary : undefined;
}

/** True for changes that end up in the argument list of an app. */
export function changesArgs(change: Change): boolean {
  const leaf = parseLeafPath(change.path);
  if (leaf.section !== "apps") return false;
  return leaf.field === "args" || TYPED_FIELDS.some(({ field }) => field === leaf.field);
}

/** True for the path of a leaf of this app. */
export function isOfApp(path: string, app: string): boolean {
  const leaf = parseLeafPath(path);
  return leaf.section === "apps" && leaf.app === app;
}

function maskSecrets(value: Json): Json {
  if (!Array.isArray(value)) return value;
  return value.map((item: Json) => (typeof item === "string" ? item : MASK));
}

function textsOf(value: Json): readonly string[] {
  return Array.isArray(value) ? value.map((item: Json) => textOf(item)) : [];
}

function textOf(value: Json): string {
  return value === null || typeof value === "object" ? "" : String(value);
}
