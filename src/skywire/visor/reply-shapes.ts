// What a visor answered, taken over into a reading: sorted, and without what a release does not show.
import {
  compareTexts,
  defined,
  parseVisorKey,
  type VisorKey,
  visorKeyFault,
} from "../../core/index.ts";
import type { GenericValue } from "../gob/index.ts";
import type { AppReading, KnownAs, KnownVisor, Release, SafeSummary } from "./reading.ts";
import type { SafeConfig } from "./safe-config.ts";
import type {
  AppStateWire,
  ForwardedPortWire,
  ManagedVisorWire,
  OverviewWire,
  SummaryWire,
  TransportWire,
} from "./wire-types.ts";

/** Apps as the table gives them, sorted: their order changes from call to call. */
export function appsOf(states: readonly AppStateWire[]): readonly AppReading[] {
  return states.map(appOf).sort((left, right) => compareTexts(left.name, right.name));
}

function appOf({ AppConfig: config, Status, DetailedStatus }: AppStateWire): AppReading {
  const env = textsOf(config.Env);
  return {
    name: config.Name,
    binary: config.Binary,
    args: config.Args,
    autoStart: config.AutoStart,
    port: config.Port,
    ...defined({ env }),
    ...(typeof config.LauncherMode === "string" ? { launcherMode: config.LauncherMode } : {}),
    ...(typeof config.RestartPolicy === "string" && config.RestartPolicy !== ""
      ? { restartPolicy: config.RestartPolicy }
      : {}),
    status: Status,
    detail: DetailedStatus,
  };
}

/** The build that an overview names. */
export function releaseOf(overview: OverviewWire): Release {
  const build = overview.BuildInfo;
  return { version: build?.Version ?? "", commit: build?.Commit ?? "", date: build?.Date ?? "" };
}

/** What is taken from a summary. */
export function safeSummaryOf(summary: SummaryWire): SafeSummary {
  const overview = summary.Overview;
  return {
    minHops: summary.MinHops,
    publicAutoconnect: summary.PublicAutoconnect,
    ...(typeof summary.IsPublic === "boolean" ? { isPublic: summary.IsPublic } : {}),
    rewardAddress: summary.RewardAddress,
    persistentTransports: summary.PersistentTransports.map(({ PK, NetType }) => ({
      key: PK,
      type: NetType,
    })),
    hypervisors: sortedKeys(overview?.Hypervisors ?? []),
    connectedHypervisors: sortedKeys(overview?.ConnectedHypervisor ?? []),
    isHypervisor: summary.IsHypervisor,
    buildTag: summary.BuildTag,
    configVersion: summary.ConfigVersion,
    servicesHealth: summary.Health?.ServicesHealth ?? "",
    hostname: overview?.Hostname ?? "",
    localIp: overview?.LocalIP ?? "",
    publicIp: overview?.PublicIP ?? "",
    transportCount: overview?.Transports.length ?? 0,
  };
}

/** What tells of other visors. */
export interface KnownSources {
  readonly self: VisorKey;
  readonly config: SafeConfig | undefined;
  readonly summary: SafeSummary | undefined;
  readonly remoteVisors: readonly string[];
  readonly managed: readonly ManagedVisorWire[];
  readonly transports: readonly TransportWire[];
}

/** The other visors that one knows, each once, sorted by key. What is no key is passed over. */
export function knownVisorsOf(from: KnownSources): readonly KnownVisor[] {
  const known = new Map<VisorKey, { sources: Set<KnownAs>; hostname: string }>();
  const add = (text: string, source: KnownAs, hostname = ""): void => {
    if (text === from.self || visorKeyFault(text) !== undefined) return;
    const key = parseVisorKey(text);
    const entry = known.get(key) ?? { sources: new Set(), hostname: "" };
    entry.sources.add(source);
    if (hostname !== "") entry.hostname = hostname;
    known.set(key, entry);
  };
  for (const key of from.config?.hypervisors ?? from.summary?.hypervisors ?? [])
    add(key, "hypervisor");
  for (const key of from.config?.pty ?? []) add(key, "pty");
  for (const key of from.remoteVisors) add(key, "managed");
  for (const visor of from.managed) add(visor.PK, "managed", visor.Hostname);
  for (const transport of from.transports) add(transport.Remote, "transport");
  return [...known]
    .map(([key, { sources, hostname }]) => ({
      key,
      sources: [...sources].sort(),
      ...(hostname === "" ? {} : { hostname }),
    }))
    .sort((left, right) => compareTexts(left.key, right.key));
}

/** A list of strings, or undefined for a field that the other side does not have. */
function textsOf(value: GenericValue): readonly string[] | undefined {
  return Array.isArray(value) && value.every(isText) ? value : undefined;
}

function isText(value: GenericValue): value is string {
  return typeof value === "string";
}

function sortedKeys(keys: readonly string[]): readonly string[] {
  return [...new Set(keys)].sort();
}

// A served port under the names that a visor's own files have for it, which are those of a manifest.

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
