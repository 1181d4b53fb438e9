import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startEmbeddedFleet, type EmbeddedFleet } from "../../src/skywire/embedded/index.ts";
import { listenTcp } from "../../src/platform/index.ts";
import { realClock } from "../support/clocks.ts";
import { countingRandom } from "../support/ledger-world.ts";
import { MemoryFiles } from "../support/memory-files.ts";

const ROOT = join(import.meta.dirname, "../..");
const MAIN = join(ROOT, "dist/cli/main.js");
const runFile = promisify(execFile);

let folder: string;
let fleet: EmbeddedFleet;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-deploy-"));
  fleet = await startEmbeddedFleet({
    visors: [{ name: "laptop", profile: "newest", local: true }],
    files: new MemoryFiles(),
    folder: "/visors",
    clock: realClock,
    random: countingRandom("deploy"),
    timeScale: 0.01,
    listen: listenTcp,
  });
  const secret = join(folder, "operator.json");
  const env = { ...process.env, FLEET_HOME: join(folder, "state") };
  await runFile(process.execPath, [MAIN, "keygen", "--secret-file", secret], { env });
  const key = fleet.visors[0]?.key ?? "";
  await writeFile(
    join(folder, "fleet.yaml"),
    `apiVersion: fleet.skywire/v1\nfleet: home\nvisors:\n  laptop: { key: "${key}" }\n`,
  );
});
afterAll(async () => {
  await fleet.stop();
  await rm(folder, { recursive: true });
});

/** Starts a command line of ours with its paths in our folder, waits for its first pass, and asks it to stop. */
async function startsAndStops(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly out: string }> {
  const [address] = fleet.addresses.values();
  const child = spawn(process.execPath, [MAIN, ...argv], {
    cwd: folder,
    env: { PATH: process.env["PATH"], FLEET_RPC: `127.0.0.1:${address?.port ?? 0}`, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let isAsked = false;
  child.stderr.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    if (isAsked || !out.includes('"decision":"pass"')) return;
    isAsked = true;
    child.kill("SIGTERM");
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  clearTimeout(timer);
  return { code, out };
}

/** Paths of a machine as they are in our folder, and a port that is surely free. */
function here(text: string): string {
  return text
    .replaceAll("/etc/fleet/", `${folder}/`)
    .replaceAll("/run/secrets/operator", `${folder}/operator.json`)
    .replaceAll("/var/lib/fleet-watch", `${folder}/state`)
    .replaceAll("%S/fleet-watch", `${folder}/state`)
    .replaceAll("%d/operator", `${folder}/operator.json`)
    .replaceAll("127.0.0.1:9464", "127.0.0.1:0");
}

function settingsOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  const settings: Record<string, string> = {};
  for (const pair of pairs) {
    const [name = "", value = ""] = pair.split("=", 2);
    settings[name] = value;
  }
  return settings;
}

it("the unit's command line starts, passes and stops in good order", async () => {
  const unit = await readFile(join(ROOT, "docs/deploy/fleet-watch.service"), "utf8");
  const valuesOf = (name: string): readonly string[] =>
    [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value = ""]) => here(value));
  const [program, ...argv] = valuesOf("ExecStart")[0]?.split(" ") ?? [];
  expect(program).toMatch(/\/fleet$/);
  expect(valuesOf("Restart")).toEqual(["on-failure"]);
  expect(valuesOf("LoadCredential")).toEqual([`operator:${folder}/operator.json`]);
  const env = settingsOf(valuesOf("Environment"));
  const { code, out } = await startsAndStops(argv, env);
  expect(out).toContain("health and metrics at http://127.0.0.1:");
  expect(out).toContain('"message":"1 visor read, 0 differences, 0 away');
  expect([code, out.includes('"decision":"stopped"')]).toEqual([0, true]);
});

it("the container's command line does too", async () => {
  const file = await readFile(join(ROOT, "docs/deploy/Containerfile"), "utf8");
  const listOf = (name: string): readonly string[] =>
    JSON.parse(here(new RegExp(`^${name} (\\[.*\\])$`, "m").exec(file)?.[1] ?? "[]")) as string[];
  expect(listOf("ENTRYPOINT")).toEqual(["node", "/opt/fleet/dist/cli/main.js"]);
  const env = settingsOf((/^ENV (.*)$/m.exec(file)?.[1] ?? "").split(" ").map(here));
  const { code, out } = await startsAndStops(listOf("CMD"), env);
  expect([code, out.includes('"decision":"stopped"')]).toEqual([0, true]);
});
