// Makes a fresh clone ready, with nothing but Node: installs the dependencies when they are missing or
// differ from package-lock.json and, with --build, compiles when the sources changed. It says what it does,
// is silent when there is nothing to do, needs no standard input, and two at once wait for each other.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

const NODE_FLOOR = [20, 19];
/** Names the sources that dist/ was made of. */
const STAMP = ".made-of";
const LOCK_POLL_MS = 200;
const LOCK_PATIENCE_MS = 10 * 60 * 1000;

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} LockFile
 */

/**
 * Says why the installed packages do not serve, or undefined when they do.
 * Optional packages for other platforms may be missing.
 * @param {LockFile} wanted package-lock.json
 * @param {LockFile | undefined} installed node_modules/.package-lock.json
 * @returns {string | undefined}
 */
export function whyInstall(wanted, installed) {
  if (installed === undefined) return "nothing is installed yet";
  for (const [path, locked] of Object.entries(wanted.packages ?? {})) {
    if (path === "") continue;
    const found = installed.packages?.[path];
    if (found === undefined) {
      if (locked.optional === true) continue;
      return `${path} is missing`;
    }
    if (found.version !== locked.version || found.integrity !== locked.integrity) {
      return `${path} is not the locked version ${locked.version ?? "?"}`;
    }
  }
  return undefined;
}

/**
 * @param {string} version as in process.versions.node
 * @returns {boolean}
 */
export function isNodeNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [floorMajor = 0, floorMinor = 0] = NODE_FLOOR;
  return major > floorMajor || (major === floorMajor && minor >= floorMinor);
}

/**
 * Digest of everything that dist/ is made of.
 * @param {string} root
 * @returns {string}
 */
function digestOfSources(root) {
  const hash = createHash("sha256");
  const sources = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const settings = ["tsconfig.json", "package-lock.json", ".ci/join-program.mjs"];
  for (const file of [...sources, ...settings.map((name) => join(root, name))]) {
    const bytes = readFileSync(file);
    hash.update(`${file.slice(root.length)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

/**
 * @param {string} path
 * @returns {LockFile | undefined}
 */
function readLock(path) {
  if (!existsSync(path)) return undefined;
  return /** @type {LockFile} */ (JSON.parse(readFileSync(path, "utf8")));
}

/**
 * @param {string} root
 * @param {readonly string[]} argv the Node script and its arguments, or a program on the PATH
 */
function run(root, argv) {
  const [program = "", ...args] = argv;
  const isScript = /\.[cm]?js$/.test(program);
  const done = spawnSync(isScript ? process.execPath : program, isScript ? argv : args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: !isScript && process.platform === "win32",
  });
  if (done.error !== undefined) throw done.error;
  if (done.status !== 0)
    throw new Error(`${argv.join(" ")} ended with ${done.status ?? done.signal}`);
}

/** @param {string} root */
function installWhenNeeded(root) {
  const hidden = join(root, "node_modules", ".package-lock.json");
  const wanted = readLock(join(root, "package-lock.json")) ?? {};
  const why = whyInstall(wanted, readLock(hidden));
  if (why === undefined) return;
  console.error(`setup: installing the dependencies with npm ci (${why})`);
  run(root, [process.env["npm_execpath"] ?? "npm", "ci", "--no-audit", "--no-fund"]);
}

/**
 * Compiles into a new folder, joins the program's modules and swaps the folder in, so that a failed build leaves
 * the old one in place.
 * @param {string} root
 */
function buildWhenNeeded(root) {
  const stamp = join(root, "dist", STAMP);
  const digest = digestOfSources(root);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  console.error("setup: building dist/ (the sources changed)");
  const fresh = join(root, ".dist-new");
  const old = join(root, ".dist-old");
  rmSync(fresh, { recursive: true, force: true });
  rmSync(old, { recursive: true, force: true });
  run(root, [
    join(root, "node_modules/typescript/bin/tsc"),
    "-p",
    "tsconfig.json",
    "--outDir",
    fresh,
  ]);
  run(root, [join(root, ".ci/join-program.mjs"), fresh]);
  writeFileSync(join(fresh, STAMP), digest);
  if (existsSync(join(root, "dist"))) renameSync(join(root, "dist"), old);
  renameSync(fresh, join(root, "dist"));
  rmSync(old, { recursive: true, force: true });
}

/**
 * @param {string} file
 * @returns {boolean} true when the process named in the file is gone
 */
function isAbandoned(file) {
  try {
    process.kill(Number(readFileSync(file, "utf8")), 0);
    return false;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "EPERM");
  }
}

/**
 * Runs the work while holding a lock folder that names its owner.
 * @param {string} root
 * @param {() => void} work
 */
function alone(root, work) {
  const lock = join(root, ".setup-lock");
  const owner = join(lock, "pid");
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let waitedMs = 0; ; waitedMs += LOCK_POLL_MS) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    if (waitedMs === 0) console.error("setup: waiting for another set-up of this clone");
    if (waitedMs > LOCK_PATIENCE_MS)
      throw new Error(`${lock} is still held; delete it and try again`);
    Atomics.wait(sleeper, 0, 0, LOCK_POLL_MS);
    // A folder without a pid may be one that was made this instant, so it counts only after a while.
    if (existsSync(owner) ? isAbandoned(owner) : waitedMs > 10 * LOCK_POLL_MS) {
      rmSync(lock, { recursive: true, force: true });
    }
  }
  try {
    writeFileSync(owner, String(process.pid));
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/**
 * @param {string} root
 * @param {readonly string[]} args
 * @returns {number} exit code
 */
function main(root, args) {
  if (!isNodeNewEnough(process.versions.node)) {
    const floor = NODE_FLOOR.join(".");
    console.error(
      `setup: Node ${process.versions.node} is too old; install Node ${floor} or newer`,
    );
    return 1;
  }
  try {
    alone(root, () => {
      installWhenNeeded(root);
      if (args.includes("--build")) buildWhenNeeded(root);
    });
    return 0;
  } catch (error) {
    console.error(`setup: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.exitCode = main(fileURLToPath(new URL("..", import.meta.url)), process.argv.slice(2));
}
