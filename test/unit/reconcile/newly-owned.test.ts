import { afterEach, describe, expect, it } from "vitest";
import type { Json } from "../../../src/core/index.ts";
import type { DesiredField, Plan } from "../../../src/model/index.ts";
import { type FleetWorld, startFleetWorld } from "../../support/fleet-world.ts";
import { keyAt, setLeaf, valueLeaf } from "../../support/reconcile-builders.ts";

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

async function planned(world: FleetWorld, fields: readonly DesiredField[]): Promise<Plan> {
  return await world.plan(world.desired({ shop: fields }));
}

async function outcomes(world: FleetWorld, fields: readonly DesiredField[]): Promise<string[]> {
  const plan = await planned(world, fields);
  expect(plan.refusals).toEqual([]);
  const report = await world.apply(plan);
  expect((await planned(world, fields)).counts.changing).toBe(0);
  return report.visors.flatMap((visor) =>
    visor.outcomes.map(({ path, outcome }) => `${path} ${outcome}`),
  );
}

describe("A11: newly owned settings", () => {
  const RULES = [
    { suffix: "example.org", upstream: "127.0.0.1:9050" },
    { suffix: "local", upstream: "direct" },
  ];

  it("A11: persistent transports are a list of pairs, and live", async () => {
    const world = await start();
    const value = [
      { pk: keyAt(3), type: "stcpr" },
      { pk: keyAt(4), type: "dmsg" },
    ];
    const fields = [valueLeaf("settings.persistent_transports", value)];
    expect(await outcomes(world, fields)).toEqual(["settings.persistent_transports done"]);
    expect(world.fleet.control.inspect("shop").config["persistent_transports"]).toEqual(value);
  });

  it("A11: upstream rules of a proxy that is set, and live", async () => {
    const world = await start({ dmsg_web: { enable: false } });
    const fields = [valueLeaf("settings.dmsg_web.upstream_rules", RULES)];
    expect(await outcomes(world, fields)).toEqual(["settings.dmsg_web.upstream_rules done"]);
  });

  it("A11: upstream rules go with a block that is sent whole", async () => {
    const world = await start();
    const fields = [
      valueLeaf("settings.skynet_web.enable", true),
      valueLeaf("settings.skynet_web.upstream_rules", RULES),
    ];
    expect(await outcomes(world, fields)).toEqual([
      "settings.skynet_web.enable done-after-restart",
      "settings.skynet_web.upstream_rules done-after-restart",
    ]);
  });
});

describe("A11: newly owned trust", () => {
  it.each<{ name: string; config: Record<string, Json> }>([
    { name: "with a block", config: { dmsgscp: { whitelist: [] } } },
    { name: "without a block", config: {} },
  ])("A11: who may copy files, on a visor $name", async ({ config }) => {
    const world = await start(config);
    const fields = [setLeaf("trust.dmsgscp", [keyAt(3)])];
    const plan = await planned(world, fields);
    expect(plan.visors[0]?.steps[0]?.changes[0]).toMatchObject({ risk: "trust", restart: "visor" });
    expect(await outcomes(world, fields)).toEqual(["trust.dmsgscp done-after-restart"]);
  });

  it("A11: a key that may no longer copy files counts as losing trust", async () => {
    const world = await start({ dmsgscp: { whitelist: [keyAt(3), keyAt(4)] } });
    const plan = await planned(world, [setLeaf("trust.dmsgscp", [keyAt(3)])]);
    expect(plan.counts.trustRemovals).toBe(1);
    expect(plan.visors[0]?.steps.map(({ letter }) => letter)).toEqual(["c"]);
  });

  it("A11: copying files is no way in", async () => {
    const world = await start();
    const local = world.keyOf("local");
    const fields = [
      setLeaf("trust.hypervisors", [keyAt(3)]),
      setLeaf("trust.pty", [keyAt(3)]),
      setLeaf("trust.dmsgscp", [local]),
    ];
    const plan = await planned(world, fields);
    expect(plan.refusals.map(({ guard }) => guard)).toContain("lock-out");
  });

  it("A11: running commands by RPC is trust, and in force after a restart", async () => {
    const world = await start();
    const fields = [valueLeaf("trust.allow_rpc_exec", true)];
    const plan = await planned(world, fields);
    expect(plan.visors[0]?.steps[0]?.changes[0]).toMatchObject({ risk: "trust" });
    expect(await outcomes(world, fields)).toEqual(["trust.allow_rpc_exec done-after-restart"]);
    expect(world.fleet.control.inspect("shop").config["pty"]).toMatchObject({
      allow_rpc_exec: true,
    });
  });
});
