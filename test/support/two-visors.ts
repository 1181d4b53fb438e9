// One and the same visor twice: embedded, and made of Go by the public texts. The same is done to both.
import { FleetError, fromUtf8, type Json, type JsonObject, sleep } from "../../src/core/index.ts";
import { dialTcp } from "../../src/platform/index.ts";
import {
  GenericOpaque,
  type GenericStruct,
  type GenericValue,
  type Schema,
} from "../../src/skywire/gob/index.ts";
import { RpcClient } from "../../src/skywire/rpc/index.ts";
import { realClock } from "./clocks.ts";
import { embeddedWorld } from "./embedded-world.ts";
import type { GoPeer } from "./go-peer.ts";
import { startGoVisor } from "./go-visor.ts";

/** What is done to a visor: a call, a restart, its suspension, or a live setter that fails from now on. */
export type Deed =
  | { readonly call: string; readonly schema: Schema<unknown>; readonly value: unknown }
  | { readonly restart: true }
  | { readonly suspend: true }
  | { readonly fail: string; readonly text: string };

/** Who knocks at which served port. */
export interface Knock {
  readonly from: string;
  readonly port: number;
  readonly over: "dmsg" | "skynet";
}

/** What a visor said to each deed, and what became of it. Zero values are left out everywhere. */
export interface Played {
  readonly answers: readonly Json[];
  readonly config: Json;
  readonly conf: readonly string[];
  readonly ports: Json;
  /** As `Apps` lists them, without what runs. */
  readonly listed: Json;
  readonly sockets: Json;
  readonly apps: Json;
  readonly listening: Json;
  readonly reached: readonly Json[];
}

/** One of the two. */
interface Witness {
  readonly address: { readonly host: string; readonly port: number };
  restart(): Promise<void>;
  suspend(): Promise<void>;
  fail(path: string, text: string): Promise<void>;
  state(): Promise<Omit<Played, "answers" | "config" | "ports" | "listed" | "reached">>;
  reach(knock: Knock): Promise<string | undefined>;
}

/** Apps need this long, on the fastest clock here, until they run or have crashed. */
const SETTLES_MS = 60;
/** And the visor itself. */
const STARTS_MS = 60;

/**
 * Does the same to an embedded `newest` visor and to a Go visor that begins with the same configuration.
 * `config` are paths of the configuration to begin with, `knocks` what is tried at the end.
 */
export async function playBoth(
  peer: GoPeer,
  deeds: readonly Deed[],
  config: Readonly<Record<string, Json>>,
  knocks: readonly Knock[],
): Promise<{ readonly embedded: Played; readonly go: Played }> {
  const world = await embeddedWorld([{ name: "box", profile: "newest", local: true, config }]);
  const control = world.fleet.control;
  while (control.inspect("box").phase !== "complete") await sleep(realClock, 2);
  const first = { ...control.inspect("box").config };
  const go = await startGoVisor(peer, first);
  const lines = async (): Promise<readonly string[]> => {
    const file = await world.files.read(`${world.visor("box").folder}/skywire.conf`);
    return linesOf(fromUtf8(file ?? new Uint8Array()));
  };
  await go.command("conf", JSON.stringify(await lines()));
  const address = world.fleet.addresses.get("box");
  if (address === undefined) throw new Error("the embedded visor does not listen");
  try {
    const embedded = await play(deeds, knocks, world.fleet.dial, {
      address,
      restart: async () => {
        await control.restart("box");
        await sleep(realClock, STARTS_MS);
      },
      suspend: () => control.make("box", "suspended"),
      fail: (path, text) => control.failField("box", path, text),
      reach: async (knock) => await Promise.resolve(control.reach("box", knock)),
      state: async () => {
        const inside = control.inspect("box");
        return {
          conf: await lines(),
          sockets: Object.fromEntries(inside.dmsgListeners.map((one) => [one.port, one.localPort])),
          listening: pruned({ ...inside.webProxies }) ?? {},
          apps: runningOf(
            inside.apps
              .filter(({ runningArgs }) => runningArgs !== null)
              .map(({ name, runningArgs, runningMode }) => ({
                name,
                mode: runningMode ?? "",
                args: runningArgs ?? [],
              })),
          ),
        };
      },
    });
    return { embedded, go: await play(deeds, knocks, dialTcp, goWitness(go)) };
  } finally {
    await go.stop();
    await world.fleet.stop();
  }
}

function goWitness(go: Awaited<ReturnType<typeof startGoVisor>>): Witness {
  return {
    address: go.address,
    restart: async () => void (await go.command("restart")),
    suspend: async () => void (await go.command("suspend")),
    fail: async (path, text) => void (await go.command("fail", path, text)),
    reach: async ({ from, port, over }) => await go.reach(from, port, over),
    state: async () => {
      const { conf, sockets, listening, apps } = await go.inspect();
      const alive = Object.entries(apps).filter(([, app]) => app.alive);
      return {
        conf: linesOf(conf),
        sockets,
        listening: pruned(listening) ?? {},
        apps: runningOf(alive.map(([name, { mode, args }]) => ({ name, mode, args: args ?? [] }))),
      };
    },
  };
}

async function play(
  deeds: readonly Deed[],
  knocks: readonly Knock[],
  dial: typeof dialTcp,
  witness: Witness,
): Promise<Played> {
  const answers: Json[] = [];
  for (const deed of deeds) {
    if ("restart" in deed) await witness.restart();
    else if ("suspend" in deed) await witness.suspend();
    else if ("fail" in deed) await witness.fail(deed.fail, deed.text);
    else answers.push(await answerOf(dial, witness, deed.call, deed));
  }
  await sleep(realClock, SETTLES_MS);
  const config = await answerOf(dial, witness, "GetRuntimeConfig");
  const ports = await answerOf(dial, witness, "ListForwardedPorts");
  const listed = listedOf(await answerOf(dial, witness, "Apps"));
  const reached: Json[] = [];
  for (const knock of knocks) reached.push((await witness.reach(knock)) ?? null);
  return { answers, config, ports, listed, reached, ...(await witness.state()) };
}

/** The reply without zero values, or the error's text. */
async function answerOf(
  dial: typeof dialTcp,
  { address }: Witness,
  method: string,
  argument?: { readonly schema: Schema<unknown>; readonly value: unknown },
): Promise<Json> {
  const stream = await dial(address, { timeoutMs: 1_000 });
  const client = new RpcClient(stream, { clock: realClock });
  try {
    return pruned(jsonOf(await client.callGeneric(`app-visor.${method}`, argument))) ?? "done";
  } catch (error) {
    if (!(error instanceof FleetError) || error.code !== "rpc/remote") throw error;
    // How Go calls a struct is known of neither.
    return `error: ${error.message.replaceAll(/\*?visor\.\w+/g, "struct")}`;
  } finally {
    client.close();
  }
}

function jsonOf(value: GenericValue): Json {
  if (value === undefined) return null;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Uint8Array) return parsed(fromUtf8(value));
  if (value instanceof GenericOpaque) return Buffer.from(value.bytes).toString("hex");
  if (Array.isArray(value)) return value.map((item: GenericValue) => jsonOf(item));
  if (typeof value !== "object") return value;
  const members: Iterable<readonly [unknown, GenericValue]> =
    value instanceof Map ? value : Object.entries(value as GenericStruct);
  return Object.fromEntries(
    Array.from(members, ([name, item]) => [String(name), jsonOf(item)] as const),
  );
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** Without what Go leaves out or writes as a zero value; `undefined` when nothing is left. */
function pruned(value: Json): Json | undefined {
  if (value === null || value === false || value === 0 || value === "") return undefined;
  if (typeof value !== "object") return value;
  if (Array.isArray(value))
    return value.length === 0 ? undefined : value.map((item: Json) => pruned(item) ?? null);
  const members = Object.entries(value as JsonObject)
    .map(([name, item]) => [name, item === undefined ? undefined : pruned(item)] as const)
    .filter((entry): entry is readonly [string, Json] => entry[1] !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

function listedOf(states: Json): Json {
  const list = states as unknown as readonly { readonly AppConfig: { readonly Name: string } }[];
  const apps = list.map(({ AppConfig }) => AppConfig);
  return apps.toSorted((left, right) => (left.Name < right.Name ? -1 : 1));
}

function linesOf(text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .toSorted();
}

/** What runs, by app: the mode and the arguments it was started with. */
function runningOf(
  apps: readonly {
    readonly name: string;
    readonly mode: string;
    readonly args: readonly string[];
  }[],
): Json {
  const lines = apps.map(({ name, mode, args }) => [name, `${mode}: ${args.join(" ")}`] as const);
  return pruned(Object.fromEntries(lines)) ?? {};
}
