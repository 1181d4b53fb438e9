import { type AppTypedField, TYPED_FIELDS, type TypedFieldForm } from "../../model/index.ts";

/** An argument list taken apart: what the launcher needs, what typed fields own, and the rest. */
export interface AppArgs {
  /** Leading positionals such as `app skychat`; never touched. */
  readonly leading: readonly string[];
  /** Values of typed fields as text; a flag is `true` or `false`. */
  readonly typed: ReadonlyMap<AppTypedField, string>;
  /** Everything else in its order: the leaf `apps.NAME.args`. */
  readonly rest: readonly string[];
}

/** What is needed to tell which program an app runs. */
export interface AppProgram {
  readonly name: string;
  readonly binary: string;
  readonly args: readonly string[];
}

/** The binary that holds all built-in apps and is told by its arguments which one to be. */
const COMBINED_BINARY = "skywire";

/**
 * The program an app runs: what the launcher's positionals `app NAME` say to the combined binary, else the
 * last part of its binary's path, else its own name.
 */
export function programOf({ name, binary, args }: AppProgram): string {
  const [first, second] = args;
  if (first === "app" && second !== undefined && !second.startsWith("-")) return second;
  const program = binary.split(/[/\\]/).at(-1) ?? "";
  return program === "" || program === COMBINED_BINARY ? name : program;
}

/** The typed fields that a program understands. */
function typedFieldsOf(program: string): readonly TypedFieldForm[] {
  return TYPED_FIELDS.filter((form) => form.programs.includes(program));
}

/**
 * Takes an argument list apart. Options are accepted with one or two dashes, their value behind `=` or as
 * the next element; of an option given twice the last one counts, as it does for the app.
 */
export function splitArgs(args: readonly string[], program: string): AppArgs {
  const forms = typedFieldsOf(program);
  const leadingCount = args.findIndex((element) => element.startsWith("-"));
  const leading = leadingCount < 0 ? args : args.slice(0, leadingCount);
  const typed = new Map<AppTypedField, string>();
  const rest: string[] = [];
  for (let index = leading.length; index < args.length; index += 1) {
    const element = args[index] ?? "";
    const match = /^--?([^=]+)(?:=(.*))?$/s.exec(element);
    const form = match === null ? undefined : forms.find(({ option }) => option === match[1]);
    if (form === undefined) {
      rest.push(element);
    } else if (match?.[2] !== undefined) {
      typed.set(form.field, match[2]);
    } else if (form.form === "flag") {
      typed.set(form.field, "true");
    } else {
      index += 1;
      typed.set(form.field, args[index] ?? "");
    }
  }
  return { leading, typed, rest };
}

/**
 * Puts an argument list together: leading positionals, the rest, then typed fields in the order of the
 * table. A typed field whose value is empty is left out, which is its "not set".
 */
export function composeArgs(parts: AppArgs, program: string): readonly string[] {
  const typed = typedFieldsOf(program).flatMap((form) => {
    const value = parts.typed.get(form.field) ?? "";
    if (value === "") return [];
    return form.form === "flag" ? [`-${form.option}=${value}`] : [`--${form.option}`, value];
  });
  return [...parts.leading, ...parts.rest, ...typed];
}

/** The keys of a whitelist argument: comma-separated, sorted, without blanks or repetitions. */
export function parseWhitelist(text: string): readonly string[] {
  const keys = text.split(",").map((key) => key.trim().toLowerCase());
  return [...new Set(keys.filter((key) => key !== ""))].sort();
}
