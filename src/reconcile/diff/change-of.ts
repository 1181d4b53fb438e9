// One change, made of a field and of how it is written, and what an app will be once changes of it are written.
import { defined, Hidden, type Json } from "../../core/index.ts";
import {
  type AppProgram,
  type AppTypedField,
  type Change,
  type DesiredField,
  type DesiredValue,
  type DesiredVisor,
  editArgs,
  isKeptRunning,
  isOf2024,
  MASK,
  type ObservedApp,
  parseWhitelist,
  programOf,
  type SeenVisor,
  showsModes,
  splitArgs,
  TYPED_FIELDS,
  typedForm,
  STEPS,
} from "../../model/index.ts";
import { observedFieldAt } from "./observed-field.ts";
import { type FieldPath, parseFieldPath, riskOf } from "./field-path.ts";
import { closingOf, type LeftOf, recordOf, waitsForRestart, wantsDmsg } from "./served-port.ts";
import { appPresenceWriter, closingWriter, type FieldWriter } from "./writer-of.ts";

// One change, made of a field and of how it is written; those of apps that a plan adds, and of ports that are closed or opened again.

// One change, made of a field and of how it is written.

/** What comparing one field came to. */
export interface FieldVerdict {
  readonly changes: readonly Change[];
  readonly unsupported: readonly string[];
  readonly notCompared?: true;
  readonly notObserved?: true;
}

/** The change that makes a field what is wanted. */
export function changeOf(
  field: DesiredValue,
  {
    before,
    op,
    step,
    writer,
  }: Pick<Change, "before" | "op" | "step"> & { readonly writer: FieldWriter },
): Change {
  const { place, role } = field.origin;
  const change: Change = {
    path: field.path,
    op,
    before,
    after: field.value,
    reason: { place, ...defined({ role }) },
    lifetime: writer.lifetime,
    restart: writer.restart,
    risk: riskOf(field.path, false),
    step,
    method: writer.method,
    inverse: { after: before },
  };
  return withWhy(change, writer.note);
}

/** The same change with a sentence about why, where there is one. */
export function withWhy(change: Change, note: string | undefined): Change {
  return note === undefined ? change : { ...change, reason: { ...change.reason, note } };
}

// Apps that a plan adds: what they are right after that, and what they run.

/** Apps that the plan adds are compared as they are right after that: stopped, with nothing set. */
export function assumeAddedApps(desired: DesiredVisor, seen: SeenVisor): SeenVisor {
  const added: ObservedApp[] = [];
  for (const leaf of desired.leaves.values()) {
    const path = parseFieldPath(leaf.path);
    if (path.section !== "apps" || path.field !== "present") continue;
    if (leaf.kind !== "value" || leaf.value !== true) continue;
    if (seen.apps.some(({ name }) => name === path.app)) continue;
    if (appPresenceWriter(seen, true).kind === "unsupported") continue;
    added.push(freshApp(seen, path.app, binaryOf(desired, path.app)));
  }
  return added.length === 0 ? seen : { ...seen, apps: [...seen.apps, ...added] };
}

/** A change that adds an app says which program it runs. */
export function nameBinary(desired: DesiredVisor, change: Change): Change {
  const path = parseFieldPath(change.path);
  const adds = path.section === "apps" && path.field === "present" && change.op === "add";
  return adds ? { ...change, binary: binaryOf(desired, path.app) } : change;
}

/** The program an added app runs: its `binary`, or its own name. */
function binaryOf(desired: Pick<DesiredVisor, "leaves">, app: string): string {
  const field = desired.leaves.get(`apps.${app}.binary`);
  return field?.kind === "value" && typeof field.value === "string" ? field.value : app;
}

/** What the release shows of its other apps it will show of this one. */
function freshApp(seen: SeenVisor, name: string, binary: string): ObservedApp {
  const [other] = seen.apps;
  const facts = { running: false, status: 0, detail: "", autoStart: false, port: 0 };
  const shown = {
    ...(showsModes(seen) ? { launcherMode: "" } : {}),
    ...(other?.env === undefined && other !== undefined ? {} : { env: [] }),
  };
  return { name, binary, ...facts, ...shown, args: [], raw: new Hidden({ args: [], env: [] }) };
}

// How a served port is compared that is wanted closed, or opened again over a listener that lives on.

/** A visor as it is wanted and seen, and what of it waits for a restart. */
export interface PortsContext {
  readonly desired: DesiredVisor;
  readonly seen: SeenVisor;
  readonly left: LeftOf;
}

/** A port that is wanted closed: how far that has come, and what is to be done now. */
export function diffClosed(
  leaf: DesiredField,
  { seen, left }: PortsContext,
): FieldVerdict | undefined {
  const path = parseFieldPath(leaf.path);
  if (path.section !== "ports" || path.field !== "open") return undefined;
  if (leaf.kind !== "value" || leaf.value !== false) return undefined;
  const found = observedFieldAt(seen, leaf.path);
  if (found.kind !== "value") return undefined;
  const closing = closingOf(seen, path.port, left);
  if (closing.kind === "done") return { changes: [], unsupported: [] };
  const writer = closingWriter(seen, path.port, closing.kind);
  if (writer.kind === "unsupported") return { changes: [], unsupported: [writer.why] };
  const change = changeOf(leaf, {
    before: found.shown,
    op: "remove",
    step: STEPS.configure,
    writer,
  });
  return { changes: [withWhy(change, closing.note)], unsupported: [] };
}

/**
 * A port that is opened over a listener which lives on keeps that known: where its record is new, and where it is not
 * to be served over dmsg any more.
 */
export function keepTrace(change: Change, { desired, seen, left }: PortsContext): Change {
  const path = parseFieldPath(change.path);
  if (path.section !== "ports" || path.field !== "open" || change.op !== "add") return change;
  if (!waitsForRestart(path.port, left)) return change;
  const isTold = recordOf(seen, path.port) !== undefined && wantsDmsg(desired, path.port);
  return isTold ? change : { ...change, restart: "visor" };
}

// What an app will be once changes of it are written, and what its program cannot take.

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
    const leaf = parseFieldPath(change.path);
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
  const leaf = parseFieldPath(change.path);
  if (leaf.section !== "apps") return undefined;
  if (leaf.field === "binary") return textOf(change.after);
  return leaf.field === "present" && change.op === "add" ? change.binary : undefined;
}

/** True for changes that end up in the argument list of an app. */
export function changesArgs(change: Change): boolean {
  const leaf = parseFieldPath(change.path);
  if (leaf.section !== "apps") return false;
  return leaf.field === "args" || TYPED_FIELDS.some(({ field }) => field === leaf.field);
}

/** True for the path of a field of this app. */
export function isOfApp(path: string, app: string): boolean {
  const field = parseFieldPath(path);
  return field.section === "apps" && field.app === app;
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
  const path = change === undefined ? undefined : parseFieldPath(change.path);
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
export function startedAgain(seen: SeenVisor, path: FieldPath): string | undefined {
  if (path.section !== "apps" || !["running", "present"].includes(path.field)) return undefined;
  const app = seen.apps.find(({ name }) => name === path.app);
  return app !== undefined && isKeptRunning(app)
    ? `the visor starts ${path.app} again whenever it stops (restart_policy: always)`
    : undefined;
}
