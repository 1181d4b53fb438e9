// Size limits: how long a file of src is to scroll through, and how much code stands in any file and function.
import ts from "typescript";
import { listSources, parseSource, placeOf } from "./source-files.mjs";

/** A file of src, comments and all: what `source-figures` counts. */
const SOURCE_LINES_MAX = 300;
/** Any file, in lines that hold code. */
const CODE_LINES_MAX = 400;
/** Any function, in lines that hold code. */
const FUNCTION_LINES_MAX = 70;

/** Generated files and tables only, each with its reason. A name that is not needed any more is a finding. */
const EXEMPT = new Map([
  // ["src/skywire/visor/methods-table.ts", "a table: one row a method"],
]);

/** A callback handed to one of these groups tests; it is a chapter, not a function. */
const GROUPING_CALLS = new Set(["describe", "describe.each"]);

/**
 * @param {string} root
 * @param {ReadonlyMap<string, string>} [exempt] path -> why
 * @returns {import("./source-files.mjs").Verdict}
 */
export function checkSizes(root, exempt = EXEMPT) {
  const paths = listSources(root, ["src", "test", ".ci"]);
  /** @type {string[]} */
  const findings = [];
  const needed = new Set();
  for (const path of paths) {
    const faults = faultsOf(parseSource(root, path));
    if (faults.length > 0 && exempt.has(path)) needed.add(path);
    else findings.push(...faults);
  }
  for (const path of exempt.keys()) {
    if (paths.includes(path) && !needed.has(path))
      findings.push(`${path}: is exempt from the size limits and need not be`);
  }
  return { looked: paths.length, findings };
}

/**
 * @param {ts.SourceFile} source
 * @returns {string[]}
 */
function faultsOf(source) {
  const lines = [...codeLines(source)].sort((a, b) => a - b);
  /** @type {string[]} */
  const faults = [];
  const all = source.getLineAndCharacterOfPosition(source.end).line;
  if (source.fileName.startsWith("src/") && all > SOURCE_LINES_MAX) {
    faults.push(`${source.fileName}: ${all} lines, at most ${SOURCE_LINES_MAX}`);
  }
  if (lines.length > CODE_LINES_MAX) {
    faults.push(`${source.fileName}: ${lines.length} code lines, at most ${CODE_LINES_MAX}`);
  }
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (isFunction(node) && !isGroup(node)) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
      const last = source.getLineAndCharacterOfPosition(node.end).line;
      const count = lines.filter((line) => line >= first && line <= last).length;
      if (count > FUNCTION_LINES_MAX) {
        const limit = `at most ${FUNCTION_LINES_MAX}`;
        faults.push(`${placeOf(source, node)}: a function of ${count} code lines, ${limit}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return faults;
}

/**
 * Zero-based numbers of the lines that hold a token; every line of a long text counts.
 * @param {ts.SourceFile} source
 * @returns {Set<number>}
 */
function codeLines(source) {
  /** @type {Set<number>} */
  const lines = new Set();
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (node.kind >= ts.SyntaxKind.FirstJSDocNode && node.kind <= ts.SyntaxKind.LastJSDocNode) {
      return;
    }
    const children = node.getChildren(source);
    if (
      children.length === 0 &&
      node.kind !== ts.SyntaxKind.EndOfFileToken &&
      node.end > node.pos
    ) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
      const last = source.getLineAndCharacterOfPosition(node.end).line;
      for (let line = first; line <= last; line += 1) lines.add(line);
    }
    children.forEach(visit);
  };
  visit(source);
  return lines;
}

/**
 * @param {ts.Node} node
 * @returns {boolean}
 */
function isFunction(node) {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

/**
 * @param {ts.Node} node
 * @returns {boolean}
 */
function isGroup(node) {
  const { parent } = node;
  if (!ts.isCallExpression(parent)) return false;
  const callee = ts.isCallExpression(parent.expression)
    ? parent.expression.expression
    : parent.expression;
  return GROUPING_CALLS.has(callee.getText());
}
