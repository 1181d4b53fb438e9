// Whether a value has a shape, and what is wrong first with one that has not, and where.
import { defined } from "./small-words.ts";
import { isJsonObject } from "./json.ts";
import type { Form, Shape } from "./shape.ts";

/** What is wrong with a value, and where it stands in what was checked. */
interface Fault {
  /** From the value that was checked, such as `.visors[0].key`. */
  readonly at: string;
  /** To be read behind the place, such as `is no list`. */
  readonly says: string;
  /** The name of a member of `at` is at fault, not a value. */
  readonly isOfName?: true;
}

/** True for a value that has the shape. */
export function hasShape<T>(value: unknown, shape: Shape<T>): value is T {
  return faultOf(value, shape.form) === undefined;
}

/**
 * The value, once it is found to have the shape.
 * @param name what the value is called in a fault
 * @param refused makes the error of whoever reads, from a clause that says what is wrong first and where, such as
 *   `the plan.visors[0].key is no visor key`
 */
export function withShape<T>(
  value: unknown,
  shape: Shape<T>,
  name: string,
  refused: (fault: string) => Error,
): T {
  const fault = faultOf(value, shape.form);
  // That nothing is wrong with it is what the type says.
  if (fault === undefined) return value as T;
  const place = `${name}${fault.at}`;
  throw refused(`${fault.isOfName === true ? `a name in ${place}` : place} ${fault.says}`);
}

/** The member of a value of which nothing is known yet, such as its `format`; `undefined` where it has none. */
export function memberNamed(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function faultOf(value: unknown, form: Form): Fault | undefined {
  switch (form.kind) {
    case "anything":
      return value === undefined ? { at: "", says: "is missing" } : undefined;
    case "text":
      return typeof value === "string" &&
        (form.pattern === undefined || form.pattern.test(value)) &&
        (form.test === undefined || form.test(value))
        ? undefined
        : isNo(form.what);
    case "number":
      return typeof value === "number" &&
        (form.isWhole ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
        value >= form.least
        ? undefined
        : isNo(form.what);
    case "flag":
      return typeof value === "boolean" ? undefined : isNo(form.what);
    case "words":
      return form.words.some((word) => word === value)
        ? undefined
        : isNo(form.words.length === 1 ? String(form.words[0]) : `one of ${form.words.join(", ")}`);
    case "list":
      return listFault(value, form);
    case "map":
      return mapFault(value, form);
    case "members":
      return membersFault(value, form);
    case "cases":
      return caseFault(value, form);
    case "where":
      return (
        faultOf(value, form.of.form) ?? (form.test(value) ? undefined : { at: "", says: form.says })
      );
  }
}

type FormOf<K> = Extract<Form, { readonly kind: K }>;

function listFault(value: unknown, { of, least, most }: FormOf<"list">): Fault | undefined {
  if (!Array.isArray(value)) return isNo("list");
  if (value.length < least || value.length > most)
    return { at: "", says: `has ${value.length} items` };
  for (let index = 0; index < value.length; index += 1) {
    const fault = faultOf(value[index], of.form);
    if (fault !== undefined) return below(`[${index}]`, fault);
  }
  return undefined;
}

function mapFault(value: unknown, { names, of, least }: FormOf<"map">): Fault | undefined {
  if (!isJsonObject(value)) return isNo("map");
  const keys = Object.keys(value);
  if (keys.length < least) return { at: "", says: "is empty" };
  for (const key of keys) {
    const wrong = faultOf(key, names.form);
    if (wrong !== undefined) return { ...wrong, isOfName: true };
    const fault = faultOf(value[key], of.form);
    if (fault !== undefined) return below(`.${key}`, fault);
  }
  return undefined;
}

function membersFault(
  value: unknown,
  { must, may, isExact }: FormOf<"members">,
): Fault | undefined {
  if (!isJsonObject(value)) return isNo("map");
  if (isExact) {
    const other = Object.keys(value).find((name) => !must.has(name) && !may.has(name));
    if (other !== undefined)
      return { at: "", says: `has ${JSON.stringify(other)}, which it never has` };
  }
  for (const [name, { form }] of must) {
    if (!Object.hasOwn(value, name)) return { at: "", says: `lacks ${name}` };
    const fault = faultOf(value[name], form);
    if (fault !== undefined) return below(`.${name}`, fault);
  }
  for (const [name, { form }] of may) {
    if (!Object.hasOwn(value, name)) continue;
    const fault = faultOf(value[name], form);
    if (fault !== undefined) return below(`.${name}`, fault);
  }
  return undefined;
}

function caseFault(value: unknown, { member, cases }: FormOf<"cases">): Fault | undefined {
  const key = memberNamed(value, member);
  const shape =
    typeof key === "string" || typeof key === "boolean" ? cases.get(String(key)) : undefined;
  return shape === undefined
    ? { at: `.${member}`, says: "is not as it must be" }
    : faultOf(value, shape.form);
}

function isNo(what: string): Fault {
  return { at: "", says: `is no ${what}` };
}

function below(step: string, { at, says, isOfName }: Fault): Fault {
  return { at: `${step}${at}`, says, ...defined({ isOfName }) };
}
