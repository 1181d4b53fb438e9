import { afterEach, describe, expect, it } from "vitest";
import { FleetError } from "../../../src/core/index.ts";
import { intentsWithoutReceipt } from "../../../src/ledger/index.ts";
import type { DesiredFleet, DesiredField, Plan } from "../../../src/model/index.ts";
import type { ApplyReport } from "../../../src/reconcile/index.ts";
import { settleIntents } from "../../../src/reconcile/apply/settle-intents.ts";
import { defaultMix } from "../../../src/skywire/embedded/index.ts";
import type { VisorReader } from "../../../src/skywire/visor/index.ts";
import { type FleetWorld, startFleetWorld } from "../../support/fleet-world.ts";
import { allRecords } from "../../support/ledger-world.ts";
import { keyAt, setLeaf, valueLeaf } from "../../support/reconcile-builders.ts";
import { bentWriter } from "./bent-writer.ts";

const worlds: FleetWorld[] = [];
async function startWorld(count = 3): Promise<FleetWorld> {
  const world = await startFleetWorld(defaultMix(count));
  worlds.push(world);
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

function outcomes(report: ApplyReport): readonly string[] {
  return report.visors.flatMap(({ name, outcomes: own }) =>
    own.map(({ path, outcome }) => `${name} ${path} ${outcome}`),
  );
}

/** Applies and ends the process at the first moment of this name; gives the manifest. */
async function cutOff(
  world: FleetWorld,
  fields: readonly DesiredField[],
  at: string,
): Promise<DesiredFleet> {
  const desired = world.desired({ "shop-1": fields });
  const plan = await world.plan(desired);
  await world
    .apply(plan, {
      atPoint: (point) => {
        if (point === at) throw new Error("the process ends here");
      },
    })
    .catch(() => undefined);
  await world.reopenLedger();
  return desired;
}

async function lastReceipt(world: FleetWorld): Promise<readonly string[]> {
  const record = (await allRecords(world.ledger)).findLast(({ kind }) => kind === "receipt");
  return record?.kind === "receipt"
    ? (record.payload?.outcomes ?? []).map(({ path, outcome }) => `${path} ${outcome}`)
    : [];
}

async function settle(world: FleetWorld, reader: VisorReader = world.reader): Promise<void> {
  await settleIntents({
    ledger: world.ledger,
    fleet: "home",
    reader,
    clock: world.clock,
    parallel: 1,
    routeOf: () => ({ kind: "bridge", scheme: "dmsg", port: 65 }),
  });
  expect(await intentsWithoutReceipt(world.ledger.records(), "home")).toEqual([]);
}

describe("settling what a cut-off run left open", () => {
  it("says nothing is done that the visor does not show", async () => {
    const world = await startWorld();
    await world.fleet.control.changeBehindBack("shop-1", {
      kind: "config",
      path: "survey_whitelist",
      value: [keyAt(4)],
    });
    await cutOff(world, [setLeaf("survey", [], [keyAt(4)])], "after-intent");
    await settle(world, {
      read: async (target, wants) => {
        const reading = await world.reader.read(target, wants);
        if (reading.kind !== "seen") return reading;
        const { config: _config, ...rest } = reading;
        return rest;
      },
    });
    expect(await lastReceipt(world)).toEqual(["survey unverified"]);
  });

  it("remembers that a written value waits for a restart", async () => {
    const world = await startWorld();
    const desired = await cutOff(
      world,
      [valueLeaf("settings.transport.stcpr_port", 7777)],
      "after-write",
    );
    await settle(world);
    expect(await lastReceipt(world)).toEqual(["settings.transport.stcpr_port done-after-restart"]);
    expect((await world.plan(desired)).counts).toMatchObject({ changing: 0, awaitingRestart: 1 });
  });
});

describe("an apply that was cut off ends in the same state when it runs again", () => {
  it("a secret that was written and not recorded is compared again after one more apply", async () => {
    const world = await startWorld();
    const field = valueLeaf("apps.skychat.env", { TOKEN: { secret: "env:T" } }, ["env:T"]);
    const desired = await cutOff(world, [field], "after-write");
    expect((await world.apply(await world.plan(desired))).exit).toBe(0);
    expect((await world.plan(desired)).counts).toMatchObject({ changing: 0, notCompared: 0 });
  });

  it("an app that was stopped and not started yet is started by the same plan", async () => {
    const world = await startWorld();
    const running = world.desired({ "shop-1": [valueLeaf("apps.skychat.running", true)] });
    await world.apply(await world.plan(running));
    const desired = world.desired({
      "shop-1": [
        valueLeaf("apps.skychat.running", true),
        valueLeaf("apps.skychat.args", ["--persist"]),
      ],
    });
    const plan = await world.plan(desired);
    expect(plan.visors[0]?.steps.map(({ letter }) => letter)).toEqual(["a", "b"]);
    const writer = bentWriter(world.writer, () => ({
      startApp: () => {
        throw new Error("the process ends here");
      },
    }));
    await world.apply(plan, { writer }).catch(() => undefined);
    await world.reopenLedger();
    expect(outcomes(await world.apply(plan)).filter((line) => !line.endsWith(" done"))).toEqual([]);
    const app = world.fleet.control.inspect("shop-1").apps.find(({ name }) => name === "skychat");
    expect(app?.runningArgs?.join(" ")).toContain("--persist");
    expect((await world.plan(desired)).counts.changing).toBe(0);
  });
});

describe("a plan that was cut off after some of its steps", () => {
  const own = [setLeaf("trust.hypervisors", [keyAt(4)])];

  /** Applies to shop-1 and ends before shop-4; gives the plan. */
  async function halfDone(world: FleetWorld): Promise<Plan> {
    const plan = await world.plan(world.desired({ "shop-1": own, "shop-4": own }));
    let receipts = 0;
    await world
      .apply(plan, {
        timing: { parallel: 1 },
        atPoint: (point) => {
          if (point === "before-intent" && receipts === 1) throw new Error("the process ends here");
          if (point === "after-receipt") receipts += 1;
        },
      })
      .catch(() => undefined);
    await world.reopenLedger();
    return plan;
  }

  function trusts(world: FleetWorld): readonly boolean[] {
    return ["shop-1", "shop-4"].map((name) => {
      const { hypervisors } = world.fleet.control.inspect(name).config;
      return Array.isArray(hypervisors) && hypervisors.includes(keyAt(4));
    });
  }

  it("goes on with what is left", async () => {
    const world = await startWorld(6);
    const plan = await halfDone(world);
    expect(trusts(world).filter((each) => each)).toEqual([true]);
    expect((await world.apply(plan)).exit).toBe(0);
    expect(trusts(world)).toEqual([true, true]);
  });

  it("9.3: does not write again what it had done and somebody took away", async () => {
    const world = await startWorld(6);
    const plan = await halfDone(world);
    const done = trusts(world)[0] === true ? "shop-1" : "shop-4";
    const visor = plan.visors.find(({ name }) => name === done);
    const before = visor?.observed?.hypervisors ?? [];
    await world.fleet.control.changeBehindBack(done, {
      kind: "config",
      path: "hypervisors",
      value: [...before],
    });
    const report = await world.apply(plan);
    expect(outcomes(report).find((line) => line.startsWith(done))).toMatch(/ stale$/);
    expect(trusts(world).filter((each) => each)).toEqual([true]);
    expect(trusts(world)[done === "shop-1" ? 0 : 1]).toBe(false);
  });
});

describe("errors in the middle of a step", () => {
  it("leave every intent with its receipt, and other visors with theirs", async () => {
    const world = await startWorld(6);
    const own = [setLeaf("apps.skysocks.whitelist", [keyAt(4)])];
    const desired = world.desired({ "shop-1": own, "shop-4": own });
    const plan = await world.plan(desired);
    const writer = bentWriter(world.writer, (session) => ({
      readApps: async () => {
        if (session.reading.key === world.keyOf("shop-1"))
          throw new FleetError("key/visor", "no key");
        return await session.readApps();
      },
    }));
    expect([...outcomes(await world.apply(plan, { writer }))].sort()).toEqual([
      "shop-1 apps.skysocks.whitelist failed",
      "shop-4 apps.skysocks.whitelist done",
    ]);
    expect(await intentsWithoutReceipt(world.ledger.records(), "home")).toEqual([]);
  });

  it("of the ledger end the run after what is under way, and nothing is written without its intent", async () => {
    const world = await startWorld(6);
    const own = [valueLeaf("settings.routing.min_hops", 4)];
    const desired = world.desired({ "shop-1": own, "shop-2": own, "shop-3": own, "shop-4": own });
    const plan = await world.plan(desired);
    const real = world.ledger;
    let appends = 0;
    const ledger = new Proxy(real, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== "append" || typeof value !== "function")
          return typeof value === "function" ? (value.bind(target) as unknown) : value;
        return async (drafts: Parameters<typeof real.append>[0]) => {
          appends += 1;
          if (appends > 1)
            throw new FleetError("ledger/disk-full", "no space is left", { exit: 4 });
          return await target.append(drafts);
        };
      },
    });
    world.fleet.counters.reset();
    await expect(world.apply(plan, { ledger })).rejects.toMatchObject({ code: "ledger/disk-full" });
    expect(world.fleet.counters.mutating()).toBe(0);
  });
});
