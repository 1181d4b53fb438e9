// The facts of a visor's apps.
import { canonicalJson, compareTexts, type Json, utf8 } from "../../core/index.ts";
import {
  type AppTypedField,
  ARGUMENT_BYTES_MAX,
  EXIT_PROGRAMS,
  isKeptRunning,
  MASK,
  type ObservedApp,
  programOf,
  splitArgs,
  TYPED_FIELDS,
  unreadableElements,
} from "../../model/index.ts";
import { isAppAddress } from "../app-address.ts";
import { isPlainSecret, looksSecret, parseOption } from "../check-values.ts";
import { APP_NAME_PATTERN } from "../schema-parts.ts";
import { isPlainText, keysIn, type TextLook } from "./look.ts";

const APP_NAME = new RegExp(APP_NAME_PATTERN);
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** The app that keeps the remote terminal alive; a manifest cannot say that it is off. */
const PTY = "pty";
/** The binary that is told by its arguments which app to be. */
const COMBINED_PROGRAM = "skywire";
const STOPPED = 0;
const RUNNING = 1;

/** Reads what a manifest could own of the apps of one visor. */
export function readAppFacts(look: TextLook): void {
  const taken = new Set<string>();
  const unnamed = look.seen.apps.filter(({ name }) => !APP_NAME.test(name)).length;
  if (unnamed > 0) look.note(`${unnamed} apps are left out: a manifest cannot write their names`);
  for (const app of look.seen.apps.toSorted((a, b) => compareTexts(a.name, b.name))) {
    if (!APP_NAME.test(app.name) || taken.has(app.name)) continue;
    taken.add(app.name);
    const isTwice = look.seen.apps.filter(({ name }) => name === app.name).length > 1;
    if (isTwice) look.note(`apps.${app.name} is left out: the visor has it twice`);
    else readApp(look, app);
  }
}

function readApp(look: TextLook, app: ObservedApp): void {
  const program = programOf(app);
  readState(look, app, program);
  readMode(look, app);
  const named = readProgram(look, app, program);
  if (named) {
    readTyped(look, app, program);
    readArgs(look, app, program);
  }
  readEnv(look, app);
}

function readState(look: TextLook, app: ObservedApp, program: string): void {
  const path = `apps.${app.name}`;
  const isPty = app.name === PTY || program === PTY;
  if (app.status !== STOPPED && app.status !== RUNNING) {
    const state = app.status === 3 ? "it was just starting" : "it had ended with an error";
    look.note(`${path}.running is left out: ${state}`);
  } else if (app.running || !(isPty || isKeptRunning(app))) {
    look.put({ kind: "value", path: `${path}.running`, value: app.running });
  }
  if (app.autoStart || !isPty)
    look.put({ kind: "value", path: `${path}.auto_start`, value: app.autoStart });
  else
    look.note(
      `${path}.auto_start is left out: the remote terminal is gone when the visor restarts`,
    );
}

function readMode(look: TextLook, app: ObservedApp): void {
  const path = `apps.${app.name}.launcher_mode`;
  const found = look.eyes.foundAt(look.seen, path);
  if (found.kind !== "value") return;
  if (found.raw === "internal" || found.raw === "external")
    look.put({ kind: "value", path, value: found.raw });
}

/** Names the program of an app that is not called like it; false when a manifest could not. */
function readProgram(look: TextLook, app: ObservedApp, program: string): boolean {
  const path = `apps.${app.name}.binary`;
  const base = app.binary.split(/[/\\]/).at(-1) ?? "";
  if (program === app.name) return true;
  if (program === PTY || app.name === PTY) return false;
  if (base === program && program !== COMBINED_PROGRAM && isPlainText(app.binary)) {
    look.put({ kind: "value", path, value: app.binary });
    return true;
  }
  look.note(
    `apps.${app.name}: its arguments are left out: it runs ${isPlainText(program) ? program : "a program"} without being called so`,
  );
  return false;
}

function readTyped(look: TextLook, app: ObservedApp, program: string): void {
  const { typed, broken } = splitArgs({ ...app, args: app.raw.open().args });
  for (const { field, form, programs } of TYPED_FIELDS) {
    if (!programs.includes(program)) continue;
    const path = `apps.${app.name}.${field}`;
    const found = look.eyes.foundAt(look.seen, path);
    if (field === "whitelist") readWhitelist(look, app, program);
    else if (broken.has(field))
      look.note(`${path} is left out: ${broken.get(field) ?? ""} keeps the app from starting`);
    else if (found.kind !== "value" || !typed.has(field)) continue;
    else if (form === "flag") look.put({ kind: "value", path, value: found.raw === true });
    else if (typeof found.raw === "string") {
      readText(look, app, { path, field, text: found.raw });
    }
  }
}

function readText(
  look: TextLook,
  app: ObservedApp,
  found: { readonly path: string; readonly field: AppTypedField; readonly text: string },
): void {
  const { path, field, text } = found;
  // What is masked where the visor shows it must not come in through the field it is read as.
  const isShown = app.args.some((element) => element === text || element.endsWith(`=${text}`));
  const key = field === "pk" ? look.keyOf(text) : undefined;
  const revoked = key === undefined ? undefined : look.revoked.get(key);
  if (revoked !== undefined) look.note(`${path} is left out: ${revoked} is revoked`);
  else if (isShown && key !== undefined) look.put({ kind: "key", path, key });
  else if (field === "address" && isShown && isPlainText(text) && !isAppAddress(text))
    look.note(`${path} is left out: a manifest has no such address`);
  else if (isShown && field !== "pk" && isPlainText(text)) {
    look.put({ kind: "value", path, value: text });
  } else {
    look.note(
      `${path} is left out: ${field === "pk" ? "it is no visor key" : "it could be a secret or cannot be shown"}`,
    );
  }
}

function readWhitelist(look: TextLook, app: ObservedApp, program: string): void {
  const path = `apps.${app.name}.whitelist`;
  const found = look.eyes.foundAt(look.seen, path);
  if (found.kind !== "set") return;
  const keys = keysIn(look, found.elements);
  if (typeof keys === "string") {
    look.note(`${path} is left out: ${keys}`);
  } else if (keys.length === 0) {
    if (look.open && EXIT_PROGRAMS.includes(program)) look.put({ kind: "anyone", path });
    else look.note(`${path} is empty, which means everybody; --open writes whitelist: anyone`);
  } else if (keys.join(",").length > ARGUMENT_BYTES_MAX) {
    look.note(`${path} is left out: it has more keys than one argument holds`);
  } else if (keys.includes(look.seen.key)) {
    const others = keys.filter((key) => key !== look.seen.key);
    look.note(`${path} holds the visor's own key too, so that it cannot be written as a whole`);
    if (others.length > 0) look.put({ kind: "keys", path, keys: others, form: "add" });
  } else look.put({ kind: "keys", path, keys, form: "exact" });
}

function readArgs(look: TextLook, app: ObservedApp, program: string): void {
  const path = `apps.${app.name}.args`;
  const found = look.eyes.foundAt(look.seen, path);
  if (found.kind !== "value" || !Array.isArray(found.raw) || found.raw.length === 0) return;
  const args = found.raw.map((element: Json) => (typeof element === "string" ? element : ""));
  const isMasked =
    canonicalJson(found.raw) !== canonicalJson(found.shown) ||
    args.some((element) => element.includes(MASK));
  if (isMasked || args.some((element, index) => isSecretArgument(args, element, index))) {
    look.note(`${path} holds a secret: write all of it, with env:NAME or file:PATH in its place`);
  } else if (args[0] === "app" || !args.every(isPlainArgument) || namesTypedField(args, program)) {
    look.note(`${path} is left out: a manifest cannot write it as it is`);
  } else look.put({ kind: "value", path, value: args });
}

/** The manifest's own rule for arguments, so that nothing is written that it would refuse. */
function isSecretArgument(args: readonly string[], element: string, index: number): boolean {
  if (looksSecret(element)) return true;
  const own = parseOption(element);
  const option = own?.value === undefined ? parseOption(args[index - 1] ?? "") : own;
  return option !== undefined && isPlainSecret(option.name, own?.value ?? element);
}

function isPlainArgument(text: string): boolean {
  return isPlainText(text) && utf8(text).length <= ARGUMENT_BYTES_MAX;
}

function namesTypedField(args: readonly string[], program: string): boolean {
  const app = { name: program, binary: "", args };
  return splitArgs(app).typed.size > 0 || unreadableElements(app).length > 0;
}

function readEnv(look: TextLook, app: ObservedApp): void {
  const env = app.env ?? [];
  if (env.length === 0) return;
  // Only names: every value may be a secret, and so may an element that is no NAME=value.
  const names = env.flatMap((element) => {
    const [name = ""] = element.split("=", 1);
    return element.includes("=") && VARIABLE.test(name) && !looksSecret(name) ? [name] : [];
  });
  const others = env.length - names.length;
  const all = [...names, ...(others > 0 ? [`${others} more`] : [])].join(", ");
  look.note(
    `apps.${app.name}.env is left out (${all}): write all of it, secrets as env:NAME or file:PATH`,
  );
}
