import { describe, expect, it, test } from "vitest";
import { Hidden } from "../../../src/core/index.ts";
import { adoptFleet, type AdoptSection } from "../../../src/manifest/index.ts";
import { MASK, type SeenVisor } from "../../../src/model/index.ts";
import { adopting } from "../../support/adopting.ts";
import { desiredOf, leavesOf } from "../../support/manifest-text.ts";
import type { NamedSeen } from "../../support/random-fleet.ts";
import { keyAt, seenApp, seenVisor } from "../../support/reconcile-builders.ts";

const SETTINGS = {
  log_level: "info",
  is_public: false,
  "routing.min_hops": 0,
  "transport.public_autoconnect": true,
};
const BASE: Partial<SeenVisor> = {
  settings: SETTINGS,
  hypervisors: [keyAt(0), keyAt(1)],
  pty: [keyAt(0), keyAt(1)],
  rewardAddress: "2iNNt6fm9LszSWe51693BeyNUKX34pPaLx8",
};

function board(index: number, name: string, more: Partial<SeenVisor> = {}): NamedSeen {
  return { name, seen: seenVisor(index, { ...BASE, ...more }) };
}

function adopted(
  visors: readonly NamedSeen[],
  more: { readonly open?: boolean; readonly sections?: readonly AdoptSection[] } = {},
): string {
  const { sections, open } = more;
  return adoptFleet({
    ...adopting(visors, {
      ...(open === undefined ? {} : { open }),
      ...(sections === undefined ? {} : { sections: new Set(sections) }),
    }),
    fleet: "home",
    controllers: [keyAt(0)],
    unread: [{ name: "attic", key: keyAt(5), why: "did not answer\nkey: x", next: "try again" }],
    schemaPath: "./fleet.schema.json",
  }).text;
}

describe("an adopted manifest", () => {
  const chat = seenApp("skychat", { running: true, autoStart: true, rawArgs: ["--addr", ":8001"] });
  const fleet = [
    board(0, "laptop", { apps: [chat] }),
    board(1, "desk", { apps: [chat] }),
    board(2, "shop-1", { apps: [chat], settings: { ...SETTINGS, log_level: "debug" } }),
    board(3, "shop-2", { apps: [chat] }),
  ];

  it("reads as if a person had written it", () => {
    const [, body] = adopted(fleet).split("# Visors we come through.");
    expect(body).toBe(` Each of them always keeps its way into every visor.
controllers: [laptop]

# Lists that several visors share.
whitelists:
  # trust.hypervisors, trust.pty of 4 visors
  admins: [desk, laptop]

# What visors have in common.
roles:
  # role base: 3 of 4 visors share these 10 values, 1 more all but 1 of them; saves 1059 letters
  base:
    trust: { hypervisors: [admins], pty: [admins] }
    apps:
      skychat: { running: true, auto_start: true, address: ":8001" }
    settings:
      is_public: false
      log_level: info
      transport.public_autoconnect: true
      routing.min_hops: 0
    reward_address: "2iNNt6fm9LszSWe51693BeyNUKX34pPaLx8"

visors:
  laptop: { key: 0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798, roles: [base] }  # v1.3.95, read over dmsg 2026-01-01T00:00:00Z
  desk: { key: 02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5, roles: [base] }  # v1.3.95, read over dmsg 2026-01-01T00:00:00Z
  shop-1:  # v1.3.95, read over dmsg 2026-01-01T00:00:00Z
    key: "02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9"
    roles: [base]
    settings: { log_level: debug }
    # differs from role base in settings.log_level
  shop-2: { key: 02e493dbf1c10d80f3581e4904930b1404cc6c13900ee0758474fa94abe8c4cd13, roles: [base] }  # v1.3.95, read over dmsg 2026-01-01T00:00:00Z
  # Nothing is owned of the visor below, which could not be read. Later: fleet adopt NAME --into
  # FILE --sections trust,apps,settings,ports,survey,reward
  attic:
    key: "03fff97bd5755eeea420453a14355235d382f6472f8568a18b2f057a1460297556"
    # Not read: did not answer key: x
    # Next: try again
`);
  });

  it("names unread visors, which own nothing", () => {
    const text = adopted(fleet);
    expect(text).toContain(
      `  attic:\n    key: "${keyAt(5)}"\n    # Not read: did not answer key: x\n`,
    );
    expect(leavesOf(desiredOf(text), "attic")).toEqual({});
  });

  it("owns only the sections that were asked for", () => {
    const fields = leavesOf(desiredOf(adopted(fleet, { sections: ["reward"] })), "desk");
    expect(Object.keys(fields)).toEqual(["reward_address"]);
  });

  it("is the same for the same fleet", () => {
    expect(adopted(fleet)).toBe(adopted(fleet));
  });
});

describe("what is left out, and why", () => {
  const KEY = keyAt(1);
  const hiddenApp = seenApp("skychat", {
    args: ["--token", MASK],
    raw: new Hidden({ args: ["--token", "hunter2"], env: ["A_TOKEN=hunter2", "hunter2"] }),
    env: [`A_TOKEN=${MASK}`, "hunter2"],
  });
  test.each<{
    name: string;
    more: Partial<SeenVisor>;
    unread?: "pty";
    open?: boolean;
    note: string;
    owned: readonly string[];
  }>([
    {
      name: "trust that cannot be read",
      more: { hypervisors: [KEY] },
      unread: "pty",
      note: "trust.pty is left out: this release does not show its configured trust",
      owned: ["trust.hypervisors"],
    },
    {
      name: "trust in nobody",
      more: { hypervisors: [KEY], pty: [] },
      note: "trust.pty is left out: nobody stands in it, and a manifest has no empty lists",
      owned: ["trust.hypervisors"],
    },
    {
      name: "a list with something that is no key",
      more: { hypervisors: ["02nothing"], pty: [KEY] },
      note: "trust.hypervisors is left out: a member of it is no visor key",
      owned: ["trust.pty"],
    },
    {
      name: "secrets in arguments",
      more: { apps: [hiddenApp] },
      note: "apps.skychat.args holds a secret",
      owned: ["apps.skychat.auto_start", "apps.skychat.running"],
    },
    {
      name: "values of the environment",
      more: { apps: [hiddenApp] },
      note: "apps.skychat.env is left out (A_TOKEN, 1 more)",
      owned: ["apps.skychat.auto_start", "apps.skychat.running"],
    },
    {
      name: "a secret that would be read as another field",
      more: {
        apps: [
          seenApp("skychat", {
            args: ["--secret", `--addr=${MASK}`],
            raw: new Hidden({ args: ["--secret", "--addr=hunter2"] }),
          }),
        ],
      },
      note: "apps.skychat.address is left out: it could be a secret",
      owned: ["apps.skychat.args", "apps.skychat.auto_start", "apps.skychat.running"],
    },
    {
      name: "the state of an app that failed",
      more: { apps: [seenApp("skychat", { status: 2 })] },
      note: "apps.skychat.running is left out: it had ended with an error",
      owned: ["apps.skychat.auto_start"],
    },
    {
      name: "an exit that is open to everybody",
      more: { apps: [seenApp("skysocks", { running: true })] },
      note: "apps.skysocks.whitelist is empty, which means everybody; --open writes whitelist: anyone",
      owned: ["apps.skysocks.auto_start", "apps.skysocks.running"],
    },
    {
      name: "an exit that is open to everybody, unless it is wanted so",
      more: { apps: [seenApp("skysocks", { running: true })] },
      open: true,
      note: "",
      owned: ["apps.skysocks.auto_start", "apps.skysocks.running", "apps.skysocks.whitelist"],
    },
    {
      name: "the arguments of an app that is told to be another",
      more: {
        apps: [
          seenApp("mine", { binary: "skywire", rawArgs: ["app", "vpn-server", "-secure=true"] }),
        ],
      },
      note: "apps.mine: its arguments are left out: it runs vpn-server without being called so",
      owned: ["apps.mine.auto_start", "apps.mine.running"],
    },
    {
      name: "a setting with a password in it",
      more: { settings: { "dmsg_web.upstream_socks": "socks5://me:hunter2@10.0.0.1:1080" } },
      note: "settings.dmsg_web.upstream_socks is left out: its text could be a secret",
      owned: [],
    },
    {
      name: "apps whose names cannot be written",
      more: { apps: [seenApp("a b: hunter2")] },
      note: "1 apps are left out: a manifest cannot write their names",
      owned: [],
    },
  ])("$name", ({ more, unread, open = false, note, owned }) => {
    const { pty, ...others } = seenVisor(2, { hypervisors: [], pty: [], settings: {} });
    const whole: SeenVisor = { ...others, ...(unread === undefined ? { pty: pty ?? [] } : {}) };
    const text = adopted([{ name: "desk", seen: { ...whole, ...more } }], { open });
    const comments = text.replaceAll(/\n +# (?=[^\n])/g, " ");
    expect(comments).toContain(note);
    expect(text).not.toContain("hunter2");
    expect(Object.keys(leavesOf(desiredOf(text), "desk"))).toEqual(owned);
  });
});

describe("lists", () => {
  it("with and without the visor's own key are one list", () => {
    const fleet = [0, 1, 2].map((index) =>
      board(index, `v${index}`, {
        hypervisors: [keyAt(0), keyAt(1), keyAt(2)].filter((key) => key !== keyAt(index)),
        pty: [keyAt(0)],
      }),
    );
    const text = adopted(fleet, { sections: ["trust"] });
    expect(text).toContain("  admins: [v0, v1, v2]\n");
    expect(text).toContain("trust: { hypervisors: [admins], pty: [v0] }");
    expect(leavesOf(desiredOf(text), "v1")).toEqual({
      "trust.hypervisors": "= v0 v2",
      "trust.pty": "= v0",
    });
  });

  it("that hold a named list are written with its name", () => {
    const both = [keyAt(0), keyAt(1)];
    const fleet = [0, 1, 2, 3].map((index) =>
      board(index, `v${index}`, {
        hypervisors: both,
        pty: index === 3 ? [...both, keyAt(4)] : both,
      }),
    );
    const text = adopted(fleet, { sections: ["trust"] });
    expect(text).toContain(
      "trust: { pty: [admins, key-2f8bde] }\n".replace("key-2f8bde", `key-${keyAt(4).slice(2, 8)}`),
    );
  });

  it("of an app that hold the visor's own key own the others only", () => {
    const whitelist = [keyAt(1), keyAt(2)].join(",");
    const app = seenApp("skysocks", { rawArgs: ["--whitelist", whitelist] });
    const text = adopted([board(2, "desk", { apps: [app] })], { sections: ["apps"] });
    expect(leavesOf(desiredOf(text), "desk")["apps.skysocks.whitelist"]).toMatch(/^\+ \S+ - $/);
  });
});
