// What is said of a key that this release does not know, and of a file that is no manifest of this release.
import { type Diagnostic, FLEET_VERSION, suggest, suggestion } from "../core/index.ts";
import { SETTINGS } from "../model/index.ts";
import { foreignFile, foreignText, foreignVersion } from "./foreign-files.ts";
import { API_VERSION } from "./schema.ts";
import { type MapTree, placeAt, type Source } from "./source.ts";

// What is said of a key that this release does not know.

type Fault = Pick<Diagnostic, "code" | "message" | "next">;

/** `fleet 0.1`: what a message calls this program. */
export const THIS_RELEASE: string = `fleet ${FLEET_VERSION.split(".").slice(0, 2).join(".")}`;

/** Keys that mean something in a fleet but that this release does not enforce, by section. */
const LATER: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    root: ["approvals", "canary", "feeds", "files", "tasks", "tests", "transports", "waves"],
    visor: ["canary", "expect", "feeds", "files", "persistent_transports", "tests", "transports"],
    app: [
      "app_settings",
      "group",
      "passcode",
      "password",
      "port",
      "restart_policy",
      "routing_policy",
      "settings",
      "user",
      "work_dir",
    ],
    policy: ["approvals", "canary", "freeze", "max_fail", "waves"],
  }),
);

/** Where a thing is written, by the section and the word people look for it under. */
const ELSEWHERE: ReadonlyMap<string, ReadonlyMap<string, string>> = tablesOf({
  root: {
    relays: "ledger: { relays: […] }",
    max_age: "ledger: { max_age: … }",
    keep_manifests: "ledger: { keep_manifests: … }",
    require_relays: "policy: { require_relays: … }",
    require_witnesses: "policy: { require_witnesses: … }",
    keyset_signatures: "policy: { keyset_signatures: … }",
    signed_commits: "policy: { signed_commits: … }",
    max_observation_age: "policy: { max_observation_age: … }",
    witnesses: "operators: { NAME: { may: [witness] } }",
  },
  visor: {
    hypervisors: "trust: { hypervisors: […] }",
    pty: "trust: { pty: […] }",
    dmsgpty: "trust: { pty: […] }",
    survey_whitelist: "survey: { add: […], remove: […] }",
    rewards: "reward_address: …",
  },
  port: {
    present: "ports: { NUMBER: closed }",
    open: "ports: { NUMBER: closed } to close it; a port with a whitelist is open",
    allow: "whitelist: […]",
  },
  policy: {
    relays: "ledger: { relays: […] }",
    max_age: "ledger: { max_age: … }",
    witnesses: "policy: { require_witnesses: … }",
  },
  ledger: {
    require_relays: "policy: { require_relays: … }",
    require_witnesses: "policy: { require_witnesses: … }",
    feed: "operators: { NAME: { feed: … } }",
  },
  operators: { witness: "may: [witness]", relays: "ledger: { relays: […] }" },
});

/** Configuration paths with a section of their own, and that section. */
const OWN_SECTION: readonly (readonly [prefix: string, section: string])[] = [
  ["hypervisors", "trust: { hypervisors: […] }"],
  ["pty", "trust: { pty: […] }"],
  ["pty.allow_rpc_exec", "trust: { allow_rpc_exec: true }"],
  ["dmsgpty", "trust: { pty: […] }"],
  ["dmsgscp", "trust: { dmsgscp: […] }"],
  ["survey_whitelist", "survey: { add: […], remove: […] }"],
  ["user_survey_whitelist", "survey: { add: […], remove: […] }"],
  ["launcher.apps", "apps: { NAME: … }"],
  ["reward_address", "reward_address: …"],
  ["forwarded_ports", "ports: { NUMBER: … }"],
];

/** Configuration paths that no manifest may ever write: identity, the way in, and the network's services. */
const NEVER: readonly string[] = [
  "cli_addr",
  "conf_service",
  "conf_service_dmsg",
  "dmsg",
  "launcher.bin_path",
  "launcher.server_addr",
  "launcher.service_discovery",
  "launcher.service_discovery_dmsg",
  "local_path",
  "pk",
  "routing.route_finder",
  "routing.route_finder_dmsg",
  "routing.route_setup_nodes",
  "sk",
  "survey_client_sk",
  "transport.address_resolver",
  "transport.address_resolver_dmsg",
  "transport.discovery",
  "transport.discovery_dmsg",
  "transport.transport_setup",
  "transport.user_transport_setup",
  "uptime_tracker",
  "version",
];

/** Why a key that the schema does not have is refused. `path` leads to the map it stands in. */
export function unknownKey(
  path: readonly string[],
  key: string,
  allowed: readonly string[],
): Fault {
  const section = sectionOf(path);
  if (section === "settings") return settingKey(key);
  if (LATER.get(section)?.includes(key) === true) {
    return {
      code: "manifest/not-supported",
      message: `${JSON.stringify(key)} is not supported by ${THIS_RELEASE}, so it could not be enforced`,
      next: "remove it; nothing that is not named here is touched",
    };
  }
  const elsewhere = ELSEWHERE.get(section)?.get(key);
  return {
    code: "manifest/unknown-key",
    message: `${JSON.stringify(key)} is no key of ${SECTION_NAMES.get(section) ?? "this map"} and not supported by ${THIS_RELEASE}`,
    next:
      elsewhere === undefined
        ? suggestion(key, allowed, `keys here are ${allowed.join(", ")}`)
        : `write it as ${elsewhere}`,
  };
}

const SECTION_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    root: "a manifest",
    visor: "a visor or role",
    app: "an app",
    port: "a served port",
    policy: "policy",
    ledger: "ledger",
    watch: "watch",
    expect: "a test of access",
    trust: "trust",
    operators: "an operator",
  }),
);

/** Maps, because keys of a manifest are looked up in them: an object has names of its own, such as `constructor`. */
function tablesOf(
  tables: Readonly<Record<string, Readonly<Record<string, string>>>>,
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  return new Map(
    Object.entries(tables).map(([section, words]) => [section, new Map(Object.entries(words))]),
  );
}

/** Which kind of map a path leads to; the owned sections of roles and visors are the same. */
function sectionOf(path: readonly string[]): string {
  const [top, , section, name] = path;
  if (top === undefined) return "root";
  if (top !== "visors" && top !== "roles") return top;
  if (section === undefined) return "visor";
  if (section === "apps" && name !== undefined) return "app";
  if (section === "ports" && name !== undefined) return "port";
  if (section === "settings" && name !== undefined) return "setting";
  return section;
}

function settingKey(key: string): Fault {
  const paths = SETTINGS.map((setting) => setting.path);
  const own = OWN_SECTION.find(([prefix]) => isBelow(key, prefix));
  if (own !== undefined) {
    return {
      code: "manifest/setting-elsewhere",
      message: `the setting ${key} has a section of its own`,
      next: `write it as ${own[1]}`,
    };
  }
  if (NEVER.some((prefix) => isBelow(key, prefix)) || /(^|[._])(sk|secret_key)($|[._])/.test(key)) {
    return {
      code: "manifest/setting-never",
      message: `the setting ${key} is never written by fleet: it is the visor's identity, its way in, or a service of the network`,
      next: "remove it; change it on the visor itself if it must change",
    };
  }
  const below = paths.filter((path) => path.startsWith(`${key}.`));
  return {
    code: "manifest/unknown-setting",
    message: `the setting ${key} is not supported by ${THIS_RELEASE}`,
    next:
      below.length > 0
        ? `write the whole path as one key, such as ${below.slice(0, 3).join(", ")}`
        : settingSuggestion(key, paths),
  };
}

function settingSuggestion(key: string, paths: readonly string[]): string {
  const meant = suggest(key, paths) ?? paths.find((path) => path.endsWith(`.${key}`));
  return meant === undefined
    ? `settings are ${paths.join(", ")}`
    : `did you mean ${JSON.stringify(meant)}?`;
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
}

// What a file is: a manifest of this release, of another one, or something else.

const VERSION_FORM = /^fleet\.skywire\/v([0-9]+)$/;

/** Says what a file is before anything in it is judged: the format must be one this release reads. */
export function identify(root: MapTree, source: Source): Diagnostic | undefined {
  const entry = root.entries.get("apiVersion");
  if (entry?.value.kind === "scalar") {
    const written = entry.value.text;
    if (written === API_VERSION) return undefined;
    const at = placeAt(source, entry.value.offset);
    return { ...versionFault(written, root), severity: "error", at, text: written.slice(0, 80) };
  }
  const at = placeAt(source, entry?.offset ?? root.offset);
  const foreign = foreignFile(root);
  if (foreign !== undefined) return { ...foreign, severity: "error", at };
  return {
    code: "manifest/api-version",
    severity: "error",
    message: "the line that says which format this file has is missing",
    at,
    next: `begin the file with apiVersion: ${API_VERSION}`,
  };
}

/** The same of a text that could not be read as YAML, as far as its left edge tells. */
export function identifyText(source: Source): Diagnostic | undefined {
  const foreign = foreignText(source.text);
  if (foreign === undefined) return undefined;
  return { ...foreign, severity: "error", at: { file: source.file, line: 1, column: 1 } };
}

function versionFault(written: string, root: MapTree): Fault {
  const version = VERSION_FORM.exec(written)?.[1];
  if (version !== undefined && Number(version) > 1) {
    return {
      code: "manifest/newer-version",
      message: `${written} is newer than ${THIS_RELEASE}, which reads ${API_VERSION}`,
      next: `use a release of fleet that reads ${written}`,
    };
  }
  return (
    foreignVersion(written) ??
    foreignFile(root) ?? {
      code: "manifest/api-version",
      message: `this is no format that ${THIS_RELEASE} reads`,
      next:
        suggest(written, [API_VERSION]) === undefined
          ? `a manifest of this program begins with apiVersion: ${API_VERSION}`
          : `did you mean ${JSON.stringify(API_VERSION)}?`,
    }
  );
}
