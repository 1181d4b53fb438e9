// Where /etc/skywire.conf keeps what visors copy to it.

/** The variable of a configuration path, and how its text is to be read. */
export interface ConfVariable {
  readonly name: string;
  readonly form: "keys" | "text" | "flag" | "inverted" | "number";
}

/**
 * Variables by configuration path. `hypervisor.enable_auth` is left out, since the name of its variable was not found.
 * Source: api_config_mirror.go @407a07f3 for the paths, describe.go for the names.
 */
export const CONF_VARIABLES: ReadonlyMap<string, ConfVariable> = new Map<string, ConfVariable>([
  ["hypervisors", { name: "HYPERVISORPKS", form: "keys" }],
  ["pty.whitelist", { name: "DMSGPTYPKS", form: "keys" }],
  ["is_public", { name: "VISORISPUBLIC", form: "flag" }],
  ["log_level", { name: "LOGLVL", form: "text" }],
  ["reward_address", { name: "REWARDSKYADDR", form: "text" }],
  ["routing.min_hops", { name: "MINHOPS", form: "number" }],
  ["routing.calculate_routes", { name: "CALCULATEROUTES", form: "flag" }],
  ["transport.public_autoconnect", { name: "DISABLEPUBLICAUTOCONN", form: "inverted" }],
  ["hypervisor.enable", { name: "ISHYPERVISOR", form: "flag" }],
  ["dmsg_web.enable", { name: "DMSGWEB", form: "flag" }],
  ["dmsg_web.proxy_addr", { name: "DMSGWEBADDR", form: "text" }],
  ["dmsg_web.upstream_socks", { name: "DMSGWEBUPSTREAM", form: "text" }],
  ["skynet_web.enable", { name: "SKYNETWEB", form: "flag" }],
  ["skynet_web.proxy_addr", { name: "SKYNETWEBADDR", form: "text" }],
  ["skynet_web.upstream_socks", { name: "SKYNETWEBUPSTREAM", form: "text" }],
]);

const NAMES: ReadonlySet<string> = new Set([...CONF_VARIABLES.values()].map(({ name }) => name));

/** Keeps what visors copy to the file; whatever else stands there, secrets among it, is dropped. */
export function confValues(all: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...all].filter(([name]) => NAMES.has(name)));
}
