import { describe } from "vitest";
import { oneVisor, type Refusal, testRefusals } from "../../support/refusals.ts";

/** An operator's line; its feed follows at column 116. */
function operator(name: string, digits: string, more: string): string {
  return `  ${name}: { key: "ed25519:${digits.repeat(32)}", may: [plan, apply]${more} }\n`;
}

function ledger(inside: string): string {
  return oneVisor("", `ledger: { ${inside} }\n`);
}

const LEDGER: readonly Refusal[] = [
  {
    name: "a relay by its name",
    text: ledger("relays: [relay.example.org:8870]"),
    want: ["manifest/relay-name 3:20"],
    shown: "relay.example.org:8870",
    next: "loopback end of a tunnel",
  },
  {
    name: "localhost, which is a name",
    text: ledger('relays: ["127.0.0.1:8870", localhost:8870]'),
    want: ["manifest/relay-name 3:38"],
  },
  {
    name: "a relay without a port",
    text: ledger("relays: [127.0.0.1]"),
    want: ["manifest/relay 3:20"],
    next: '"[::1]:8870"',
  },
  {
    name: "a relay that is a number",
    text: ledger("relays: [8870]"),
    want: ["manifest/value 3:20"],
    next: "an IP address and a port in quotes",
  },
  {
    name: "a relay with the address of every interface",
    text: ledger('relays: ["0.0.0.0:8870"]'),
    want: ["manifest/relay 3:20"],
  },
  {
    name: "a relay that no program could listen at",
    text: ledger('relays: ["127.0.0.1:70000"]'),
    want: ["manifest/relay 3:20"],
  },
  {
    name: "one relay twice, written in two ways",
    text: oneVisor("", 'ledger:\n  relays:\n    - "[::1]:8870"\n    - "[0:0::1]:8870"\n'),
    want: ["manifest/relay-twice 6:7"],
    shown: "[0:0::1]:8870",
    related: [5],
  },
  {
    name: "more relays than anybody waits for",
    text: ledger(
      `relays: [${Array.from({ length: 17 }, (_, index) => `"10.0.0.${index}:80"`).join(", ")}]`,
    ),
    want: ["manifest/value 3:19"],
    next: "1 to 16 addresses",
  },
  {
    name: "a word for the list of relays",
    text: ledger('relays: "127.0.0.1:8870"'),
    want: ["manifest/value 3:19"],
  },
  { name: "an empty list of relays", text: ledger("relays: []"), want: ["manifest/empty 3:11"] },
  ...["36", "36 h", "1.5h", "0h", "7w", "-1h", "1h30m"].map((age) => ({
    name: `an age of ${age}`,
    text: ledger(`max_age: ${age}`),
    want: ["manifest/value 3:20"],
    next: "36h or 7d",
  })),
  {
    name: "a relay beside the ledger",
    text: oneVisor("", 'relays: ["127.0.0.1:8870"]\n'),
    want: ["manifest/unknown-key 3:1"],
    next: "ledger: { relays: […] }",
  },
  {
    name: "the number of relays in the ledger",
    text: ledger("require_relays: 1"),
    want: ["manifest/unknown-key 3:11"],
    next: "policy: { require_relays: … }",
  },
  {
    name: "a mistyped key",
    text: ledger("relay: [a]"),
    want: ["manifest/unknown-key 3:11"],
    next: 'did you mean "relays"?',
  },
];

const POLICY: readonly Refusal[] = [
  {
    name: "more relays than are listed",
    text: oneVisor("", 'ledger:\n  relays: ["127.0.0.1:8870"]\npolicy:\n  require_relays: 2\n'),
    want: ["manifest/too-many-required 6:19"],
    shown: "2",
    next: "ledger.relays",
    related: [4],
  },
  {
    name: "relays, and none is listed",
    text: oneVisor("", "policy: { require_relays: 1 }\n"),
    want: ["manifest/too-many-required 3:27"],
  },
  {
    name: "more relays than may be listed",
    text: oneVisor("", "policy: { require_relays: 17 }\n"),
    want: ["manifest/value 3:27"],
    next: "a whole number from 0 to 16",
  },
  {
    name: "a relay that is refused itself is still counted",
    text: oneVisor("", "ledger: { relays: [relay:1] }\npolicy: { require_relays: 1 }\n"),
    want: ["manifest/relay-name 3:20"],
  },
  {
    name: "more witnesses than there are",
    text: oneVisor("", `operators:\n${operator("me", "5f", "")}policy:\n  require_witnesses: 1\n`),
    want: ["manifest/too-many-required 6:22"],
    next: "may: [witness]",
    related: [3],
  },
  {
    name: "more signatures than operators could give",
    text: oneVisor("", `policy: { keyset_signatures: 2 }\noperators:\n${operator("me", "5f", "")}`),
    want: ["manifest/too-many-required 3:30"],
    next: "may: [apply]",
    related: [4],
  },
  {
    name: "signatures, and nobody who could give one",
    text: oneVisor("", "policy: { keyset_signatures: 1 }\n"),
    want: ["manifest/too-many-required 3:30"],
  },
  {
    name: "9.4: operators of whom nobody may apply",
    text: oneVisor("", `operators:\n${operator("me", "5f", "").replace("plan, apply", "plan")}`),
    want: ["manifest/nobody-applies 3:1"],
    next: "may: [plan, apply]",
  },
  {
    name: "no signature at all",
    text: oneVisor("", "policy: { keyset_signatures: 0 }\n"),
    want: ["manifest/value 3:30"],
  },
  {
    name: "a mistyped right is not counted against the policy too",
    text: oneVisor(
      "",
      `operators: { me: { key: "ed25519:${"5f".repeat(32)}", may: [witnes] } }\npolicy: { require_witnesses: 1 }\n`,
    ),
    want: ["manifest/value 3:107"],
    next: 'did you mean "witness"?',
  },
  ...["1.5", "two", "-1", "true"].map((number) => ({
    name: `${number} witnesses`,
    text: oneVisor("", `policy: { require_witnesses: ${number} }\n`),
    want: ["manifest/value 3:30"],
  })),
  {
    name: "relays in the policy",
    text: oneVisor("", "policy: { relays: [a] }\n"),
    want: ["manifest/unknown-key 3:11"],
    next: "ledger: { relays: […] }",
  },
];

const FEEDS: readonly Refusal[] = [
  {
    name: "a feed of another length",
    text: oneVisor("", `operators:\n${operator("me", "5f", ", feed: 02abcd")}`),
    want: ["manifest/feed-key 4:116"],
    shown: "02abcd",
    next: "fleet keygen",
  },
  {
    name: "a feed of 64 digits, which may be a secret",
    text: oneVisor("", `operators:\n${operator("me", "5f", `, feed: ${"ab".repeat(32)}`)}`),
    want: ["manifest/feed-key 4:116"],
    shown: undefined,
  },
  {
    name: "a feed that is no point of the curve",
    text: oneVisor("", `operators:\n${operator("me", "5f", `, feed: 02${"0".repeat(63)}5`)}`),
    want: ["manifest/feed-key 4:116"],
  },
  {
    name: "an operator's key for a feed",
    text: oneVisor("", `operators:\n${operator("me", "5f", ', feed: "ed25519:ab"')}`),
    want: ["manifest/feed-key 4:116"],
  },
  {
    name: "one feed at two operators",
    text: oneVisor(
      "",
      `operators:\n${operator("me", "5f", ", feed: $feed")}${operator("ci", "6f", ", feed: $feed")}`,
    ),
    want: ["manifest/feed-twice 5:116"],
    related: [4],
  },
  {
    name: "a feed that is the key of a visor",
    text: oneVisor("", `operators:\n${operator("me", "5f", ", feed: $laptop")}`),
    want: ["manifest/feed-twice 4:116"],
    related: [6],
  },
  {
    name: "a feed that is a named key",
    text: oneVisor(
      "",
      `keys: { friend: $friend }\noperators:\n${operator("me", "5f", ", feed: $friend")}`,
    ),
    want: ["manifest/feed-twice 5:116"],
    related: [3],
  },
  {
    name: "witness as a key",
    text: oneVisor("", `operators:\n${operator("me", "5f", ", witness: true")}`),
    want: ["manifest/unknown-key 4:110"],
    next: "may: [witness]",
  },
];

describe("ledger", () => {
  testRefusals(LEDGER);
});

describe("policy", () => {
  testRefusals(POLICY);
});

describe("feeds", () => {
  testRefusals(FEEDS);
});
