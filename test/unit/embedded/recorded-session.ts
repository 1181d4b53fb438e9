import { type Files, fromHex, fromUtf8, parseVisorKey, utf8 } from "../../../src/core/index.ts";
import { type EmbeddedFleet, startEmbeddedFleet } from "../../../src/skywire/embedded/index.ts";
import { Decoder, key33, t } from "../../../src/skywire/gob/index.ts";
import { RpcClient } from "../../../src/skywire/rpc/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { MemoryFiles } from "../../support/memory-files.ts";
import { settle } from "../../support/raw-peer.ts";
import type {
  Json,
  JsonObject,
  VisorCallVector,
  VisorSessionVector,
} from "../../support/vectors.ts";
import { visorJson, visorSchema } from "../../support/visor-shapes.ts";
import { arrangementOf, type Arrangement, VISOR_A, VISOR_B } from "./recorded-arrangement.ts";

/** An added app gets port 10 + this: the recorded one got 82. */
const DRAWN_PORT = 72;
const PATIENCE_MS = 400;
const APP_SETTLES_MS = 500;

/** What our visor did with one recorded call. */
export interface ReplayedCall {
  readonly recorded: VisorCallVector;
  readonly reply: Json | undefined;
  readonly error: string | undefined;
  readonly answered: boolean;
  /** Whether the configuration file was written during the call, and what changed in it. */
  readonly rewritten: boolean;
  readonly configDiff: readonly string[];
}

/** What our visor did in one recorded session. */
export interface Replay {
  readonly calls: readonly ReplayedCall[];
  /** Order of the replies on the wire, by position of the call. */
  readonly replyOrder: readonly number[];
  readonly bytesReceived: number;
  /** Our visor ended the connection, as a client sees it. */
  readonly ended: boolean;
  readonly alive: boolean;
}

const responseHeader = t.struct("", { ServiceMethod: t.string, Seq: t.uint, Error: t.string });

/** Sends a recorded session's own bytes to an embedded visor of the profile v1.3.28 in the same state, and reads the answers. */
export async function replaySession(
  session: VisorSessionVector & { readonly outcome?: Json },
): Promise<Replay> {
  const arrangement = arrangementOf(session);
  const world = await startWorld(arrangement);
  const connection = await connect(world.fleet);
  const calls = session.calls ?? [];
  const replayed = new Map<number, ReplayedCall>();
  const order: number[] = [];
  for (const exchange of session.exchanges.filter(({ dir }) => dir === "c2s")) {
    const waiting = calls.filter((call) => !replayed.has(call.seq) && !order.includes(call.seq));
    const next = waiting[0];
    if (next !== undefined) await passTime(world, arrangement, next, calls);
    const before = await world.config();
    const writesBefore = world.writes();
    connection.write(fromHex(exchange.hex));
    await world.until(
      () =>
        connection.isEnded ||
        connection.readReplies(calls) >= Math.min(calls.length, replies(session, exchange)),
    );
    for (const reply of connection.take()) {
      order.push(reply.recorded.seq);
      replayed.set(reply.recorded.seq, {
        ...reply,
        rewritten: world.writes() > writesBefore,
        configDiff: configDiff(before, await world.config()),
      });
    }
  }
  if (isHalfClosed(session)) connection.endSending();
  await world.until(() => connection.isEnded);
  connection.readReplies(calls);
  for (const reply of connection.take())
    replayed.set(reply.recorded.seq, { ...reply, rewritten: false, configDiff: [] });
  const { alive } = world.fleet.control.inspect("a");
  const replay = {
    calls: calls.map((recorded) => replayed.get(recorded.seq) ?? silentCall(recorded)),
    replyOrder: order,
    bytesReceived: connection.bytesReceived,
    ended: connection.isEnded,
    alive,
  };
  await world.fleet.stop();
  return replay;
}

interface RecordedWorld {
  readonly fleet: EmbeddedFleet;
  config(): Promise<Json>;
  writes(): number;
  until(isDone: () => boolean): Promise<void>;
  pass(ms: number): Promise<void>;
}

async function startWorld(arrangement: Arrangement): Promise<RecordedWorld> {
  const files = new MemoryFiles();
  const key = parseVisorKey(arrangement.key);
  const folder = `/fleet/${key}`;
  const configPath = `${folder}/skywire-config.json`;
  await files.replace(configPath, utf8(JSON.stringify(arrangement.config)));
  if (arrangement.reward !== undefined)
    await files.replace(`${folder}/reward.txt`, utf8(arrangement.reward));
  const clock = new ManualClock();
  const fleet = await startEmbeddedFleet({
    visors: [
      {
        name: "a",
        key,
        profile: "v1.3.28",
        local: true,
        transports: 0,
        apps: arrangement.behaviours,
      },
      {
        name: "b",
        key: parseVisorKey(key === VISOR_B ? VISOR_A : VISOR_B),
        profile: "v1.3.28",
        transports: 0,
        config: { hypervisor: { enable: arrangement.otherIsHypervisor } },
      },
    ],
    files: files satisfies Files,
    folder: "/fleet",
    clock,
    random: (size) => new Uint8Array(size).fill(DRAWN_PORT, size - 1),
  });
  await fleet.control.restart("a");
  if (arrangement.early) await fleet.control.make("a", "starting");
  clock.advance(4000);
  for (const app of arrangement.running)
    await fleet.control.changeBehindBack("a", { kind: "app", app, action: "start" });
  clock.advance(APP_SETTLES_MS);
  await addTransports(fleet, clock, arrangement);
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settle(2);
  };
  return {
    fleet,
    config: async () => {
      const bytes = await files.read(configPath);
      return bytes === undefined ? null : (JSON.parse(fromUtf8(bytes)) as Json);
    },
    writes: () => files.effects,
    pass,
    until: async (isDone) => {
      await settle(4);
      for (let waitedMs = 0; waitedMs < PATIENCE_MS && !isDone(); waitedMs += 4) await pass(4);
    },
  };
}

/** Waits where the recorder waited, and does what was done from outside before a call. */
async function passTime(
  world: RecordedWorld,
  arrangement: Arrangement,
  next: VisorCallVector,
  calls: readonly VisorCallVector[],
): Promise<void> {
  const before = calls[calls.indexOf(next) - 1];
  if (before?.method === "app-visor.StartApp") await world.pass(APP_SETTLES_MS);
  const outside = arrangement.before.get(next.seq);
  if (outside?.crash !== undefined) {
    await world.fleet.control.changeBehindBack("a", {
      kind: "app",
      app: outside.crash,
      action: "crash",
    });
  }
  if (outside?.waitMs !== undefined) await world.pass(outside.waitMs);
}

function silentCall(recorded: VisorCallVector): ReplayedCall {
  return {
    recorded,
    reply: undefined,
    error: undefined,
    answered: false,
    rewritten: false,
    configDiff: [],
  };
}

/** How many replies had arrived by the end of the answer to one exchange. */
function replies(
  session: VisorSessionVector,
  exchange: VisorSessionVector["exchanges"][number],
): number {
  const requests = session.exchanges.filter(({ dir }) => dir === "c2s");
  const calls = session.calls ?? [];
  if (requests.length < calls.length || requests.length === 1)
    return requests.length === 1 ? calls.length : 1;
  return requests.indexOf(exchange) + 1;
}

function isHalfClosed(session: VisorSessionVector & { readonly outcome?: Json }): boolean {
  const outcome = session.outcome as JsonObject | undefined;
  return outcome?.["clientHalfClosed"] === true;
}

interface Connection {
  write(bytes: Uint8Array): void;
  endSending(): void;
  /** Decodes what arrived; the number of replies so far. */
  readReplies(calls: readonly VisorCallVector[]): number;
  take(): readonly Pick<ReplayedCall, "recorded" | "reply" | "error" | "answered">[];
  readonly bytesReceived: number;
  readonly isEnded: boolean;
}

async function connect(fleet: EmbeddedFleet): Promise<Connection> {
  const address = fleet.addresses.get("a");
  if (address === undefined) throw new Error("visor a listens");
  const stream = await fleet.dial(address, { timeoutMs: 1000 });
  const decoder = new Decoder();
  let bytesReceived = 0;
  let isEnded = false;
  let header: { readonly Seq: number; readonly Error: string } | undefined;
  let total = 0;
  let taken: Pick<ReplayedCall, "recorded" | "reply" | "error" | "answered">[] = [];
  stream.listen({
    data: (chunk) => {
      bytesReceived += chunk.length;
      decoder.push(chunk);
    },
    end: () => {
      isEnded = true;
    },
    closed: () => {
      isEnded = true;
    },
  });
  const readOne = (calls: readonly VisorCallVector[]): boolean => {
    header ??= decoder.next(responseHeader)?.value;
    if (header === undefined) return false;
    const { Seq, Error: error } = header;
    const recorded = calls.find((call) => call.seq === Seq);
    if (recorded === undefined) throw new Error(`a reply to call ${Seq}, which nobody made`);
    const type = error === "" ? (recorded.replyType ?? "struct {}") : "struct {}";
    const body = decoder.next(visorSchema(type) ?? t.generic);
    if (body === undefined) return false;
    header = undefined;
    total += 1;
    const reply =
      error === "" && visorSchema(type) !== undefined ? visorJson(type, body.value) : undefined;
    taken.push({ recorded, reply, error: error === "" ? undefined : error, answered: true });
    return true;
  };
  return {
    write: (bytes) => stream.write(bytes),
    endSending: () => stream.end(),
    readReplies: (calls) => {
      while (readOne(calls));
      return total;
    },
    take: () => {
      const all = taken;
      taken = [];
      return all;
    },
    get bytesReceived() {
      return bytesReceived;
    },
    get isEnded() {
      return isEnded;
    },
  };
}

async function addTransports(
  fleet: EmbeddedFleet,
  clock: ManualClock,
  { transports }: Arrangement,
): Promise<void> {
  const address = fleet.addresses.get("a");
  if (address === undefined || transports.length === 0) return;
  const client = new RpcClient(await fleet.dial(address, { timeoutMs: 1000 }), { clock });
  const args = t.struct("visor.AddTransportIn", { RemotePK: key33, TpType: t.string });
  for (const { remote, type } of transports) {
    await client.callGeneric("app-visor.AddTransport", {
      schema: args,
      value: { RemotePK: remote, TpType: type },
    });
  }
  client.close();
}

/** What changed between two configurations, in the recorder's words. */
function configDiff(before: Json, after: Json): readonly string[] {
  const old = leaves(before);
  const now = leaves(after);
  const lines: string[] = [];
  for (const [path, value] of now) {
    const was = old.get(path);
    if (was === undefined) lines.push(`+ ${path} = ${value}`);
    else if (was !== value) lines.push(`~ ${path}: ${was} -> ${value}`);
  }
  for (const [path, value] of old) if (!now.has(path)) lines.push(`- ${path} = ${value}`);
  return lines.toSorted();
}

function leaves(value: Json, path = ""): ReadonlyMap<string, string> {
  if (typeof value !== "object" || value === null) return new Map([[path, JSON.stringify(value)]]);
  const members = Array.isArray(value)
    ? (value as readonly Json[]).map((item, index) => [`${path}[${index}]`, item] as const)
    : Object.entries(value).map(([name, item]) => [`${path}.${name}`, item] as const);
  return new Map(members.flatMap(([inner, item]) => [...leaves(item, inner)]));
}
