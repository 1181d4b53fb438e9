// An exit is told by what would really run, whatever it is called, and every door asks the same guard.
import { afterEach, describe, expect, it } from "vitest";
import type { DesiredField, SeenVisor } from "../../../src/model/index.ts";
import { changesOf } from "../../../src/model/index.ts";
import { buildPlan, diffVisor, restartApps } from "../../../src/reconcile/index.ts";
import { type FleetWorld, startFleetWorld } from "../../support/fleet-world.ts";
import {
  anyoneLeaf,
  desiredFleet,
  desiredVisor,
  keyAt,
  seenApp,
  seenVisor,
  setLeaf,
  valueLeaf,
} from "../../support/reconcile-builders.ts";
import { bentWriter } from "./bent-writer.ts";

const K = keyAt(4);
const worlds: FleetWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

async function laptop(): Promise<FleetWorld> {
  const world = await startFleetWorld([{ name: "laptop", profile: "newest", local: true }]);
  worlds.push(world);
  return world;
}

function guardsOf(fields: readonly DesiredField[], seen: Partial<SeenVisor>): readonly string[] {
  const visor = desiredVisor(1, fields);
  const plan = buildPlan({
    desired: desiredFleet([visor]),
    selected: [visor],
    observed: [seenVisor(1, seen)],
    acting: keyAt(0),
    history: { known: false, why: "none" },
    overrides: { allowTrustLoss: [], allowRemovals: 9 },
    nowMs: Date.UTC(2026, 0, 1),
    expiresAfterMs: 3_600_000,
    tool: "fleet test",
    manifest: { path: "fleet.yaml", digest: `sha256:${"0".repeat(64)}` },
  });
  return [...new Set(plan.refusals.map(({ guard }) => guard))];
}

const VPN = ["app", "vpn-server"];

function added(
  app: string,
  fields: Readonly<Record<string, string | readonly string[]>>,
): readonly DesiredField[] {
  return [
    valueLeaf(`apps.${app}.present`, true),
    valueLeaf(`apps.${app}.auto_start`, true),
    ...Object.entries(fields).map(([field, value]) => valueLeaf(`apps.${app}.${field}`, value)),
  ];
}

describe("an exit by another name", () => {
  it.each([
    {
      name: "arguments of the combined program",
      leaves: added("foo", { binary: "skywire", args: VPN }),
    },
    { name: "its path", leaves: added("foo", { binary: "/opt/skywire/skywire", args: VPN }) },
    {
      name: "a path of another system",
      leaves: added("foo", { binary: "C:\\Sky\\Skywire.exe", args: VPN }),
    },
    { name: "a program's ending", leaves: added("foo", { binary: "skysocks.exe" }) },
    { name: "big letters", leaves: added("foo", { binary: "SKYSOCKS" }) },
    { name: "the name of another app", leaves: added("skychat", { args: VPN }) },
    { name: "big letters in its own name", leaves: added("Skysocks", {}) },
    {
      name: "an option before the word",
      leaves: added("foo", { binary: "skywire", args: ["--loglvl", "debug", ...VPN] }),
    },
    {
      name: "an option between the words",
      leaves: added("foo", { binary: "skywire", args: ["app", "--x", "vpn-server"] }),
    },
    {
      name: "a program that starts another",
      leaves: added("foo", { binary: "/usr/bin/env", args: ["skywire", ...VPN] }),
    },
    {
      name: "a line for a shell",
      leaves: added("foo", { binary: "sh", args: ["-c", "exec skywire app vpn-server"] }),
    },
    {
      name: "a line for a shell that is the app itself",
      leaves: added("sh", { args: ["-c", "exec vpn-server"] }),
    },
    {
      name: "its own name, whatever its arguments say",
      leaves: added("vpn-server", { args: ["app", "skychat"] }),
    },
  ])("9.1: is told by $name", ({ leaves: fields }) => {
    expect(guardsOf(fields, {})).toEqual(["open-exit"]);
  });

  it.each([
    {
      name: "a quoted line for a shell",
      leaves: added("foo", { binary: "sh", args: ["-c", 'skywire app "vpn"-ser\\ver'] }),
    },
    {
      name: "words that a configuration file may split",
      leaves: added("foo", { binary: "skywire", args: ["app vpn-server"] }),
    },
    {
      name: "a word with blanks around it",
      leaves: added("foo", { binary: "skywire", args: [" app ", "vpn-server"] }),
    },
    {
      name: "the combined program without the word app",
      leaves: added("foo", { binary: "skywire", args: ["vpn-server"] }),
    },
    {
      name: "a copy with a release in its name",
      leaves: added("foo", { binary: "/opt/vpn-server-1.3.94" }),
    },
    {
      name: "a copy with a word in front",
      leaves: added("foo", { binary: "skywire_skysocks" }),
    },
    { name: "a second one beside it", leaves: added("vpn-server-2", {}) },
    { name: "a hyphen of another kind", leaves: added("foo", { binary: "vpn\u2011server" }) },
  ])("9.1: is told also by $name", ({ leaves: fields }) => {
    expect(guardsOf(fields, {})).toEqual(["open-exit"]);
  });

  it.each([
    {
      name: "an app that starts with the visor is made one by its arguments",
      leaves: [valueLeaf("apps.skychat.args", VPN)],
      seen: { apps: [seenApp("skychat", { autoStart: true })] },
    },
    {
      name: "an app that runs is made one by its arguments",
      leaves: [valueLeaf("apps.foo.args", VPN)],
      seen: { apps: [seenApp("foo", { binary: "skywire", running: true })] },
    },
    {
      name: "an exit whose keys stand where its program does not look",
      leaves: [valueLeaf("apps.foo.auto_start", true)],
      seen: {
        apps: [seenApp("foo", { binary: "skywire", rawArgs: [...VPN, "--", "--whitelist", K] })],
      },
    },
    {
      name: "a shell that is handed a whitelist which it does not pass on",
      leaves: [setLeaf("apps.foo.whitelist", [K]), valueLeaf("apps.foo.auto_start", true)],
      seen: { apps: [seenApp("foo", { binary: "sh", rawArgs: ["-c", "skysocks"] })] },
    },
  ])("9.1: $name", ({ leaves: fields, seen }) => {
    expect(guardsOf(fields, seen)).toEqual(["open-exit"]);
  });

  it("9.1: a shell by its name, without a binary, is told by its words", () => {
    const seen = { apps: [seenApp("sh", { autoStart: true })] };
    const fields = [valueLeaf("apps.sh.args", ["-c", "exec vpn-server"])];
    expect(guardsOf(fields, seen)).toEqual(["open-exit"]);
  });

  it("9.1: is told by its program, whatever words stand behind it", () => {
    const fields = added("foo", { binary: "skysocks", args: ["app", "skychat"] });
    expect(guardsOf(fields, {})).toEqual(["open-exit"]);
  });

  it.each([
    {
      name: "clients",
      leaves: added("foo", { binary: "skywire", args: ["app", "skysocks-client"] }),
    },
    {
      name: "a second client",
      leaves: added("skysocks-client-2", { binary: "skysocks-client" }),
    },
    {
      name: "a client's copy",
      leaves: added("foo", { binary: "skysocks-client-1.3.94" }),
    },
    {
      name: "an exit's name as a value of a client",
      leaves: added("skysocks-client", { args: ["app", "skysocks-client", "--http", "skysocks"] }),
    },
    {
      name: "an app of somebody's own",
      leaves: added("mine", { binary: "mine", args: ["--mode", "fast"] }),
    },
    {
      name: "an exit that is open on purpose",
      leaves: [...added("foo", { binary: "skywire", args: VPN }), anyoneLeaf("apps.foo.whitelist")],
    },
    {
      name: "an exit with keys",
      leaves: [
        ...added("foo", { binary: "skywire", args: VPN }),
        setLeaf("apps.foo.whitelist", [K]),
      ],
    },
  ])("9.1: $name may start", ({ leaves: fields }) => {
    expect(guardsOf(fields, {})).toEqual([]);
  });
});

describe("what is written and what is read", () => {
  const foo = [
    ...added("foo", { binary: "skywire", args: [...VPN, "--netifc2", "eth0"] }),
    setLeaf("apps.foo.whitelist", [K]),
  ];

  it("9.2: are one: an app of another program gets its arguments and its keys", async () => {
    const world = await laptop();
    const desired = world.desired({ laptop: foo });
    const report = await world.apply(await world.plan(desired));
    const bad = report.visors
      .flatMap(({ outcomes }) => outcomes)
      .filter(({ outcome }) => outcome !== "done");
    expect(bad.filter(({ outcome }) => outcome !== "done-after-restart")).toEqual([]);
    const [visor] = (await world.plan(desired)).visors;
    expect(visor?.status).toBe("in-sync");
    const args = world.fleet.control
      .inspect("laptop")
      .apps.find(({ name }) => name === "foo")?.args;
    expect(args).toEqual([...VPN, "--whitelist", K, "--netifc2", "eth0"]);
  });

  it.each([["server", "--x"], ["app"], ["app", "vpn-client", "extra"], ["--", "--addr", ":9"]])(
    "9.2: arguments that begin with a word: %s %s",
    async (...args) => {
      const world = await laptop();
      const desired = world.desired({
        laptop: [valueLeaf("apps.skychat.args", args.filter(isText))],
      });
      await world.apply(await world.plan(desired));
      expect((await world.plan(desired)).visors[0]?.status).toBe("in-sync");
    },
  );

  it.each([
    ["-", "x"],
    ["--x=app", "app", "skychat"],
  ])("9.2: arguments that hold a word: %s %s", async (...args) => {
    const world = await laptop();
    const desired = world.desired({
      laptop: [valueLeaf("apps.skychat.args", args.filter(isText))],
    });
    await world.apply(await world.plan(desired));
    expect((await world.plan(desired)).visors[0]?.status).toBe("in-sync");
  });

  it("9.2: an option that has a field is refused where only the visor shows the program", () => {
    const fields = [valueLeaf("apps.foo.args", ["--whitelist", K])];
    const seen = seenVisor(1, { apps: [seenApp("foo", { binary: "vpn-server" })] });
    const visor = desiredVisor(1, fields);
    const diff = diffVisor(visor, seen, undefined);
    expect(diff.changes).toEqual([]);
    expect(diff.unsupported).toMatchObject([{ why: expect.stringContaining("whitelist") }]);
  });
});

describe("every door", () => {
  it("9.1: a restart that is no desired state opens no exit either", async () => {
    const world = await laptop();
    const { control } = world.fleet;
    const set = async (member: string, value: string | readonly string[]): Promise<void> =>
      await control.changeBehindBack("laptop", {
        kind: "config",
        path: `launcher.apps[skychat].${member}`,
        value,
      });
    await set("args", VPN);
    world.fleet.counters.reset();
    const [own] = (await world.plan(world.desired({ laptop: [] }))).visors;
    if (own === undefined) throw new Error("no visor was planned");
    const outcomes = await restartApps({
      visors: [own],
      apps: ["skychat"],
      reader: world.reader,
      writer: world.writer,
      clock: world.clock,
      stop: new AbortController().signal,
      emit: () => undefined,
    });
    expect(outcomes).toMatchObject([
      { outcome: "refused", note: expect.stringContaining("serve everybody") },
    ]);
    expect(world.fleet.counters.mutating()).toBe(0);
  });

  it("9.1: an apply asks again: what others made of the app meanwhile counts", async () => {
    const world = await laptop();
    const desired = world.desired({
      laptop: [
        valueLeaf("apps.skychat.launcher_mode", "external"),
        valueLeaf("apps.skychat.running", true),
      ],
    });
    await world.fleet.control.changeBehindBack("laptop", {
      kind: "app",
      app: "skychat",
      action: "stop",
    });
    const plan = await world.plan(desired);
    expect(plan.refusals).toEqual([]);
    let once = true;
    const writer = bentWriter(world.writer, () => ({}));
    const report = await world.apply(plan, {
      writer,
      atPoint: (point) => {
        if (point !== "after-receipt" || !once) return;
        once = false;
        void world.fleet.control.changeBehindBack("laptop", {
          kind: "config",
          path: "launcher.apps[skychat].args",
          value: VPN,
        });
      },
    });
    const running = report.visors[0]?.outcomes.find(({ path }) => path.endsWith(".running"));
    expect(running).toMatchObject({ outcome: "refused" });
  });
});

describe("an app that is on a visor twice", () => {
  const twice = [
    seenApp("skysocks", { rawArgs: ["--whitelist", K], running: true }),
    seenApp("skysocks", { running: false }),
  ];

  it("F11: is named, and nothing of it is written", () => {
    const fields = [
      setLeaf("apps.skysocks.whitelist", [K, keyAt(5)]),
      valueLeaf("apps.skysocks.running", true),
      valueLeaf("apps.skysocks.present", false),
    ];
    for (const apps of [twice, twice.toReversed()]) {
      const visor = desiredVisor(1, fields);
      const plan = buildPlan({
        desired: desiredFleet([visor]),
        selected: [visor],
        observed: [seenVisor(1, { apps })],
        acting: keyAt(0),
        history: { known: false, why: "none" },
        overrides: { allowTrustLoss: [], allowRemovals: 9 },
        nowMs: Date.UTC(2026, 0, 1),
        expiresAfterMs: 3_600_000,
        tool: "fleet test",
        manifest: { path: "fleet.yaml", digest: `sha256:${"0".repeat(64)}` },
      });
      const [planned] = plan.visors;
      expect(planned === undefined ? [] : changesOf(planned)).toEqual([]);
      expect(planned?.unsupported).toHaveLength(3);
      expect(planned?.unsupported[0]?.why).toContain("twice");
    }
  });

  it("F11: a port that is there twice is not written either", () => {
    const rest = { udp: false, proxy_addr: "", preserve_host: false, inject_pk: false };
    const port = { port: 8080, local_port: 8080, label: "", description: "", ...rest };
    const served = { ...port, show_on_landing: false, skynet: true, dmsg: true };
    const seen = seenVisor(1, {
      ports: [
        { ...served, whitelist: [K] },
        { ...served, whitelist: [] },
      ],
    });
    const fields = [valueLeaf("ports.8080.label", "x"), setLeaf("ports.8080.whitelist", [K])];
    const diff = diffVisor(desiredVisor(1, fields), seen, undefined);
    expect(diff.changes).toEqual([]);
    expect(diff.unsupported).toHaveLength(2);
  });
});

function isText(value: string | undefined): value is string {
  return value !== undefined;
}
