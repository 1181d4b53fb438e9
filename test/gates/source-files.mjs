// What the gates of this folder share: which files there are, and their syntax trees.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** Folders that hold nothing written by a person, or only what other programs wrote. */
const SKIPPED_FOLDERS = new Set(["node_modules", "dist", ".git", "coverage"]);

/**
 * What a gate saw. A gate that looked at nothing must not read as green, so it says how much it looked at.
 * @typedef {{ readonly looked: number, readonly findings: readonly string[] }} Verdict
 */

/**
 * Lists the files under a folder, as sorted paths with forward slashes relative to the root.
 * @param {string} root
 * @param {string} folder relative to the root; "" for all of it
 * @returns {string[]}
 */
export function listFiles(root, folder) {
  /** @type {string[]} */
  const found = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      const isScratch = entry.name.startsWith(".dist-") || entry.name.startsWith(".setup-lock");
      if (!SKIPPED_FOLDERS.has(entry.name) && !isScratch) found.push(...listFiles(root, path));
    } else if (entry.isFile()) found.push(path);
  }
  return found.sort();
}

/**
 * Lists the TypeScript and JavaScript files under some folders; a folder that does not exist has none.
 * @param {string} root
 * @param {readonly string[]} folders
 * @returns {string[]}
 */
export function listSources(root, folders) {
  const there = new Set(readdirSync(root));
  return folders
    .filter((folder) => there.has(folder))
    .flatMap((folder) => listFiles(root, folder))
    .filter((path) => /\.(ts|mjs|cjs)$/.test(path) && !path.endsWith(".d.ts"));
}

/**
 * @param {string} root
 * @param {string} path
 * @returns {ts.SourceFile} with parents set
 */
export function parseSource(root, path) {
  const text = readFileSync(join(root, path), "utf8");
  const kind = path.endsWith(".ts") ? ts.ScriptKind.TS : ts.ScriptKind.JS;
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true, kind);
}

/**
 * Names a place the way editors open it.
 * @param {ts.SourceFile} source
 * @param {ts.Node} node
 * @returns {string}
 */
export function placeOf(source, node) {
  const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
  return `${source.fileName}:${line + 1}`;
}

/**
 * Names that a file makes and exports; what it hands on from others does not count.
 * @param {ts.SourceFile} source
 * @returns {string[]}
 */
export function exportedNames(source) {
  return source.statements.flatMap((statement) => {
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (isExported !== true) return [];
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => name.getText(source));
    return "name" in statement && statement.name !== undefined
      ? [/** @type {ts.Identifier} */ (statement.name).text]
      : [];
  });
}

/** A file that says on its first line what it is, before its imports. */
export const saysWhatItIs = (/** @type {string} */ text) =>
  /^(#![^\n]*\n)?(\/\/ \S|\/\*\*?\s)/.test(text);
