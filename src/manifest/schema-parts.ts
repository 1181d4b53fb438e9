// The definitions that the schema of a manifest is made of, but the fields of visors.
import type { JsonObject } from "../core/index.ts";
import { CAPABILITIES, OWN_FIELDS } from "../model/index.ts";
import {
  app,
  changes,
  choiceForm,
  closed,
  flagForm,
  listForm,
  member,
  namedForm,
  port,
  type Properties,
  refForm,
  rewardAddress,
  settings,
  survey,
  textForm,
  trust,
  wholeForm,
} from "./schema-fields.ts";

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
        key: refForm("visorKey", "The public key: 66 hexadecimal digits that begin with 02 or 03."),
        revoked: flagForm(
          "`true` writes the key off: every list that uses it is an error, lists may only `remove` it.",
        ),
      },
      ["key"],
    ),
    "x-expects": "the key of a visor, or { key: …, revoked: true }",
  },
};

const members = listForm({ $ref: "#/$defs/member" }, "A list of members, exact.");

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
    scheme: choiceForm("The network: `dmsg` or `skynet`.", ["dmsg", "skynet"]),
    port: wholeForm("The port there; builds before v1.3.95 listen on dmsg port 44.", 1, 65_535),
  },
  ["scheme", "port"],
);

/** What roles and visors have in common. */
const owned = {
  trust: refForm("trust", "Who may manage the visor."),
  apps: namedForm("Apps by name; apps that are not named are left alone.", APP_NAME_PATTERN, {
    $ref: "#/$defs/app",
  }),
  ports: namedForm(
    "Served ports by number; ports that are not named are left alone.",
    PORT_PATTERN,
    {
      $ref: "#/$defs/port",
    },
  ),
  settings: refForm("settings", "Values of the visor's configuration."),
  survey: refForm("survey", OWN_FIELDS.survey.about),
  reward_address: refForm("rewardAddress", OWN_FIELDS.reward_address.about),
};

const names = (description: string): JsonObject => listForm({ $ref: "#/$defs/name" }, description);

const role = closed("A role: what visors that list it have in common.", {
  extends: names("Roles whose values this role has too. It adds to them and overrides nothing."),
  ...owned,
});

const visor = closed(
  "A visor.",
  {
    key: refForm(
      "visorKey",
      "The visor's public key; it is the visor's identity, the name is only for people.",
    ),
    tags: names("Words to select visors by."),
    roles: names("Roles of this visor. Values written at the visor win over those of its roles."),
    rpc: refForm("rpc", "How the visor's RPC is reached."),
    ...owned,
    ignore: namedForm(
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
    because: textForm("Why; plans and drift reports show it."),
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
      ...listForm(
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
    may: listForm(
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
