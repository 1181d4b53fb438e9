// Flags and options of apps: the form that every program reads, what an absent one means, and what a release lacks.
import { afterEach, describe, expect, it } from "vitest";
import type { Json } from "../../../src/core/index.ts";
import type { DesiredField, PlanVisor } from "../../../src/model/index.ts";
import { changesOf } from "../../../src/model/index.ts";
import type { ReleaseName } from "../../../src/skywire/visor/index.ts";
import { type FleetWorld, startFleetWorld } from "../../support/fleet-world.ts";
import { anyoneLeaf, keyAt, setLeaf, valueLeaf } from "../../support/reconcile-builders.ts";

const K = keyAt(4);
const worlds: FleetWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

async function laptop(profile: ReleaseName): Promise<FleetWorld> {
  const world = await startFleetWorld([{ name: "laptop", profile, local: true }]);
  worlds.push(world);
  return world;
}

async function give(world: FleetWorld, app: string, member: string, value: Json): Promise<void> {
  const path = `launcher.apps[${app}].${member}`;
  await world.fleet.control.changeBehindBack("laptop", { kind: "config", path, value });
}

function appOf(
  world: FleetWorld,
  name: string,
): ReturnType<FleetWorld["fleet"]["control"]["inspect"]>["apps"][number] {
  const app = world.fleet.control.inspect("laptop").apps.find((each) => each.name === name);
  if (app === undefined) throw new Error(`no app ${name}`);
  return app;
}

async function planned(world: FleetWorld, fields: readonly DesiredField[]): Promise<PlanVisor> {
  const [visor] = (await world.plan(world.desired({ laptop: fields }))).visors;
  if (visor === undefined) throw new Error("no visor was planned");
  return visor;
}

async function applied(world: FleetWorld, fields: readonly DesiredField[]): Promise<unknown> {
  const report = await world.apply(await world.plan(world.desired({ laptop: fields })));
  return report.visors.flatMap(({ outcomes }) =>
    outcomes.map(({ path, outcome }) => `${path} ${outcome}`),
  );
}

const NEW: readonly ReleaseName[] = ["newest", "v1.3.94", "v1.3.73"];

describe("the form of a flag", () => {
  it.each(NEW)("A1: is one that the app can read, on %s", async (profile) => {
    const world = await laptop(profile);
    const fields = [
      valueLeaf("apps.vpn-server.secure", false),
      setLeaf("apps.vpn-server.whitelist", [K]),
      valueLeaf("apps.vpn-server.running", true),
    ];
    await applied(world, fields);
    expect(appOf(world, "vpn-server").args).toContain("--secure=false");
    expect(appOf(world, "vpn-server").status).toBe(1);
    expect(changesOf(await planned(world, fields))).toEqual([]);
  });

  it("A1: of the other app that has one", async () => {
    const world = await laptop("newest");
    await applied(world, [
      valueLeaf("apps.vpn-client.killswitch", true),
      valueLeaf("apps.vpn-client.dns", "9.9.9.9"),
    ]);
    const { args } = appOf(world, "vpn-client");
    expect(args.toSorted()).toEqual(["--dns", "--killswitch=true", "9.9.9.9"]);
  });

  it.each([
    { app: "vpn-server", field: "secure", value: false },
    { app: "vpn-client", field: "killswitch", value: true },
  ])(
    "A1: $field is not written where a setter that breaks the app is the only writer",
    async ({ app, field, value }) => {
      const world = await laptop("v1.3.28");
      const { args } = appOf(world, app);
      const visor = await planned(world, [valueLeaf(`apps.${app}.${field}`, value)]);
      expect(changesOf(visor)).toEqual([]);
      expect(visor.unsupported).toMatchObject([
        {
          path: `apps.${app}.${field}`,
          why: expect.stringContaining("keeps the app from starting"),
        },
      ]);
      await world.apply(await world.plan(world.desired({ laptop: [] })));
      expect(appOf(world, app).args).toEqual(args);
    },
  );

  it.each(NEW)("A1: what nobody owns stays as it was found, on %s", async (profile) => {
    const world = await laptop(profile);
    await give(world, "vpn-server", "args", ["--secure", "--whitelist", K, "--other", "x"]);
    await applied(world, [setLeaf("apps.vpn-server.whitelist", [K, keyAt(5)])]);
    const { args } = appOf(world, "vpn-server");
    expect(args.filter((element) => element.includes("secure"))).toEqual(["--secure"]);
    await applied(world, [valueLeaf("apps.vpn-server.args", ["--more"])]);
    expect(appOf(world, "vpn-server").args).toEqual([
      "--whitelist",
      [keyAt(5), K].toSorted().join(","),
      "--secure",
      "--more",
    ]);
  });

  it("A1: one that keeps an app from starting is named, and mended where it is owned", async () => {
    const world = await laptop("newest");
    await give(world, "vpn-server", "args", ["-secure=true", "--whitelist", K]);
    const unowned = await planned(world, [valueLeaf("apps.vpn-server.auto_start", false)]);
    expect(unowned).toMatchObject({
      cannotStart: [{ app: "vpn-server", element: "-secure=true" }],
    });
    const owned = [valueLeaf("apps.vpn-server.secure", true)];
    await applied(world, owned);
    expect(appOf(world, "vpn-server").args).toEqual(["--secure=true", "--whitelist", K]);
    expect(await planned(world, owned)).not.toHaveProperty("cannotStart");
  });

  it.each(["-whitelist=x", "-netifc", "-passcode=hunter2", "--secure=on"])(
    "A1: %s keeps an app from starting too",
    async (element) => {
      const world = await laptop("newest");
      await give(world, "vpn-server", "args", [element]);
      const visor = await planned(world, [valueLeaf("apps.vpn-server.auto_start", false)]);
      expect(visor).toHaveProperty("cannotStart.length", 1);
      expect(JSON.stringify(visor)).not.toContain("hunter2");
    },
  );
});

describe("an option that is not given", () => {
  it.each([...NEW, "v1.3.28"] as const)("A2: is true for secure, on %s", async (profile) => {
    const world = await laptop(profile);
    expect(await planned(world, [valueLeaf("apps.vpn-server.secure", true)])).toMatchObject({
      status: "in-sync",
      unsupported: [],
      inSync: 1,
    });
  });

  it("A2: so that false is a change", async () => {
    const world = await laptop("newest");
    const visor = await planned(world, [valueLeaf("apps.vpn-server.secure", false)]);
    expect(changesOf(visor)).toMatchObject([{ before: true, after: false }]);
  });

  it("A2: and is false for killswitch", async () => {
    const world = await laptop("newest");
    const visor = await planned(world, [valueLeaf("apps.vpn-client.killswitch", false)]);
    expect(visor).toMatchObject({ status: "in-sync", inSync: 1 });
  });

  it.each(["F", "0"])("A2: --secure=%s is false", async (word) => {
    const world = await laptop("newest");
    await give(world, "vpn-server", "args", [`--secure=${word}`]);
    const visor = await planned(world, [valueLeaf("apps.vpn-server.secure", true)]);
    expect(changesOf(visor)).toMatchObject([{ before: false, after: true }]);
  });

  it.each([
    { word: "1", is: true },
    { word: "T", is: true },
  ])("A2: --secure=$word is read as the app reads it", async ({ word, is }) => {
    const world = await laptop("newest");
    await give(world, "vpn-server", "args", [`--secure=${word}`]);
    const visor = await planned(world, [valueLeaf("apps.vpn-server.secure", !is)]);
    expect(changesOf(visor)).toMatchObject([{ before: is, after: !is }]);
  });

  it.each([
    { profile: "newest", address: "127.0.0.1:8001", args: [] },
    { profile: "v1.3.28", address: ":8001", args: ["app", "skychat"] },
  ] as const)("R2: is $address for skychat's address on $profile", async (given) => {
    const world = await laptop(given.profile);
    await give(world, "skychat", "args", given.args);
    const visor = await planned(world, [valueLeaf("apps.skychat.address", given.address)]);
    expect(visor).toMatchObject({ status: "in-sync", inSync: 1 });
  });
});

describe("a field that a release does not have", () => {
  it("R3: is not its empty value: v1.3.28 knows no whitelist", async () => {
    const world = await laptop("v1.3.28");
    await give(world, "skysocks", "args", ["app", "skysocks", "--passcode", "x"]);
    const visor = await planned(world, [anyoneLeaf("apps.skysocks.whitelist")]);
    expect(visor).toMatchObject({
      inSync: 0,
      unsupported: [{ path: "apps.skysocks.whitelist", why: expect.stringContaining("whitelist") }],
    });
  });

  it.each(NEW)("R3: and %s has one", async (profile) => {
    const world = await laptop(profile);
    const visor = await planned(world, [anyoneLeaf("apps.skysocks.whitelist")]);
    expect(visor).toMatchObject({ inSync: 1, unsupported: [] });
  });

  it("A10: v1.3.28 stores no address in front of skychat's port", async () => {
    const world = await laptop("v1.3.28");
    const visor = await planned(world, [valueLeaf("apps.skychat.address", "127.0.0.1:8005")]);
    expect(changesOf(visor)).toEqual([]);
    expect(visor.unsupported).toMatchObject([{ path: "apps.skychat.address" }]);
  });
});

describe("how an app starts and stops", () => {
  it.each(NEW)("A7: it starts in its launcher_mode, on %s", async (profile) => {
    const world = await laptop(profile);
    await applied(world, [
      valueLeaf("apps.skynet-client.present", true),
      valueLeaf("apps.skynet-client.launcher_mode", "external"),
      valueLeaf("apps.skynet-client.running", true),
    ]);
    expect(appOf(world, "skynet-client")).toMatchObject({ runningMode: "external" });
  });

  it("A7: also one that is restarted because its arguments change", async () => {
    const world = await laptop("newest");
    await give(world, "skychat", "launcher_mode", "external");
    await applied(world, [
      valueLeaf("apps.skychat.running", true),
      valueLeaf("apps.skychat.args", ["--persist"]),
    ]);
    expect(appOf(world, "skychat")).toMatchObject({ runningMode: "external" });
  });

  it("A10: one that the visor starts again whenever it stops is not stopped or deleted", async () => {
    const world = await laptop("newest");
    await give(world, "skychat", "restart_policy", "always");
    const stop = await planned(world, [valueLeaf("apps.skychat.running", false)]);
    const remove = await planned(world, [valueLeaf("apps.skychat.present", false)]);
    for (const visor of [stop, remove]) {
      expect(changesOf(visor)).toEqual([]);
      expect(visor.unsupported).toMatchObject([{ why: expect.stringContaining("restart_policy") }]);
    }
  });

  it("A10: but gets its new arguments in force", async () => {
    const world = await laptop("newest");
    await give(world, "skychat", "restart_policy", "always");
    const done = await applied(world, [
      valueLeaf("apps.skychat.running", true),
      valueLeaf("apps.skychat.args", ["--persist"]),
    ]);
    expect(done).toEqual(["apps.skychat.args done", "apps.skychat.running done"]);
    expect(appOf(world, "skychat").runningArgs).toContain("--persist");
  });
});
