import { describe, expect, test } from "vitest";
import {
  formatSectionsYaml,
  initManifest,
  type InitManifestInput,
} from "../../../src/manifest/index.ts";
import {
  Hidden,
  isOperatorKey,
  isSealKey,
  parseVisorKey,
  type VisorKey,
} from "../../../src/core/index.ts";
import {
  MASK,
  type ObservedApp,
  type ObservedPort,
  type SeenVisor,
} from "../../../src/model/index.ts";
import { EYES } from "../../support/adopting.ts";
import { testKeys } from "../../support/ledger-world.ts";
import { desiredOf, keyOf, leavesOf, load, manifest } from "../../support/manifest-text.ts";

const LAPTOP = parseVisorKey(keyOf("laptop"));
const DESK = parseVisorKey(keyOf("desk"));

function operator() {
  const key = `ed25519:${"5f".repeat(32)}`;
  const seal = `x25519:${"77".repeat(32)}`;
  if (!isOperatorKey(key) || !isSealKey(seal)) throw new Error("no keys");
  return { name: "owner-laptop", key, seal };
}

/** A first manifest of visors that answered, those that did not, or both. */
function first(parts: Partial<InitManifestInput> = {}): string {
  return initManifest({
    fleet: "home",
    controllers: [LAPTOP],
    visors: [],
    unread: [],
    planView: EYES,
    ...parts,
  }).text;
}

/** A visor that showed nothing of who manages it. */
const bare = (key: VisorKey, name: string): { name: string; seen: SeenVisor } => ({
  name,
  seen: seenVisor({ key }),
});

describe("the first manifest", () => {
  test("3: owns both lists of a visor that was read, and nothing of one that was not", () => {
    const text = first({
      operators: [operator()],
      visors: [
        {
          name: "laptop",
          seen: seenVisor({ hypervisors: [DESK], pty: [DESK], settings: { log_level: "info" } }),
        },
      ],
      unread: [{ name: "desk", key: DESK, why: "did not answer\nkey: x", next: "try\nagain: y" }],
    });
    const desired = desiredOf(text);
    expect(leavesOf(desired, "laptop")).toEqual({
      "trust.hypervisors": "= desk",
      "trust.pty": "= desk",
    });
    expect(leavesOf(desired, "desk")).toEqual({});
    expect(desired.controllers).toEqual([LAPTOP]);
    expect(desired.operators).toMatchObject([{ name: "owner-laptop", may: ["plan", "apply"] }]);
    expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=./schemas/fleet.schema.json");
    expect(text).toContain("# Not read: did not answer key: x");
    expect(text).toContain("    # Next: try again: y\n");
    expect(text).toContain("  # Nothing is owned of the visor below, which could not be read.");
  });

  test("3: says which list a release does not show, and owns the other", () => {
    const text = first({ visors: [{ name: "laptop", seen: seenVisor({ hypervisors: [DESK] }) }] });
    expect(Object.keys(leavesOf(desiredOf(text), "laptop"))).toEqual(["trust.hypervisors"]);
    expect(text).toContain("# trust.pty is left out:");
  });

  test("names the operator's feed when it is given", () => {
    const { feed } = testKeys("owner");
    const text = first({ operators: [{ ...operator(), feed }], visors: [bare(LAPTOP, "laptop")] });
    expect(desiredOf(text).operators).toMatchObject([{ name: "owner-laptop", feed }]);
  });

  test("without an operator's key says how to make one", () => {
    const text = first({ visors: [bare(LAPTOP, "laptop")], schemaPath: "./fleet.schema.json" });
    expect(text).toContain("run fleet keygen");
    expect(text).toContain("$schema=./fleet.schema.json");
    expect(desiredOf(text).operators).toEqual([]);
  });

  test.each([
    { name: "lap top.local", want: "lap-top-local" },
    { name: "8-board", want: "board" },
    { name: "all", want: "all-2" },
    { name: "", want: "visor" },
    { name: "x".repeat(100), want: "x".repeat(57) },
  ])("the name $name becomes $want", ({ name, want }) => {
    expect(desiredOf(first({ visors: [bare(LAPTOP, name)] })).visors[0]?.name).toBe(want);
  });

  test("two visors of one name get two", () => {
    const text = first({ visors: [bare(LAPTOP, "pi"), bare(DESK, "pi")] });
    expect(desiredOf(text).keyNames).toEqual(
      new Map([
        [LAPTOP, "pi"],
        [DESK, "pi-2"],
      ]),
    );
  });

  test("no visor at all is said in a comment and refused", () => {
    const text = first({ controllers: [] });
    expect(load(text).diagnostics.map(({ code }) => code)).toEqual(["manifest/no-visors"]);
  });
});

function app(parts: Partial<ObservedApp> & { readonly name: string }): ObservedApp {
  return {
    binary: "skywire",
    running: true,
    status: 1,
    detail: "",
    autoStart: true,
    args: [],
    env: [],
    launcherMode: "",
    port: 1,
    raw: new Hidden({ args: [] }),
    ...parts,
  };
}

function port(parts: Partial<ObservedPort>): ObservedPort {
  return {
    port: 80,
    local_port: 80,
    label: "",
    description: "",
    show_on_landing: false,
    whitelist: [],
    skynet: true,
    dmsg: true,
    udp: false,
    proxy_addr: "",
    preserve_host: false,
    inject_pk: false,
    ...parts,
  };
}

function seenVisor(parts: Partial<SeenVisor>): SeenVisor {
  return {
    kind: "seen",
    key: LAPTOP,
    route: { kind: "local" },
    atMs: 0,
    release: { version: "v1.3.95", commit: "", date: "" },
    startedAtMs: 0,
    settings: {},
    apps: [],
    keepsConf: false,
    configReadable: true,
    methods: new Map(),
    ...parts,
  };
}

const SEEN = seenVisor({
  hypervisors: [DESK],
  pty: [LAPTOP],
  survey: [DESK],
  rewardAddress: "2iNNt6fm9LszSWe51693BeyNUKX34pPaLx8",
  settings: {
    log_level: "info",
    "routing.min_hops": 2,
    stun_servers: ["1.2.3.4:3478"],
    cli_addr: "localhost:3435",
  },
  apps: [
    app({
      name: "vpn-server",
      args: [
        "app",
        "vpn-server",
        "--whitelist",
        `${DESK},${keyOf("kim")}`,
        "--secure=true",
        "--x",
        "1",
      ],
    }),
    app({ name: "skysocks", running: false }),
    app({
      name: "skychat",
      args: ["app", "skychat", "--addr", ":8001", "--internal-token", MASK],
      launcherMode: "internal",
      env: [`CHAT=${MASK}`],
    }),
    app({ name: "bad name" }),
  ],
  ports: [
    port({
      port: 8080,
      local_port: 3000,
      whitelist: [DESK],
      label: "true",
      udp: true,
      dmsg: false,
    }),
    port({ port: 81 }),
  ],
});

test("sections of a visor can be pasted below its key and say what was seen", () => {
  const sections = formatSectionsYaml(SEEN, (key) => (key === DESK ? "desk" : undefined));
  const text = `${manifest("visors:\n  desk: { key: $desk }\n  laptop:\n    key: $laptop\n")}${sections}`;
  const desired = desiredOf(text);
  expect(leavesOf(desired, "laptop")).toMatchObject({
    "trust.hypervisors": "= desk",
    "settings.log_level": '"info"',
    "settings.routing.min_hops": "2",
    "settings.stun_servers": '["1.2.3.4:3478"]',
    "apps.vpn-server.whitelist": `= ${[keyOf("kim"), "desk"].toSorted().join(" ")}`,
    "apps.vpn-server.secure": "true",
    "apps.vpn-server.args": '["--x","1"]',
    "apps.skysocks.running": "false",
    "apps.skysocks.whitelist": "anyone",
    "apps.skychat.address": '":8001"',
    "apps.skychat.launcher_mode": '"internal"',
    "ports.8080.local_port": "3000",
    "ports.8080.label": '"true"',
    "ports.8080.whitelist": "= desk",
    "ports.8080.udp": "true",
    "ports.8080.dmsg": "false",
    "ports.81.whitelist": "anyone",
    reward_address: '"2iNNt6fm9LszSWe51693BeyNUKX34pPaLx8"',
  });
  const paths = Object.keys(leavesOf(desired, "laptop"));
  expect(paths).not.toContain("trust.pty");
  expect(paths).not.toContain("apps.skychat.args");
  expect(paths).not.toContain("settings.cli_addr");
  expect(paths).not.toContain("survey");
  expect(sections).not.toContain(MASK);
});

test("a visor that showed nothing gives no sections", () => {
  expect(formatSectionsYaml(seenVisor({}))).toMatch(/^ {4}#[^\n]*\n$/);
});
