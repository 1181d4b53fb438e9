// Rules about one app that its schema cannot say.
import type { Diagnostic, Json, Place } from "../core/index.ts";
import {
  type AppProgram,
  ARGUMENT_BYTES_MAX,
  type DesiredField,
  EXIT_PROGRAMS,
  exitOf,
  programOf,
  splitArgs,
  TYPED_FIELDS,
  typedForm,
  type TypedFieldForm,
  unreadableElements,
} from "../model/index.ts";
import { ADDRESS_PORT_MAX, ADDRESS_PORT_MIN, isAppAddress } from "./app-address.ts";
import { parseOption } from "./check-values.ts";

/** A key in hexadecimal and the comma that follows it. */
const KEY_BYTES = 67;
/** The app that keeps the remote terminal alive; the visor starts it again whenever it stops. */
const PTY = "pty";

type DesiredFields = ReadonlyMap<string, DesiredField>;

/** Checks what only the joined fields of one app show. */
export function checkApp(
  name: string,
  fields: DesiredFields,
  report: (diagnostic: Diagnostic) => void,
): void {
  const app = appOf(name, fields);
  const program = programOf(app);
  if (name === PTY || program === PTY) checkPty(app, fields, report);
  const args = fields.get(`apps.${name}.args`);
  for (const form of TYPED_FIELDS) {
    const leaf = fields.get(`apps.${name}.${form.field}`);
    if (leaf === undefined) continue;
    checkProgram({ app, program, form }, leaf, report);
    checkGivenOnce(form, leaf, args, report);
  }
  checkAddress(fields.get(`apps.${name}.address`), report);
  checkWhitelistSize(fields.get(`apps.${name}.whitelist`), report);
  const faults = EXIT_PROGRAMS.includes(program) ? openByArguments(args) : [];
  for (const fault of [...faults, ...(faults.length > 0 ? [] : unreadable(app, fields))])
    report(fault);
}

/** Options that the app cannot read, or that a field stands for: as arguments they would never be found again. */
function unreadable(app: AppProgram, fields: DesiredFields): readonly Diagnostic[] {
  const at = fields.get(`apps.${app.name}.args`)?.origin.place;
  if (at === undefined) return [];
  const [element] = unreadableElements(app);
  const isSaid = [...splitArgs(app).broken.keys()].some((field) =>
    fields.has(`apps.${app.name}.${field}`),
  );
  if (element !== undefined && !isSaid) {
    return [
      {
        code: "manifest/option-form",
        severity: "error",
        message: `${programOf(app)} cannot start with the argument ${element}`,
        at,
        text: element,
        next: "write options with two dashes, and give each its value",
      },
    ];
  }
  return [...splitArgs(app).typed.keys()]
    .filter((field) => !fields.has(`apps.${app.name}.${field}`))
    .map((field) => ({
      code: "manifest/option-field",
      severity: "error",
      message: `these arguments give what the field ${field} stands for`,
      at,
      text: typedForm(programOf(app), field)?.option ?? field,
      next: `write ${field} instead, and remove the option from args`,
    }));
}

/** The app as far as the manifest says what it runs. */
function appOf(name: string, fields: DesiredFields): AppProgram {
  const binary = fields.get(`apps.${name}.binary`);
  return {
    name,
    binary: binary?.kind === "value" && typeof binary.value === "string" ? binary.value : "",
    args: elementsOf(fields.get(`apps.${name}.args`)).map((element) =>
      typeof element === "string" ? element : "",
    ),
  };
}

/** There is more than one way to end the remote terminal, and none of them may be what a manifest says. */
function checkPty(
  app: AppProgram,
  fields: DesiredFields,
  report: (diagnostic: Diagnostic) => void,
): void {
  const refuse = (leaf: DesiredField, text: string, why: string): void => {
    report({
      code: "manifest/pty-app",
      severity: "error",
      message: `the app ${app.name} ${why}`,
      at: leaf.origin.place,
      text,
      next: "remove this line; who may open a terminal is said by trust: { pty: […] }",
    });
  };
  for (const [field, why] of PTY_ENDS) {
    const leaf = fields.get(`apps.${app.name}.${field}`);
    if (leaf?.kind === "value" && leaf.value === false) refuse(leaf, `${field}: false`, why);
  }
  if (app.name !== PTY || programOf(app) === PTY) return;
  for (const field of ["binary", "args"]) {
    const leaf = fields.get(`apps.${PTY}.${field}`);
    if (leaf !== undefined) refuse(leaf, field, `would run ${programOf(app)} in its place`);
  }
}

const AGAIN = "cannot be stopped or removed: the visor starts it again at once";
const PTY_ENDS: readonly (readonly [string, string])[] = [
  ["present", AGAIN],
  ["running", AGAIN],
  ["auto_start", "is the remote terminal, which would be gone once the visor restarts"],
];

function checkProgram(
  given: { readonly app: AppProgram; readonly program: string; readonly form: TypedFieldForm },
  leaf: DesiredField,
  report: (diagnostic: Diagnostic) => void,
): void {
  const { app, program, form } = given;
  if (form.programs.includes(program)) return;
  // An exit that another program starts takes no keys, but that it is open on purpose can be said.
  const isAnyone = leaf.kind === "set" && leaf.anyone === true;
  if (form.field === "whitelist" && isAnyone && exitOf(app) !== undefined) return;
  const programs = form.programs.join(" and ");
  report({
    code: "manifest/app-field",
    severity: "error",
    message: `${form.field} is a field of ${programs}, and the app ${app.name} is ${program}`,
    at: leaf.origin.place,
    text: form.field,
    next: `remove it, or name the program with binary when ${app.name} is one of ${programs}`,
  });
}

function checkGivenOnce(
  form: TypedFieldForm,
  leaf: DesiredField,
  args: DesiredField | undefined,
  report: (diagnostic: Diagnostic) => void,
): void {
  if (args === undefined || !optionsIn(args).includes(form.option)) return;
  report({
    code: "manifest/option-twice",
    severity: "error",
    message: `--${form.option} is given by ${form.field} and by args`,
    at: args.origin.place,
    text: `--${form.option}`,
    next: `keep ${form.field} and remove the option from args`,
    related: [{ message: `${form.field} is written here`, at: leaf.origin.place }],
  });
}

function elementsOf(args: DesiredField | undefined): readonly Json[] {
  return args?.kind === "value" && Array.isArray(args.value) ? (args.value as readonly Json[]) : [];
}

function optionsIn(args: DesiredField): readonly string[] {
  return elementsOf(args).flatMap((element) => {
    const option = typeof element === "string" ? parseOption(element) : undefined;
    return option === undefined ? [] : [option.name];
  });
}

function checkAddress(
  field: DesiredField | undefined,
  report: (diagnostic: Diagnostic) => void,
): void {
  if (field?.kind !== "value" || typeof field.value !== "string") return;
  if (isAppAddress(field.value)) return;
  report({
    code: "manifest/app-address",
    severity: "error",
    message: `skychat cannot listen on ${field.value}`,
    at: field.origin.place,
    text: field.value,
    next: `write :PORT, *:PORT, localhost:PORT or an IP address with a port from ${ADDRESS_PORT_MIN} to ${ADDRESS_PORT_MAX}`,
  });
}

function checkWhitelistSize(
  field: DesiredField | undefined,
  report: (diagnostic: Diagnostic) => void,
): void {
  if (field?.kind !== "set" || field.members.length * KEY_BYTES - 1 <= ARGUMENT_BYTES_MAX) return;
  report({
    code: "manifest/argument-size",
    severity: "error",
    message: `this whitelist has ${field.members.length} keys, and the one argument it becomes holds ${Math.floor((ARGUMENT_BYTES_MAX + 1) / KEY_BYTES)}`,
    at: field.origin.place,
    text: field.path,
    next: "name fewer visors and keys",
  });
}

/** An exit that is handed an empty whitelist in its arguments lets everybody in. */
function openByArguments(args: DesiredField | undefined): readonly Diagnostic[] {
  const elements = elementsOf(args);
  const opens = elements.some((element, index) => {
    const option = typeof element === "string" ? parseOption(element) : undefined;
    if (option?.name !== "whitelist") return false;
    if (option.value !== undefined) return option.value === "";
    const next = elements[index + 1];
    return next === undefined || (typeof next === "string" && next.startsWith("-"));
  });
  return args === undefined || !opens ? [] : [opensToEverybody(args.origin.place)];
}

function opensToEverybody(at: Place): Diagnostic {
  return {
    code: "manifest/open-to-everybody",
    severity: "error",
    message: "these arguments give an exit an empty whitelist, which lets everybody use it",
    at,
    text: "--whitelist",
    next: "use the field whitelist: a list of who may use it, or the word anyone",
  };
}
