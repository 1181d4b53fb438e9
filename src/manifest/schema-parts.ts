import type { JsonObject } from "../core/index.ts";
import { CAPABILITIES } from "../model/index.ts";
import {
  choice,
  closed,
  flag,
  listOf,
  member,
  named,
  type Properties,
  ref,
  text,
  whole,
} from "./schema-forms.ts";
import { settings } from "./schema-settings.ts";

/** What a name may look like. */
export const NAME_PATTERN = "^[A-Za-z][A-Za-z0-9_-]{0,62}$";
/** What the name of an app may look like. */
export const APP_NAME_PATTERN = "^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$";
/** What the path of a value may look like; whether there is such a value is asked later. */
const FIELD_PATTERN = "^[a-z][A-Za-z0-9_.-]{0,126}$";
/** A day or a time of it, in UTC. */
const UNTIL_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?Z)?$";
/** Decimal numbers from 1 to 65535. */
const PORT_PATTERN =
  "^([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$";

const name = {
  type: "string",
  pattern: NAME_PATTERN,
  description: "A name: a letter, then up to 62 letters, digits, `-` or `_`.",
  "x-expects": "a name: a letter, then letters, digits, - or _",
};

const visorKey = {
  type: "string",
  pattern: "^0[23][0-9a-fA-F]{64}$",
  description: "The public key of a visor: 66 hexadecimal digits that begin with 02 or 03.",
  "x-expects": "the key of a visor",
  "x-check": "visor-key",
};

const namedKey = {
  description:
    "A key; or `{ key: …, revoked: true }` for one that was taken away: no list may use it any more, `remove` may name it, and plans name every visor that it still has a way into.",
  if: { type: "string" },
  then: { $ref: "#/$defs/visorKey" },
  else: {
    ...closed(
      "A key with what is known of it.",
      {
        key: ref("visorKey", "The public key: 66 hexadecimal digits that begin with 02 or 03."),
        revoked: flag(
          "`true` writes the key off: every list that uses it is an error, lists may only `remove` it.",
        ),
      },
      ["key"],
    ),
    "x-expects": "the key of a visor, or { key: …, revoked: true }",
  },
};

const members = listOf({ $ref: "#/$defs/member" }, "A list of members, exact.");

const changes = {
  add: listOf(
    { $ref: "#/$defs/member" },
    "Members that must be in the list; others stay as they are.",
  ),
  remove: listOf({ $ref: "#/$defs/member" }, "Members that must not be in the list."),
};

const LIST_EXPECTS = "a list such as [laptop, desk], or { add: […], remove: […] }";

const list = {
  description: "A plain list is exact; `{ add, remove }` owns only the members it names.",
  if: { type: "array" },
  then: { $ref: "#/$defs/members" },
  else: { ...closed("Members to add and to remove.", changes), "x-expects": LIST_EXPECTS },
};

const openList = {
  description:
    "Who may use it: a list (exact), `{ add, remove }`, or the word `anyone`. An empty list would mean everybody and is refused.",
  if: { type: "string" },
  then: { const: "anyone", "x-expects": "a list of members, or the word anyone" },
  else: { $ref: "#/$defs/list" },
};

const exactOpenList = {
  description:
    "Who may connect: a list (exact) or the word `anyone`. An empty list would mean everybody and is refused.",
  if: { type: "string" },
  then: { const: "anyone", "x-expects": "a list of members, or the word anyone" },
  else: { $ref: "#/$defs/members" },
};

const rpc = closed(
  "How the RPC of this visor is reached when it is not where newer builds have it (dmsg port 65).",
  {
    scheme: choice("The network: `dmsg` or `skynet`.", ["dmsg", "skynet"]),
    port: whole("The port there; builds before v1.3.95 listen on dmsg port 44.", 1, 65_535),
  },
  ["scheme", "port"],
);

const trust = closed("Who may manage the visor.", {
  hypervisors: ref("list", "The hypervisors the visor connects to. Each of them has full control."),
  pty: ref(
    "list",
    "Keys that may open a terminal and call the RPC. Each of them has full control.",
  ),
  dmsgscp: ref(
    "list",
    "Keys that may copy files to and from the visor. In force: after a restart. No way in by itself.",
  ),
  allow_rpc_exec: flag(
    "Whether clients of the visor's own RPC may run commands on it. In force: after a restart. `true` turns trust in that RPC into running code.",
  ),
});

const survey = {
  ...closed(
    "Keys that may read the visor's survey; never exact, the deployment's own keys stay.",
    changes,
  ),
  "x-expects":
    "{ add: […], remove: […] } (the survey list is never exact: the deployment's own keys must stay)",
};

const secretText = (description: string): JsonObject => ({
  type: "string",
  minLength: 1,
  description,
  "x-secret": true,
  "x-expects": "text, in quotes when it looks like a number, true or false",
});

const app = closed("One app of the launcher; only the fields named here are owned.", {
  present: flag(
    "`false` deletes the app from the visor (then no other field may be named); `true` adds it when it is missing.",
  ),
  running: flag("Whether the app runs."),
  auto_start: flag("Whether the app starts with the visor."),
  binary: text("The program, for apps that are not built in. Runs code on the visor."),
  args: {
    ...listOf(
      secretText("One argument. A secret is a reference: `env:NAME` or `file:path`."),
      "The arguments that no typed field stands for, in order. Runs code on the visor.",
    ),
  },
  env: named(
    "Environment variables, all of them. Runs code on the visor.",
    "^[A-Za-z_][A-Za-z0-9_]*$",
    secretText("The value of the variable. A secret is a reference: `env:NAME` or `file:path`."),
  ),
  launcher_mode: choice("Whether the app runs inside the visor's process or as its own.", [
    "internal",
    "external",
  ]),
  whitelist: ref("openList", "Who may use the exit (skysocks, vpn-server)."),
  pk: {
    ...member,
    description: "The visor whose exit is used (skysocks-client, vpn-client): a name or a key.",
  },
  secure: flag("Whether clients are kept out of the visor's local network (vpn-server)."),
  killswitch: flag("Whether traffic stops when the tunnel does (vpn-client)."),
  netifc: text("The network interface of the exit (vpn-server)."),
  dns: text("The DNS server used inside the tunnel (vpn-client)."),
  address: text("The address of the web page (skychat), such as `:8001`."),
});

const port = {
  description:
    "A served port: its whole record, or the word `closed`. One that is served over dmsg is shut at once, and its record is taken away after the visor has restarted.",
  if: { type: "string" },
  then: { const: "closed", "x-expects": "a map with a whitelist, or the word closed" },
  else: {
    ...closed(
      "The whole record of the port: what is not named has the value written here as default.",
      {
        whitelist: ref("exactOpenList", "Who may connect. Required."),
        local_port: whole("The port on the visor's machine. Default: the same number.", 1, 65_535),
        label: text("A short title. Default: none."),
        description: text("A longer text. Default: none."),
        show_on_landing: flag("Whether the visor's landing page lists it. Default: false."),
        skynet: flag("Whether it is served over skynet. Default: true."),
        dmsg: flag(
          "Whether it is served over dmsg. Changed on a served port it is in force after the visor restarts. Default: true.",
        ),
        udp: flag("Whether it carries UDP. Default: false."),
        proxy_addr: text(
          "The address requests are passed on to, when it is not the local port. Default: none.",
        ),
        preserve_host: flag("Whether the Host header is passed on. Default: false."),
        inject_pk: flag("Whether the caller's key is added as a header. Default: false."),
      },
      ["whitelist"],
    ),
    "x-expects": "a map with a whitelist, or the word closed",
  },
};

const rewardAddress = {
  type: "string",
  pattern: "^[1-9A-HJ-NP-Za-km-z]{25,40}$",
  description: "The Skycoin address that rewards are paid to.",
  "x-expects": "a Skycoin address",
  "x-check": "reward-address",
};

/** What roles and visors have in common. */
const owned = {
  trust: ref("trust", "Who may manage the visor."),
  apps: named("Apps by name; apps that are not named are left alone.", APP_NAME_PATTERN, {
    $ref: "#/$defs/app",
  }),
  ports: named("Served ports by number; ports that are not named are left alone.", PORT_PATTERN, {
    $ref: "#/$defs/port",
  }),
  settings: ref("settings", "Values of the visor's configuration."),
  survey: ref("survey", "Keys that may read the survey."),
  reward_address: ref("rewardAddress", "The address rewards are paid to."),
};

const names = (description: string): JsonObject => listOf({ $ref: "#/$defs/name" }, description);

const role = closed("A role: what visors that list it have in common.", {
  extends: names("Roles whose values this role has too. It adds to them and overrides nothing."),
  ...owned,
});

const visor = closed(
  "A visor.",
  {
    key: ref(
      "visorKey",
      "The visor's public key; it is the visor's identity, the name is only for people.",
    ),
    tags: names("Words to select visors by."),
    roles: names("Roles of this visor. Values written at the visor win over those of its roles."),
    rpc: ref("rpc", "How the visor's RPC is reached."),
    ...owned,
    ignore: named(
      "Values that are left alone for a while, by path, such as `apps.skychat.auto_start`: until then they are neither changed nor counted as drift. Who manages the visor is never ignored.",
      FIELD_PATTERN,
      { $ref: "#/$defs/ignore" },
    ),
  },
  ["key"],
);

/** More keys than somebody has machines. */
const GIT_KEYS_MAX = 16;

const ignore = closed(
  "A value that is left alone for a while.",
  {
    until: {
      type: "string",
      pattern: UNTIL_PATTERN,
      description:
        "The day (its beginning in UTC) or the time from which the value counts again, such as `2026-12-31` or `2026-12-31T18:00:00Z`.",
      "x-expects": "a day such as 2026-12-31, or a time such as 2026-12-31T18:00:00Z",
    },
    because: text("Why; plans and drift reports show it."),
  },
  ["until"],
);

const operator = closed(
  "A person or robot who signs.",
  {
    key: {
      type: "string",
      pattern: "^ed25519:[0-9a-f]{64}$",
      description: "The operator's public key, as `fleet keygen` prints it.",
      "x-expects": "an operator's key: ed25519: and 64 lower-case hexadecimal digits",
    },
    seal: {
      type: "string",
      pattern: "^x25519:[0-9a-f]{64}$",
      description:
        "The key that ledger entries are sealed for; without it this operator verifies but cannot read.",
      "x-expects": "a seal key: x25519: and 64 lower-case hexadecimal digits",
    },
    feed: {
      type: "string",
      pattern: "^0[23][0-9a-fA-F]{64}$",
      description:
        "The key under which relays keep this operator's own ledger; without it others cannot find what this operator recorded.",
      "x-expects": "a feed key: 66 hexadecimal digits that begin with 02 or 03",
      "x-check": "feed-key",
    },
    git: {
      ...listOf(
        {
          type: "string",
          maxLength: 12_000,
          description:
            "A line of an ssh public key file, or the fingerprint of an OpenPGP key, never its short id.",
          "x-expects": "an ssh public key or the fingerprint of an OpenPGP key",
        },
        `Public keys that sign this operator's commits, for policy.signed_commits; ${GIT_KEYS_MAX} at most. They count from the apply after the one that lists them.`,
      ),
      maxItems: GIT_KEYS_MAX,
    },
    may: listOf(
      {
        type: "string",
        enum: CAPABILITIES,
        description:
          "`plan`: plans signed by this operator are accepted. `apply`: writes and key changes are. `witness`: cosignatures on the ledgers of others are.",
        "x-expects": `one of ${CAPABILITIES.join(", ")}`,
      },
      "What this operator's signature is accepted for: plans, applies and key changes, or cosignatures on the ledgers of others.",
    ),
  },
  ["key", "may"],
);

/** The definitions that the schema refers to. */
export const DEFINITIONS: Properties = {
  name,
  visorKey,
  namedKey,
  member,
  members,
  list,
  openList,
  exactOpenList,
  rpc,
  trust,
  survey,
  app,
  port,
  settings,
  rewardAddress,
  role,
  visor,
  ignore,
  operator,
};
