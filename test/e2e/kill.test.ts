import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { nodeClock, listenTcp } from "../../src/platform/index.ts";
import {
  defaultMix,
  type EmbeddedFleet,
  startEmbeddedFleet,
} from "../../src/skywire/embedded/index.ts";
import { countingRandom } from "../support/ledger-world.ts";
import { MemoryFiles } from "../support/memory-files.ts";
import { keyAt } from "../support/reconcile-builders.ts";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const PRELOAD = new URL("../support/kill-at-effect.mjs", import.meta.url).href;
/** Every effect is tried with FLEET_KILL_ALL=1; otherwise this many, spread over the run. */
const SAMPLE_SIZE = 8;

let template = "";
const folders: string[] = [];

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
}

/** Runs the built program with standard input closed. */
async function run(
  folder: string,
  rpc: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const preload = "FLEET_TEST_EFFECT" in env ? ["--import", PRELOAD] : [];
  const child = spawn(process.execPath, [...preload, MAIN, ...args], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      FLEET_HOME: join(folder, "home"),
      FLEET_RPC: rpc,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (out += chunk.toString()));
  return await new Promise((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, out }));
  });
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-kill-"));
  folders.push(folder);
  return folder;
}

/** A fleet that is the same each time, and a copy of the folder in which its owner works. */
async function prepare(): Promise<{ fleet: EmbeddedFleet; rpc: string; folder: string }> {
  const fleet = await startEmbeddedFleet({
    visors: defaultMix(3),
    files: new MemoryFiles(),
    folder: "/fleet",
    clock: nodeClock,
    random: countingRandom("kill"),
    listen: listenTcp,
    timeScale: 0.02,
  });
  const address = fleet.addresses.get("laptop");
  const folder = await temporaryFolder();
  if (template !== "") await cp(template, folder, { recursive: true });
  return { fleet, rpc: `${address?.host}:${address?.port}`, folder };
}

function manifest(fleet: EmbeddedFleet, operator: string): string {
  const key = (name: string): string =>
    fleet.visors.find((visor) => visor.name === name)?.key ?? "";
  return `apiVersion: fleet.skywire/v1
fleet: kill
operators:
${operator}
controllers: [laptop, desk]
keys: { kim: "${keyAt(3)}" }
visors:
  laptop: { key: "${key("laptop")}", settings: { routing.min_hops: 2 } }
  desk: { key: "${key("desk")}" }
  shop-1:
    key: "${key("shop-1")}"
    trust: { pty: { add: [kim] }, hypervisors: { remove: [desk] } }
    settings: { log_level: debug }
    ports: { 8080: { whitelist: [kim] } }
`;
}

const APPLY = ["apply", "--yes", "--allow-trust-removals", "1", "--allow-removals", "1"];

beforeAll(async () => {
  const { fleet, rpc, folder } = await prepare();
  const made = await run(folder, rpc, ["keygen"]);
  const line = /^ +\S+: \{ key: .*$/m.exec(made.out)?.[0];
  if (line === undefined) throw new Error(`keygen printed no manifest line:\n${made.out}`);
  await writeFile(join(folder, "fleet.yaml"), manifest(fleet, line));
  await fleet.stop();
  template = folder;
}, 30_000);

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** What a fleet is in the end: what every visor keeps. */
function stateOf(fleet: EmbeddedFleet): string {
  const states = [];
  for (const { name } of fleet.visors) {
    const { config, ports, livePeers } = fleet.control.inspect(name);
    states.push({ name, config, ports, livePeers: livePeers.toSorted() });
  }
  return JSON.stringify(states);
}

it(
  "SIGKILL before or after any effect of an apply, then the same command: same state, the log verifies",
  { timeout: 600_000 },
  async () => {
    const whole = await prepare();
    const countFile = join(whole.folder, "effects");
    const reference = await run(whole.folder, whole.rpc, APPLY, {
      FLEET_TEST_EFFECT: "0",
      FLEET_TEST_COUNT: countFile,
    });
    expect(reference.out).toContain("Applied:");
    expect(reference.code).toBe(0);
    const wanted = stateOf(whole.fleet);
    await whole.fleet.stop();
    const effects = Number(await readFile(countFile, "utf8"));
    expect(effects).toBeGreaterThan(20);
    const isAll = process.env["FLEET_KILL_ALL"] === "1";
    const step = isAll ? 1 : effects / SAMPLE_SIZE;
    for (let at = 1; at <= effects; at += step) {
      const effect = Math.floor(at);
      const when = effect % 2 === 0 ? "before" : "after";
      for (const moment of isAll ? ["before", "after"] : [when]) {
        const { fleet, rpc, folder } = await prepare();
        const killed = await run(folder, rpc, APPLY, {
          FLEET_TEST_EFFECT: String(effect),
          FLEET_TEST_WHEN: moment,
        });
        const label = `${moment} effect ${effect} of ${effects}`;
        const again = await run(folder, rpc, APPLY);
        // The counts that were allowed by number may have shrunk: what was taken away before the end is done.
        expect([label, again.out, again.code]).toEqual([label, again.out, 0]);
        const plan = await run(folder, rpc, ["plan"]);
        expect([label, plan.code, plan.out]).toEqual([
          label,
          0,
          expect.stringMatching(/^No changes/m),
        ]);
        const verified = await run(folder, rpc, ["verify"]);
        expect([label, verified.code, verified.out]).toEqual([
          label,
          0,
          expect.stringContaining("no fault"),
        ]);
        expect([label, stateOf(fleet)]).toEqual([label, wanted]);
        expect(killed.signal === "SIGKILL" || killed.code === 0).toBe(true);
        await fleet.stop();
      }
    }
  },
);
