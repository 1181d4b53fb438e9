import { fromHex, fromUtf8, toHex } from "../../src/core/index.ts";
import {
  duration,
  type GoTime,
  isZeroTime,
  key33,
  type LogEntry,
  logEntry,
  type Schema,
  t,
  time,
  timeToMs,
  uuid,
} from "../../src/skywire/gob/index.ts";
import { type GoType, parseGoSource, parseGoType } from "./go-source.ts";
import type { Json } from "./vectors.ts";

/** The visor's argument and reply types, as its list of methods describes them. */
const SOURCE = `
type HealthInfo struct { ServicesHealth string }
type BuildInfo struct { Version, Commit, Date string }
type AppConfig struct { Name, Binary string; Args []string; AutoStart bool; Port uint16 }
type AppState struct { AppConfig; Status int; DetailedStatus string }
type ConnectionSummary struct { IsAlive bool; Latency time.Duration; UploadSpeed, DownloadSpeed uint32; BandwidthSent, BandwidthReceived uint64; Error string }
type AppStats struct { Connections []ConnectionSummary; StartTime *time.Time }
type TransportSummary struct { ID uuid.UUID; Local, Remote cipher.PubKey; Type string; Log *transport.LogEntry; IsSetup bool; Label string }
type Overview struct { PubKey cipher.PubKey; BuildInfo *BuildInfo; AppProtoVersion string; Apps []*AppState; Transports []*TransportSummary
  RoutesCount int; LocalIP, PublicIP string; IsSymmetricNAT bool; Hypervisors, ConnectedHypervisor []cipher.PubKey }
type RoutingRuleResp struct { Key uint32; Rule string }
type DmsgClientSummary struct { PK, ServerPK cipher.PubKey; RoundTrip time.Duration }
type PersistentTransports struct { PK cipher.PubKey; NetType string }
type Summary struct { Overview *Overview; Health *HealthInfo; Uptime float64; Routes []RoutingRuleResp; IsHypervisor bool; DmsgStats *DmsgClientSummary
  Online bool; MinHops uint16; PersistentTransports []PersistentTransports; SkybianBuildVersion, RewardAddress, BuildTag string; PublicAutoconnect bool }
type PortDetail struct { Port, Type string }
type RouteGroupInfo struct { ConsumeRule, FwdRule []byte }
type ForwardConn struct { ID uuid.UUID; LocalPort, RemotePort int }
type Entry struct { ID uuid.UUID; Edges [2]cipher.PubKey; Type, Label string }
type TestResult struct { PK, Max, Min, Mean, Status string }
type Rule []byte
type ProcKey [16]byte
type FilterServersIn struct { Version, Country string }
type SetAppStatusIn struct { AppName, Status string }
type SetAppErrorIn struct { AppName, Err string }
type SetAutoStartIn struct { AppName string; AutoStart bool }
type SetAppPasswordIn struct { AppName, Password string }
type SetAppPKIn struct { AppName string; PK cipher.PubKey }
type SetAppBoolIn struct { AppName string; Val bool }
type SetAppNetworkInterfaceIn struct { AppName, NetIfc string }
type SetAppStringIn struct { AppName, Val string }
type SetAppMapIn struct { AppName string; Val map[string]any }
type SetAppAddIn struct { AppName, BinaryName string }
type AddTransportIn struct { RemotePK cipher.PubKey; TpType string; Timeout time.Duration }
type TransportsIn struct { FilterTypes []string; FilterPubKeys []cipher.PubKey; ShowLogs bool }
type AppLogsRequest struct { TimeStamp time.Time; AppName string }
type ConnectIn struct { RemotePK cipher.PubKey; RemotePort, LocalPort int }
type PingConfig struct { PK cipher.PubKey; Tries, PcktSize, PubVisCount int }
`;

interface Special {
  readonly schema: Schema<unknown>;
  toJson(value: unknown): Json;
}

const asText = (value: unknown): Json => value as string;

const SPECIAL: ReadonlyMap<string, Special> = new Map<string, Special>([
  ["cipher.PubKey", { schema: key33, toJson: asText }],
  ["uuid.UUID", { schema: uuid, toJson: asText }],
  ["time.Duration", { schema: duration, toJson: (value) => Number(value) }],
  ["time.Time", { schema: time, toJson: (value) => timeText(value as GoTime) }],
  [
    "transport.LogEntry",
    {
      schema: logEntry,
      toJson: (value) => {
        const { recvBytes, sentBytes } = value as LogEntry;
        return { RecvBytes: Number(recvBytes), SentBytes: Number(sentBytes) };
      },
    },
  ],
  [
    "servicedisc.Service",
    {
      schema: t.opaque("binaryMarshaler", { goName: "servicedisc.Service", alwaysSent: true }),
      toJson: (value) => JSON.parse(fromUtf8(value as Uint8Array)) as Json,
    },
  ],
  ["bool", { schema: t.bool, toJson: (value) => value as boolean }],
  ["string", { schema: t.string, toJson: asText }],
  ["float64", { schema: t.float, toJson: (value) => value as number }],
  ["int", { schema: t.int, toJson: (value) => value as number }],
  ["uint16", { schema: t.uint16, toJson: (value) => value as number }],
  ["uint32", { schema: t.uint32, toJson: (value) => value as number }],
  ["uint64", { schema: t.uint64, toJson: (value) => Number(value) }],
]);

function timeText(value: GoTime): string {
  if (isZeroTime(value)) return "0001-01-01T00:00:00Z";
  const whole = new Date(timeToMs(value)).toISOString().slice(0, 19);
  const fraction =
    value.nanoseconds === 0
      ? ""
      : `.${String(value.nanoseconds).padStart(9, "0").replace(/0+$/, "")}`;
  return `${whole}${fraction}Z`;
}

const declared = parseGoSource(SOURCE);
const made = new Map<string, Schema<unknown>>();

function declarationOf(name: string): GoType | undefined {
  return declared.get(name.slice(name.lastIndexOf(".") + 1))?.type;
}

/** The schema of a visor's type; `undefined` when its text names a type that is not in the list. */
export function visorSchema(text: string): Schema<unknown> | undefined {
  try {
    return schemaOf(parseGoType(text));
  } catch {
    return undefined;
  }
}

function schemaOf(type: GoType): Schema<unknown> {
  const key = JSON.stringify(type);
  const known = made.get(key);
  if (known !== undefined) return known;
  const schema = makeSchema(type);
  made.set(key, schema);
  return schema;
}

function isByte(type: GoType): boolean {
  return type.kind === "name" && (type.name === "byte" || type.name === "uint8");
}

function makeSchema(type: GoType): Schema<unknown> {
  switch (type.kind) {
    case "name": {
      const special = SPECIAL.get(type.name);
      if (special !== undefined) return special.schema;
      const under = declarationOf(type.name);
      if (under === undefined) throw new Error(`no visor type ${type.name}`);
      if (under.kind !== "struct") return t.named(type.name, schemaOf(under));
      return t.struct(
        type.name.includes(".") ? type.name : `visor.${type.name}`,
        Object.fromEntries(under.fields.map((field) => [field.name, schemaOf(field.type)])),
      );
    }
    case "ptr":
      return t.ptr(schemaOf(type.element));
    case "slice":
      return isByte(type.element) ? t.bytes : t.list(schemaOf(type.element));
    case "array":
      return isByte(type.element)
        ? t.byteArray(type.length)
        : t.array(schemaOf(type.element), type.length);
    case "map":
      return t.map(schemaOf(type.key), schemaOf(type.value));
    case "struct":
      return t.empty;
    default:
      return t.iface();
  }
}

/** A value as the recorded sessions write it: keys and bytes in hex, nil lists and maps empty. */
export function visorJson(text: string, value: unknown): Json {
  return jsonOf(parseGoType(text), value);
}

function jsonOf(type: GoType, value: unknown): Json {
  if (value === undefined) return null;
  switch (type.kind) {
    case "name": {
      const special = SPECIAL.get(type.name);
      if (special !== undefined) return special.toJson(value);
      const under = declarationOf(type.name);
      return under === undefined ? null : jsonOf(under, value);
    }
    case "ptr":
      return jsonOf(type.element, value);
    case "slice":
    case "array":
      if (isByte(type.element)) return toHex(value as Uint8Array);
      return (value as readonly unknown[]).map((item) => jsonOf(type.element, item));
    case "map": {
      const pairs = [...(value as ReadonlyMap<unknown, unknown>)];
      return Object.fromEntries(
        pairs.map(([key, item]) => [String(key), jsonOf(type.value, item)]),
      );
    }
    case "struct": {
      const fields = value as Readonly<Record<string, unknown>>;
      return Object.fromEntries(
        type.fields.map((field) => [field.name, jsonOf(field.type, fields[field.name])]),
      );
    }
    default: {
      const content = (value as { readonly value: unknown }).value;
      return typeof content === "bigint" ? Number(content) : (content as Json);
    }
  }
}

/** A value out of what the recorded sessions write. */
export function visorValue(text: string, json: Json): unknown {
  return valueOf(parseGoType(text), json);
}

function valueOf(type: GoType, json: Json): unknown {
  if (json === null) return undefined;
  switch (type.kind) {
    case "name":
      if (type.name === "time.Duration" || type.name === "uint64") return BigInt(json as number);
      if (type.name === "time.Time") return timeFromText(json as string);
      if (SPECIAL.has(type.name)) return json;
      return valueOf(declarationOf(type.name) ?? { kind: "iface" }, json);
    case "ptr":
      return valueOf(type.element, json);
    case "slice":
    case "array":
      if (isByte(type.element)) return fromHex(json as string);
      return (json as readonly Json[]).map((item) => valueOf(type.element, item));
    case "map":
      return new Map(
        Object.entries(json).map(([key, item]) => [key, valueOf(type.value, item as Json)]),
      );
    case "struct": {
      const fields = json as Readonly<Record<string, Json>>;
      return Object.fromEntries(
        type.fields.map((field) => [field.name, valueOf(field.type, fields[field.name] ?? null)]),
      );
    }
    default:
      if (typeof json === "number") return { name: "int", value: BigInt(json) };
      return { name: typeof json === "boolean" ? "bool" : "string", value: json };
  }
}

function timeFromText(text: string): GoTime {
  const nanoseconds = Number((/\.(\d+)/.exec(text)?.[1] ?? "").padEnd(9, "0"));
  const unixSeconds = BigInt(Math.floor(Date.parse(text.replace(/\.\d+/, "")) / 1000));
  return { unixSeconds, nanoseconds, zoneOffsetSeconds: undefined };
}
