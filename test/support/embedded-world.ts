import {
  type Clock,
  FleetError,
  sleep,
  type StreamAddress,
  type VisorKey,
} from "../../src/core/index.ts";
import {
  type EmbeddedFleet,
  type EmbeddedFleetOptions,
  type EmbeddedVisorInfo,
  type EmbeddedVisorSpec,
  startEmbeddedFleet,
} from "../../src/skywire/embedded/index.ts";
import { type GenericValue, type Schema, t } from "../../src/skywire/gob/index.ts";
import { RpcClient } from "../../src/skywire/rpc/index.ts";
import {
  createVisorReader,
  type VisorReader,
  type VisorTarget,
  RELEASES,
} from "../../src/skywire/visor/index.ts";
import { encodePreamble } from "../../src/skywire/visor/target.ts";
import { realClock } from "./clocks.ts";
import { MemoryFiles } from "./memory-files.ts";

/** Everything a visor takes its time for is a hundred times as fast. */
const TEST_TIME_SCALE = 0.01;

/** An embedded fleet inside the test's process, with ways to speak to it. */
export interface EmbeddedWorld {
  readonly fleet: EmbeddedFleet;
  readonly files: MemoryFiles;
  readonly clock: Clock;
  readonly reader: VisorReader;
  visor(name: string): EmbeddedVisorInfo;
  /** How to reach a visor of the fleet, by the first visor that listens. */
  target(name: string): VisorTarget;
  /** A connection to a visor's RPC: direct for those that listen, else by bridge. */
  connect(name: string, options?: ConnectOptions): Promise<RpcClient>;
  /** Restarts a visor and waits until it is completely up. */
  restart(name: string): Promise<void>;
  /** One call on a connection of its own. */
  call(name: string, method: string, argument?: Argument): Promise<GenericValue>;
}

interface ConnectOptions {
  readonly by?: string;
  readonly scheme?: "dmsg" | "skynet";
  readonly port?: number;
}

export interface Argument {
  readonly schema: Schema<unknown>;
  readonly value: unknown;
}

/** Starts an embedded fleet in memory. */
export async function embeddedWorld(
  visors: readonly EmbeddedVisorSpec[],
  options: Partial<EmbeddedFleetOptions> & { readonly files?: MemoryFiles } = {},
): Promise<EmbeddedWorld> {
  const files = options.files ?? new MemoryFiles();
  const clock = options.clock ?? realClock;
  const fleet = await startEmbeddedFleet({
    folder: "/fleet",
    random: (size) => new Uint8Array(size).fill(7),
    timeScale: TEST_TIME_SCALE,
    ...options,
    visors,
    files,
    clock,
  });
  const visor = (name: string): EmbeddedVisorInfo => {
    const found = fleet.visors.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no visor ${name}`);
    return found;
  };
  const local = [...fleet.addresses.values()][0] ?? { host: "127.0.0.1", port: 1 };
  const target = (name: string): VisorTarget => targetOf(visor(name), local);
  const connect = async (
    name: string,
    { by, scheme = "dmsg", port }: ConnectOptions = {},
  ): Promise<RpcClient> => {
    const { key, profile } = visor(name);
    const address = fleet.addresses.get(by ?? name) ?? local;
    const isDirect = by === undefined && fleet.addresses.has(name);
    const route = {
      kind: "bridge",
      scheme,
      port: port ?? (RELEASES[profile].rpcPort.value || 65),
    } as const;
    const preamble = isDirect ? {} : { preamble: encodePreamble(route, key) };
    return new RpcClient(await fleet.dial(address, { timeoutMs: 1000 }), { clock, ...preamble });
  };
  return {
    fleet,
    files,
    clock,
    visor,
    target,
    connect,
    reader: createVisorReader({ dial: fleet.dial, clock, rpcAddress: local }),
    restart: async (name) => {
      await fleet.control.restart(name);
      while (fleet.control.inspect(name).phase !== "complete") await sleep(clock, 2);
    },
    call: async (name, method, argument) => {
      const client = await connect(name);
      try {
        return await client.callGeneric(
          `app-visor.${method}`,
          argument ?? { schema: t.empty, value: {} },
        );
      } finally {
        client.close();
      }
    },
  };
}

/** The first visor that listens is spoken to directly, the others through it. */
function targetOf(
  { key, local, profile }: EmbeddedVisorInfo,
  rpcAddress: StreamAddress,
): VisorTarget {
  if (local?.port === rpcAddress.port) return { key, route: { kind: "local" } };
  return {
    key,
    route: { kind: "bridge", scheme: "dmsg", port: RELEASES[profile].rpcPort.value || 65 },
  };
}

/** The code and message of what a promise fails with; `undefined` when it does not. */
export async function failureOf(
  promise: Promise<unknown>,
): Promise<{ code: string; message: string } | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (error instanceof FleetError) return { code: error.code, message: error.message };
    throw error;
  }
}

/** Argument of methods that take a text. */
export function textArgument(value: string): Argument {
  return { schema: t.string, value };
}

/** Argument of methods that take a key. */
export function keyArgument(value: VisorKey | string): Argument {
  return { schema: KEY, value };
}

/** Argument of `SetConfigFields`. */
export function fieldsArgument(fields: Readonly<Record<string, unknown>>): Argument {
  const encoder = new TextEncoder();
  const entries = Object.entries(fields).map(
    ([path, value]) => [path, encoder.encode(JSON.stringify(value))] as const,
  );
  return { schema: FIELDS, value: new Map(entries) };
}

const FIELDS = t.map(t.string, t.bytes);
const KEY = t.opaqueOf<string>({
  marshaler: "binaryMarshaler",
  goName: "cipher.PubKey",
  zero: () => "0".repeat(66),
  isZero: (value) => /^0+$/.test(value),
  encode: (value) => Uint8Array.from(value.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
  decode: (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
});
