// Checks that a schema cannot say: of keys, addresses and secrets, and of values that are left alone for a time.
import { type Diagnostic, suggestion, visorKeyFault } from "../core/index.ts";
import { type DesiredField, isTrustField, namesSecret, settingAt } from "../model/index.ts";
import { holdsSecrets } from "./check-schema.ts";
import type { WrittenVisor } from "./manifest.ts";
import { type MapTree, placeAt, shownKey, type Source, type Tree } from "./source.ts";

// Checks of single values that a schema cannot say, such as keys, addresses and secrets.

const REFERENCE = /^(env|file):\S+$/;

/** A value that is refused, and why. */
export interface FoundIn {
  readonly tree: Tree;
  readonly diagnostic: Diagnostic;
}

/**
 * Refuses empty values everywhere, and references to secrets where no secret may stand.
 * What is refused is put into `faulty`.
 */
export function checkValues(root: MapTree, source: Source, faulty: Set<Tree>): readonly FoundIn[] {
  const diagnostics: FoundIn[] = [];
  const path: string[] = [];
  const visit = (tree: Tree, offset: number): void => {
    if (isEmpty(tree)) {
      faulty.add(tree);
      const at = placeAt(source, offset);
      const diagnostic: Diagnostic = {
        ...emptyFault(path),
        severity: "error",
        at,
        ...shownText(path),
      };
      diagnostics.push({ tree, diagnostic });
    } else if (tree.kind === "scalar") {
      if (REFERENCE.test(tree.text) && !holdsSecrets(path)) {
        faulty.add(tree);
        const diagnostic = misplacedReference(tree.text, source, tree.offset);
        diagnostics.push({ tree, diagnostic });
      }
    } else if (tree.kind === "list") {
      for (const item of tree.items) visit(item, item.offset);
    } else {
      for (const entry of tree.entries.values()) {
        path.push(entry.key);
        visit(entry.value, entry.offset);
        path.pop();
      }
    }
  };
  visit(root, root.offset);
  return diagnostics;
}

/** A name among variables that has no value may be the value of one. */
function shownText(path: readonly string[]): { readonly text?: string } {
  const key = path.at(-1);
  const isVariable = holdsSecrets(path.slice(0, -1));
  return key === undefined || isVariable ? {} : { text: shownKey(key) };
}

function isEmpty(tree: Tree): boolean {
  switch (tree.kind) {
    case "scalar":
      return tree.value === null || tree.text === "";
    case "list":
      return tree.items.length === 0;
    case "map":
      return tree.entries.size === 0;
  }
}

function misplacedReference(text: string, source: Source, offset: number): Diagnostic {
  return {
    code: "manifest/secret-not-allowed",
    severity: "error",
    message: "a reference to a secret may only stand in env and args of an app",
    at: placeAt(source, offset),
    text: text.slice(0, 80),
    next: "write the value itself; this field is not secret",
  };
}

function emptyFault(path: readonly string[]): Pick<Diagnostic, "code" | "message" | "next"> {
  if (path.length === 1 && path[0] === "visors") {
    return {
      code: "manifest/no-visors",
      message: "this manifest names no visors",
      next: "write a name and a key for each visor, or run fleet init",
    };
  }
  const [, , section, , field] = path;
  const opens = (section === "apps" || section === "ports") && field === "whitelist";
  if (opens) {
    return {
      code: "manifest/open-to-everybody",
      message: "an empty whitelist means everybody on a visor",
      next: "name who may use it, or write whitelist: anyone",
    };
  }
  return {
    code: "manifest/empty",
    message: "a value is empty here, and an empty value never means anything in a manifest",
    next:
      section === "trust"
        ? "to leave the list alone remove the line, to take keys out of it write { remove: […] }"
        : "write a value, or remove the line to leave it alone",
  };
}

// What looks like a secret and must be a reference.

const SECRET_KEY_FORM = /(^|[^0-9a-fA-F])[0-9a-fA-F]{64}($|[^0-9a-fA-F])/;
const PASSWORD_IN_ADDRESS = /:\/\/[^/@\s:]*:[^/@\s]+@/;

/**
 * True when a text must not stand in a manifest as it is, whatever field it is in: it has the form of
 * a secret key (64 hexadecimal digits), or is an address with a password inside.
 */
export function looksSecret(text: string): boolean {
  return SECRET_KEY_FORM.test(text) || PASSWORD_IN_ADDRESS.test(text);
}

/**
 * True when the value of an option or variable of this name must be a reference. Names that speak of
 * a password, token, secret or key are secret; a value that is only visor keys, `true` or `false` is
 * public whatever the name says, because `--pubkey 02…` and `--use-password=true` are no secrets.
 */
export function isPlainSecret(name: string, value: string): boolean {
  return namesSecret(name) && !isPublicValue(value);
}

function isPublicValue(value: string): boolean {
  if (value === "true" || value === "false") return true;
  return value.split(",").every((part) => visorKeyFault(part.trim()) === undefined);
}

/** Splits `--name=value` and `-name=value`; `undefined` when the element is no option. */
export function parseOption(
  element: string,
): { readonly name: string; readonly value?: string } | undefined {
  const match = /^--?([A-Za-z][\w.-]*)(?:=([^]*))?$/.exec(element);
  if (match === null) return undefined;
  const [, name = "", value] = match;
  return value === undefined ? { name } : { name, value };
}

// Which values may be left alone for a time, and which may not.

/**
 * Refuses what cannot be ignored: a path that the manifest does not own on the visor, since a slip there would be found
 * by nobody, and everything that decides who manages the visor.
 */
export function checkIgnores(
  { name, ignores = [] }: WrittenVisor,
  fields: ReadonlyMap<string, DesiredField>,
  report: (diagnostic: Diagnostic) => void,
): void {
  for (const { path, place } of ignores) {
    const refused = { severity: "error", at: place, text: path } as const;
    if (concernsTrust(path)) {
      report({
        code: "manifest/ignored-trust",
        message: `${path} of ${JSON.stringify(name)} decides who manages the visor, and that is never ignored`,
        ...refused,
        next: `take the line out; \`fleet adopt ${name}/${path}\` takes over what is on the visor`,
      });
    } else if (!fields.has(path)) {
      report({
        code: "manifest/ignored-nothing",
        message: `the manifest says nothing of ${path} on ${JSON.stringify(name)}, so there is nothing to ignore`,
        ...refused,
        next: suggestion(path, fields.keys(), "take the line out: what is not owned is left alone"),
      });
    }
  }
}

/** True for the trust lists, and for settings of which a wrong value hands the visor over. */
export function concernsTrust(path: string): boolean {
  if (isTrustField(path)) return true;
  const [, setting] = /^settings\.(.+)$/.exec(path) ?? [];
  return setting !== undefined && settingAt(setting)?.risk === "trust";
}
