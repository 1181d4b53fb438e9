import { afterEach, describe, expect, it } from "vitest";
import { parseVisorKey, type Json } from "../../../src/core/index.ts";
import type { DesiredField } from "../../../src/model/index.ts";
import type { ApplyReport } from "../../../src/reconcile/index.ts";
import { type FleetWorld, startFleetWorld } from "../../support/fleet-world.ts";
import { keyAt, setLeaf, valueLeaf } from "../../support/reconcile-builders.ts";

const OFF = { enable: false, proxy_port: 4445, proxy_addr: "" };
const ON = { ...OFF, enable: true };
const LAN = "192.168.1.50";
const worlds: FleetWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

async function start(config: Readonly<Record<string, Json>> = {}): Promise<FleetWorld> {
  const world = await startFleetWorld([
    { name: "local", profile: "newest", local: true },
    { name: "shop", profile: "newest", hypervisors: ["local"], config },
  ]);
  worlds.push(world);
  return world;
}

function outcomes(report: ApplyReport): readonly string[] {
  return report.visors.flatMap(({ outcomes: own }) =>
    own.map(({ path, outcome }) => `${path} ${outcome}`),
  );
}

function notes(report: ApplyReport, path: string): string {
  const own = report.visors.flatMap((visor) => visor.outcomes);
  return own.find((outcome) => outcome.path === path)?.note ?? "";
}

async function applied(world: FleetWorld, fields: readonly DesiredField[]): Promise<ApplyReport> {
  const plan = await world.plan(world.desired({ shop: fields }));
  expect(plan.refusals).toEqual([]);
  return await world.apply(plan);
}

async function refused(
  world: FleetWorld,
  fields: readonly DesiredField[],
): Promise<readonly string[]> {
  const plan = await world.plan(world.desired({ shop: fields }));
  return plan.refusals.map(({ guard, path = "" }) => `${guard} ${path}`);
}

function inside(world: FleetWorld): ReturnType<FleetWorld["fleet"]["control"]["inspect"]> {
  return world.fleet.control.inspect("shop");
}

function anyoneHost(path: string, host: string): DesiredField {
  return { ...valueLeaf(path, host), anyone: true };
}

describe("A4: a web proxy is opened by nothing but the word for it", () => {
  it.each<{ name: string; config: Record<string, Json>; leaves: readonly DesiredField[] }>([
    {
      name: "an address of the network",
      config: { dmsg_web: OFF },
      leaves: [
        valueLeaf("settings.dmsg_web.enable", true),
        valueLeaf("settings.dmsg_web.proxy_addr", "0.0.0.0"),
      ],
    },
    {
      name: "an address of the network beside enable: false",
      config: { dmsg_web: OFF },
      leaves: [
        valueLeaf("settings.dmsg_web.enable", false),
        valueLeaf("settings.dmsg_web.proxy_addr", LAN),
      ],
    },
    {
      name: "switching on one that has such an address",
      config: { skynet_web: { ...OFF, proxy_addr: LAN } },
      leaves: [valueLeaf("settings.skynet_web.enable", true)],
    },
    {
      name: "switching on the .dmsg proxy, which starts the other one",
      config: { dmsg_web: OFF, skynet_web: { ...OFF, proxy_addr: LAN } },
      leaves: [valueLeaf("settings.dmsg_web.enable", true)],
    },
    {
      name: "a block that is not set yet",
      config: {},
      leaves: [
        valueLeaf("settings.dmsg_web.enable", true),
        valueLeaf("settings.dmsg_web.proxy_addr", "::"),
      ],
    },
  ])("A4: refuses $name", async ({ config, leaves: fields }) => {
    const world = await start(config);
    expect(await refused(world, fields)).toEqual([expect.stringMatching(/^open-proxy settings\./)]);
  });

  it("A4: says that the change concerns who can reach the visor", async () => {
    const world = await start({ dmsg_web: ON });
    const fields = [
      valueLeaf("settings.dmsg_web.enable", true),
      anyoneHost("settings.dmsg_web.proxy_addr", LAN),
    ];
    const plan = await world.plan(world.desired({ shop: fields }));
    expect(plan.refusals).toEqual([]);
    expect(plan.visors[0]?.steps[0]?.changes[0]).toMatchObject({ risk: "reachability" });
    expect(plan.visors[0]?.openToAnyone).toEqual(["settings.dmsg_web.proxy_addr"]);
    expect(outcomes(await world.apply(plan))).toEqual(["settings.dmsg_web.proxy_addr done"]);
    expect(inside(world).webProxies.dmsg_web).toBe(`${LAN}:4445`);
  });

  it("A4: asks again when somebody set such an address meanwhile", async () => {
    const world = await start({ dmsg_web: OFF });
    const plan = await world.plan(
      world.desired({ shop: [valueLeaf("settings.dmsg_web.enable", true)] }),
    );
    expect(plan.refusals).toEqual([]);
    const change = { kind: "config", path: "dmsg_web.proxy_addr", value: LAN } as const;
    await world.fleet.control.changeBehindBack("shop", change);
    const off = { kind: "config", path: "dmsg_web.enable", value: false } as const;
    await world.fleet.control.changeBehindBack("shop", off);
    expect(outcomes(await world.apply(plan))).toEqual(["settings.dmsg_web.enable refused"]);
    expect(inside(world).webProxies.dmsg_web).toBeNull();
  });

  it.each([
    { name: "off before", config: OFF },
    { name: "on before", config: ON },
  ])("A4: a proxy that is $name and wanted off ends off with its new address", async (row) => {
    const world = await start({ dmsg_web: row.config });
    const report = await applied(world, [
      valueLeaf("settings.dmsg_web.enable", false),
      valueLeaf("settings.dmsg_web.proxy_addr", "127.0.0.2"),
    ]);
    expect(outcomes(report).filter((line) => !line.endsWith(" done"))).toEqual([]);
    expect(inside(world).webProxies.dmsg_web).toBeNull();
    expect(inside(world).config["dmsg_web"]).toMatchObject({
      enable: false,
      proxy_addr: "127.0.0.2",
    });
    expect(inside(world).conf).toMatchObject({ DMSGWEB: "false", DMSGWEBADDR: "127.0.0.2" });
  });

  it("A10: the .skynet proxy that starts with the other one is stopped where it is owned", async () => {
    const world = await start({ dmsg_web: OFF, skynet_web: OFF });
    await applied(world, [
      valueLeaf("settings.dmsg_web.enable", true),
      valueLeaf("settings.skynet_web.enable", false),
    ]);
    expect(inside(world).webProxies).toEqual({ dmsg_web: "127.0.0.1:4445", skynet_web: null });
  });

  it("A10: where it is not owned, it is said", async () => {
    const world = await start({ dmsg_web: OFF, skynet_web: OFF });
    const report = await applied(world, [valueLeaf("settings.dmsg_web.enable", true)]);
    expect(notes(report, "settings.dmsg_web.enable")).toContain(".skynet proxy");
  });
});

describe("A5: what is not there, or refused, takes nothing else with it", () => {
  it("A5: a block that is not set is sent whole, and waits for a restart", async () => {
    const world = await start();
    const fields = [
      valueLeaf("settings.dmsg_web.enable", true),
      valueLeaf("settings.dmsg_web.upstream_socks", "127.0.0.1:9050"),
      valueLeaf("settings.is_public", true),
      setLeaf("trust.pty", [keyAt(3)], []),
    ];
    const desired = world.desired({ shop: fields });
    const plan = await world.plan(desired);
    const [change] = plan.visors[0]?.steps[0]?.changes ?? [];
    expect(change).toMatchObject({
      path: "settings.dmsg_web.enable",
      restart: "visor",
      lifetime: "config",
    });
    expect(outcomes(await world.apply(plan))).toEqual([
      "settings.dmsg_web.enable done-after-restart",
      "settings.dmsg_web.upstream_socks done-after-restart",
      "settings.is_public done",
      "trust.pty done",
    ]);
    expect(inside(world).config["dmsg_web"]).toEqual({
      enable: true,
      upstream_socks: "127.0.0.1:9050",
    });
    expect((await world.plan(desired)).counts.changing).toBe(0);
  });

  it("A5: a hypervisor that is made by one line asks for a password", async () => {
    const world = await start();
    await applied(world, [valueLeaf("settings.hypervisor.enable", true)]);
    expect(inside(world).config["hypervisor"]).toEqual({ enable: true, enable_auth: true });
  });

  it("A5: what is wanted off and not there is off", async () => {
    const world = await start();
    const plan = await world.plan(
      world.desired({ shop: [valueLeaf("settings.skynet_web.enable", false)] }),
    );
    expect(plan.counts.changing).toBe(0);
  });

  it("A5: one refused path leaves its neighbours", async () => {
    const world = await start();
    await world.fleet.control.failField("shop", "log_level", "no such level here");
    const report = await applied(world, [
      valueLeaf("settings.log_level", "debug"),
      valueLeaf("settings.is_public", true),
      valueLeaf("settings.routing.min_hops", 2),
      valueLeaf("settings.transport.stcpr_port", 4000),
      setLeaf("trust.pty", [keyAt(3)], []),
    ]);
    expect(outcomes(report)).toEqual([
      "settings.is_public done",
      "settings.log_level failed",
      "settings.routing.min_hops done",
      "settings.transport.stcpr_port done-after-restart",
      "trust.pty done",
    ]);
    expect(notes(report, "settings.log_level")).toContain("no such level here");
    expect(notes(report, "settings.is_public")).toBe("");
  });

  it("A10: one hypervisor that cannot be added leaves the others", async () => {
    const world = await start();
    const bad = keyAt(4);
    const text = `already connected to hypervisor ${bad}`;
    await world.fleet.control.failKey("shop", parseVisorKey(bad), text);
    const report = await applied(world, [
      setLeaf("trust.hypervisors", [keyAt(3), bad, keyAt(5)], []),
      valueLeaf("settings.log_level", "debug"),
    ]);
    expect([...outcomes(report)].sort()).toEqual([
      "settings.log_level done",
      "trust.hypervisors done",
      "trust.hypervisors done",
      "trust.hypervisors failed",
    ]);
    const failed = report.visors[0]?.outcomes.find(({ outcome }) => outcome === "failed");
    expect(failed?.element).toBe(bad);
    expect(failed?.note).toContain("restart the visor");
  });
});

describe("A6: what went in is put into skywire.conf too", () => {
  it("A6: after a call that ended in an error", async () => {
    const world = await start();
    await world.fleet.control.failField("shop", "routing.min_hops", "router not available");
    const report = await applied(world, [
      valueLeaf("settings.log_level", "debug"),
      valueLeaf("settings.is_public", true),
      valueLeaf("settings.routing.min_hops", 3),
      valueLeaf("settings.transport.public_autoconnect", false),
    ]);
    expect(outcomes(report)).toEqual([
      "settings.is_public done",
      "settings.log_level done",
      "settings.routing.min_hops failed",
      "settings.transport.public_autoconnect done",
    ]);
    expect(inside(world).conf).toMatchObject({
      LOGLVL: "debug",
      VISORISPUBLIC: "true",
      DISABLEPUBLICAUTOCONN: "true",
    });
    await world.fleet.control.regen("shop");
    expect(inside(world).config["log_level"]).toBe("debug");
  });
});

describe("A10: a question that writes is asked where it is needed", () => {
  const LEAVES = [valueLeaf("settings.log_level", "info"), setLeaf("trust.pty", [keyAt(3)], [])];
  const asked = (world: FleetWorld): number =>
    world.sent.filter(({ method }) => method.endsWith("Skyenv")).length;

  it("A10: not when nothing of what is kept there changes", async () => {
    const world = await start({ "pty.whitelist": [keyAt(3)] });
    const plan = await world.plan(world.desired({ shop: LEAVES }));
    expect(plan.counts.changing).toBe(0);
    expect(asked(world)).toBe(0);
  });

  it("A10: once in a plan and its apply", async () => {
    const world = await start();
    const plan = await world.plan(world.desired({ shop: LEAVES }));
    expect(plan.visors[0]?.steps[0]?.changes[0]).toMatchObject({ lifetime: "conf" });
    await world.apply(plan);
    expect(asked(world)).toBe(1);
  });
});

describe("A10: a setting that is only written down", () => {
  it("A10: the plan says that connections stay when no new ones are made", async () => {
    const noteOf = async (wanted: boolean): Promise<string | undefined> => {
      const world = await start({ "transport.public_autoconnect": !wanted });
      const field = valueLeaf("settings.transport.public_autoconnect", wanted);
      const plan = await world.plan(world.desired({ shop: [field] }));
      return plan.visors[0]?.steps[0]?.changes[0]?.reason.note;
    };
    expect(await noteOf(false)).toBe("connections that it made already stay");
    expect(await noteOf(true)).toBeUndefined();
  });
});

describe("A10: what is not kept over package updates", () => {
  it("A10: the plan says so of survey keys", async () => {
    const world = await start();
    const plan = await world.plan(world.desired({ shop: [setLeaf("survey", [keyAt(3)], [])] }));
    const [change] = plan.visors[0]?.steps[0]?.changes ?? [];
    expect(change?.reason.note).toContain("next package update");
  });
});
