// One narrow door a folder: from outside only its index.ts is imported, from inside never; a door names
// what it shows, one by one, and holds nothing else.
import { existsSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import ts from "typescript";
import { exportedNames, listSources, parseSource, placeOf } from "./source-files.mjs";

const DOOR = "index.ts";

/**
 * @param {string} root
 * @returns {import("./source-files.mjs").Verdict}
 */
export function checkDoors(root) {
  const paths = listSources(root, ["src"]);
  const findings = paths.flatMap((path) => {
    const source = parseSource(root, path);
    return [
      ...source.statements.flatMap((statement) => exportFaults(source, statement)),
      ...importsOf(source).flatMap(({ node, to }) => importFaults({ root, source, node, to })),
      ...doorFaults(source),
    ];
  });
  return { looked: paths.length, findings: [...findings, ...namesMadeTwice(root, paths)] };
}

/**
 * One name means one thing: no two files make and export the same one. What a file hands on from another does not count.
 * @param {string} root
 * @param {readonly string[]} paths
 * @returns {string[]}
 */
function namesMadeTwice(root, paths) {
  /** @type {Map<string, Set<string>>} */
  const places = new Map();
  for (const path of paths)
    for (const name of exportedNames(parseSource(root, path)))
      places.set(name, (places.get(name) ?? new Set()).add(path));
  return [...places]
    .filter(([, files]) => files.size > 1)
    .map(([name, files]) => `${[...files].join(" and ")} both export a ${name}`);
}

/**
 * @param {ts.SourceFile} source
 * @param {ts.Statement} statement
 * @returns {string[]}
 */
function exportFaults(source, statement) {
  const at = placeOf(source, statement);
  if (ts.isExportAssignment(statement)) return [`${at}: a default export; export a name`];
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  if (modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword)) {
    return [`${at}: a default export; export a name`];
  }
  if (!ts.isExportDeclaration(statement)) return [];
  const { exportClause } = statement;
  if (exportClause === undefined || ts.isNamespaceExport(exportClause)) {
    return [`${at}: export * hides what is shown; list the names`];
  }
  return exportClause.elements
    .filter((element) => element.name.text === "default")
    .map(() => `${at}: a default export; export a name`);
}

/**
 * @param {ts.SourceFile} source
 * @returns {string[]}
 */
function doorFaults(source) {
  if (posix.basename(source.fileName) !== DOOR) return [];
  return source.statements
    .filter((statement) => !ts.isExportDeclaration(statement) || !statement.moduleSpecifier)
    .map((statement) => `${placeOf(source, statement)}: a door only shows names of its folder`);
}

/**
 * @param {ts.SourceFile} source
 * @returns {{ node: ts.Node, to: string }[]} relative imports, as paths from the root
 */
function importsOf(source) {
  /** @type {{ node: ts.Node, to: string }[]} */
  const found = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    const specifier = specifierOf(node);
    if (specifier?.text.startsWith(".") === true) {
      found.push({ node, to: posix.join(posix.dirname(source.fileName), specifier.text) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/**
 * @param {ts.Node} node
 * @returns {ts.StringLiteral | undefined} what a static or dynamic import, or an export, names
 */
function specifierOf(node) {
  /** @type {ts.Node | undefined} */
  let specifier;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
    specifier = node.moduleSpecifier;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    [specifier] = node.arguments;
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    specifier = node.argument.literal;
  }
  return specifier !== undefined && ts.isStringLiteral(specifier) ? specifier : undefined;
}

/**
 * @param {{ root: string, source: ts.SourceFile, node: ts.Node, to: string }} found
 * @returns {string[]}
 */
function importFaults({ root, source, node, to }) {
  const at = placeOf(source, node);
  if (!to.startsWith("src/")) return [];
  if (!/\.(ts|json)$/.test(to)) return [`${at}: write the .ts suffix of ${to}`];
  const from = posix.dirname(source.fileName);
  const folder = posix.dirname(to);
  const isInside = from === folder || from.startsWith(`${folder}/`);
  if (posix.basename(to) === DOOR) {
    return isInside ? [`${at}: comes in by its own door ${to}; import the file`] : [];
  }
  const door = outermostDoor(root, { from, to });
  return door === undefined ? [] : [`${at}: goes past the door ${door} to ${to}`];
}

/**
 * The door of the outermost folder that an import enters, or undefined when it enters none.
 * @param {string} root
 * @param {{ from: string, to: string }} route importing folder, imported file
 * @returns {string | undefined}
 */
function outermostDoor(root, { from, to }) {
  const steps = dirname(to).split("/");
  for (let depth = 1; depth <= steps.length; depth += 1) {
    const folder = steps.slice(0, depth).join("/");
    const isOutside = from !== folder && !from.startsWith(`${folder}/`);
    if (isOutside && existsSync(join(root, folder, DOOR))) return `${folder}/${DOOR}`;
  }
  return undefined;
}
