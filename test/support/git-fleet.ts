import { join } from "node:path";
import { BackgroundWork } from "../../src/cli/shell/background-work.ts";
import { run } from "../../src/cli/run-here.ts";
import type { World } from "../../src/cli/shell/world.ts";
import { nodeFiles, nodeWatchFolder } from "../../src/platform/index.ts";
import { type EmbeddedFleet, startEmbeddedFleet } from "../../src/skywire/embedded/index.ts";
import { type Answer, memoryTerminal, type Ran } from "./cli-world.ts";
import { fastClock } from "./clocks.ts";
import { type GitWorld, gitWorld } from "./git-world.ts";
import { countingRandom } from "./ledger-world.ts";
import { MemoryFiles } from "./memory-files.ts";

const HASTE = 10;

/** Two embedded visors, and an operator whose manifest is in a real repository. */
export interface GitFleet {
  readonly world: GitWorld;
  readonly fleet: EmbeddedFleet;
  /** The top of the repository. */
  readonly repository: string;
  /** The manifest of both visors, with what is given for the operator, the policy and the level of shop-1. */
  text(parts?: {
    readonly operator?: string;
    readonly more?: string;
    readonly policy?: string;
    readonly level?: string;
  }): string;
  /** Runs a command line in a folder, the repository's top without it. */
  readonly run: (...argv: readonly string[]) => Promise<Ran>;
  readonly runIn: (folder: string, ...argv: readonly string[]) => Promise<Ran>;
  /** Runs a command line at a terminal where these answers are given. */
  readonly asked: (answers: readonly Answer[], ...argv: readonly string[]) => Promise<Ran>;
  stop(): Promise<void>;
}

/** Starts the visors, makes the repository and the operator's key; nothing is committed yet. */
export async function gitFleet(): Promise<GitFleet> {
  const world = await gitWorld();
  const repository = await world.init("repository");
  const fleet = await startEmbeddedFleet({
    visors: [
      { name: "laptop", profile: "newest", local: true },
      { name: "shop-1", profile: "newest", hypervisors: ["laptop"], pty: ["laptop"] },
    ],
    files: new MemoryFiles(),
    folder: "/visors",
    clock: fastClock(HASTE),
    random: countingRandom("fleet"),
    timeScale: 0.1,
  });
  const [address] = fleet.addresses.values();
  const env = {
    FLEET_HOME: join(world.folder, "home"),
    FLEET_RPC: `${address?.host ?? ""}:${address?.port ?? 0}`,
    FLEET_TIMEOUT: "20s",
  };
  const runAs = runner(fleet, env);
  const runIn: GitFleet["runIn"] = async (folder, ...argv) => await runAs(folder, [], argv);
  const made = await runIn(world.folder, "keygen", "--json", "--name", "owner");
  const { key, seal } = JSON.parse(made.out) as { key: string; seal: string };
  const keyOf = (name: string): string =>
    fleet.visors.find((visor) => visor.name === name)?.key ?? "";
  return {
    world,
    fleet,
    repository,
    text: ({ operator = "", more = "", policy = "", level = "info" } = {}) =>
      `apiVersion: fleet.skywire/v1\nfleet: home\n${policy}operators:\n` +
      `  owner: { key: "${key}", seal: "${seal}", may: [plan, apply]${operator} }\n${more}` +
      `controllers: [laptop]\nvisors:\n  laptop: { key: "${keyOf("laptop")}" }\n` +
      `  shop-1: { key: "${keyOf("shop-1")}", settings: { log_level: ${level} } }\n`,
    run: (...argv) => runIn(repository, ...argv),
    runIn,
    asked: (answers, ...argv) => runAs(repository, answers, argv),
    stop: async () => {
      await fleet.stop();
      await world.remove();
    },
  };
}

/** Runs command lines in this process, on real files, before these visors. */
function runner(
  fleet: EmbeddedFleet,
  env: Readonly<Record<string, string>>,
): (folder: string, answers: readonly Answer[], argv: readonly string[]) => Promise<Ran> {
  const clock = fastClock(HASTE);
  const common = commonWorld(env, { clock, random: countingRandom("git"), dial: fleet.dial });
  return async (folder, answers, argv) => {
    const left = [...answers];
    let out = "";
    let err = "";
    const terminal = memoryTerminal({
      out: (text) => (out += text),
      err: (text) => (err += text),
      answers: left,
      input: { text: "" },
    });
    const code = await run(argv, {
      ...common,
      terminal,
      folder,
      beside: new BackgroundWork(clock),
    });
    return { code, out, err, last: out.trimEnd().split("\n").at(-1) ?? "" };
  };
}

/** What all command lines of a fleet have in common. */
function commonWorld(
  env: World["env"],
  { clock, random, dial }: Pick<World, "clock" | "random" | "dial">,
): Omit<World, "terminal" | "folder" | "beside"> {
  return {
    env,
    files: nodeFiles,
    clock,
    monoMs: () => clock.now(),
    random,
    dial,
    watchFolder: nodeWatchFolder,
    stopSoftly: () => new AbortController().signal,
  };
}
