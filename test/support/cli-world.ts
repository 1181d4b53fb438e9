import { type Clock, type Dial, fromUtf8, utf8 } from "../../src/core/index.ts";
import { BackgroundWork } from "../../src/cli/shell/background-work.ts";
import { run } from "../../src/cli/run-here.ts";
import type { World } from "../../src/cli/shell/world.ts";
import { dialTcp } from "../../src/platform/index.ts";
import {
  type EmbeddedFleet,
  type EmbeddedVisorSpec,
  startEmbeddedFleet,
} from "../../src/skywire/embedded/index.ts";
import { RELEASES } from "../../src/skywire/visor/index.ts";
import { checkAdvice } from "./advised-lines.ts";
import { fastClock } from "./clocks.ts";
import { countingRandom } from "./ledger-world.ts";
import { MemoryFiles } from "./memory-files.ts";
import { MemoryNetwork } from "./memory-network.ts";

const HASTE = 10;
/** The address of every relay in memory; ports tell them apart. */
export const RELAY_HOST = "127.0.0.2";

/** What one command line printed, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The last line of the results. */
  readonly last: string;
}

/** A user at a machine: a working folder, a home, and visors behind an address. All in memory. */
export interface CliWorld {
  readonly files: MemoryFiles;
  readonly env: Record<string, string | undefined>;
  /** Answers to questions, in order; with any, there is a terminal. */
  readonly answers: string[];
  /** What stands on standard input. */
  readonly input: { text: string };
  /** What commands have printed so far, those under way included. */
  readonly live: { out: string };
  /** Everything that every command printed. */
  readonly printed: string[];
  run(...argv: readonly string[]): Promise<Ran>;
  /** The wish to stop, as ^C and SIGTERM send it, to the commands under way. */
  interrupt(): void;
  write(name: string, text: string): Promise<void>;
  read(name: string): Promise<string>;
}

/** Makes a user, whose clock runs ten times as fast when none is given; without `dial` no visor answers. Users of other names have other keys. */
export function cliWorld(dial = dialTcp, rpc?: string, name = "cli", clock = hasty()): CliWorld {
  const files = new MemoryFiles();
  const random = countingRandom(name);
  const env: Record<string, string | undefined> = {
    FLEET_HOME: "/user/fleet",
    FLEET_TIMEOUT: "20s",
    ...(rpc === undefined ? {} : { FLEET_RPC: rpc }),
  };
  const answers: string[] = [];
  const printed: string[] = [];
  const input = { text: "" };
  const live = { out: "" };
  const watching = new Set<() => void>();
  const stops = new Set<AbortController>();
  return {
    files,
    env,
    answers,
    input,
    printed,
    live,
    write: async (name, text) => {
      await files.replace(`/desk/${name}`, utf8(text));
      for (const changed of watching) changed();
    },
    interrupt: () => {
      for (const stop of stops) stop.abort(new Error("stopped"));
    },
    read: async (name) => fromUtf8((await files.read(`/desk/${name}`)) ?? new Uint8Array()),
    run: async (...argv) => {
      let out = "";
      let err = "";
      const stop = new AbortController();
      stops.add(stop);
      const world: World = {
        terminal: memoryTerminal({
          out: (text) => {
            out += text;
            live.out += text;
          },
          err: (text) => (err += text),
          answers,
          input,
        }),
        env,
        folder: "/desk",
        files,
        clock,
        monoMs: () => clock.now(),
        random,
        dial,
        watchFolder: async (_folder, changed) => {
          watching.add(changed);
          return { close: async () => void watching.delete(changed) };
        },
        beside: new BackgroundWork(clock),
        stopSoftly: () => stop.signal,
      };
      const code = await run(argv, world);
      printed.push(out, err);
      stops.delete(stop);
      await checkAdvice(out + err);
      return { code, out, err, last: out.trimEnd().split("\n").at(-1) ?? "" };
    },
  };
}

/** What somebody answers, or does before answering. */
export type Answer = string | (() => Promise<string>);

/** A terminal that writes to functions; with answers somebody sits at it. */
export function memoryTerminal({
  out,
  err,
  answers,
  input,
}: {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly answers: Answer[];
  readonly input: { readonly text: string };
}): World["terminal"] {
  const isTerminal = answers.length > 0;
  const next = async (): Promise<string> => {
    const answer = answers.shift() ?? "";
    return typeof answer === "string" ? answer : await answer();
  };
  return {
    out,
    err,
    data: out,
    redraw: (line) => err(`\r\u001b[K${line}`),
    outIsTerminal: false,
    errIsTerminal: isTerminal,
    inIsTerminal: isTerminal,
    columns: 100,
    ask: async (question) => {
      err(question);
      return await next();
    },
    askHidden: next,
    readInput: async () => utf8(input.text),
    inputEnds: async () => undefined,
  };
}

/** An embedded fleet in this process, and a user in front of it who has a key. */
export interface CliFleet extends CliWorld {
  readonly fleet: EmbeddedFleet;
  /** Where relays listen, by port, under the address {@link RELAY_HOST}. */
  readonly relays: MemoryNetwork;
  /** Somebody else before the same visors, with a home of their own. */
  another(name: string): CliWorld;
  keyOf(name: string): string;
  /** A manifest of these visors: `NAME: BODY` lines get key and route; `rest` comes before them. */
  manifest(rest: string, bodies: Readonly<Record<string, string>>): Promise<void>;
}

function hasty(): Clock {
  return fastClock(HASTE);
}

/** Starts these visors, the first of them local, and a user in front of them. */
export async function cliFleet(
  visors: readonly EmbeddedVisorSpec[],
  clock?: Clock,
): Promise<CliFleet> {
  const fleet = await startEmbeddedFleet({
    visors,
    files: new MemoryFiles(),
    folder: "/visors",
    clock: clock ?? hasty(),
    random: countingRandom("fleet"),
    timeScale: 0.1,
  });
  const address = [...fleet.addresses.values()][0];
  const relays = new MemoryNetwork();
  const dial: Dial = (to, options) =>
    to.host === RELAY_HOST ? relays.dial(to, options) : fleet.dial(to, options);
  const rpc = `${address?.host ?? ""}:${address?.port ?? 0}`;
  const user = cliWorld(dial, rpc, "cli", clock);
  const find = (name: string): EmbeddedFleet["visors"][number] => {
    const visor = fleet.visors.find((each) => each.name === name);
    if (visor === undefined) throw new Error(`there is no visor ${name}`);
    return visor;
  };
  return {
    ...user,
    fleet,
    relays,
    another: (name) => cliWorld(dial, rpc, name, clock),
    keyOf: (name) => find(name).key,
    manifest: async (rest, bodies) => {
      const { out } = await user.run("keygen", "--json", "--new", "--name", "owner");
      const { key, seal } = JSON.parse(out) as { key: string; seal: string };
      const lines = Object.entries(bodies).map(([name, body]) => {
        const { key: visor, profile } = find(name);
        const rpc = ` rpc: { scheme: dmsg, port: ${RELEASES[profile].rpcPort.value} },`;
        return `  ${name}: { key: "${visor}",${profile === "v1.3.73" ? rpc : ""} ${body} }`;
      });
      await user.write(
        "fleet.yaml",
        `apiVersion: fleet.skywire/v1\nfleet: home\noperators:\n  owner: { key: "${key}", seal: "${seal}", may: [plan, apply] }\n` +
          `${rest}\nvisors:\n${lines.join("\n")}\n`,
      );
    },
  };
}
