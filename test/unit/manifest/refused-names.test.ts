import { describe } from "vitest";
import { HEAD, keyOf, load, manifest } from "../../support/manifest-text.ts";
import { type Refusal, testRefusals } from "../../support/refusals.ts";

function wrongDigit(key: string): string {
  for (const digit of "0123456789abcdef") {
    const changed = key.slice(0, -1) + digit;
    const [found] = load(`${HEAD}visors: { laptop: { key: "${changed}" } }`).diagnostics;
    if (found?.message.includes("not on the curve") === true) return changed;
  }
  throw new Error("every last digit gives a point");
}

const BAD_KEY = wrongDigit(keyOf("laptop"));

const KEYS_AND_NAMES: readonly Refusal[] = [
  {
    name: "two visors with one key",
    text: manifest("visors:\n  laptop: { key: $laptop }\n  desk: { key: $laptop }\n"),
    want: ["manifest/key-twice 5:3"],
    related: [4],
  },
  {
    name: "a visor and an entry of keys with one key, written in capitals",
    text: manifest(
      `keys:\n  kim: "${keyOf("laptop").toUpperCase()}"\nvisors:\n  laptop: { key: $laptop }\n`,
    ),
    want: ["manifest/key-twice 4:3"],
    related: [6],
  },
  {
    name: "a key with one wrong digit",
    text: manifest(`visors:\n  laptop: { key: ${BAD_KEY} }\n`),
    want: ["manifest/visor-key 4:18"],
    shown: BAD_KEY,
    next: "again from the visor",
  },
  {
    name: "a key that is too short",
    text: manifest("visors:\n  laptop: { key: 02ab }\n"),
    want: ["manifest/visor-key 4:18"],
  },
  {
    name: "an operator's key where a visor's is meant",
    text: manifest(`visors:\n  laptop: { key: "ed25519:${"5f".repeat(32)}" }\n`),
    want: ["manifest/visor-key 4:18"],
  },
  {
    name: "64 digits, which may be a secret key, are not shown",
    text: manifest(`visors:\n  laptop: { key: "${"5f".repeat(32)}" }\n`),
    want: ["manifest/visor-key 4:18"],
    shown: undefined,
  },
  {
    name: "a visor's key where an operator's is meant",
    text: manifest(
      "operators:\n  me: { key: $me, may: [plan] }\nvisors:\n  laptop: { key: $laptop }\n",
    ),
    want: ["manifest/value 4:14"],
    next: "ed25519:",
  },
  {
    name: "a visor without a key",
    text: manifest("visors:\n  laptop: { tags: [home] }\n"),
    want: ["manifest/missing-key 4:3"],
    next: "key:",
  },
  {
    name: "a name that is none",
    text: manifest("visors:\n  lap.top: { key: $laptop }\n"),
    want: ["manifest/name 4:3"],
    shown: "lap.top",
  },
  {
    name: "a name of two words",
    text: manifest("visors:\n  lap top: { key: $laptop }\n"),
    want: ["manifest/name 4:3"],
    shown: "lap top",
  },
  {
    name: "a word with a meaning of its own as name",
    text: manifest("visors:\n  all: { key: $laptop }\n"),
    want: ["manifest/reserved-name 4:3"],
  },
  {
    name: "a tag named like a role",
    text: manifest(
      "roles:\n  home: { settings: { log_level: info } }\nvisors:\n  laptop: { key: $laptop, tags: [home] }\n",
    ),
    want: ["manifest/name-taken 6:93"],
    related: [4],
  },
  {
    name: "a visor named like an entry of keys",
    text: manifest("keys: { laptop: $kim }\nvisors:\n  laptop: { key: $laptop }\n"),
    want: ["manifest/name-taken 3:9"],
    related: [5],
  },
  {
    name: "a mistyped name in a list",
    text: manifest(
      "visors:\n  laptop: { key: $laptop }\n  desk:\n    key: $desk\n    trust: { pty: [laptpo] }\n",
    ),
    want: ["manifest/unknown-name 7:20"],
    shown: "laptpo",
    next: 'did you mean "laptop"?',
  },
  {
    name: "a tag without tag: in a list",
    text: manifest(
      "visors:\n  laptop: { key: $laptop, tags: [home] }\n  desk:\n    key: $desk\n    trust: { pty: [home] }\n",
    ),
    want: ["manifest/unknown-name 7:20"],
    next: "did you mean tag:home?",
  },
  {
    name: "a selector that matches nothing",
    text: manifest('visors:\n  laptop:\n    key: $laptop\n    trust: { pty: ["shop-*"] }\n'),
    want: ["manifest/selects-nothing 6:20"],
    shown: "shop-*",
  },
  {
    name: "a selector with a tag that nothing has",
    text: manifest(
      'visors:\n  laptop:\n    key: $laptop\n    tags: [shop]\n    trust: { pty: ["tag:shpo"] }\n',
    ),
    want: ["manifest/unknown-name 7:20"],
    next: 'did you mean "shop"?',
  },
  {
    name: "a selector that is no selection",
    text: manifest('visors:\n  laptop:\n    key: $laptop\n    trust: { pty: ["(all"] }\n'),
    want: ["manifest/selection 6:20"],
  },
  {
    name: "a mistyped role",
    text: manifest(
      "roles:\n  base: { settings: { log_level: info } }\nvisors:\n  laptop:\n    key: $laptop\n    roles: [bsae]\n",
    ),
    want: ["manifest/unknown-role 8:13"],
    next: 'did you mean "base"?',
  },
  {
    name: "a role cycle",
    text: manifest(
      "roles:\n  a: { extends: [b] }\n  b: { extends: [c] }\n  c: { extends: [a] }\nvisors:\n  laptop: { key: $laptop, roles: [a] }\n",
    ),
    want: ["manifest/role-cycle 6:18"],
    related: [4, 5],
  },
  {
    name: "a role that extends itself",
    text: manifest("roles:\n  a: { extends: [a] }\nvisors:\n  laptop: { key: $laptop }\n"),
    want: ["manifest/role-cycle 4:18"],
  },
  {
    name: "a whitelist cycle",
    text: manifest("whitelists:\n  a: [b]\n  b: [a]\nvisors:\n  laptop: { key: $laptop }\n"),
    want: ["manifest/whitelist-cycle 5:7"],
    related: [4],
  },
  {
    name: "controllers by selection",
    text: manifest("controllers: [all]\nvisors:\n  laptop: { key: $laptop }\n"),
    want: ["manifest/one-key 3:15"],
  },
];

const ROLES: readonly Refusal[] = [
  {
    name: "two roles with different values",
    text: manifest(
      "roles:\n  a: { settings: { log_level: info } }\n  b: { settings: { log_level: debug } }\nvisors:\n  laptop: { key: $laptop, roles: [a, b] }\n  desk: { key: $desk, roles: [a, b] }\n",
    ),
    want: ["manifest/roles-disagree 5:20"],
    related: [4, 7],
  },
  {
    name: "a role that differs from one it extends",
    text: manifest(
      "roles:\n  a: { settings: { log_level: info } }\n  b: { extends: [a], settings: { log_level: debug } }\nvisors:\n  laptop: { key: $laptop, roles: [b] }\n",
    ),
    want: ["manifest/roles-disagree 5:34"],
    related: [4, 7],
  },
  {
    name: "two roles with different exact lists",
    text: manifest(
      "keys: { kim: $kim }\nroles:\n  a: { trust: { pty: [kim] } }\n  b: { trust: { pty: [kim, desk] } }\nvisors:\n  laptop: { key: $laptop, roles: [a, b] }\n  desk: { key: $desk }\n",
    ),
    want: ["manifest/roles-disagree 6:17"],
    related: [5, 8],
  },
  {
    name: "two roles with different arguments",
    text: manifest(
      "roles:\n  a: { apps: { cam: { args: [-x] } } }\n  b: { apps: { cam: { args: [-y] } } }\nvisors:\n  laptop: { key: $laptop, roles: [a, b] }\n",
    ),
    want: ["manifest/roles-disagree 5:23"],
    related: [4, 7],
  },
  {
    name: "a key both added and removed",
    text: manifest(
      "keys: { kim: $kim }\nroles:\n  a: { trust: { pty: { add: [kim] } } }\nvisors:\n  laptop:\n    key: $laptop\n    roles: [a]\n    trust: { pty: { remove: [kim] } }\n",
    ),
    want: ["manifest/contradiction 10:30"],
    related: [5],
  },
  {
    name: "a key removed from an exact list that has it",
    text: manifest(
      "keys: { kim: $kim }\nroles:\n  a: { trust: { pty: [kim] } }\nvisors:\n  laptop:\n    key: $laptop\n    roles: [a]\n    trust: { pty: { remove: [kim] } }\n",
    ),
    want: ["manifest/contradiction 10:30"],
    related: [5],
  },
  {
    name: "a role that deletes an app which another configures",
    text: manifest(
      "roles:\n  a: { apps: { cam: { present: false } } }\n  b: { apps: { cam: { running: true } } }\nvisors:\n  laptop: { key: $laptop, roles: [a, b] }\n",
    ),
    want: ["manifest/contradiction 5:16"],
    related: [4],
  },
  {
    name: "a role that closes a port which another serves",
    text: manifest(
      "roles:\n  a: { ports: { 80: closed } }\n  b: { ports: { 80: { whitelist: anyone } } }\nvisors:\n  laptop: { key: $laptop, roles: [a, b] }\n",
    ),
    want: ["manifest/roles-disagree 5:17"],
    related: [4, 7],
  },
];

describe("keys and names", () => {
  testRefusals(KEYS_AND_NAMES);
});

describe("roles", () => {
  testRefusals(ROLES);
});
