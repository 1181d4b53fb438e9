// The world of a run: visors, two operators with disks of their own, a relay, and the eye that sees every write on a visor's disk.
import { BackgroundWork } from "../../src/cli/shell/background-work.ts";
import { run } from "../../src/cli/run-here.ts";
import type { World } from "../../src/cli/shell/world.ts";
import type { Dial, Random } from "../../src/core/index.ts";
import { type EmbeddedFleet, startEmbeddedFleet } from "../../src/skywire/embedded/index.ts";
import { RELEASES } from "../../src/skywire/visor/index.ts";
import { memoryTerminal } from "../support/cli-world.ts";
import { countingRandom } from "../support/ledger-world.ts";
import { keyOf } from "../support/manifest-text.ts";
import { MemoryFiles, SimulatedCrash } from "../support/memory-files.ts";
import { OPERATORS, type OperatorName, type Scenario, type SimManifest } from "./scenario.ts";
import { type DiskBent, SimProcess } from "./sim-process.ts";
import { drive, VirtualClock } from "./virtual-time.ts";

/** When every run begins. */
const BEGUN_MS = Date.UTC(2026, 8, 1, 8);
const HOME = "/user/fleet";
const FOLDER = "/desk";

/** What one command came to. */
export interface SimRan {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What the process died of, if it did. */
  readonly diedAt: string | undefined;
  readonly effects: number;
}

/** One operator's machine: what is on its disk outlives every process. */
export interface SimMachine {
  readonly name: OperatorName;
  readonly disk: MemoryFiles;
  readonly random: Random;
  line: string;
}

/** A visor as the eye sees it. */
export interface SimVisorState {
  readonly name: string;
  readonly hypervisors: readonly string[];
  readonly pty: readonly string[];
  readonly level: string;
}

/** Everything of a run. */
export class SimWorld {
  readonly clock = new VirtualClock(BEGUN_MS);
  readonly printed: string[] = [];
  readonly machines: ReadonlyMap<OperatorName, SimMachine>;
  fleet!: EmbeddedFleet;
  /** Told after every write on a visor's disk. */
  onVisorWrite: () => void = () => undefined;
  bent: DiskBent = {};
  readonly #scenario: Scenario;

  constructor(scenario: Scenario, seed: number) {
    this.#scenario = scenario;
    this.machines = new Map(
      OPERATORS.map(({ name }) => [
        name,
        { name, disk: new MemoryFiles(), random: countingRandom(`${name} ${seed}`), line: "" },
      ]),
    );
  }

  async begin(seed: number): Promise<void> {
    const files = new WatchedFiles(() => {
      this.clock.activity += 1;
      this.onVisorWrite();
    });
    this.fleet = await startEmbeddedFleet({
      visors: this.#scenario.visors,
      files,
      folder: "/visors",
      clock: this.clock,
      random: countingRandom(`fleet ${seed}`),
      timeScale: 0.2,
    });
    for (const machine of this.machines.values()) {
      const { out } = await this.run(machine.name, ["keygen", "--json", "--name", machine.name]);
      const { key, seal, feed } = JSON.parse(out) as Readonly<Record<string, string>>;
      machine.line = `  ${machine.name}: { key: "${key}", seal: "${seal}", feed: "${feed}", may: [plan, apply] }\n`;
    }
  }

  /** From now on both operators have this manifest. */
  async write(manifest: SimManifest): Promise<void> {
    const bytes = new TextEncoder().encode(this.#textOf(manifest));
    for (const { disk } of this.machines.values())
      await disk.replace(`${FOLDER}/fleet.yaml`, bytes);
  }

  /** Runs one command on a machine as a process of its own, which dies at an effect if that is said. */
  async run(
    by: OperatorName,
    argv: readonly string[],
    {
      crashAt,
      power = false,
    }: { readonly crashAt?: number | undefined; readonly power?: boolean } = {},
  ): Promise<SimRan> {
    const machine = this.machines.get(by);
    const through = OPERATORS.find(({ name }) => name === by)?.through ?? "laptop";
    const address = this.fleet.addresses.get(through);
    if (machine === undefined || address === undefined) throw new Error(`there is no ${by}`);
    const dial: Dial = (to, options) => this.fleet.dial(to, options);
    const process = new SimProcess(machine.disk, dial, this.clock, { crashAt, bent: this.bent });
    let out = "";
    let err = "";
    const stop = new AbortController();
    const world: World = {
      terminal: memoryTerminal({
        out: (text) => (out += text),
        err: (text) => (err += text),
        answers: [],
        input: { text: "" },
      }),
      env: { FLEET_HOME: HOME, FLEET_RPC: `${address.host}:${address.port}`, FLEET_TIMEOUT: "20s" },
      folder: FOLDER,
      files: process.files,
      clock: this.clock,
      monoMs: () => this.clock.steadyMs,
      random: machine.random,
      dial: process.dial,
      watchFolder: async () => ({ close: async () => undefined }),
      beside: new BackgroundWork(this.clock),
      stopSoftly: () => stop.signal,
    };
    const code = await drive(this.clock, ended(run(argv, world)));
    this.printed.push(out, err);
    if (process.isDead) this.#died(machine, power);
    return { code, out, err, diedAt: process.diedAt, effects: process.effects };
  }

  /** What is seen of all visors, whether they answer or not. */
  look(): readonly SimVisorState[] {
    return this.fleet.visors.map(({ name, profile }) => {
      const { config } = this.fleet.control.inspect(name);
      const section = config[RELEASES[profile].ptySection.value];
      return {
        name,
        hypervisors: textsOf(config["hypervisors"]),
        pty: textsOf((section as Readonly<Record<string, unknown>> | undefined)?.["whitelist"]),
        level: String(config["log_level"] ?? ""),
      };
    });
  }

  nameOf(key: string): string {
    return this.fleet.visors.find((visor) => visor.key === key)?.name ?? key;
  }

  /** A dead process holds no lock; when the power went with it, neither is anything there that was not synced. */
  #died({ disk }: SimMachine, power: boolean): void {
    if (power) {
      const after = disk.afterPowerLoss();
      disk.files.clear();
      for (const [path, file] of after.files) disk.files.set(path, file);
    }
    for (const path of disk.files.keys()) if (path.endsWith("/lock")) disk.files.delete(path);
  }

  #textOf({ level, hypervisors, pty, autoStart, exitFor }: SimManifest): string {
    const operators = [...this.machines.values()].map(({ line }) => line).join("");
    const far = new Set(OPERATORS.map(({ through }) => through as string));
    const whitelist = exitFor === "anyone" ? "anyone" : `[${exitFor.join(", ")}]`;
    const visors = this.fleet.visors.map(({ name, key, profile }) => {
      const port = RELEASES[profile].rpcPort.value;
      const rpc = port === 65 ? "" : `, rpc: { scheme: dmsg, port: ${port} }`;
      return `  ${name}: { key: ${key}, roles: [${far.has(name) ? "base" : "base, far"}]${rpc} }\n`;
    });
    return (
      `apiVersion: fleet.skywire/v1\nfleet: home\noperators:\n${operators}controllers: [laptop, desk]\n` +
      `policy: { max_removals: 1000 }\n` +
      `keys: { phone: ${keyOf("phone")}, tablet: ${keyOf("tablet")} }\nroles:\n` +
      `  base:\n    settings: { log_level: ${level} }\n` +
      `    apps: { skychat: { auto_start: ${autoStart} } }\n` +
      `  far:\n    trust: { hypervisors: [${hypervisors.join(", ")}], pty: [${pty.join(", ")}] }\n` +
      `    apps: { vpn-server: { whitelist: ${whitelist} } }\n` +
      `visors:\n${visors.join("")}`
    );
  }
}

/** A crash that nobody caught is the end of a process, not of the run. */
async function ended(running: Promise<number>): Promise<number> {
  try {
    return await running;
  } catch (error) {
    if (error instanceof SimulatedCrash) return 137;
    throw error;
  }
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Files in memory that tell of each write. */
class WatchedFiles extends MemoryFiles {
  readonly #told: () => void;

  constructor(told: () => void) {
    super();
    this.#told = told;
  }

  override async replace(...words: Parameters<MemoryFiles["replace"]>): Promise<void> {
    await super.replace(...words);
    this.#told();
  }

  override async openAppend(
    ...words: Parameters<MemoryFiles["openAppend"]>
  ): ReturnType<MemoryFiles["openAppend"]> {
    const file = await super.openAppend(...words);
    return {
      append: async (bytes) => {
        await file.append(bytes);
        this.#told();
      },
      sync: () => file.sync(),
      close: () => file.close(),
    };
  }
}
