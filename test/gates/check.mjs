// One command says yes or no: `npm run check` runs every gate, `npm run check -- sizes doors` runs those,
// `npm run check -- --except tests` all but those.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { checkDoors } from "./doors.mjs";
import { checkFirstLines } from "./first-lines.mjs";
import { checkSizes } from "./sizes.mjs";
import { checkTitles } from "./titles.mjs";
import { checkWords } from "./words.mjs";

/**
 * @typedef {import("./source-files.mjs").Verdict} Verdict
 * @typedef {object} Gate
 * @property {string} name
 * @property {number} floor a run that looked at fewer things is broken, whatever it says
 * @property {(root: string) => Verdict} run
 * @typedef {{ from: string, to: string, rule: { name: string } }} Violation
 * @typedef {{ summary: { totalCruised: number, violations: Violation[] } }} CruiseResult
 */

/**
 * Runs a program of node_modules without colours or standard input.
 * @param {string} root
 * @param {readonly string[]} argv
 * @returns {{ status: number, stdout: string, text: string }} text is everything it printed
 */
function runTool(root, argv) {
  const [tool = "", ...args] = argv;
  const isNode = tool === "node";
  const program = isNode ? process.execPath : join(root, "node_modules", ".bin", tool);
  const done = spawnSync(program, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 1 << 28,
    shell: !isNode && process.platform === "win32",
  });
  if (done.error !== undefined) throw done.error;
  return {
    status: done.status ?? 1,
    stdout: done.stdout,
    text: `${done.stdout}${done.stderr}`.trim(),
  };
}

/**
 * A gate that is a tool's exit code, and says by a pattern how much the tool looked at.
 * @param {readonly string[]} argv
 * @param {RegExp} looked its first group is a number
 * @returns {(root: string) => Verdict}
 */
function tool(argv, looked) {
  return (root) => {
    const { status, text } = runTool(root, argv);
    return { looked: Number(looked.exec(text)?.[1] ?? 0), findings: status === 0 ? [] : [text] };
  };
}

/**
 * @param {string} root
 * @returns {Verdict}
 */
function checkTypes(root) {
  let looked = 0;
  /** @type {string[]} */
  const findings = [];
  for (const project of ["test/tsconfig.json", ".ci/tsconfig.json"]) {
    const { status, stdout } = runTool(root, ["tsc", "-p", project, "--listFiles"]);
    const lines = stdout.split("\n");
    looked += lines.filter(
      (line) => /\.(ts|mjs|cjs)$/.test(line) && !/node_modules/.test(line),
    ).length;
    if (status !== 0)
      findings.push(...lines.filter((line) => line !== "" && !/^\S+\.[cm]?[tj]s$/.test(line)));
  }
  return { looked, findings };
}

/**
 * @param {string} root
 * @returns {Verdict}
 */
function checkLayers(root) {
  const config = ["--config", "test/gates/layers.cjs"];
  const done = runTool(root, ["depcruise", ...config, "--output-type", "json", "src"]);
  if (!done.stdout.startsWith("{")) return { looked: 0, findings: [done.text] };
  const { summary } = /** @type {CruiseResult} */ (JSON.parse(done.stdout));
  const findings = summary.violations.map(({ from, to, rule }) =>
    from === to ? `${from}: ${rule.name}` : `${from} -> ${to}: ${rule.name}`,
  );
  return { looked: summary.totalCruised, findings };
}

/**
 * Nothing is shown that nobody uses, and nothing of src that only tests use.
 * @param {string} root
 * @returns {Verdict}
 */
function checkUnused(root) {
  const all = runTool(root, ["knip", "--no-progress", "--treat-config-hints-as-errors"]);
  // Tests are no users here, but for types. What only they need is marked `@internal`, with the reason.
  const shipped = runTool(root, ["knip", "--no-progress", "--production", "--exclude", "types"]);
  const findings = [all, shipped].flatMap(({ status, text }) => (status === 0 ? [] : [text]));
  return { looked: 2, findings: [...new Set(findings)] };
}

/**
 * A file name given to vitest means the same with our settings and without them.
 * @param {string} root
 * @returns {Verdict}
 */
function checkTestList(root) {
  const list = ["vitest", "list", "--filesOnly"];
  const plain = runTool(root, list).stdout.trim();
  const ours = runTool(root, [...list, "--config", "test/vitest.config.ts"]).stdout.trim();
  const names = (/** @type {string} */ text) => text.split("\n").sort().join("\n");
  const findings =
    names(plain) === names(ours) ? [] : [`without settings:\n${plain}\nwith:\n${ours}`];
  return { looked: ours === "" ? 0 : ours.split("\n").length, findings };
}

/**
 * @param {string} root
 * @returns {Verdict}
 */
function checkBuild(root) {
  const { status, text } = runTool(root, ["node", ".ci/setup.mjs", "--build"]);
  return { looked: 1, findings: status === 0 ? [] : [text] };
}

/**
 * The built program starts and names its commands.
 * @param {string} root
 * @returns {Verdict}
 */
function checkHelp(root) {
  const { status, stdout, text } = runTool(root, ["node", "dist/cli/main.js", "--help"]);
  return { looked: stdout.split("\n").length, findings: status === 0 ? [] : [text] };
}

/** Where code lives; also what `npm run fix` formats, with the settings files. */
const CODE = ["src", "test", ".ci"];
// Ignore patterns count from the folder of their file, so what is not ours to format is named here.
const FORMATTED = [...CODE, "package.json", "tsconfig.json", "!test/vectors/**", "!**/*.md"];

/** Well under what there is; a gate that sees less has lost its way. */
const SOURCES_MIN = 250;

/** @type {readonly Gate[]} */
const GATES = [
  {
    name: "format",
    floor: SOURCES_MIN,
    run: tool(["oxfmt", "-c", "test/gates/oxfmt.json", "--check", ...FORMATTED], / on (\d+) files/),
  },
  {
    name: "lint",
    floor: SOURCES_MIN,
    run: tool(
      ["oxlint", "-c", "test/gates/oxlint.json", "--deny-warnings", ...CODE],
      / on (\d+) files/,
    ),
  },
  { name: "types", floor: SOURCES_MIN, run: checkTypes },
  { name: "layers", floor: SOURCES_MIN, run: checkLayers },
  { name: "unused", floor: 2, run: checkUnused },
  { name: "sizes", floor: SOURCES_MIN, run: checkSizes },
  { name: "doors", floor: SOURCES_MIN, run: checkDoors },
  { name: "first-lines", floor: SOURCES_MIN, run: checkFirstLines },
  { name: "words", floor: SOURCES_MIN, run: checkWords },
  { name: "titles", floor: 1, run: checkTitles },
  { name: "test-list", floor: 1, run: checkTestList },
  {
    name: "tests",
    floor: 1,
    run: tool(["vitest", "run", "--config", "test/vitest.config.ts"], /^(\d+) passed, /m),
  },
  { name: "build", floor: 1, run: checkBuild },
  { name: "help", floor: 5, run: checkHelp },
];

/**
 * Runs one gate on a tree, which need not be this one.
 * @param {string} root
 * @param {string} name
 * @returns {Verdict}
 */
export function verdictOf(root, name) {
  const gate = GATES.find((one) => one.name === name);
  if (gate === undefined) throw new Error(`no gate ${name}`);
  return gate.run(root);
}

/**
 * @param {string} root
 * @param {Gate} gate
 * @returns {boolean} whether it passed; what it found is printed
 */
function runGate(root, { name, floor, run }) {
  const startedMs = performance.now();
  const { looked, findings } = run(root);
  const faults = [...findings];
  if (looked < floor)
    faults.push(`looked at ${looked}, fewer than ${floor}: the gate itself is broken`);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const isPassed = faults.length === 0;
  console.log(`${isPassed ? "pass" : "FAIL"} ${name.padEnd(10)} looked at ${looked}, ${seconds} s`);
  for (const fault of faults) console.log(fault.replaceAll(/^/gm, "     "));
  return isPassed;
}

/**
 * @param {string} root
 * @param {readonly string[]} args
 * @returns {number} exit code
 */
function main(root, args) {
  const isExcept = args[0] === "--except";
  const named = isExcept ? args.slice(1) : args;
  const unknown = named.filter((name) => !GATES.some((gate) => gate.name === name));
  if (unknown.length > 0) {
    console.error(
      `no gate ${unknown.join(", ")}; there are ${GATES.map(({ name }) => name).join(", ")}`,
    );
    return 64;
  }
  const isWanted = (/** @type {Gate} */ { name }) =>
    named.length === 0 || named.includes(name) !== isExcept;
  const wanted = GATES.filter(isWanted);
  const failed = wanted.filter((gate) => !runGate(root, gate));
  console.log(
    `check: ${failed.length === 0 ? "yes" : `no (${failed.map(({ name }) => name).join(", ")})`}`,
  );
  console.log(`${wanted.length - failed.length} passed, ${failed.length} failed, 0 skipped`);
  return failed.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.exitCode = main(fileURLToPath(new URL("../..", import.meta.url)), process.argv.slice(2));
}
