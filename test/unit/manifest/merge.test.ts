import { describe, expect, test } from "vitest";
import { explain } from "../../../src/manifest/index.ts";
import { desiredOf, keyOf, leavesOf, manifest } from "../../support/manifest-text.ts";

const COMMON = "keys: { kim: $kim, lee: $lee }\nwhitelists: { admins: [desk, kim] }\n";
const DESK = "  desk: { key: $desk, tags: [home] }\n";

interface Row {
  readonly name: string;
  readonly roles?: string;
  readonly laptop: string;
  /** Leaves whose path begins with the first of these letters. */
  readonly below: string;
  readonly want: Readonly<Record<string, string>>;
}

function fleetOf({ roles, laptop }: Pick<Row, "roles" | "laptop">): string {
  const section = roles === undefined ? "" : `roles:\n${roles}`;
  return manifest(`${COMMON}${section}visors:\n${DESK}  laptop:\n    key: $laptop\n${laptop}`);
}

const LISTS: readonly Row[] = [
  {
    name: "add and remove own just those elements",
    laptop: "    trust: { pty: { add: [kim], remove: [lee] } }\n",
    below: "trust",
    want: { "trust.pty": "+ kim - lee" },
  },
  {
    name: "the visor's exact list replaces the role's, and the adds of roles unite with it",
    roles: "  a: { trust: { pty: [kim] } }\n  b: { trust: { pty: { add: [lee] } } }\n",
    laptop: "    roles: [a, b]\n    trust: { pty: [desk] }\n",
    below: "trust",
    want: { "trust.pty": "= desk lee" },
  },
  {
    name: "a list is exact when one role makes it exact",
    roles: "  a: { trust: { pty: { add: [lee] } } }\n  b: { trust: { pty: [kim] } }\n",
    laptop: "    roles: [a, b]\n    trust: { pty: { add: [desk] } }\n",
    below: "trust",
    want: { "trust.pty": "= desk kim lee" },
  },
  {
    name: "two roles with the same members agree, however they name them",
    roles: "  a: { trust: { pty: [admins] } }\n  b: { trust: { pty: [kim, $desk] } }\n",
    laptop: "    roles: [a, b]\n",
    below: "trust",
    want: { "trust.pty": "= desk kim" },
  },
  {
    name: "the removal of a key that an exact list does not have says nothing more",
    roles: "  a: { trust: { pty: [kim] } }\n",
    laptop: "    roles: [a]\n    trust: { pty: { remove: [lee] } }\n",
    below: "trust",
    want: { "trust.pty": "= kim" },
  },
  {
    name: "an exact trust list that is empty only without the visor's own key",
    laptop: "    trust: { pty: [laptop] }\n",
    below: "trust",
    want: { "trust.pty": "= " },
  },
  {
    name: "adding only the visor's own key owns nothing",
    laptop: "    trust: { pty: { add: [laptop] } }\n",
    below: "trust",
    want: {},
  },
  {
    name: "all is every other visor, not everybody",
    laptop: "    apps: { skysocks: { whitelist: [all] } }\n",
    below: "apps",
    want: { "apps.skysocks.whitelist": "= desk" },
  },
  {
    name: "anyone",
    laptop: "    apps: { skysocks: { whitelist: anyone } }\n",
    below: "apps",
    want: { "apps.skysocks.whitelist": "anyone" },
  },
  {
    name: "the visor's list replaces the role's anyone",
    roles: "  a: { apps: { skysocks: { whitelist: anyone } } }\n",
    laptop: "    roles: [a]\n    apps: { skysocks: { whitelist: [kim] } }\n",
    below: "apps",
    want: { "apps.skysocks.whitelist": "= kim" },
  },
  {
    name: "selections are members",
    laptop: '    survey: { add: ["tag:home & !laptop"], remove: [lee] }\n',
    below: "survey",
    want: { survey: "+ desk - lee" },
  },
];

const VALUES: readonly Row[] = [
  {
    name: "the visor wins over roles that differ",
    roles: "  a: { settings: { log_level: info } }\n  b: { settings: { log_level: debug } }\n",
    laptop: "    roles: [a, b]\n    settings: { log_level: warn }\n",
    below: "settings",
    want: { "settings.log_level": '"warn"' },
  },
  {
    name: "roles that agree",
    roles:
      "  a: { settings: { routing.min_hops: 2 } }\n  b: { settings: { routing.min_hops: 2 } }\n",
    laptop: "    roles: [a, b]\n",
    below: "settings",
    want: { "settings.routing.min_hops": "2" },
  },
  {
    name: "a role has what the roles it extends have",
    roles:
      "  a: { settings: { log_level: info } }\n  b: { extends: [a], settings: { is_public: true } }\n",
    laptop: "    roles: [b]\n",
    below: "settings",
    want: { "settings.is_public": "true", "settings.log_level": '"info"' },
  },
  {
    name: "the visor's arguments and variables replace the role's",
    roles: '  a: { apps: { cam: { args: [-a], env: { A: "1", B: "2" } } } }\n',
    laptop: '    roles: [a]\n    apps: { cam: { args: [-b, c], env: { A: "3" } } }\n',
    below: "apps",
    want: { "apps.cam.args": '["-b","c"]', "apps.cam.env": '{"A":"3"}' },
  },
  {
    name: "secrets stand as marks",
    laptop: "    apps: { cam: { args: [--token, 'file:a/b.txt'], env: { K: env:K_1 } } }\n",
    below: "apps",
    want: {
      "apps.cam.args": '["--token",{"secret":"file:a/b.txt"}]',
      "apps.cam.env": '{"K":{"secret":"env:K_1"}}',
    },
  },
  {
    name: "pk is a key, whatever it is called",
    laptop: "    apps: { vpn-client: { pk: desk } }\n",
    below: "apps",
    want: { "apps.vpn-client.pk": JSON.stringify(keyOf("desk")) },
  },
  {
    name: "a public key behind an option named key is no secret",
    laptop: "    apps: { cam: { args: [--pubkey, $kim, --use-password=true] } }\n",
    below: "apps",
    want: { "apps.cam.args": JSON.stringify(["--pubkey", keyOf("kim"), "--use-password=true"]) },
  },
  {
    name: "a deleted app has no other leaf",
    roles: "  a: { apps: { cam: { running: true, args: [-a] } } }\n",
    laptop: "    roles: [a]\n    apps: { cam: { present: false } }\n",
    below: "apps",
    want: { "apps.cam.present": "false" },
  },
  {
    name: "present: true at the visor wins over a role that deletes the app",
    roles: "  a: { apps: { cam: { present: false } } }\n",
    laptop: "    roles: [a]\n    apps: { cam: { present: true, running: true } }\n",
    below: "apps",
    want: { "apps.cam.present": "true", "apps.cam.running": "true" },
  },
  {
    name: "the binary says which program an app is",
    laptop: "    apps: { out: { binary: /opt/vpn-server, secure: false } }\n",
    below: "apps",
    want: { "apps.out.binary": '"/opt/vpn-server"', "apps.out.secure": "false" },
  },
  {
    name: "the visor's own program runs any app",
    laptop: "    apps: { vpn-server: { binary: skywire, secure: true } }\n",
    below: "apps",
    want: { "apps.vpn-server.binary": '"skywire"', "apps.vpn-server.secure": "true" },
  },
  {
    name: "a closed port has no other leaf, also when a role serves it",
    roles: "  a: { ports: { 80: { whitelist: anyone } } }\n",
    laptop: "    roles: [a]\n    ports: { 80: closed }\n",
    below: "ports",
    want: { "ports.80.open": "false" },
  },
  {
    name: "fields of a port are joined one by one",
    roles: "  a: { ports: { 80: { whitelist: [kim], label: web, dmsg: false } } }\n",
    laptop: "    roles: [a]\n    ports: { 80: { whitelist: [lee], local_port: 3000 } }\n",
    below: "ports",
    want: {
      "ports.80.description": '""',
      "ports.80.dmsg": "false",
      "ports.80.inject_pk": "false",
      "ports.80.label": '"web"',
      "ports.80.local_port": "3000",
      "ports.80.open": "true",
      "ports.80.preserve_host": "false",
      "ports.80.proxy_addr": '""',
      "ports.80.show_on_landing": "false",
      "ports.80.skynet": "true",
      "ports.80.udp": "false",
      "ports.80.whitelist": "= lee",
    },
  },
  {
    name: "a reward address",
    laptop: "    reward_address: 2jBbGxZRGoQG1mqhPBnXnLTxK6oxsTf8os6\n",
    below: "reward_address",
    want: { reward_address: '"2jBbGxZRGoQG1mqhPBnXnLTxK6oxsTf8os6"' },
  },
];

describe.each([
  { group: "lists", rows: LISTS },
  { group: "values", rows: VALUES },
])("$group", ({ rows }) => {
  test.each(rows)("$name", (row) => {
    const fields = leavesOf(desiredOf(fleetOf(row)), "laptop");
    const found = Object.entries(fields).filter(([path]) => path.startsWith(row.below));
    expect(Object.fromEntries(found)).toEqual(row.want);
  });
});

const OVERRIDING = fleetOf({
  roles:
    "  a: { settings: { log_level: info }, trust: { pty: [kim] } }\n  b: { settings: { log_level: debug } }\n",
  laptop: "    roles: [a, b]\n    settings: { log_level: warn }\n    trust: { pty: [admins] }\n",
});

test("explain names what a value overrode, nearest first", () => {
  const { explanation, diagnostics } = explain(
    desiredOf(OVERRIDING),
    "visors.laptop.settings.log_level",
  );
  expect(diagnostics).toEqual([]);
  expect(explanation?.leaves).toEqual([
    {
      kind: "value",
      path: "settings.log_level",
      value: "warn",
      origin: {
        place: { file: "fleet.yaml", line: 13, column: 17 },
        overrode: [
          { value: "debug", place: { file: "fleet.yaml", line: 7, column: 20 }, role: "b" },
          { value: "info", place: { file: "fleet.yaml", line: 6, column: 20 }, role: "a" },
        ],
      },
    },
  ]);
});

test("explain names each member of a list and what the list overrode", () => {
  const { explanation } = explain(desiredOf(OVERRIDING), `visors.${keyOf("laptop")}.trust`);
  const [field] = explanation?.leaves ?? [];
  expect(field).toMatchObject({
    kind: "set",
    path: "trust.pty",
    exact: true,
    origin: { place: { line: 14 }, overrode: [{ value: ["kim"], role: "a", place: { line: 6 } }] },
  });
  const members = field?.kind === "set" ? field.members : [];
  expect(
    members.map(({ name, origin }) => `${name} ${origin.via} ${origin.place.line}`).toSorted(),
  ).toEqual(["desk admins 14", "kim admins 14"]);
});

test.each([
  {
    name: "a section that is not owned",
    path: "visors.desk.apps.skysocks",
    owned: false,
    next: undefined,
  },
  { name: "a whole visor", path: "visors.laptop", owned: true, next: undefined },
  {
    name: "a mistyped visor",
    path: "visors.laptpo",
    owned: undefined,
    next: 'did you mean "laptop"?',
  },
  { name: "a path to something else", path: "roles.a", owned: undefined, next: "visors.NAME" },
  {
    name: "a section that there is not",
    path: "visors.laptop.trsut",
    owned: undefined,
    next: "trust, apps",
  },
])("explain $name", ({ path, owned, next }) => {
  const { explanation, diagnostics } = explain(desiredOf(OVERRIDING), path);
  expect(explanation?.kind === "visor" ? explanation.owned : undefined).toBe(owned);
  if (next !== undefined) expect(diagnostics[0]?.next).toContain(next);
});
