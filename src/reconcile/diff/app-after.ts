// What an app will be once changes of it are written, and what its program cannot take.
import { defined, type Json } from "../../core/index.ts";
import {
  type AppProgram,
  type AppTypedField,
  type Change,
  editArgs,
  isKeptRunning,
  isOf2024,
  MASK,
  type ObservedApp,
  parseWhitelist,
  programOf,
  type SeenVisor,
  splitArgs,
  TYPED_FIELDS,
  typedForm,
} from "../../model/index.ts";
import { type LeafPath, parseLeafPath } from "./leaf-path.ts";

// What an app will be once changes of it are written: made by one function, for guards and for the writer.

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

// What an app's program cannot take, whatever its release can write.

/**
 * Why a change of arguments or of a field that lives in them cannot be written, or `undefined`. What counts is the
 * program that the app will be once all changes are written.
 * @param withAdded the visor as it was read, with the apps that the plan adds
 */
export function untakenByProgram(
  withAdded: SeenVisor,
  change: Change | undefined,
  changes: readonly Change[],
): string | undefined {
  const path = change === undefined ? undefined : parseLeafPath(change.path);
  if (change === undefined || path?.section !== "apps" || !changesArgs(change)) return undefined;
  const app = withAdded.apps.find(({ name }) => name === path.app);
  if (app === undefined) return undefined;
  const after = appAfter({ ...app, args: app.raw.open().args }, changes);
  if (path.field === "args")
    return typedInArgs(app.argsUnknown === true ? { ...app, binary: after.binary } : after, change);
  return untakenField(after, path.field as AppTypedField) ?? untakenAddress(app, change);
}

/** An option that has a field is read as the field, so that as an argument it would never be found. */
function typedInArgs(after: AppProgram, { after: value }: Change): string | undefined {
  const program = programOf(after);
  const args = Array.isArray(value)
    ? value.map((item: Json) => (typeof item === "string" ? item : ""))
    : [];
  const { typed, broken } = splitArgs({ ...after, binary: program, args });
  const [field] = [...typed.keys(), ...broken.keys()];
  return field === undefined
    ? undefined
    : `args give what the field ${field} stands for, because ${after.name} runs ${program}: write apps.${after.name}.${field} instead`;
}

function untakenField(after: AppProgram, field: AppTypedField): string | undefined {
  const program = programOf(after);
  return typedForm(program, field) === undefined
    ? `the program that ${after.name} runs on this visor knows no ${field}`
    : undefined;
}

/** Source: session set-app-strings; releases of 2026 take an address in front of the port too. */
function untakenAddress(app: ObservedApp, { path, method, after }: Change): string | undefined {
  const isShort = typeof after === "string" && /^\*?:\d+$/.test(after);
  return path.endsWith(".address") && method === "SetAppAddress" && isOf2024(app) && !isShort
    ? "this release takes :PORT or *:PORT only"
    : undefined;
}

/** Why an app cannot be stopped or deleted, or `undefined`. */
export function startedAgain(seen: SeenVisor, path: LeafPath): string | undefined {
  if (path.section !== "apps" || !["running", "present"].includes(path.field)) return undefined;
  const app = seen.apps.find(({ name }) => name === path.app);
  return app !== undefined && isKeptRunning(app)
    ? `the visor starts ${path.app} again whenever it stops (restart_policy: always)`
    : undefined;
}
