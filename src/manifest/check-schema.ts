// Checking a manifest against its schema, with the faults in words and lines of the user's.
import type { ErrorObject } from "ajv/dist/2020.js";
import { type Diagnostic, suggestion } from "../core/index.ts";
import { formCheck } from "./form-check.ts";
import {
  type MapTree,
  placeAt,
  type ScalarTree,
  shownKey,
  type Source,
  type Tree,
  treeToJson,
  unquoted,
} from "./source.ts";
import { GLUED, MISSING_SPACE } from "./syntax-faults.ts";
import { THIS_RELEASE, unknownKey } from "./unknown-key.ts";

const TEXT_SHOWN_MAX = 80;

/** Faults that a better message is given for elsewhere: empty values, and the halves of a choice. */
const SILENT = new Set(["if", "minItems", "minProperties"]);

interface Found {
  readonly tree: Tree;
  /** Where the value is named: its key, or itself when it has none. */
  readonly offset: number;
  readonly path: readonly string[];
}

/**
 * Checks a tree against the schema. `faulty` starts with values already reported (empty ones) and
 * receives every further value that is wrong: later stages take them for absent. `misplaced` receives lists and maps
 * that stand where something else belongs.
 */
export function checkSchema(
  root: MapTree,
  source: Source,
  faulty: Set<Tree>,
  misplaced: Set<Tree> = new Set(),
): readonly Diagnostic[] {
  const validate = formCheck();
  if (validate(treeToJson(root))) return [];
  const diagnostics: Diagnostic[] = [];
  for (const error of validate.errors ?? []) {
    // The schema's "propertyNames" reports once for itself and once for the pattern inside.
    if (SILENT.has(error.keyword) || error.propertyName !== undefined) continue;
    const found = findNode(root, error.instancePath);
    if (found === undefined || faulty.has(found.tree)) continue;
    const diagnostic = diagnose(error, found, source, faulty);
    if (diagnostic === undefined) continue;
    diagnostics.push(diagnostic);
    if (diagnostic.code === "manifest/value" && found.tree.kind !== "scalar") {
      misplaced.add(found.tree);
    }
  }
  return diagnostics;
}

function diagnose(
  error: ErrorObject,
  found: Found,
  source: Source,
  faulty: Set<Tree>,
): Diagnostic | undefined {
  const params = error.params as Readonly<Record<string, unknown>>;
  const schema = error.parentSchema ?? {};
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(params["additionalProperty"]);
      const allowed = Object.keys((schema["properties"] as object | undefined) ?? {});
      return refuseEntry(
        found,
        key,
        source,
        faulty,
        unknownKey(found.path, shownKey(key), allowed),
      );
    }
    case "propertyNames": {
      const key = String(params["propertyName"]);
      return refuseEntry(found, key, source, faulty, badName(found.path, key));
    }
    case "required":
      return {
        ...missingKey(found.path, String(params["missingProperty"])),
        severity: "error",
        at: placeAt(source, found.offset),
      };
    default:
      if (schema["x-check"] !== undefined && error.keyword === "pattern") return undefined;
      faulty.add(found.tree);
      return wrongValue(found, expectation(schema), source);
  }
}

type Fault = Pick<Diagnostic, "code" | "message" | "next">;

function refuseEntry(
  found: Found,
  key: string,
  source: Source,
  faulty: Set<Tree>,
  fault: Fault,
): Diagnostic {
  const entry = found.tree.kind === "map" ? found.tree.entries.get(key) : undefined;
  if (entry !== undefined) faulty.add(entry.value);
  return {
    ...fault,
    severity: "error",
    at: placeAt(source, entry?.offset ?? found.offset),
    ...(holdsSecrets(found.path) ? {} : { text: nameShown(found.path, key) }),
  };
}

/** A name that the user chose is shown whole, unless a secret may stand behind it. */
function nameShown(path: readonly string[], key: string): string {
  const chosen = path.length === 1 || path.at(-1) === "apps" || path.at(-1) === "ports";
  return chosen ? key.slice(0, TEXT_SHOWN_MAX) : shownKey(key);
}

function badName(path: readonly string[], key: string): Fault {
  const shown = JSON.stringify(nameShown(path, key));
  const last = path.at(-1);
  if (last === "ports" && path.length > 1) {
    return {
      code: "manifest/port",
      message: `${shown} is no port`,
      next: "write a decimal number from 1 to 65535",
    };
  }
  if (last === "env" && path.length > 1) {
    return {
      code: "manifest/variable-name",
      message: "this is no name of an environment variable",
      next: "use letters, digits and _, and begin with a letter or _",
    };
  }
  return {
    code: "manifest/name",
    message: `${shown} is no name`,
    next: "use a letter, then up to 62 letters, digits, - or _",
  };
}

function missingKey(path: readonly string[], key: string): Fault {
  if (path.length === 0 && key === "visors") {
    return {
      code: "manifest/no-visors",
      message: "this manifest names no visors",
      next: "write a section visors with a name and a key for each, or run fleet init",
    };
  }
  if (key === "whitelist" && path.includes("settings")) {
    return {
      code: "manifest/missing-key",
      message:
        "a host that others reach is open to everybody there, and nothing says that this is meant",
      next: "write { host: …, whitelist: anyone }, or the address of the machine itself, 127.0.0.1",
    };
  }
  if (key === "whitelist") {
    return {
      code: "manifest/missing-key",
      message: "a served port has no whitelist, which would open it to everybody",
      next: "write whitelist: [who, may, connect], or whitelist: anyone",
    };
  }
  return {
    code: "manifest/missing-key",
    message: `${JSON.stringify(key)} is missing here`,
    next: `add a line with ${key}: …`,
  };
}

/** What the schema wants at a place, in words, and the words it has to choose from. */
interface Expectation {
  readonly expects: string;
  readonly choices: readonly string[];
  /** One value is wanted, not a list or a map. */
  readonly isScalar: boolean;
}

function expectation(schema: Readonly<Record<string, unknown>>): Expectation {
  const listed = schema["enum"] ?? [schema["const"]];
  const choices = Array.isArray(listed) ? listed.filter((one) => typeof one === "string") : [];
  const isScalar = schema["type"] !== "object" && schema["type"] !== "array";
  const words = schema["x-expects"];
  return { expects: typeof words === "string" ? words : "something else", choices, isScalar };
}

function wrongValue(
  found: Found,
  { expects, choices, isScalar }: Expectation,
  source: Source,
): Diagnostic {
  const { tree, path } = found;
  const at = placeAt(source, tree.offset);
  const shown = holdsSecrets(path) ? undefined : shownText(tree, path, isScalar);
  const text = shown === undefined ? {} : { text: shown };
  const word = shown === undefined || tree.kind !== "scalar" ? "" : tree.text;
  const isMay = path[0] === "operators" && path[2] === "may" && word === "approve";
  const isSecret = /^(env|file):/.test(word);
  if (isMay || isSecret) {
    return {
      code: isMay ? "manifest/not-supported" : "manifest/secret-not-allowed",
      severity: "error",
      message: isMay
        ? `"approve" is not supported by ${THIS_RELEASE}, so it could not be enforced`
        : "a reference to a secret may only stand in env and args of an app",
      at,
      ...text,
      next: isMay
        ? "remove it; write one or more of plan, apply and witness"
        : `write ${expects} here`,
    };
  }
  if (isGluedKey(tree, expects)) {
    const behind = tree.offset + tree.text.indexOf(":") + 1;
    return { ...MISSING_SPACE, severity: "error", at: placeAt(source, behind), ...text };
  }
  const kind = wrongKind(tree, expects, choices);
  return {
    code: "manifest/value",
    severity: "error",
    message: `this must be ${expects}${kind === undefined ? "" : `, not ${kind.is}`}`,
    at,
    ...text,
    next: kind?.next ?? suggestion(word, choices, `write ${expects}`),
  };
}

function isGluedKey(tree: Tree, expects: string): tree is ScalarTree {
  const isPlain = tree.kind === "scalar" && tree.quote === undefined;
  return isPlain && expects.startsWith("a map") && GLUED.test(tree.text);
}

/** What a value is instead of what it must be, and how it becomes that. */
function wrongKind(
  tree: Tree,
  expects: string,
  choices: readonly string[],
): { readonly is: string; readonly next?: string } | undefined {
  if (tree.kind === "list") {
    const next = "take the dashes away, and write NAME: before what belongs to each name";
    return expects.startsWith("a map") ? { is: "a list", next } : { is: "a list" };
  }
  if (tree.kind === "map") {
    const next = "write it as a list in brackets, such as [one, two]";
    return expects.startsWith("a list") ? { is: "a map", next } : { is: "a map" };
  }
  if (tree.quote === undefined) return undefined;
  const isOther = typeof unquoted(tree.text) !== "string" && !expects.startsWith("text");
  if (!isOther || choices.length > 0) return undefined;
  return {
    is: "text in quotes",
    next: `write ${tree.text.slice(0, TEXT_SHOWN_MAX)} without quotes`,
  };
}

/** Where a list or a map is wanted, a text may be a broken piece of one, with anything inside. */
function shownText(tree: Tree, path: readonly string[], isScalar: boolean): string | undefined {
  if (tree.kind !== "scalar") return undefined;
  const quote = tree.quote ?? "";
  if (isScalar) return `${quote}${tree.text.slice(0, TEXT_SHOWN_MAX)}${quote}`;
  return path[2] === "apps" ? undefined : shownKey(tree.text);
}

/** True for `args` and `env` of an app and what is inside: their text is never shown. */
export function holdsSecrets(path: readonly string[]): boolean {
  const [top, , section, , field] = path;
  return (
    (top === "visors" || top === "roles") &&
    section === "apps" &&
    (field === "args" || field === "env")
  );
}

function findNode(root: MapTree, pointer: string): Found | undefined {
  const path = pointer.split("/").slice(1).map(unescapePointer);
  let tree: Tree = root;
  let offset = root.offset;
  for (const part of path) {
    if (tree.kind === "map") {
      const entry = tree.entries.get(part);
      if (entry === undefined) return undefined;
      tree = entry.value;
      offset = entry.offset;
    } else if (tree.kind === "list") {
      const item: Tree | undefined = tree.items[Number(part)];
      if (item === undefined) return undefined;
      tree = item;
      offset = item.offset;
    } else return undefined;
  }
  return { tree, offset, path };
}

function unescapePointer(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}
