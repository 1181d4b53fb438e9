// Figures of the source: which of its files one plan and one apply run, and how its parts are laid out.
// `node test/bench/source-figures.mjs` prints them; with `--files` also the names of the files that were run.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";
import { exportedNames, listSources, parseSource, saysWhatItIs } from "../gates/source-files.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUILT = join(ROOT, "dist/cli/main.js");
const UNBUNDLED = join(ROOT, "src/cli/main.ts");
const LOADER = pathToFileURL(join(ROOT, ".ci/typescript.mjs")).href;
const READY = /^Ready: .* at (\S+:\d+)\.$/m;
const READY_WITHIN_MS = 20_000;

/**
 * Runs the program in a folder of its own, without git or relays.
 * @param {{ base: string, rpc: string }} place
 * @param {readonly string[]} words
 * @param {{ coverage?: string }} [how] with `coverage` the unbundled source is run, and V8 writes there what ran
 * @returns {string} what it printed
 */
function fleet({ base, rpc }, words, { coverage } = {}) {
  const node = coverage === undefined ? [BUILT] : ["--import", LOADER, UNBUNDLED];
  const done = spawnSync(process.execPath, [...node, ...words], {
    cwd: base,
    encoding: "utf8",
    env: {
      PATH: process.env["PATH"],
      HOME: base,
      FLEET_HOME: join(base, "home"),
      FLEET_DIR: join(base, "visors"),
      FLEET_RPC: rpc,
      ...(coverage === undefined ? {} : { NODE_V8_COVERAGE: coverage }),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (done.status !== 0)
    throw new Error(`fleet ${words.join(" ")} ended with ${done.status}: ${done.stderr}`);
  return done.stdout;
}

/**
 * Starts two embedded visors of the newest release.
 * @param {string} base
 * @returns {Promise<{ rpc: string, stop: () => void }>}
 */
async function startVisors(base) {
  const words = ["embedded", "up", "--visors", "2", "--rpc-port", "0", "--dir", "visors"];
  const child = spawn(process.execPath, [BUILT, ...words], {
    cwd: base,
    env: { PATH: process.env["PATH"], HOME: base, FLEET_HOME: join(base, "home") },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  const until = Date.now() + READY_WITHIN_MS;
  while (!READY.test(out)) {
    if (Date.now() > until || child.exitCode !== null)
      throw new Error(`no embedded visors: ${out}`);
    await sleep(50);
  }
  return { rpc: READY.exec(out)?.[1] ?? "", stop: () => child.kill("SIGTERM") };
}

/**
 * The files of src of which a function ran, the top level of a module aside.
 * @param {string} folder what V8 wrote
 * @returns {{ run: string[], loaded: string[] }} sorted paths from the root
 */
function filesRun(folder) {
  /** @type {Set<string>} */
  const run = new Set();
  /** @type {Set<string>} */
  const loaded = new Set();
  const source = pathToFileURL(join(ROOT, "src")).href;
  for (const name of readdirSync(folder)) {
    /** @type {{ result: { url: string, functions: { functionName: string, ranges: { startOffset: number, count: number }[] }[] }[] }} */
    const { result } = JSON.parse(readFileSync(join(folder, name), "utf8"));
    for (const { url, functions } of result) {
      if (!url.startsWith(`${source}/`)) continue;
      const path = `src${url.slice(source.length)}`;
      loaded.add(path);
      const isRun = functions.some(
        ({ functionName, ranges: [range] }) =>
          range !== undefined &&
          range.count > 0 &&
          functionName !== "<static_initializer>" &&
          !(functionName === "" && range.startOffset === 0),
      );
      if (isRun) run.add(path);
    }
  }
  /** @param {Set<string>} paths */
  const sorted = (paths) => [...paths].toSorted((left, right) => (left < right ? -1 : 1));
  return { run: sorted(run), loaded: sorted(loaded) };
}

/** @returns {Promise<{ plan: ReturnType<typeof filesRun>, apply: ReturnType<typeof filesRun> }>} */
async function measureRuns() {
  const base = mkdtempSync(join(tmpdir(), "fleet-figures-"));
  const visors = await startVisors(base);
  try {
    const place = { base, rpc: visors.rpc };
    fleet(place, ["keygen"]);
    writeFileSync(join(base, "fleet.yaml"), fleet(place, ["embedded", "sample"]));
    fleet(place, ["apply", "--yes"]);
    const sample = readFileSync(join(base, "fleet.yaml"), "utf8");
    const changed = sample.replace(/log_level: \w+/, "log_level: error");
    if (changed === sample) throw new Error("the sample has no log_level to change");
    writeFileSync(join(base, "fleet.yaml"), changed);
    fleet(place, ["plan"], { coverage: join(base, "plan") });
    fleet(place, ["apply", "--yes"], { coverage: join(base, "apply") });
    return { plan: filesRun(join(base, "plan")), apply: filesRun(join(base, "apply")) };
  } finally {
    visors.stop();
    await sleep(200);
    rmSync(base, { recursive: true, force: true });
  }
}

/** @param {readonly number[]} numbers */
const median = (numbers) =>
  numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? 0;

/**
 * Lines of each function with a body.
 * @param {ts.SourceFile} source
 * @returns {number[]}
 */
function functionLines(source) {
  /** @type {number[]} */
  const lines = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      const lineOf = (/** @type {number} */ at) => source.getLineAndCharacterOfPosition(at).line;
      lines.push(lineOf(node.end) - lineOf(node.getStart(source)) + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return lines;
}

function layout() {
  const paths = listSources(ROOT, ["src"]);
  const texts = paths.map((path) => readFileSync(join(ROOT, path), "utf8"));
  const sources = paths.map((path) => parseSource(ROOT, path));
  const lines = texts.map((text) => text.split("\n").length - 1);
  const functions = sources.map(functionLines);
  /** @type {Map<string, number>} */
  const places = new Map();
  for (const source of sources) {
    // An overload, or a type beside its value, is one name of one file.
    for (const name of new Set(exportedNames(source)))
      places.set(name, (places.get(name) ?? 0) + 1);
  }
  const isPack = (/** @type {number} */ at) =>
    /inject_?pk/i.test(texts[at] ?? "") && !paths[at]?.startsWith("src/skywire/embedded/");
  return {
    files: paths.length,
    lines: lines.reduce((sum, each) => sum + each, 0),
    "lines of a file, median": median(lines),
    "files over 300 lines": lines.filter((each) => each > 300).length,
    "functions over 70 lines": functions.flat().filter((each) => each > 70).length,
    "lines of a function, median": median(functions.flat()),
    "files that say what they are": texts.filter(saysWhatItIs).length,
    "exported names made in two files": [...places.values()].filter((each) => each > 1).length,
    "files that know inject_pk, embedded aside": paths.filter((_, at) => isPack(at)).length,
    "files of src/cli side by side": paths.filter((path) => /^src\/cli\/[^/]+$/.test(path)).length,
  };
}

const { plan, apply } = await measureRuns();
const figures = {
  ...layout(),
  "files with a function that `fleet plan` runs": plan.run.length,
  "files that `fleet plan` loads": plan.loaded.length,
  "files with a function that `fleet apply` runs": apply.run.length,
  "files that `fleet apply` loads": apply.loaded.length,
};
for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name}: ${value}\n`);
if (process.argv.includes("--files")) {
  process.stdout.write(`\nplan:\n${plan.run.join("\n")}\n\napply:\n${apply.run.join("\n")}\n`);
}
