// A visor of 2026 made of Go, by the public texts alone, and a user before it.
import type { Json, JsonObject } from "../../src/core/index.ts";
import { dialTcp } from "../../src/platform/index.ts";
import { fastClock } from "./clocks.ts";
import { type CliWorld, cliWorld, type Ran } from "./cli-world.ts";
import { type GoPeer, startGoPeer } from "./go-peer.ts";
import { keyOf } from "./manifest-text.ts";

/** The user's clock and the visor's run this many times as fast. */
const HASTE = 10;
/** Long enough after what was done before that no slow answer makes the start look earlier than that. */
const RESTART_AFTER_MS = 500;

/** What no RPC tells of a Go visor. */
export interface GoVisorState {
  readonly config: JsonObject;
  /** The lines of its skywire.conf, sorted. */
  readonly conf: string;
  readonly ports: readonly { readonly port: number; readonly [member: string]: Json }[];
  /** Its open dmsg sockets: port and the local port they were opened with. */
  readonly sockets: Readonly<Record<string, number>>;
  readonly apps: Readonly<
    Record<
      string,
      {
        readonly alive: boolean;
        readonly mode: string;
        readonly args: readonly string[] | null;
        /** Why its program ended as it read its arguments. */
        readonly fault: string;
      }
    >
  >;
  /** Where its web proxies listen; empty where they do not. */
  readonly listening: Readonly<Record<"dmsg_web" | "skynet_web", string>>;
}

/** A running Go visor. */
export interface GoVisor {
  readonly address: { readonly host: string; readonly port: number };
  /** A command of test/peers/go/visor/serve.go. @throws Error with the visor's words */
  command(...words: readonly string[]): Promise<Json>;
  inspect(): Promise<GoVisorState>;
  /** Where a connection of a key ends up; `undefined` when nobody lets it in. */
  reach(key: string, port: number, over: "dmsg" | "skynet"): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** Starts a Go visor with a configuration, which must name its key. */
export async function startGoVisor(peer: GoPeer, config: JsonObject): Promise<GoVisor> {
  const go = startGoPeer(peer, "visor", String(HASTE));
  const [host = "", port = ""] = (await go.ask(JSON.stringify(config))).split(":");
  const command = async (...words: readonly string[]): Promise<Json> => {
    const answer = JSON.parse(await go.ask(words.join(" "))) as Json;
    const fault = (answer as { readonly error?: string } | null)?.error;
    if (fault !== undefined) throw new Error(fault);
    return answer;
  };
  return {
    address: { host, port: Number(port) },
    command,
    inspect: async () => (await command("inspect")) as unknown as GoVisorState,
    reach: async (key, at, over) => {
      const answer = await command("reach", key, String(at), over).catch(() => undefined);
      return (answer as { readonly reached?: string } | undefined)?.reached;
    },
    stop: async () => await go.stop(),
  };
}

/** A user whose local visor is a Go visor, which the manifest calls `box`. */
export interface GoVisorUser extends CliWorld {
  readonly key: string;
  readonly visor: GoVisor;
  /** Writes a manifest in which `box` has this body; `kim` is a key it may name. */
  want(body: string): Promise<void>;
  /** The same, and applies it. */
  apply(body: string): Promise<Ran>;
  /** Restarts the visor, long enough after everything that was done. */
  restart(): Promise<void>;
}

/** The key that manifests of a {@link GoVisorUser} call `kim`. */
export const KIM: string = keyOf("kim");

/** Starts a Go visor and makes a user with a key before it. */
export async function goVisorUser(
  peer: GoPeer,
  config: Readonly<Record<string, Json>> = {},
): Promise<GoVisorUser> {
  const key = keyOf("box");
  const visor = await startGoVisor(peer, { ...freshConfig(key), ...config });
  const user = cliWorld(
    dialTcp,
    `${visor.address.host}:${visor.address.port}`,
    "go",
    fastClock(HASTE),
  );
  const made = await user.run("keygen", "--json", "--new", "--name", "owner");
  const own = JSON.parse(made.out) as { readonly key: string; readonly seal: string };
  const want = (body: string): Promise<void> =>
    user.write(
      "fleet.yaml",
      `apiVersion: fleet.skywire/v1\nfleet: home\noperators:\n` +
        `  owner: { key: "${own.key}", seal: "${own.seal}", may: [plan, apply] }\n` +
        `controllers: [box]\nkeys:\n  kim: ${KIM}\nvisors:\n  box: { key: "${key}", ${body} }\n`,
    );
  return {
    ...user,
    key,
    visor,
    want,
    apply: async (body) => {
      await want(body);
      return await user.run("apply", "--yes", "--allow-keyset-change");
    },
    restart: async () => {
      await new Promise((resolve) => setTimeout(resolve, RESTART_AFTER_MS));
      await visor.command("restart");
    },
  };
}

/** What a package leaves on a new machine, as short as a visor can run with. */
function freshConfig(pk: string): JsonObject {
  const app = (name: string, port: number, more: JsonObject = {}): JsonObject => ({
    name,
    binary: "",
    args: "",
    auto_start: false,
    port,
    ...more,
  });
  return {
    version: "v1.3.95",
    pk,
    dmsg: { discovery: "http://dmsgd.deployment.example", sessions_count: 2 },
    pty: { dmsg_port: 22, cli_network: "unix", cli_address: "/tmp/dmsgpty.sock", whitelist: [] },
    transport: {
      discovery: "http://tpd.deployment.example",
      address_resolver: "http://ar.deployment.example",
      public_autoconnect: true,
      transport_setup: [],
      stcpr_port: 0,
      sudph_port: 0,
    },
    routing: { route_setup_nodes: [], route_finder: "", route_finder_timeout: "10s", min_hops: 0 },
    launcher: {
      service_discovery: "http://sd.deployment.example",
      apps: [
        app("skychat", 1, { args: "--addr *:8001", auto_start: true }),
        app("vpn-client", 43, { args: "--dns 1.1.1.1" }),
        app("vpn-server", 44),
        app("pty", 22, { auto_start: true, restart_policy: "always" }),
      ],
      server_addr: "localhost:5505",
      bin_path: "/opt/skywire/apps",
      display_node_ip: false,
    },
    survey_whitelist: [],
    hypervisors: [],
    cli_addr: "localhost:3435",
    log_level: "info",
    local_path: "/opt/skywire/local",
    stun_servers: [],
    is_public: false,
    persistent_transports: null,
  };
}
