// Runs the built `fleet watch` against an embedded fleet in real time, while other writers, restarts and visors that
// go away disturb it: node test/watch-soak.mjs [MINUTES, 10 when not given]. The last line is the verdict.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";

const MAIN = new URL("../dist/cli/main.js", import.meta.url).pathname;
const run = promisify(execFile);
const minutes = Number(process.argv[2] ?? "10");
const CORRECTIONS_MAX = 3;
/** Memory may grow by this much after the first third, which fills caches. */
const GROWTH_MAX = 1.25;
const VISORS = ["laptop", "desk", "shop-1", "shop-2"];

const folder = mkdtempSync(join(tmpdir(), "fleet-soak-"));
const home = join(folder, "home");
/** @type {string[]} */
const faults = [];

/**
 * @param {readonly string[]} args
 * @param {Record<string, string>} env
 */
async function fleet(args, env = {}) {
  const { stdout } = await run(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { ...process.env, FLEET_HOME: home, ...env },
  });
  return stdout;
}

/** @param {number} ms */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Memory of a process in bytes, or 0 where the system does not tell. @param {number | undefined} pid */
function memoryOf(pid) {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
    return pages * 4096;
  } catch {
    return 0;
  }
}

const trust = { hypervisors: ["laptop"], pty: ["laptop"] };
const { startEmbeddedFleet } = await import("../dist/skywire/embedded/index.js");
const { listenTcp, nodeClock, nodeFiles, nodeRandom } = await import("../dist/platform/index.js");
const visors = await startEmbeddedFleet({
  visors: VISORS.map((name) => ({
    name,
    profile: "newest",
    ...(name === "laptop" ? { local: true } : {}),
    ...trust,
  })),
  files: nodeFiles,
  folder: join(folder, "visors"),
  clock: nodeClock,
  random: nodeRandom,
  listen: listenTcp,
});
const address = [...visors.addresses.values()][0];
const env = { FLEET_RPC: `${address?.host}:${address?.port}` };
const operator = /** @type {{ key: string, seal: string }} */ (
  JSON.parse(await fleet(["keygen", "--json", "--name", "soak"]))
);
const lines = visors.visors.map(({ name, key }) => `  ${name}: { key: "${key}", roles: [base] }\n`);
writeFileSync(
  join(folder, "fleet.yaml"),
  `apiVersion: fleet.skywire/v1\nfleet: soak\noperators:\n  soak: { key: "${operator.key}", seal: "${operator.seal}", may: [plan, apply] }\n` +
    `controllers: [laptop]\nroles: { base: { settings: { log_level: debug, transport.public_autoconnect: false } } }\n` +
    `watch: { interval: 5s, default: correct }\nvisors:\n${lines.join("")}`,
);
await fleet(["apply", "--yes"], env);

const watch = spawn(process.execPath, [MAIN, "watch", "--json", "--timeout", "5s"], {
  cwd: folder,
  env: { ...process.env, FLEET_HOME: home, ...env },
  stdio: ["ignore", "pipe", "inherit"],
});
/** @typedef {{ decision: string, visor?: string, path?: string }} Line */
/** @type {Line[]} */
const said = [];
let rest = "";
watch.stdout.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
  const all = (rest + text).split("\n");
  rest = all.pop() ?? "";
  for (const line of all) said.push(/** @type {Line} */ (JSON.parse(line)));
});
let code;
const ended = new Promise((resolve) =>
  watch.on("close", (end) => {
    code = end;
    resolve(undefined);
  }),
);

/** @type {number[]} */
const memory = [];
const endMs = Date.now() + minutes * 60_000;
let turn = 0;
while (Date.now() < endMs && code === undefined) {
  turn += 1;
  const change = /** @param {string} visor @param {string} path @param {string | boolean} value */ (
    visor,
    path,
    value,
  ) => visors.control.changeBehindBack(visor, { kind: "config", path, value });
  // One writer never gives up, others come by once in a while.
  await change("shop-1", "log_level", "trace").catch(() => undefined);
  if (turn % 9 === 0)
    await change("desk", "transport.public_autoconnect", true).catch(() => undefined);
  if (turn % 12 === 4) await visors.control.make("shop-2", "dead");
  if (turn % 12 === 8) await visors.control.make("shop-2", "honest");
  await sleep(Math.min(5_000, Math.max(0, endMs - Date.now())));
  memory.push(memoryOf(watch.pid));
}
watch.kill("SIGTERM");
await ended;
await visors.stop();

const corrected = said.filter(({ decision }) => decision === "corrected");
/** @type {Map<string, number>} */
const counts = new Map();
for (const { visor, path } of corrected)
  counts.set(`${visor} ${path}`, (counts.get(`${visor} ${path}`) ?? 0) + 1);
const limit = CORRECTIONS_MAX * Math.ceil((minutes + 1) / 60);
for (const [field, count] of counts)
  if (count > limit) faults.push(`${field} was corrected ${count} times, more than ${limit}`);
if (corrected.length === 0) faults.push("nothing was corrected");
const passes = said.filter(({ decision }) => decision === "pass").length;
if (passes < minutes * 4) faults.push(`${passes} passes in ${minutes} minutes are too few`);
if (minutes >= 1 && !said.some(({ decision }) => decision === "fight"))
  faults.push("the fight was not noticed");
if (code !== 0) faults.push(`the watch ended with ${code}`);
const third = Math.ceil(memory.length / 3);
const early = Math.max(...memory.slice(0, third));
const late = Math.max(...memory.slice(-third));
if (minutes >= 3 && late > early * GROWTH_MAX)
  faults.push(`memory grew from ${early} to ${late} bytes`);
if (faults.length === 0) rmSync(folder, { recursive: true });
else writeFileSync(join(folder, "said.json"), said.map((line) => JSON.stringify(line)).join("\n"));
for (const fault of faults) process.stdout.write(`fault: ${fault}\n`);
process.stdout.write(
  `watch-soak: ${faults.length === 0 ? "passed" : "FAILED"}: ${minutes} minutes, ${passes} passes, ${corrected.length} corrections, ${Math.round(late / 2 ** 20)} MiB\n`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
