import { expect, test } from "vitest";
import { desiredOf, keyOf, leavesOf, withKeys } from "../../support/manifest-text.ts";

const EXAMPLE = withKeys(
  `# yaml-language-server: $schema=./schemas/fleet.schema.json
apiVersion: fleet.skywire/v1
fleet: home

operators:                       # people and robots who sign; ed25519
  owner-laptop: { key: "ed25519:${"5f".repeat(32)}", seal: "x25519:${"77".repeat(32)}", may: [plan, apply] }
  ci:           { key: "ed25519:${"90".repeat(32)}", may: [plan] }
controllers: [laptop, desk]      # visors we come through; each must always keep a way into every visor

keys:                            # names for keys that are not managed here
  friend-kim: $friend-kim
whitelists:                      # named lists, used by name, may use each other
  admins: [laptop, desk]
  guests: [friend-kim, admins]

roles:
  base:
    trust: { hypervisors: [admins], pty: [admins] }      # a plain list is exact
    settings: { log_level: info }
  exit:
    apps:
      vpn-server: { running: true, auto_start: true, secure: true, whitelist: [guests] }
  chat:
    apps:
      skychat: { running: true }
    ports:
      8080: { whitelist: [guests] }

visors:
  laptop: { key: $laptop, tags: [home], roles: [base] }
  desk:   { key: $desk, tags: [home], roles: [base, chat] }
  shop-1: { key: $shop-1, tags: [shop, arm], roles: [base, exit], trust: { pty: { add: [friend-kim] } } }   # exact by role base, plus kim
  shop-2: { key: $shop-2, tags: [shop, arm], roles: [base, exit, chat] }

policy: { max_removals: 20% }
`.replace("$schema", "SCHEMA"),
).replace("SCHEMA", "$schema");

const PORT = {
  "ports.8080.description": '""',
  "ports.8080.dmsg": "true",
  "ports.8080.inject_pk": "false",
  "ports.8080.label": '""',
  "ports.8080.local_port": "8080",
  "ports.8080.open": "true",
  "ports.8080.preserve_host": "false",
  "ports.8080.proxy_addr": '""',
  "ports.8080.show_on_landing": "false",
  "ports.8080.skynet": "true",
  "ports.8080.udp": "false",
};
const EXIT = {
  "apps.vpn-server.auto_start": "true",
  "apps.vpn-server.running": "true",
  "apps.vpn-server.secure": "true",
  "apps.vpn-server.whitelist": "= desk friend-kim laptop",
};

test.each([
  {
    name: "laptop",
    want: {
      "settings.log_level": '"info"',
      "trust.hypervisors": "= desk",
      "trust.pty": "= desk",
    },
  },
  {
    name: "desk",
    want: {
      "apps.skychat.running": "true",
      ...PORT,
      "ports.8080.whitelist": "= friend-kim laptop",
      "settings.log_level": '"info"',
      "trust.hypervisors": "= laptop",
      "trust.pty": "= laptop",
    },
  },
  {
    name: "shop-1",
    want: {
      ...EXIT,
      "settings.log_level": '"info"',
      "trust.hypervisors": "= desk laptop",
      "trust.pty": "= desk friend-kim laptop",
    },
  },
  {
    name: "shop-2",
    want: {
      "apps.skychat.running": "true",
      ...EXIT,
      ...PORT,
      "ports.8080.whitelist": "= desk friend-kim laptop",
      "settings.log_level": '"info"',
      "trust.hypervisors": "= desk laptop",
      "trust.pty": "= desk laptop",
    },
  },
])("the example of the design resolves as its comments say: $name", ({ name, want }) => {
  const desired = desiredOf(EXAMPLE);
  expect(leavesOf(desired, name)).toEqual(want);
});

test("the example's people, controllers and policy", () => {
  const desired = desiredOf(EXAMPLE);
  expect(desired).toMatchObject({
    fleet: "home",
    file: "fleet.yaml",
    controllers: [keyOf("laptop"), keyOf("desk")].toSorted(),
    policy: {
      maxRemovals: { kind: "percent", percent: 20 },
      requireRelays: 0,
      requireWitnesses: 0,
      keysetSignatures: 1,
      maxObservationAgeMs: 3_600_000,
    },
    policyPlace: { file: "fleet.yaml", line: 35, column: 11 },
    ledger: { seal: true, relays: [] },
  });
  expect(desired.operators.map(({ name, may, seal }) => [name, may, seal])).toEqual([
    ["ci", ["plan"], undefined],
    ["owner-laptop", ["plan", "apply"], `x25519:${"77".repeat(32)}`],
  ]);
  expect(desired.visors.map((visor) => visor.key)).toEqual(
    desired.visors.map((visor) => visor.key).toSorted(),
  );
  expect(desired.keyNames.get(keyOf("friend-kim"))).toBe("friend-kim");
});

test("each member knows its line, its role and the whitelists it came through", () => {
  const shop = desiredOf(EXAMPLE).visors.find((visor) => visor.name === "shop-1");
  const field = shop?.leaves.get("trust.pty");
  const members = field?.kind === "set" ? field.members : [];
  const origin = (name: string) => members.find((one) => one.value === keyOf(name))?.origin;
  expect(origin("laptop")).toEqual({
    place: { file: "fleet.yaml", line: 18, column: 43 },
    role: "base",
    via: "admins",
  });
  expect(origin("friend-kim")?.place.line).toBe(32);
  expect(origin("friend-kim")?.role).toBeUndefined();
  expect([...(shop?.leaves.keys() ?? [])]).toEqual([...(shop?.leaves.keys() ?? [])].toSorted());
});
