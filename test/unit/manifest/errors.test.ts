import { describe, expect, test } from "vitest";
import { HEAD, diagnosticLine, keyOf, load, manifest } from "../../support/manifest-text.ts";

const LAPTOP = `  laptop: { key: ${keyOf("laptop")} }\n`;

/** `want`: code, then line:column, of each diagnostic in order. */
interface Row {
  readonly name: string;
  readonly text: string;
  readonly want: readonly string[];
  /** The offending text of the first. */
  readonly shown?: string | undefined;
  /** Part of what the first says to do. */
  readonly next?: string;
  /** Lines of the places that the first names too. */
  readonly related?: readonly number[];
}

function wrongDigit(key: string): string {
  for (const digit of "0123456789abcdef") {
    const changed = key.slice(0, -1) + digit;
    const [found] = load(`${HEAD}visors: { laptop: { key: "${changed}" } }`).diagnostics;
    if (found?.message.includes("not on the curve") === true) return changed;
  }
  throw new Error("every last digit gives a point");
}

const BAD_KEY = wrongDigit(keyOf("laptop"));

const FILES: readonly Row[] = [
  { name: "an empty file", text: "", want: ["manifest/empty-file 1:1"], next: "fleet init" },
  { name: "only comments", text: "# nothing\n\n", want: ["manifest/empty-file 1:1"] },
  { name: "a list", text: "- a\n", want: ["manifest/not-a-map 1:1"] },
  { name: "a word", text: "hello", want: ["manifest/not-a-map 1:1"] },
  { name: "no visors", text: HEAD, want: ["manifest/no-visors 1:1"], next: "fleet init" },
  { name: "visors without entries", text: `${HEAD}visors: {}\n`, want: ["manifest/no-visors 3:1"] },
  { name: "visors: null", text: `${HEAD}visors:\n`, want: ["manifest/no-visors 3:1"] },
  {
    name: "a byte order mark",
    text: `\uFEFF${HEAD}visors:\n${LAPTOP}`,
    want: ["manifest/byte-order-mark 1:1"],
    shown: "U+FEFF",
  },
  {
    name: "a tab",
    text: `${HEAD}visors:\n\tlaptop: { key: a }\n\tdesk: { key: b }\n`,
    want: ["manifest/tab 4:1"],
    next: "two spaces",
  },
  {
    name: "markers of an unfinished merge",
    text: `${HEAD}visors:\n<<<<<<< HEAD\n${LAPTOP}=======\n  desk: {}\n>>>>>>> other\n`,
    want: ["manifest/merge-conflict 4:1", "manifest/merge-conflict 6:1", "manifest/merge-conflict 8:1"],
    shown: "<<<<<<<",
  },
  {
    name: "a control character",
    text: `${HEAD}visors:\n  laptop: { key: "\u0007" }\n`,
    want: ["manifest/control-character 4:19"],
    shown: "U+0007",
  },
  {
    name: "an escaped control character",
    text: `${HEAD}visors:\n  laptop: { key: "\\x1b" }\n`,
    want: ["manifest/control-character 4:18"],
  },
  {
    name: "half a character",
    text: `${HEAD}visors:\n  laptop: { key: "\\ud800" }\n`,
    want: ["manifest/control-character 4:18"],
  },
  {
    name: "an alias bomb",
    text: `${HEAD}visors: &a\n  a: &b [x, x]\n  b: &c [*b, *b]\n  c: [*c, *c, *c]\n`,
    want: ["manifest/alias 3:9"],
    shown: "&a",
    next: "role",
  },
  {
    name: "an alias of nothing",
    text: `${HEAD}visors: { laptop: { key: *k } }\n`,
    want: ["manifest/alias 3:26"],
  },
  {
    name: "a merge key",
    text: `${HEAD}visors:\n  laptop: { <<: { key: a } }\n`,
    want: ["manifest/alias 4:13"],
    shown: "<<",
  },
  {
    name: "a tag",
    text: `${HEAD}visors:\n  laptop: { key: !!str a }\n`,
    want: ["manifest/tag 4:18"],
  },
  {
    name: "a second document",
    text: `${HEAD}visors:\n${LAPTOP}---\nfleet: two\n`,
    want: ["manifest/second-document 5:1"],
    next: "---",
  },
  {
    name: "a bracket that is not closed",
    text: `${HEAD}visors:\n  laptop: { key: a, tags: [b }\n`,
    want: ["manifest/syntax 4:30"],
    shown: "laptop",
  },
  {
    name: "a broken line never shows what follows its name",
    text: `${HEAD}visors:\n  laptop:\n    TOKEN: "hunter2\n`,
    want: ["manifest/syntax 6:1"],
  },
  {
    name: "10 MB",
    text: `${HEAD}visors:\n${`# ${"x".repeat(1022)}\n`.repeat(10 * 1024)}`,
    want: ["manifest/too-large 1:1"],
  },
  {
    name: "nesting without end",
    text: `a: ${"[".repeat(200_000)}`,
    want: ["manifest/too-deep 1:821"],
  },
  {
    name: "a key twice",
    text: `${HEAD}visors:\n${LAPTOP}${LAPTOP}`,
    want: ["manifest/duplicate-key 5:3"],
    shown: "laptop",
    related: [4],
  },
  {
    name: "a map as key",
    text: `${HEAD}visors:\n  { a: b }: c\n`,
    want: ["manifest/key 4:3"],
  },
];

const FORMATS: readonly Row[] = [
  {
    name: "no apiVersion",
    text: `fleet: home\nvisors:\n${LAPTOP}`,
    want: ["manifest/api-version 1:1"],
    next: "apiVersion: fleet.skywire/v1",
  },
  {
    name: "a newer apiVersion, whatever else is in the file",
    text: "apiVersion: fleet.skywire/v2\nfleet: home\nwonders: 3\n",
    want: ["manifest/newer-version 1:13"],
    shown: "fleet.skywire/v2",
    next: "reads fleet.skywire/v2",
  },
  {
    name: "a mistyped apiVersion",
    text: `apiVersion: fleet.skywire/v1x\nfleet: home\nvisors:\n${LAPTOP}`,
    want: ["manifest/api-version 1:13"],
    next: 'did you mean "fleet.skywire/v1"?',
  },
  {
    name: "Rancher Fleet by its apiVersion",
    text: "apiVersion: fleet.cattle.io/v1alpha1\nkind: GitRepo\n",
    want: ["manifest/foreign-file 1:13"],
  },
  {
    name: "Rancher Fleet by its keys",
    text: "defaultNamespace: web\nhelm:\n  chart: ./chart\n",
    want: ["manifest/foreign-file 1:1"],
  },
  {
    name: "FleetDM by its apiVersion",
    text: "apiVersion: v1\nkind: policy\nspec:\n  name: disk\n",
    want: ["manifest/foreign-file 1:13"],
  },
  {
    name: "FleetDM by its keys",
    text: "name: workstations\nagent_options:\n  config: {}\n",
    want: ["manifest/foreign-file 1:1"],
  },
];

const KEYS_AND_NAMES: readonly Row[] = [
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
    text: manifest("operators:\n  me: { key: $me, may: [plan] }\nvisors:\n  laptop: { key: $laptop }\n"),
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
    text: manifest("visors:\n  laptop: { key: $laptop, tags: [home] }\n  desk:\n    key: $desk\n    trust: { pty: [home] }\n"),
    want: ["manifest/unknown-name 7:20"],
    next: "did you mean tag:home?",
  },
  {
    name: "a selector that matches nothing",
    text: manifest("visors:\n  laptop:\n    key: $laptop\n    trust: { pty: [\"shop-*\"] }\n"),
    want: ["manifest/selects-nothing 6:20"],
    shown: "shop-*",
  },
  {
    name: "a selector with a tag that nothing has",
    text: manifest(
      "visors:\n  laptop:\n    key: $laptop\n    tags: [shop]\n    trust: { pty: [\"tag:shpo\"] }\n",
    ),
    want: ["manifest/unknown-name 7:20"],
    next: 'did you mean "shop"?',
  },
  {
    name: "a selector that is no selection",
    text: manifest("visors:\n  laptop:\n    key: $laptop\n    trust: { pty: [\"(all\"] }\n"),
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

/** A manifest of one visor with these lines below its key, which begin at line 6. */
function visor(lines: string, before = ""): string {
  return manifest(`${before}visors:\n  laptop:\n    key: $laptop\n${lines}`);
}

const VALUES: readonly Row[] = [
  {
    name: "an unknown key",
    text: visor("    trsut: { pty: [all] }\n"),
    want: ["manifest/unknown-key 6:5"],
    shown: "trsut",
    next: 'did you mean "trust"?',
  },
  {
    name: "a section below the wrong key",
    text: visor("    hypervisors: [all]\n"),
    want: ["manifest/unknown-key 6:5"],
    next: "trust: { hypervisors",
  },
  ...["expect", "transports", "files", "feeds"].map((key) => ({
    name: `${key} is not enforced yet`,
    text: visor(`    ${key}: [a]\n`),
    want: ["manifest/not-supported 6:5"],
    shown: key,
  })),
  ...["expect: [a]", "policy: { approvals: 2 }", "policy: { canary: 1 }", "ledger: { relays: [a] }"].map(
    (line) => ({
      name: `${line} is not enforced yet`,
      text: visor("", `${line}\n`),
      want: [`manifest/not-supported 3:${line.includes("{") ? line.indexOf("{") + 3 : 1}`],
    }),
  ),
  {
    name: "may: approve is not enforced yet",
    text: visor("", `operators: { me: { key: "ed25519:${"5f".repeat(32)}", may: [plan, approve] } }\n`),
    want: ["manifest/not-supported 3:113"],
    shown: "approve",
  },
  ...["port", "user", "work_dir", "restart_policy", "passcode"].map((field) => ({
    name: `the app field ${field} is not supported`,
    text: visor(`    apps: { skychat: { ${field}: 1 } }\n`),
    want: ["manifest/not-supported 6:24"],
    shown: field,
  })),
  {
    name: "a mistyped app field",
    text: visor("    apps: { skychat: { autostart: true } }\n"),
    want: ["manifest/unknown-key 6:24"],
    next: 'did you mean "auto_start"?',
  },
  ...["log_level:", "log_level: ~", "log_level: null", 'log_level: ""'].map((line) => ({
    name: `an empty value: ${line}`,
    text: visor(`    settings:\n      ${line}\n`),
    want: ["manifest/empty 7:7"],
    shown: "log_level",
  })),
  {
    name: "an empty list of trust",
    text: visor("    trust: { pty: [] }\n"),
    want: ["manifest/empty 6:14"],
    next: "remove: […]",
  },
  { name: "an empty section", text: visor("    apps: {}\n"), want: ["manifest/empty 6:5"] },
  { name: "an empty member", text: visor("    tags: [a, ~]\n"), want: ["manifest/empty 6:15"] },
  {
    name: "yes for true",
    text: visor("    apps: { skychat: { running: yes } }\n"),
    want: ["manifest/value 6:33"],
    shown: "yes",
    next: "true or false",
  },
  {
    name: "a word for a list",
    text: visor("    trust: { pty: laptop }\n"),
    want: ["manifest/value 6:19"],
    next: "[laptop, desk]",
  },
  {
    name: "an exact survey list",
    text: visor("    survey: [laptop]\n"),
    want: ["manifest/value 6:13"],
    next: "add: […], remove: […]",
  },
  {
    name: "a number among arguments, which are never shown",
    text: visor("    apps: { skychat: { args: [--port, 80] } }\n"),
    want: ["manifest/value 6:39"],
    shown: undefined,
    next: "quotes",
  },
  {
    name: "a limit that is neither number nor share",
    text: visor("", "policy: { max_removals: 120% }\n"),
    want: ["manifest/value 3:25"],
  },
  {
    name: "a setting with a section of its own",
    text: visor("    settings: { pty.whitelist: [laptop], reward_address: x }\n"),
    want: ["manifest/setting-elsewhere 6:17", "manifest/setting-elsewhere 6:42"],
    next: "trust: { pty",
  },
  ...["cli_addr", "sk", "pk", "local_path", "conf_service", "launcher.server_addr", "dmsg.servers"].map(
    (path) => ({
      name: `the setting ${path} is never written`,
      text: visor(`    settings: { ${path}: x }\n`),
      want: ["manifest/setting-never 6:17"],
    }),
  ),
  {
    name: "a nested setting",
    text: visor("    settings: { routing: { min_hops: 2 } }\n"),
    want: ["manifest/unknown-setting 6:17"],
    next: "routing.min_hops",
  },
  {
    name: "a setting by its last name",
    text: visor("    settings: { min_hops: 2 }\n"),
    want: ["manifest/unknown-setting 6:17"],
    next: 'did you mean "routing.min_hops"?',
  },
  {
    name: "a setting of another type",
    text: visor("    settings: { routing.min_hops: two, log_level: loud }\n"),
    want: ["manifest/value 6:35", "manifest/value 6:51"],
    next: "a whole number from 0 to 65535",
  },
  {
    name: "a reward address with a wrong letter",
    text: visor("    reward_address: 2iNNt6fm9LszSWe51693BeyNUKX34pPaLx9\n"),
    want: ["manifest/reward-address 6:21"],
    shown: "2iNNt6fm9LszSWe51693BeyNUKX34pPaLx9",
  },
  {
    name: "a port that is none",
    text: visor("    ports: { 70000: closed, 0x50: closed, '080': closed }\n"),
    want: ["manifest/port 6:14", "manifest/port 6:29", "manifest/port 6:43"],
  },
  {
    name: "a port with another word",
    text: visor("    ports: { 80: open }\n"),
    want: ["manifest/value 6:18"],
  },
  {
    name: "a port without a whitelist",
    text: visor("    ports: { 80: { label: a } }\n"),
    want: ["manifest/missing-key 6:14"],
    next: "whitelist: anyone",
  },
];

const OPEN: readonly Row[] = [
  {
    name: "an empty whitelist of an app",
    text: visor("    apps: { skysocks: { running: true, whitelist: [] } }\n"),
    want: ["manifest/open-to-everybody 6:40"],
    next: "whitelist: anyone",
  },
  {
    name: "an empty whitelist of a port",
    text: visor("    ports: { 80: { whitelist: [] } }\n"),
    want: ["manifest/open-to-everybody 6:20"],
  },
  {
    name: "a whitelist that is only the visor itself",
    text: visor("    apps: { skysocks: { whitelist: [laptop] } }\n"),
    want: ["manifest/open-to-everybody 6:25"],
  },
  {
    name: "a port whitelist that is only the visor itself, by selection",
    text: visor("    ports: { 80: { whitelist: [all] } }\n"),
    want: ["manifest/open-to-everybody 6:20"],
  },
  {
    name: "arguments with an empty whitelist",
    text: visor('    apps: { skysocks: { args: ["--whitelist="] } }\n'),
    want: ["manifest/open-to-everybody 6:25"],
  },
  {
    name: "arguments whose whitelist has no value",
    text: visor('    apps: { vpn-server: { args: [--whitelist, --secure] } }\n'),
    want: ["manifest/open-to-everybody 6:27"],
  },
  {
    name: "anyone and single members",
    text: manifest(
      "roles:\n  a: { apps: { skysocks: { whitelist: anyone } } }\nkeys: { kim: $kim }\nvisors:\n  laptop:\n    key: $laptop\n    roles: [a]\n    apps: { skysocks: { whitelist: { add: [kim] } } }\n",
    ),
    want: ["manifest/contradiction 10:44"],
    related: [4],
  },
];

const SECRETS: readonly Row[] = [
  {
    name: "a secret written in plain behind its option",
    text: visor("    apps: { skychat: { args: [--internal-token, hunter2] } }\n"),
    want: ["manifest/plain-secret 6:49"],
    shown: "--internal-token",
    next: "env:NAME",
  },
  {
    name: "a secret written in plain in its option",
    text: visor("    apps: { skychat: { args: [--passcode=1234] } }\n"),
    want: ["manifest/plain-secret 6:31"],
    shown: "--passcode",
    next: "two elements",
  },
  {
    name: "a secret written in plain as variable",
    text: visor("    apps: { cam: { env: { CAM_PASSWORD: hunter2, CAM_NAME: a } } }\n"),
    want: ["manifest/plain-secret 6:27"],
    shown: "CAM_PASSWORD",
  },
  {
    name: "a secret key in plain under any name",
    text: visor(`    apps: { cam: { args: [--id, "${"5f".repeat(32)}"] } }\n`),
    want: ["manifest/plain-secret 6:33"],
    shown: "--id",
  },
  {
    name: "an address with a password",
    text: visor('    settings: { dmsg_web.upstream_socks: "socks5://me:hunter2@1.2.3.4:1080" }\n'),
    want: ["manifest/plain-secret 6:42"],
    shown: undefined,
  },
  {
    name: "a reference in a field that is none",
    text: visor("    reward_address: env:ADDRESS\n"),
    want: ["manifest/secret-not-allowed 6:21"],
    shown: "env:ADDRESS",
  },
  {
    name: "a reference among members",
    text: visor('    trust: { pty: ["file:keys.txt"] }\n'),
    want: ["manifest/secret-not-allowed 6:20"],
  },
  {
    name: "a reference behind an option that nothing hides",
    text: visor("    apps: { cam: { args: [--auth, env:CAM] } }\n"),
    want: ["manifest/secret-not-allowed 6:35"],
  },
  ...["file:../token", "file:/etc/token", "file:a/../../b", "file:~/token", "file:a\\b", "file:"].map(
    (ref) => ({
      name: `${ref} leaves the folder`,
      text: visor(`    apps: { cam: { env: { CAM_TOKEN: '${ref}' } } }\n`),
      want: ["manifest/secret-reference 6:38"],
      next: "relative to the manifest",
    }),
  ),
  {
    name: "a reference to no variable",
    text: visor("    apps: { cam: { env: { CAM_TOKEN: 'env:A-B' } } }\n"),
    want: ["manifest/secret-reference 6:38"],
  },
];

const APPS: readonly Row[] = [
  {
    name: "a field of another program",
    text: visor("    apps: { vpn-client: { secure: true } }\n"),
    want: ["manifest/app-field 6:27"],
    next: "vpn-server",
  },
  {
    name: "a typed field of a program nobody knows",
    text: visor("    apps: { my-exit: { whitelist: anyone } }\n"),
    want: ["manifest/app-field 6:24"],
    next: "binary",
  },
  {
    name: "an option given both ways",
    text: visor('    apps: { skychat: { address: ":8001", args: ["-addr=:8002"] } }\n'),
    want: ["manifest/option-twice 6:42"],
    shown: "--addr",
    related: [6],
  },
  {
    name: "a field beside present: false",
    text: visor("    apps: { skychat: { present: false, running: true } }\n"),
    want: ["manifest/contradiction 6:40"],
    related: [6],
  },
  ...["running", "present"].map((field) => ({
    name: `the pty app with ${field}: false`,
    text: visor(`    apps: { pty: { ${field}: false } }\n`),
    want: ["manifest/pty-app 6:20"],
  })),
  {
    name: "an argument above 128 KiB",
    text: visor(`    apps: { cam: { args: ["${"x".repeat(128 * 1024)}"] } }\n`),
    want: ["manifest/argument-size 6:27"],
  },
];

const ROLES: readonly Row[] = [
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

describe.each([
  { group: "files", rows: FILES },
  { group: "formats", rows: FORMATS },
  { group: "keys and names", rows: KEYS_AND_NAMES },
  { group: "values", rows: VALUES },
  { group: "lists open to everybody", rows: OPEN },
  { group: "secrets", rows: SECRETS },
  { group: "apps", rows: APPS },
  { group: "roles", rows: ROLES },
])("$group", ({ rows }) => {
  test.each(rows)("$name", (row) => {
    const { desired, diagnostics } = load(row.text);
    const found = diagnostics.map(({ code, at }) => `${code} ${at?.line}:${at?.column}`);
    expect(found, diagnostics.map(diagnosticLine).join("\n")).toEqual(row.want);
    expect(desired).toBeUndefined();
    const [first] = diagnostics;
    if ("shown" in row) expect(first?.text).toBe(row.shown);
    if (row.next !== undefined) expect(first?.next).toContain(row.next);
    if (row.related !== undefined) {
      expect(first?.related?.map(({ at }) => at.line)).toEqual(row.related);
    }
    for (const { message, next, severity } of diagnostics) {
      expect(severity).toBe("error");
      expect(message).not.toMatch(/\.$/);
      expect(next).not.toBe("");
    }
    expect(JSON.stringify(diagnostics)).not.toContain("hunter2");
  });
});

test("all errors of a file are reported in one run, in the order of its lines", () => {
  const { diagnostics } = load(
    manifest(
      "roles:\n  base: { trust: { pty: [nobody-here] } }\nvisors:\n  laptop: { key: 02ab, colour: red }\n  desk:\n    key: $desk\n    roles: [bsae]\n    settings: { log_level: ~ }\n    trust: { pty: [lap] }\n    ports: { 80: { whitelist: [] } }\n",
    ),
  );
  expect(diagnostics.map(({ code }) => code)).toEqual([
    "manifest/unknown-name",
    "manifest/visor-key",
    "manifest/unknown-key",
    "manifest/unknown-role",
    "manifest/empty",
    "manifest/unknown-name",
    "manifest/open-to-everybody",
  ]);
});

test.each([
  { name: "UTF-16", bytes: [0xff, 0xfe, 0x61, 0x00] },
  { name: "bytes that are no text", bytes: [0x61, 0xc3, 0x28] },
])("$name", async ({ bytes }) => {
  const { loadManifest } = await import("../../../src/manifest/index.ts");
  const { diagnostics } = loadManifest(Uint8Array.from(bytes), "fleet.yaml");
  expect(diagnostics.map(({ code }) => code)).toEqual(["manifest/encoding"]);
});
