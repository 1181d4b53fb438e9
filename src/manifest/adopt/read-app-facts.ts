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
import { isPlainText, keysIn, type FactCollector } from "./fact-collector.ts";

const APP_NAME = new RegExp(APP_NAME_PATTERN);
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** The app that keeps the remote terminal alive; a manifest cannot say that it is off. */
const PTY = "pty";
/** The binary that is told by its arguments which app to be. */
const COMBINED_PROGRAM = "skywire";
const STOPPED = 0;
const RUNNING = 1;

/** Reads what a manifest could own of the apps of one visor. */
export function readAppFacts(collector: FactCollector): void {
  const taken = new Set<string>();
  const unnamed = collector.seen.apps.filter(({ name }) => !APP_NAME.test(name)).length;
  if (unnamed > 0)
    collector.note(`${unnamed} apps are left out: a manifest cannot write their names`);
  for (const app of collector.seen.apps.toSorted((a, b) => compareTexts(a.name, b.name))) {
    if (!APP_NAME.test(app.name) || taken.has(app.name)) continue;
    taken.add(app.name);
    const isTwice = collector.seen.apps.filter(({ name }) => name === app.name).length > 1;
    if (isTwice) collector.note(`apps.${app.name} is left out: the visor has it twice`);
    else readApp(collector, app);
  }
}

function readApp(collector: FactCollector, app: ObservedApp): void {
  const program = programOf(app);
  readState(collector, app, program);
  readMode(collector, app);
  const named = readProgram(collector, app, program);
  if (named) {
    readTyped(collector, app, program);
    readArgs(collector, app, program);
  }
  readEnv(collector, app);
}

function readState(collector: FactCollector, app: ObservedApp, program: string): void {
  const path = `apps.${app.name}`;
  const isPty = app.name === PTY || program === PTY;
  if (app.status !== STOPPED && app.status !== RUNNING) {
    const state = app.status === 3 ? "it was just starting" : "it had ended with an error";
    collector.note(`${path}.running is left out: ${state}`);
  } else if (app.running || !(isPty || isKeptRunning(app))) {
    collector.put({ kind: "value", path: `${path}.running`, value: app.running });
  }
  if (app.autoStart || !isPty)
    collector.put({ kind: "value", path: `${path}.auto_start`, value: app.autoStart });
  else
    collector.note(
      `${path}.auto_start is left out: the remote terminal is gone when the visor restarts`,
    );
}

function readMode(collector: FactCollector, app: ObservedApp): void {
  const path = `apps.${app.name}.launcher_mode`;
  const found = collector.planView.observedFieldAt(collector.seen, path);
  if (found.kind !== "value") return;
  if (found.raw === "internal" || found.raw === "external")
    collector.put({ kind: "value", path, value: found.raw });
}

/** Names the program of an app that is not called like it; false when a manifest could not. */
function readProgram(collector: FactCollector, app: ObservedApp, program: string): boolean {
  const path = `apps.${app.name}.binary`;
  const base = app.binary.split(/[/\\]/).at(-1) ?? "";
  if (program === app.name) return true;
  if (program === PTY || app.name === PTY) return false;
  if (base === program && program !== COMBINED_PROGRAM && isPlainText(app.binary)) {
    collector.put({ kind: "value", path, value: app.binary });
    return true;
  }
  collector.note(
    `apps.${app.name}: its arguments are left out: it runs ${isPlainText(program) ? program : "a program"} without being called so`,
  );
  return false;
}

function readTyped(collector: FactCollector, app: ObservedApp, program: string): void {
  const { typed, broken } = splitArgs({ ...app, args: app.raw.open().args });
  for (const { field, form, programs } of TYPED_FIELDS) {
    if (!programs.includes(program)) continue;
    const path = `apps.${app.name}.${field}`;
    const found = collector.planView.observedFieldAt(collector.seen, path);
    if (field === "whitelist") readWhitelist(collector, app, program);
    else if (broken.has(field))
      collector.note(`${path} is left out: ${broken.get(field) ?? ""} keeps the app from starting`);
    else if (found.kind !== "value" || !typed.has(field)) continue;
    else if (form === "flag") collector.put({ kind: "value", path, value: found.raw === true });
    else if (typeof found.raw === "string") {
      readText(collector, app, { path, field, text: found.raw });
    }
  }
}

function readText(
  collector: FactCollector,
  app: ObservedApp,
  found: { readonly path: string; readonly field: AppTypedField; readonly text: string },
): void {
  const { path, field, text } = found;
  // What is masked where the visor shows it must not come in through the field it is read as.
  const isShown = app.args.some((element) => element === text || element.endsWith(`=${text}`));
  const key = field === "pk" ? collector.keyOf(text) : undefined;
  const revoked = key === undefined ? undefined : collector.revoked.get(key);
  if (revoked !== undefined) collector.note(`${path} is left out: ${revoked} is revoked`);
  else if (isShown && key !== undefined) collector.put({ kind: "key", path, key });
  else if (field === "address" && isShown && isPlainText(text) && !isAppAddress(text))
    collector.note(`${path} is left out: a manifest has no such address`);
  else if (isShown && field !== "pk" && isPlainText(text)) {
    collector.put({ kind: "value", path, value: text });
  } else {
    collector.note(
      `${path} is left out: ${field === "pk" ? "it is no visor key" : "it could be a secret or cannot be shown"}`,
    );
  }
}

function readWhitelist(collector: FactCollector, app: ObservedApp, program: string): void {
  const path = `apps.${app.name}.whitelist`;
  const found = collector.planView.observedFieldAt(collector.seen, path);
  if (found.kind !== "set") return;
  const keys = keysIn(collector, found.elements);
  if (typeof keys === "string") {
    collector.note(`${path} is left out: ${keys}`);
  } else if (keys.length === 0) {
    if (collector.open && EXIT_PROGRAMS.includes(program)) collector.put({ kind: "anyone", path });
    else collector.note(`${path} is empty, which means everybody; --open writes whitelist: anyone`);
  } else if (keys.join(",").length > ARGUMENT_BYTES_MAX) {
    collector.note(`${path} is left out: it has more keys than one argument holds`);
  } else if (keys.includes(collector.seen.key)) {
    const others = keys.filter((key) => key !== collector.seen.key);
    collector.note(
      `${path} holds the visor's own key too, so that it cannot be written as a whole`,
    );
    if (others.length > 0) collector.put({ kind: "keys", path, keys: others, form: "add" });
  } else collector.put({ kind: "keys", path, keys, form: "exact" });
}

function readArgs(collector: FactCollector, app: ObservedApp, program: string): void {
  const path = `apps.${app.name}.args`;
  const found = collector.planView.observedFieldAt(collector.seen, path);
  if (found.kind !== "value" || !Array.isArray(found.raw) || found.raw.length === 0) return;
  const args = found.raw.map((element: Json) => (typeof element === "string" ? element : ""));
  const isMasked =
    canonicalJson(found.raw) !== canonicalJson(found.shown) ||
    args.some((element) => element.includes(MASK));
  if (isMasked || args.some((element, index) => isSecretArgument(args, element, index))) {
    collector.note(
      `${path} holds a secret: write all of it, with env:NAME or file:PATH in its place`,
    );
  } else if (args[0] === "app" || !args.every(isPlainArgument) || namesTypedField(args, program)) {
    collector.note(`${path} is left out: a manifest cannot write it as it is`);
  } else collector.put({ kind: "value", path, value: args });
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

function readEnv(collector: FactCollector, app: ObservedApp): void {
  const env = app.env ?? [];
  if (env.length === 0) return;
  // Only names: every value may be a secret, and so may an element that is no NAME=value.
  const names = env.flatMap((element) => {
    const [name = ""] = element.split("=", 1);
    return element.includes("=") && VARIABLE.test(name) && !looksSecret(name) ? [name] : [];
  });
  const others = env.length - names.length;
  const all = [...names, ...(others > 0 ? [`${others} more`] : [])].join(", ");
  collector.note(
    `apps.${app.name}.env is left out (${all}): write all of it, secrets as env:NAME or file:PATH`,
  );
}
