// A served port under the names that a visor's own files have for it, which are those of a manifest.
import type { ForwardedPortWire } from "./wire-types.ts";

/** Name in a visor's files -> name in replies and arguments. */
const MEMBERS = {
  port: "Port",
  local_port: "LocalPort",
  label: "Label",
  description: "Description",
  show_on_landing: "ShowOnLanding",
  whitelist: "Whitelist",
  skynet: "Skynet",
  dmsg: "DMSG",
  udp: "UDP",
  proxy_addr: "ProxyAddr",
  preserve_host: "PreserveHost",
  inject_pk: "InjectPK",
} as const;

type Members = typeof MEMBERS;

/** One served port, all fields of its record. Its whitelist is sorted; empty means every authenticated peer. */
export type PortReading = {
  readonly [Name in keyof Members]: ForwardedPortWire[Members[Name]];
};

/** The web port of a visor: local port 0 is its landing page there, and the port itself everywhere else. */
const WEB_PORT = 80;

/** Served ports, sorted. */
export function portsOf(ports: readonly ForwardedPortWire[]): readonly PortReading[] {
  return ports.map(portOf).sort((left, right) => left.port - right.port);
}

function portOf(wire: ForwardedPortWire): PortReading {
  const { Port, LocalPort, Whitelist } = wire;
  // Source: forwarded_ports.go (EffectiveLocalPort), api_network.go (refreshWebsiteHandler).
  const local = LocalPort === 0 && Port !== WEB_PORT ? Port : LocalPort;
  return {
    ...(renamed(MEMBERS_LIST, wire) as unknown as PortReading),
    local_port: local,
    whitelist: [...new Set(Whitelist)].sort(),
  };
}

/** A served port as a method takes it. */
export function portArgument(port: PortReading): ForwardedPortWire {
  return renamed(BACK, port) as unknown as ForwardedPortWire;
}

const MEMBERS_LIST: readonly (readonly [string, string])[] = Object.entries(MEMBERS);
const BACK: readonly (readonly [string, string])[] = MEMBERS_LIST.map(([name, go]) => [go, name]);

/** The members of a record under other names: pairs of the new and the old one. */
function renamed(names: readonly (readonly [string, string])[], record: object): object {
  const values = new Map<string, unknown>(Object.entries(record));
  return Object.fromEntries(names.map(([to, from]) => [to, values.get(from)]));
}
