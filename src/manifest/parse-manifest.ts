// From the text of a manifest to every value with its place.
import {
  checkVisorKey,
  defined,
  type Diagnostic,
  type Digest,
  digestOfBytes,
  utf8,
  type VisorKey,
} from "../core/index.ts";
import type { RpcRoute } from "../model/index.ts";
import { checkAppliers, checkRequirements, checkSigners } from "./check-requirements.ts";
import { checkSchema } from "./check-schema.ts";
import { checkValues } from "./check-values.ts";
import { FOREIGN } from "./foreign-files.ts";
import { identify, identifyText } from "./unknown-key.ts";
import type {
  Manifest,
  ParsedManifest,
  WrittenKey,
  WrittenRole,
  WrittenVisor,
  WrittenWhitelist,
} from "./manifest.ts";
import { readBody } from "./read-fields.ts";
import {
  booleanOf,
  mapAt,
  numberOf,
  placeOf,
  readIgnores,
  type Reading,
  goodValueAt,
  textOf,
  wordsOf,
} from "./reading.ts";
import { readLedgerRules, readOperators, readPolicy, readRules } from "./read-rules.ts";
import { checkText, makeSource, type MapTree, type Source, type Tree } from "./source.ts";
import { readExpectations } from "./expect.ts";
import { readWatch } from "./watch.ts";
import { parseSimilarTree } from "./similar-tree.ts";

/**
 * Parses the text of a manifest. Everything that is wrong is reported; when only parts are wrong, the
 * manifest holds the rest and is marked incomplete, so that resolving can report what it finds too.
 * @param partOf what counts of it; the rest must be YAML and is not read
 */
export function parseManifest(
  text: string,
  file: string,
  partOf: (root: MapTree) => MapTree = (root) => root,
): ParsedManifest {
  const source = makeSource(text, file);
  const textFaults = checkText(source);
  if (textFaults.length > 0) return { diagnostics: textFaults };
  const { tree, diagnostics: yamlFaults } = parseSimilarTree(source);
  if (tree === undefined) {
    if (yamlFaults.length === 0) return { diagnostics: [emptyFile(source)] };
    const foreign = identifyText(source);
    return { diagnostics: foreign === undefined ? yamlFaults : [foreign] };
  }
  if (tree.kind !== "map") {
    const nothing = tree.kind === "scalar" && tree.value === null;
    return { diagnostics: [...yamlFaults, nothing ? emptyFile(source) : notAMap(source)] };
  }
  const foreign = identify(tree, source);
  if (foreign !== undefined)
    return { diagnostics: foreign.code === FOREIGN ? [foreign] : [foreign, ...yamlFaults] };
  return readManifest(partOf(tree), source, yamlFaults);
}

function readManifest(
  root: MapTree,
  source: Source,
  yamlFaults: readonly Diagnostic[],
): ParsedManifest {
  const faulty = new Set<Tree>();
  const values = checkValues(root, source, faulty);
  const misplaced = new Set<Tree>();
  const form = checkSchema(root, source, faulty, misplaced);
  // What stands in a list where a map belongs was not judged by what it should be.
  const inside = new Set([...misplaced].flatMap((tree) => [...below(tree)]));
  const diagnostics = [
    ...yamlFaults,
    ...values.filter(({ tree }) => !inside.has(tree)).map(({ diagnostic }) => diagnostic),
    ...form,
  ];
  const isNameLost = NAMES.some((section) => {
    const value = root.entries.get(section)?.value;
    return value !== undefined && misplaced.has(value);
  });
  const reading: Reading = {
    source,
    faulty,
    report: (diagnostic) => void diagnostics.push(diagnostic),
  };
  const limit = mapAt(reading, root, "policy")?.entries.get("max_removals");
  const watch = readWatch(reading, root);
  const parts = {
    file: source.file,
    digest: digestOfText(source.text),
    fleet: textOf(goodValueAt(reading, root, "fleet")) ?? "",
    operators: readOperators(reading, root),
    controllers: wordsOf(reading, goodValueAt(reading, root, "controllers")),
    keys: readKeys(reading, root),
    whitelists: readWhitelists(reading, root),
    roles: readRoles(reading, root),
    visors: readVisors(reading, root),
    policy: readPolicy(reading, root),
    ...(limit === undefined ? {} : { policyPlace: placeOf(reading, limit.offset) }),
    ledger: readLedgerRules(reading, root),
    ...defined({ watch }),
    expect: readExpectations(reading, root),
    rules: readRules(reading, root),
  };
  checkRequirements(reading, root);
  checkSigners(reading, root, parts.operators);
  if (diagnostics.length === 0) checkAppliers(reading, root);
  const manifest: Manifest = {
    ...parts,
    incomplete: diagnostics.length > 0,
    ...(isNameLost ? { isNameLost: true as const } : {}),
  };
  return { manifest, diagnostics };
}

/** Sections whose names are used elsewhere. */
const NAMES = ["visors", "keys", "whitelists", "roles"] as const;

function* below(tree: Tree): Generator<Tree> {
  const parts =
    tree.kind === "list"
      ? tree.items
      : tree.kind === "map"
        ? [...tree.entries.values()].map(({ value }) => value)
        : [];
  for (const part of parts) {
    yield part;
    yield* below(part);
  }
}

function digestOfText(text: string): Digest {
  return digestOfBytes(utf8(text));
}

function emptyFile(source: Source): Diagnostic {
  return {
    code: "manifest/empty-file",
    severity: "error",
    message: "this file says nothing",
    at: { file: source.file, line: 1, column: 1 },
    next: "make a manifest with fleet init",
  };
}

function notAMap(source: Source): Diagnostic {
  return {
    code: "manifest/not-a-map",
    severity: "error",
    message: "a manifest is a map of keys and values",
    at: { file: source.file, line: 1, column: 1 },
    next: "make a manifest with fleet init, or name another file",
  };
}

function readVisorKey(reading: Reading, tree: Tree | undefined): VisorKey | undefined {
  const text = textOf(tree);
  if (tree === undefined || text === undefined) return undefined;
  const checked = checkVisorKey(text);
  if ("key" in checked) return checked.key;
  reading.report({
    code: "manifest/visor-key",
    severity: "error",
    message: `this is no visor key: ${checked.fault}`,
    at: placeOf(reading, tree.offset),
    // 64 digits may be a secret key.
    ...(text.length === 64 ? {} : { text: text.slice(0, 80) }),
    next: "copy the public key again from the visor",
  });
  return undefined;
}

function readKeys(reading: Reading, root: MapTree): ReadonlyMap<string, WrittenKey> {
  const keys = new Map<string, WrittenKey>();
  const section = goodValueAt(reading, root, "keys");
  if (section?.kind !== "map") return keys;
  for (const { key: name, offset, value } of section.entries.values()) {
    const isMap = value.kind === "map";
    const written = isMap ? goodValueAt(reading, value, "key") : value;
    const isSound = !reading.faulty.has(value);
    const key = isSound ? readVisorKey(reading, written) : undefined;
    const isRevoked =
      isSound && isMap && booleanOf(goodValueAt(reading, value, "revoked")) === true;
    keys.set(name, {
      place: placeOf(reading, offset),
      ...defined({ key }),
      ...(isRevoked ? { revoked: true } : {}),
    });
  }
  return keys;
}

function readWhitelists(reading: Reading, root: MapTree): ReadonlyMap<string, WrittenWhitelist> {
  const whitelists = new Map<string, WrittenWhitelist>();
  const section = goodValueAt(reading, root, "whitelists");
  if (section?.kind !== "map") return whitelists;
  for (const { key: name, offset, value } of section.entries.values()) {
    whitelists.set(name, {
      name,
      place: placeOf(reading, offset),
      members: wordsOf(reading, value),
    });
  }
  return whitelists;
}

const EMPTY_BODY = { written: new Map(), apps: new Map(), ports: new Map() } as const;

function readRoles(reading: Reading, root: MapTree): ReadonlyMap<string, WrittenRole> {
  const roles = new Map<string, WrittenRole>();
  const section = goodValueAt(reading, root, "roles");
  if (section?.kind !== "map") return roles;
  for (const { key: name, offset, value } of section.entries.values()) {
    roles.set(name, {
      name,
      place: placeOf(reading, offset),
      extends: wordsOf(reading, goodValueAt(reading, value, "extends")),
      body:
        value.kind === "map" && !reading.faulty.has(value) ? readBody(reading, value) : EMPTY_BODY,
    });
  }
  return roles;
}

function readVisors(reading: Reading, root: MapTree): ReadonlyMap<string, WrittenVisor> {
  const visors = new Map<string, WrittenVisor>();
  const section = goodValueAt(reading, root, "visors");
  if (section?.kind !== "map") return visors;
  for (const { key: name, offset, value } of section.entries.values()) {
    const key = readVisorKey(reading, goodValueAt(reading, value, "key"));
    const rpc = readRpc(reading, goodValueAt(reading, value, "rpc"));
    const ignores = readIgnores(reading, value);
    visors.set(name, {
      name,
      place: placeOf(reading, offset),
      ...defined({ key }),
      tags: wordsOf(reading, goodValueAt(reading, value, "tags")),
      roles: wordsOf(reading, goodValueAt(reading, value, "roles")),
      ...defined({ rpc }),
      ...(ignores.length === 0 ? {} : { ignores }),
      body:
        value.kind === "map" && !reading.faulty.has(value) ? readBody(reading, value) : EMPTY_BODY,
    });
  }
  return visors;
}

function readRpc(reading: Reading, tree: Tree | undefined): RpcRoute | undefined {
  const scheme = textOf(goodValueAt(reading, tree, "scheme"));
  const port = numberOf(goodValueAt(reading, tree, "port"));
  if ((scheme !== "dmsg" && scheme !== "skynet") || port === undefined) return undefined;
  return { scheme, port };
}
