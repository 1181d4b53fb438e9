// Reading what is written of one app.
import { compareTexts, defined, type Json, type Place, utf8 } from "../core/index.ts";
import {
  ARGUMENT_BYTES_MAX,
  namesSecret,
  secretPositions,
  type SecretRef,
  withoutOwnWords,
} from "../model/index.ts";
import type { Written, WrittenList, WrittenValue } from "./manifest.ts";
import { isPlainSecret, looksSecret, parseOption } from "./check-values.ts";
import { booleanOf, placeOf, type Reading, goodEntries, textOf, wordsOf } from "./reading.ts";
import { parseSecretRef } from "./secret-ref.ts";
import type { Entry, Tree } from "./source.ts";

/** Reads the named fields of one app as fields `apps.NAME.FIELD`. */
export function readApp(
  reading: Reading,
  app: Entry,
  put: (path: string, written: Written) => void,
): void {
  const fields = goodEntries(reading, app.value);
  const present = fields.find((field) => field.key === "present");
  const deletes = present !== undefined && booleanOf(present.value) === false;
  for (const field of fields) {
    const path = `apps.${app.key}.${field.key}`;
    const place = placeOf(reading, field.offset);
    if (deletes && field !== present) refuseFieldOfDeleted(reading, field, present);
    else {
      const written = readField(reading, { app: app.key, field }, place);
      if (written !== undefined) put(path, written);
    }
  }
}

function refuseFieldOfDeleted(reading: Reading, field: Entry, present: Entry): void {
  reading.report({
    code: "manifest/contradiction",
    severity: "error",
    message: `${field.key} is set for an app that present: false deletes`,
    at: placeOf(reading, field.offset),
    text: field.key,
    next: "remove this line, or remove present: false",
    related: [{ message: "deleted here", at: placeOf(reading, present.offset) }],
  });
}

function readField(
  reading: Reading,
  { app, field }: { readonly app: string; readonly field: Entry },
  place: Place,
): Written | undefined {
  switch (field.key) {
    case "whitelist":
      return readList(reading, field.value, place);
    case "args":
      return withoutLaunch(app, readArgs(reading, field.value, place));
    case "env":
      return readEnv(reading, field.value, place);
    default: {
      const value = field.value.kind === "scalar" ? field.value.value : null;
      if (value === null) return undefined;
      if (typeof value === "string") checkPlain(reading, field.value);
      return writtenValue(value, place);
    }
  }
}

export function writtenValue(value: Json, place: Place): WrittenValue {
  return { kind: "value", value, secrets: [], place };
}

/** Reads a list in any of its forms: exact, `anyone`, or members to add and remove. */
export function readList(reading: Reading, tree: Tree, place: Place): WrittenList {
  const none = { kind: "list", place, anyone: false, add: [], remove: [] } as const;
  if (tree.kind === "scalar") return { ...none, anyone: true };
  if (tree.kind === "list") return { ...none, exact: wordsOf(reading, tree) };
  return {
    ...none,
    add: wordsOf(reading, tree.entries.get("add")?.value),
    remove: wordsOf(reading, tree.entries.get("remove")?.value),
  };
}

function readArgs(reading: Reading, tree: Tree, place: Place): WrittenValue | undefined {
  if (tree.kind !== "list") return undefined;
  const texts = tree.items.map((item) => textOf(item) ?? "");
  const hidden = secretPositions(texts);
  const value: Json[] = [];
  const secrets: SecretRef[] = [];
  for (const [index, item] of tree.items.entries()) {
    const text = texts[index] ?? "";
    checkArgumentSize(reading, text, item.offset);
    const parsed = parseSecretRef(text);
    if (parsed.kind === "fault") refuseReference(reading, parsed, item.offset);
    else if (parsed.kind === "ref") {
      if (!hidden.has(index) || parseOption(texts[index - 1] ?? "") === undefined) {
        refuseUnhiddenReference(reading, text, item.offset);
      }
      secrets.push(parsed.ref);
      value.push({ secret: parsed.ref });
    } else {
      checkArgument(reading, { texts, index, hidden: hidden.has(index), offset: item.offset });
      value.push(text);
    }
  }
  return { kind: "value", value, secrets, place };
}

function checkArgument(
  reading: Reading,
  argument: {
    readonly texts: readonly string[];
    readonly index: number;
    readonly hidden: boolean;
    readonly offset: number;
  },
): void {
  const text = argument.texts[argument.index] ?? "";
  const own = parseOption(text);
  const option =
    own?.value === undefined ? parseOption(argument.texts[argument.index - 1] ?? "") : own;
  const value = own?.value ?? text;
  const isSecret = argument.hidden && option !== undefined && isPlainSecret(option.name, value);
  if (!isSecret && !looksSecret(text)) return;
  const name = option === undefined ? undefined : `--${option.name}`;
  refusePlainSecret(reading, {
    offset: argument.offset,
    what: name === undefined ? "this argument" : `the value of ${name}`,
    ...defined({ text: name }),
    next:
      own?.value === undefined
        ? "write env:NAME or file:PATH in its place; an option without a value is written --option=true"
        : `write two elements: ${name ?? "the option"}, then env:NAME or file:PATH`,
  });
}

/** What the launcher needs in front of an app's own arguments is kept by fleet, whether it is written or not. */
function withoutLaunch(app: string, args: WrittenValue | undefined): WrittenValue | undefined {
  return args === undefined || !Array.isArray(args.value)
    ? args
    : { ...args, value: [...withoutOwnWords<Json>(app, args.value)] };
}

function readEnv(reading: Reading, tree: Tree, place: Place): WrittenValue | undefined {
  if (tree.kind !== "map") return undefined;
  // Put together at the end: a plain assignment would lose a variable of the name __proto__.
  const value = new Map<string, Json>();
  const secrets: SecretRef[] = [];
  const variables = [...goodEntries(reading, tree)].sort((a, b) => compareTexts(a.key, b.key));
  for (const { key, offset, value: node } of variables) {
    const text = textOf(node) ?? "";
    checkArgumentSize(reading, `${key}=${text}`, offset);
    const parsed = parseSecretRef(text);
    if (parsed.kind === "fault") refuseReference(reading, parsed, node.offset);
    else if (parsed.kind === "ref") {
      secrets.push(parsed.ref);
      value.set(key, { secret: parsed.ref });
    } else {
      if ((namesSecret(key) && isPlainSecret(key, text)) || looksSecret(text)) {
        refusePlainSecret(reading, {
          offset,
          what: `the value of ${key}`,
          text: key,
          next: "write env:NAME or file:PATH in its place",
        });
      }
      value.set(key, text);
    }
  }
  return { kind: "value", value: Object.fromEntries(value), secrets, place };
}

/** Refuses a text of any field that has the form of a secret. */
export function checkPlain(reading: Reading, tree: Tree): void {
  const text = textOf(tree);
  if (text === undefined || !looksSecret(text)) return;
  refusePlainSecret(reading, {
    offset: tree.offset,
    what: "this value",
    next: "remove it: a secret may only be a reference in env or args of an app",
  });
}

function refusePlainSecret(
  reading: Reading,
  fault: {
    readonly offset: number;
    readonly what: string;
    readonly text?: string;
    readonly next: string;
  },
): void {
  reading.report({
    code: "manifest/plain-secret",
    severity: "error",
    message: `${fault.what} is a secret written in plain`,
    at: placeOf(reading, fault.offset),
    ...defined({ text: fault.text }),
    next: fault.next,
  });
}

function refuseReference(
  reading: Reading,
  fault: { readonly message: string; readonly next: string },
  offset: number,
): void {
  reading.report({
    code: "manifest/secret-reference",
    severity: "error",
    message: fault.message,
    at: placeOf(reading, offset),
    next: fault.next,
  });
}

/** What a visor shows of such an argument could not be told from a public one, and would be printed. */
function refuseUnhiddenReference(reading: Reading, text: string, offset: number): void {
  reading.report({
    code: "manifest/secret-not-allowed",
    severity: "error",
    message:
      "a secret argument must follow an option named like pass, token, secret or key, because only those are hidden when a visor shows them",
    at: placeOf(reading, offset),
    text: text.slice(0, 80),
    next: "write the option and the reference as two elements, such as --token, env:NAME; or use env",
  });
}

function checkArgumentSize(reading: Reading, text: string, offset: number): void {
  if (utf8(text).length <= ARGUMENT_BYTES_MAX) return;
  reading.report({
    code: "manifest/argument-size",
    severity: "error",
    message: `one argument or variable holds at most ${ARGUMENT_BYTES_MAX} bytes`,
    at: placeOf(reading, offset),
    next: "make it shorter",
  });
}
