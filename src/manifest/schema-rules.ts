// The schema of policy, ledger and operators.
import { DURATION_PATTERN, type JsonObject } from "../core/index.ts";
import { SIGNED_COMMITS } from "../model/index.ts";
import { closed, flagForm, listForm, wholeForm } from "./schema-fields.ts";

/** Relays that one manifest may list; every apply waits for each of them in turn. */
const RELAYS_MAX = 16;
/** More operators than this have no manifest in common. */
const OPERATORS_MAX = 1_000;

/** What the guards go by. */
export const policy: JsonObject = closed("What the guards go by.", {
  max_removals: {
    description: "How much one run may remove: a number, or a percentage such as `20%`.",
    default: "20%",
    type: ["integer", "string"],
    minimum: 0,
    maximum: 1_000_000,
    pattern: "^(100|[1-9]?[0-9])%$",
    "x-expects": "a whole number, or a percentage such as 20%",
  },
  require_relays: {
    ...wholeForm(
      "How many of the relays listed must hold the ledger before an apply writes anything; with fewer it is refused. Default: 0, relays that are down are caught up later.",
      0,
      RELAYS_MAX,
    ),
    default: 0,
  },
  require_witnesses: {
    ...wholeForm(
      "How many operators with `may: [witness]` must have cosigned a ledger before it counts as the only one. Default: 0.",
      0,
      OPERATORS_MAX,
    ),
    default: 0,
  },
  keyset_signatures: {
    ...wholeForm(
      "How many of the operators who may apply so far must sign a change of operators, controllers or policy. Default: 1.",
      1,
      OPERATORS_MAX,
    ),
    default: 1,
  },
  signed_commits: {
    type: "string",
    enum: SIGNED_COMMITS,
    description:
      "How every commit that changes the manifest must be signed: `ssh`, `gpg`, or `any` of them, by a key that an operator with `may: [apply]` lists under `git` in the manifest in force. Default: commits need no signature.",
    "x-expects": `one of ${SIGNED_COMMITS.join(", ")}`,
  },
  max_observation_age: {
    type: "string",
    pattern: DURATION_PATTERN,
    default: "1h",
    description:
      "How old what was read of a visor may be before plans that go by it are refused, such as `6h` or `2d`; the age of a recorded observation, and of a plan's readings when it is applied. Less than 1m is refused. Default: 1h.",
    "x-expects": "a time such as 90m, 1.5h or 2d",
  },
});

/** How the record of changes is kept. */
export const ledger: JsonObject = closed("How the record of changes is kept.", {
  seal: flagForm("Whether entries are encrypted so that only operators read them. Default: true."),
  relays: {
    ...listForm(
      {
        type: "string",
        pattern: "^([0-9]{1,3}([.][0-9]{1,3}){3}|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}$",
        description:
          "An IP address and a port, such as `127.0.0.1:8870` or `[::1]:8870`; no host name, since no resolver is asked.",
        "x-expects": "an IP address and a port in quotes",
        "x-check": "relay",
      },
      `CXO daemons that keep a copy of the ledger: IP addresses with ports, ${RELAYS_MAX} at most. A tunnel to one is your own; then its loopback end stands here.`,
    ),
    maxItems: RELAYS_MAX,
    "x-expects": `a list of 1 to ${RELAYS_MAX} addresses, such as ["127.0.0.1:8870"]`,
  },
  max_age: {
    type: "string",
    pattern: DURATION_PATTERN,
    description:
      "How old the newest signed entry of a ledger may be before readers call it frozen, such as `36h` or `7d`. Default: no age is too old.",
    "x-expects": "a time such as 36h, 7d or 2w",
  },
  keep_manifests: flagForm(
    "Whether an apply of a manifest that no clean commit has keeps the manifest's text, sealed, so that `fleet rollback` can plan it again. Default: true.",
  ),
});
