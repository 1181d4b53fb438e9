import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { dialTcp, nodeClock, nodeFiles } from "../../src/platform/index.ts";
import { connectControl, readEmbeddedFile } from "../../src/skywire/embedded/index.ts";
import { isReleaseName, RELEASES } from "../../src/skywire/visor/index.ts";

const READY_WITHIN_MS = 120_000;
const STOPS_WITHIN_MS = 20_000;
/** Ticks of the processor times in /proc; Linux has this many a second on every machine Node runs on. */
const TICKS_PER_SECOND = 100;
const SITE_SIZE = 50;

interface Announced {
  readonly rpc: string;
  readonly visors: readonly AnnouncedVisor[];
}

interface AnnouncedVisor {
  readonly name: string;
  readonly key: string;
  readonly profile: string;
}

/** A visor of the fleet under test, and how it is reached. */
export interface BenchVisor {
  readonly name: string;
  readonly key: string;
  readonly port: number;
  readonly isNewest: boolean;
}

/** An embedded fleet in a process of its own, with a manifest that it fulfils. */
export interface BenchFleet {
  readonly rpc: string;
  readonly visors: readonly BenchVisor[];
  readonly manifest: string;
  readonly manifestBytes: number;
  /** Processor time it has used so far; NaN where the system does not tell. */
  cpuSeconds(): number;
  /** How long it was ready so far and others had the processors; 0 where the system does not tell. */
  waitedSeconds(): number;
  /** Switches visors off. */
  makeDead(visors: readonly BenchVisor[]): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts `fleet embedded up` with this many visors, a simulated round trip, and an empty home. A patient one waits for
 * dead visors as long as real ones do.
 */
export async function startBenchFleet(
  program: string,
  count: number,
  rttMs: number,
  { isPatient = false } = {},
): Promise<BenchFleet> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-bench-"));
  const words = ["embedded", "up", "--json", "--rpc-port", "0", "--visors", String(count)];
  const distance = rttMs === 0 ? [] : ["--rtt", `${rttMs}ms`];
  const patience = isPatient ? ["--time-scale", "1"] : [];
  const visorsFolder = join(folder, "visors");
  const child = spawn(
    process.execPath,
    [program, ...words, "--dir", visorsFolder, ...distance, ...patience],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const stop = async (): Promise<void> => {
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { rpc, visors } = await announced(child);
    const manifest = join(folder, "fleet.yaml");
    const text = benchManifest(visors);
    await writeFile(manifest, text);
    return {
      rpc,
      visors: visors.map(({ name, key, profile }) => ({
        name,
        key,
        port: portOf(profile),
        isNewest: profile === "newest",
      })),
      manifest,
      manifestBytes: Buffer.byteLength(text),
      cpuSeconds: () => cpuSecondsOf(child.pid),
      waitedSeconds: () => waitedSecondsOf(child.pid),
      makeDead: (some) => makeDead(visorsFolder, some),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeDead(folder: string, visors: readonly BenchVisor[]): Promise<void> {
  const file = await readEmbeddedFile(nodeFiles, folder);
  if (file === undefined) throw new Error("the embedded fleet does not run");
  const control = await connectControl(dialTcp, file.control, nodeClock);
  for (const { name } of visors) await control.send({ do: "make", visor: name, state: "dead" });
  control.close();
}

async function announced(child: ChildProcess): Promise<Announced> {
  let text = "";
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (part: string) => {
    errors += part;
  });
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error("the embedded fleet did not start in time")),
      READY_WITHIN_MS,
    );
    child.stdout?.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      if (!text.endsWith("\n}\n")) return;
      clearTimeout(timer);
      resolve(JSON.parse(text) as Announced);
    });
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new Error(`the embedded fleet ended with ${code}:\n${errors}${text}`)),
    );
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOPS_WITHIN_MS);
  await gone;
  clearTimeout(timer);
}

/** Processor time that a process has used so far; NaN where the system does not tell. */
export function cpuSecondsOf(pid: number | undefined): number {
  if (process.platform !== "linux") return Number.NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function waitedSecondsOf(pid: number | undefined): number {
  if (process.platform !== "linux") return 0;
  const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ");
  return Number(waitedNs) / 1e9;
}

function portOf(profile: string): number {
  if (!isReleaseName(profile)) throw new Error(`no profile ${profile}`);
  return RELEASES[profile].rpcPort.value;
}

/**
 * A manifest that the fleet fulfils as it starts, so that a plan finds no change. Every visor owns trust lists,
 * settings and fields of apps, some by its roles and some by itself, in at least 200 bytes of its own.
 */
function benchManifest(visors: readonly AnnouncedVisor[]): string {
  return `apiVersion: fleet.skywire/v1
fleet: bench
controllers: [laptop, desk]
whitelists:
  admins: [laptop, desk]
roles:
  base:
    trust: { hypervisors: [admins] }
    settings: { routing.min_hops: 0, transport.public_autoconnect: true }
  modern:
    extends: [base]
    trust: { pty: [admins] }
    settings: { log_level: info }
  shop:
    apps:
      skysocks: { running: true, auto_start: true }
visors:
${visors.map(visorLine).join("")}`;
}

function visorLine({ name, key, profile }: AnnouncedVisor, index: number): string {
  const roles = [profile === "newest" ? "modern" : "base", ...(index < 2 ? [] : ["shop"])];
  const port = portOf(profile);
  const rpc =
    port === RELEASES.newest.rpcPort.value ? "" : `, rpc: { scheme: dmsg, port: ${port} }`;
  const apps =
    "{ skychat: { running: true, auto_start: true }, vpn-client: { running: false, auto_start: false } }";
  return `  ${name}: { key: ${key}, tags: [site-${Math.floor(index / SITE_SIZE) + 1}], roles: [${roles.join(", ")}]${rpc}, apps: ${apps} }\n`;
}
