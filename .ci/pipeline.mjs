// The steps of .ci/run, one after the other, whatever the one before said, and their sum at the end. A step
// that prints no closing line of its own counts as one: passed when its exit code is 0.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CLOSING_LINE = /^(\d+) passed, (\d+) failed, (\d+) skipped$/;
const SKIPPED_LINE = /^SKIPPED /;
/** The release line that is Node's current LTS; its own build must say that it is one. */
const LTS_MAJOR = 24;
const NPM = process.platform === "win32" ? "npm.cmd" : "npm";
/** More mutations than the suite makes, from another seed. */
const FUZZ = { FLEET_FUZZ: "60000", FLEET_FUZZ_SEED: "7" };
/** The suite tries a few dozen. */
const MANY_FLEETS = { FLEET_ADOPT_FLEETS: "1000" };
const ADOPT_TESTS = "test/property/adopt.property.test.ts";
/** What the README promises of the first chapter. */
const DEMO_MS = 20_000;
const SIM = [process.execPath, "--import", "./.ci/typescript.mjs", "test/sim/main.ts"];
const VITEST = ["node_modules/vitest/vitest.mjs", "run", "--config", "test/vitest.config.ts"];

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Tally
 * @typedef {{ tally: Tally, skips: readonly string[] }} StepResult
 */

/**
 * Runs a program without standard input and shows what it prints.
 * @param {readonly string[]} argv
 * @param {Readonly<Record<string, string>>} env
 * @returns {Promise<{ status: number, lines: string[] }>}
 */
async function show(argv, env) {
  const [program = "", ...args] = argv;
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...env, CI: "true", NO_COLOR: "1", FORCE_COLOR: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (/** @type {string} */ part) => {
    text += part;
    process.stdout.write(part);
  });
  /** @type {number} */
  const status = await new Promise((resolve) => {
    child.on("error", () => resolve(1));
    child.on("close", (code) => resolve(code ?? 1));
  });
  return { status, lines: text.split("\n") };
}

/**
 * @param {string} title
 * @param {readonly string[]} argv
 * @param {Readonly<Record<string, string>>} [env]
 * @param {number} [mostMs] a step that takes longer has failed
 * @returns {Promise<StepResult>}
 */
async function step(title, argv, env = {}, mostMs = Infinity) {
  console.log(`\n=== ${title}`);
  const startMs = performance.now();
  const { status: ended, lines } = await show(argv, env);
  const tookMs = performance.now() - startMs;
  const status = ended === 0 && tookMs > mostMs ? 1 : ended;
  if (tookMs > mostMs) console.log(`took ${Math.round(tookMs)} ms, may take ${mostMs} ms`);
  const closing = lines.map((line) => CLOSING_LINE.exec(line)).findLast((found) => found !== null);
  const [passed, failed, skipped] = closing?.slice(1).map(Number) ?? [status === 0 ? 1 : 0, 0, 0];
  const tally = { passed: passed ?? 0, failed: failed ?? 0, skipped: skipped ?? 0 };
  if (status !== 0 && tally.failed === 0) tally.failed = 1;
  console.log(`=== ${title}: ${tally.failed === 0 ? "passed" : "FAILED"} (exit code ${status})`);
  return { tally, skips: lines.filter((line) => SKIPPED_LINE.test(line)) };
}

/**
 * Installs the current LTS of Node from the npm package `node`.
 * @param {string} folder
 * @returns {string | undefined} its program, or undefined where the registry has none for this machine
 */
function installLts(folder) {
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const install = ["install", "--no-audit", "--no-fund", `node@${LTS_MAJOR}`];
  const done = spawnSync(NPM, install, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  if (done.status !== 0) return undefined;
  const program = join(folder, "node_modules", "node", "bin", "node");
  const asked = spawnSync(program, ["-p", "process.version + ' ' + process.release.lts"], {
    encoding: "utf8",
  });
  const said = asked.status === 0 ? asked.stdout.trim() : "nothing";
  console.log(`\nthe npm package node@${LTS_MAJOR} brought: ${said}`);
  return /^v\d+\.\d+\.\d+ (?!undefined)\S+$/.test(said) ? program : undefined;
}

/** @returns {Promise<StepResult>} */
async function suiteOnLts() {
  const folder = mkdtempSync(join(tmpdir(), "fleet-lts-"));
  try {
    const program = installLts(folder);
    if (program !== undefined) {
      return await step(`the suite on Node ${LTS_MAJOR} LTS`, [program, ...VITEST]);
    }
    const skip = `SKIPPED the suite on Node ${LTS_MAJOR} LTS: the registry brought no such Node`;
    console.log(skip);
    return { tally: { passed: 0, failed: 0, skipped: 1 }, skips: [skip] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns {Promise<number>} exit code */
async function main() {
  const results = [
    await step("npm test", [NPM, "test"]),
    await step("the gates", [process.execPath, "test/gates/check.mjs", "--except", "tests"]),
    await step("a short fuzz", [process.execPath, ...VITEST, "test/fuzz"], FUZZ),
    await step("npm run demo", [NPM, "run", "demo"], {}, DEMO_MS),
    await step("the whole demo", [process.execPath, "dist/cli/main.js", "demo", "--all"]),
    await step("adopting 1,000 fleets", [process.execPath, ...VITEST, ADOPT_TESTS], MANY_FLEETS),
    await step("60 simulated runs", [...SIM, "--seeds", "60"]),
    await step("planted faults", [...SIM, "--planted", "all"]),
    // The watch takes its time and little of the machine's.
    ...(await Promise.all([
      step("a watch of ten minutes", [process.execPath, "test/watch-soak.mjs", "10"]),
      suiteOnLts(),
    ])),
  ];
  /** @param {keyof Tally} key */
  const sum = (key) => results.reduce((total, { tally }) => total + tally[key], 0);
  const skips = results.flatMap((result) => result.skips);
  console.log(`\n${skips.length === 0 ? "nothing was skipped" : skips.join("\n")}`);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
  return sum("failed") === 0 ? 0 : 1;
}

process.exitCode = await main();
