// Checks of single values that a schema cannot say, such as keys, addresses and secrets.
import type { Diagnostic } from "../core/index.ts";
import { holdsSecrets } from "./check-schema.ts";
import { placeAt, shownKey, type Source } from "./source.ts";
import type { MapTree, Tree } from "./tree.ts";

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
