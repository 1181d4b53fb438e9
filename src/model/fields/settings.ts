// The settings of a visor's configuration that a manifest may own: one row each.
import type { FieldRow } from "./field-row.ts";

/** What a setting's value must be. */
export type SettingType =
  | { readonly kind: "boolean" }
  | { readonly kind: "integer"; readonly min: number; readonly max: number }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "text" }
  | { readonly kind: "texts" }
  /** Where something listens that asks nobody who he is: an IP address or host name without a port. */
  | { readonly kind: "open-host" }
  /** A list of maps that all have these members, none twice. */
  | { readonly kind: "records"; readonly members: readonly RecordMember[] };

/** A member of a record: the key of a visor, one of some words, or text. */
export interface RecordMember {
  readonly name: string;
  readonly form: "key" | "text" | { readonly choices: readonly string[] };
  readonly about: string;
}

/** One row of the allow table of settings. */
export interface Setting extends FieldRow {
  /** The configuration path, as a manifest and `SetConfigFields` write it. */
  readonly path: string;
  readonly type: SettingType;
  /** In force at once where `SetConfigFields` is served; otherwise after a restart of the visor. */
  readonly live: boolean;
  /** Copied into /etc/skywire.conf by visors that manage one. */
  readonly mirrored: boolean;
  /** The setter of releases without `SetConfigFields`, when there is one. */
  readonly olderSetter?:
    | "SetMinHops"
    | "SetCalculateRoutes"
    | "SetPublicAutoconnect"
    | "SetIsPublic";
  /** The field of `Summary` that shows it on releases without `GetRuntimeConfig`, when there is one. */
  readonly summaryField?: "MinHops" | "PublicAutoconnect" | "IsPublic";
  /** What switching it off leaves as it is, a clause. */
  readonly offNote?: string;
}

const BOOLEAN: SettingType = { kind: "boolean" };
const TEXT: SettingType = { kind: "text" };
const OPEN_HOST: SettingType = { kind: "open-host" };
const PORT: SettingType = { kind: "integer", min: 0, max: 65_535 };
const LOG_LEVELS = ["trace", "debug", "info", "warn", "warning", "error", "fatal", "panic"];

const RULES: SettingType = {
  kind: "records",
  members: [
    { name: "suffix", form: "text", about: "The end of the names that the rule is for." },
    { name: "upstream", form: "text", about: "Where they go: `host:port`, or `direct`." },
  ],
};
const PERSISTENT_TRANSPORTS: SettingType = {
  kind: "records",
  members: [
    { name: "pk", form: "key", about: "The visor at the other end: a name or a key." },
    {
      name: "type",
      form: { choices: ["stcp", "stcpr", "sudph", "dmsg"] },
      about: "The type of the transport.",
    },
  ],
};

/** Every setting a manifest may own. Source: skywire-rpc 4.5 (live and mirrored lists) and section 7. */
export const SETTINGS: readonly Setting[] = [
  row(
    "is_public",
    BOOLEAN,
    "live mirrored",
    "reachability",
    "advertise this visor as a public one",
    {
      olderSetter: "SetIsPublic",
      summaryField: "IsPublic",
    },
  ),
  row(
    "log_level",
    { kind: "choice", choices: LOG_LEVELS },
    "live mirrored",
    "label",
    "how much the visor logs",
  ),
  row(
    "transport.public_autoconnect",
    BOOLEAN,
    "live mirrored",
    "reachability",
    "connect to public visors by itself; connections that are there stay when it is switched off",
    {
      olderSetter: "SetPublicAutoconnect",
      summaryField: "PublicAutoconnect",
      // The setter only writes it down. Source: api_network.go id 60239989725.
      offNote: "connections that it made already stay",
    },
  ),
  row(
    "transport.stcpr_port",
    PORT,
    "restart",
    "reachability",
    "TCP port for stcpr transports, 0 picks one",
  ),
  row(
    "transport.sudph_port",
    PORT,
    "restart",
    "reachability",
    "UDP port for sudph transports, 0 picks one",
  ),
  row(
    "routing.min_hops",
    { kind: "integer", min: 0, max: 65_535 },
    "live mirrored",
    "reachability",
    "fewest hops a route may have",
    { olderSetter: "SetMinHops", summaryField: "MinHops" },
  ),
  row(
    "routing.calculate_routes",
    BOOLEAN,
    "live mirrored",
    "reachability",
    "find routes on the visor itself",
    {
      olderSetter: "SetCalculateRoutes",
    },
  ),
  row(
    "routing.transport_preference",
    { kind: "texts" },
    "live",
    "reachability",
    "transport types in order of preference",
  ),
  row(
    "persistent_transports",
    PERSISTENT_TRANSPORTS,
    "live",
    "reachability",
    "transports that the visor dials again until they are there, all of them",
  ),
  row(
    "stun_servers",
    { kind: "texts" },
    "restart",
    "reachability",
    "servers asked for the public address",
  ),
  row("hypervisor.enable", BOOLEAN, "live mirrored", "trust", "run a hypervisor on this visor"),
  row("hypervisor.ui_disable", BOOLEAN, "live", "trust", "switch off the hypervisor's web page"),
  row(
    "hypervisor.enable_auth",
    BOOLEAN,
    "live mirrored",
    "trust",
    "ask for a password on the hypervisor's web page",
  ),
  row("hypervisor.http_addr", TEXT, "restart", "trust", "address of the hypervisor's web page"),
  row("dmsg_web.enable", BOOLEAN, "live mirrored", "app", "resolve .dmsg names"),
  row(
    "dmsg_web.proxy_addr",
    OPEN_HOST,
    "live mirrored",
    "reachability",
    "host that the .dmsg proxy listens at, without a port; whoever reaches it may use the proxy",
  ),
  row(
    "dmsg_web.upstream_socks",
    TEXT,
    "live mirrored",
    "app",
    "proxy that .dmsg requests go through",
  ),
  row(
    "dmsg_web.upstream_rules",
    RULES,
    "live",
    "app",
    "proxies that .dmsg requests go through by the name they ask for, all of them",
  ),
  row("skynet_web.enable", BOOLEAN, "live mirrored", "app", "resolve .skynet names"),
  row(
    "skynet_web.proxy_addr",
    OPEN_HOST,
    "live mirrored",
    "reachability",
    "host that the .skynet proxy listens at, without a port; whoever reaches it may use the proxy",
  ),
  row(
    "skynet_web.upstream_socks",
    TEXT,
    "live mirrored",
    "app",
    "proxy that .skynet requests go through",
  ),
  row(
    "skynet_web.upstream_rules",
    RULES,
    "live",
    "app",
    "proxies that .skynet requests go through by the name they ask for, all of them",
  ),
];

const BY_PATH: ReadonlyMap<string, Setting> = new Map(
  SETTINGS.map((setting) => [setting.path, setting]),
);

/** The row of a setting, or `undefined` when a manifest may not own it. */
export function settingAt(path: string): Setting | undefined {
  return BY_PATH.get(path);
}

/** The members of a setting's records that are keys of visors; empty for other settings. */
export function keyMembersOf(path: string): readonly string[] {
  const type = settingAt(path)?.type;
  if (type?.kind !== "records") return [];
  return type.members.filter(({ form }) => form === "key").map(({ name }) => name);
}

/** The blocks of the configuration that are web proxies: SOCKS5, without a password. */
export const WEB_PROXIES = ["dmsg_web", "skynet_web"] as const;

function row(
  path: string,
  type: SettingType,
  force: "live" | "live mirrored" | "restart",
  risk: Setting["risk"],
  about: string,
  older: Pick<Setting, "olderSetter" | "summaryField" | "offNote"> = {},
): Setting {
  return {
    path,
    type,
    live: force !== "restart",
    mirrored: force === "live mirrored",
    risk,
    about,
    ...older,
  };
}
