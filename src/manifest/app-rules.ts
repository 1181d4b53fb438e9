import type { Diagnostic, Json, Place } from "../core/index.ts";
import {
  ARGUMENT_BYTES_MAX,
  type DesiredLeaf,
  EXIT_PROGRAMS,
  TYPED_FIELDS,
  type TypedFieldForm,
} from "../model/index.ts";
import { parseOption } from "./plain-secrets.ts";

/** A key in hexadecimal and the comma that follows it. */
const KEY_BYTES = 67;
/** The app that keeps the remote terminal alive; the visor starts it again whenever it stops. */
const PTY = "pty";
/** The visor's own program runs any app: `skywire app NAME`. */
const COMBINED_PROGRAM = "skywire";

type Leaves = ReadonlyMap<string, DesiredLeaf>;

/** Checks what only the joined fields of one app show. */
export function checkApp(
  name: string,
  leaves: Leaves,
  report: (diagnostic: Diagnostic) => void,
): void {
  const program = programOf(name, leaves);
  if (name === PTY || program === PTY) checkPty(name, leaves, report);
  const args = leaves.get(`apps.${name}.args`);
  for (const form of TYPED_FIELDS) {
    const leaf = leaves.get(`apps.${name}.${form.field}`);
    if (leaf === undefined) continue;
    checkProgram({ name, program, form }, leaf, report);
    checkGivenOnce(form, leaf, args, report);
  }
  checkWhitelistSize(leaves.get(`apps.${name}.whitelist`), report);
  if (EXIT_PROGRAMS.includes(program)) checkOpenByArguments(args, report);
}

/** Which program an app is: its binary where one is named, otherwise the app's name. */
function programOf(name: string, leaves: Leaves): string {
  const binary = leaves.get(`apps.${name}.binary`);
  if (binary?.kind !== "value" || typeof binary.value !== "string") return name;
  const program = binary.value.split(/[/\\]/).at(-1) ?? "";
  return program === COMBINED_PROGRAM ? name : program;
}

function checkPty(name: string, leaves: Leaves, report: (diagnostic: Diagnostic) => void): void {
  for (const field of ["present", "running"]) {
    const leaf = leaves.get(`apps.${name}.${field}`);
    if (leaf?.kind !== "value" || leaf.value !== false) continue;
    report({
      code: "manifest/pty-app",
      severity: "error",
      message: `the app ${name} cannot be stopped or removed: the visor starts it again at once`,
      at: leaf.origin.place,
      text: `${field}: false`,
      next: "remove this line; who may open a terminal is said by trust: { pty: […] }",
    });
  }
}

function checkProgram(
  app: { readonly name: string; readonly program: string; readonly form: TypedFieldForm },
  leaf: DesiredLeaf,
  report: (diagnostic: Diagnostic) => void,
): void {
  const { name, program, form } = app;
  if (form.programs.includes(program)) return;
  const programs = form.programs.join(" and ");
  report({
    code: "manifest/app-field",
    severity: "error",
    message: `${form.field} is a field of ${programs}, and the app ${name} is ${program}`,
    at: leaf.origin.place,
    text: form.field,
    next: `remove it, or name the program with binary when ${name} is one of ${programs}`,
  });
}

function checkGivenOnce(
  form: TypedFieldForm,
  leaf: DesiredLeaf,
  args: DesiredLeaf | undefined,
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

function elementsOf(args: DesiredLeaf | undefined): readonly Json[] {
  return args?.kind === "value" && Array.isArray(args.value) ? (args.value as readonly Json[]) : [];
}

function optionsIn(args: DesiredLeaf): readonly string[] {
  return elementsOf(args).flatMap((element) => {
    const option = typeof element === "string" ? parseOption(element) : undefined;
    return option === undefined ? [] : [option.name];
  });
}

function checkWhitelistSize(
  leaf: DesiredLeaf | undefined,
  report: (diagnostic: Diagnostic) => void,
): void {
  if (leaf?.kind !== "set" || leaf.members.length * KEY_BYTES - 1 <= ARGUMENT_BYTES_MAX) return;
  report({
    code: "manifest/argument-size",
    severity: "error",
    message: `this whitelist has ${leaf.members.length} keys, and the one argument it becomes holds ${Math.floor((ARGUMENT_BYTES_MAX + 1) / KEY_BYTES)}`,
    at: leaf.origin.place,
    text: leaf.path,
    next: "name fewer visors and keys",
  });
}

/** An exit that is handed an empty whitelist in its arguments lets everybody in. */
function checkOpenByArguments(
  args: DesiredLeaf | undefined,
  report: (diagnostic: Diagnostic) => void,
): void {
  const elements = elementsOf(args);
  const opens = elements.some((element, index) => {
    const option = typeof element === "string" ? parseOption(element) : undefined;
    if (option?.name !== "whitelist") return false;
    if (option.value !== undefined) return option.value === "";
    const next = elements[index + 1];
    return next === undefined || (typeof next === "string" && next.startsWith("-"));
  });
  if (args === undefined || !opens) return;
  report(openByArguments(args.origin.place));
}

function openByArguments(at: Place): Diagnostic {
  return {
    code: "manifest/open-to-everybody",
    severity: "error",
    message: "these arguments give an exit an empty whitelist, which lets everybody use it",
    at,
    text: "--whitelist",
    next: "use the field whitelist: a list of who may use it, or the word anyone",
  };
}
