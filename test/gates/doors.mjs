// One narrow door a folder: from outside only its index.ts is imported, from inside never; a door names
// what it shows, one by one, and holds nothing else. The words of a command line come in by one door too: a request.
import { existsSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import ts from "typescript";
import { exportedNames, listSources, parseSource, placeOf } from "./source-files.mjs";

const DOOR = "index.ts";
/** A folder of commands. What reads the words, and what runs a command, lies in shell/ and above the folders. */
const OF_COMMANDS = /^src\/cli\/(?!shell\/)[^/]+\//;

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
      ...wordFaults(source),
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
 * In a folder of commands the words of the command line (`Given`) are taken by a command's `run` and by functions whose
 * name ends in RequestOf, and are kept and handed on by nobody.
 * @param {ts.SourceFile} source
 * @returns {string[]}
 */
function wordFaults(source) {
  if (!OF_COMMANDS.test(source.fileName)) return [];
  /** @type {string[]} */
  const faults = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isTypeReferenceNode(node) && node.typeName.getText() === "Given" && !isRead(node))
      faults.push(`${placeOf(source, node)}: takes the words themselves; take a request of them`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return faults;
}

/**
 * @param {ts.TypeReferenceNode} type
 * @returns {boolean} whether it is what a command's `run`, or a function that makes a request, is given
 */
function isRead({ parent }) {
  if (!ts.isParameter(parent)) return false;
  const name = parent.parent.name?.getText() ?? "";
  return name === "run" || name.endsWith("RequestOf");
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
