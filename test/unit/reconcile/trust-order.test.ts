import { afterEach, describe, expect, it } from "vitest";
import type { Plan } from "../../../src/model/index.ts";
import type { ApplyReport } from "../../../src/reconcile/index.ts";
import { checkLockOut, pendingElement } from "../../../src/reconcile/plan/index.ts";
import { defaultMix } from "../../../src/skywire/embedded/index.ts";
import type { VisorReader } from "../../../src/skywire/visor/index.ts";
import { type FleetWorld, startFleetWorld } from "../../support/fleet-world.ts";
import { keyAt, placeAt, setLeaf, valueLeaf } from "../../support/reconcile-builders.ts";
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

/** Takes the acting key out of one list while it stands in the other. */
async function planMove(world: FleetWorld, from: "hypervisors" | "pty"): Promise<Plan> {
  const to = from === "pty" ? "hypervisors" : "pty";
  const laptop = world.keyOf("laptop");
  const path = from === "pty" ? "pty.whitelist" : "hypervisors";
  const other = from === "pty" ? "hypervisors" : "pty.whitelist";
  await world.fleet.control.changeBehindBack("shop-1", {
    kind: "config",
    path,
    value: [laptop, world.keyOf("desk")],
  });
  await world.fleet.control.changeBehindBack("shop-1", {
    kind: "config",
    path: other,
    value: [world.keyOf("desk")],
  });
  const desired = world.desired({
    "shop-1": [setLeaf(`trust.${to}`, [laptop], []), setLeaf(`trust.${from}`, [], [laptop])],
  });
  const plan = await world.plan(desired);
  expect(plan.refusals).toEqual([]);
  expect(plan.visors[0]?.steps.map(({ letter }) => letter)).toEqual(["a", "c"]);
  return plan;
}

function trustOf(world: FleetWorld, name: string): string {
  return JSON.stringify(world.fleet.control.inspect(name).config);
}

describe("taking trust away", () => {
  it.each(["hypervisors", "pty"] as const)(
    "waits while the new way in beside %s needs a restart",
    async (from) => {
      const world = await startWorld();
      const plan = await planMove(world, from);
      const writer = bentWriter(world.writer, (session) => ({
        setConfigFields: async (fields, options) =>
          (await session.setConfigFields(fields, options)).map((field) => ({
            ...field,
            live: false,
          })),
      }));
      const to = from === "pty" ? "hypervisors" : "pty";
      expect(outcomes(await world.apply(plan, { writer }))).toEqual([
        `shop-1 trust.${to} done-after-restart`,
        `shop-1 trust.${from} refused`,
      ]);
      const again = await world.plan(
        world.desired({ "shop-1": [setLeaf(`trust.${from}`, [], [world.keyOf("laptop")])] }),
      );
      expect(again.refusals.map(({ guard }) => guard)).toEqual(["lock-out"]);
    },
  );

  it("looks again at the way in right before, and keeps what is left of it", async () => {
    const world = await startWorld();
    const plan = await planMove(world, "pty");
    let changed: Promise<void> = Promise.resolve();
    const writer = {
      open: async (...args: Parameters<typeof world.writer.open>) => {
        await changed;
        return await world.writer.open(...args);
      },
    };
    const report = await world.apply(plan, {
      writer,
      atPoint: (point) => {
        if (point !== "after-receipt") return;
        changed = world.fleet.control.changeBehindBack("shop-1", {
          kind: "config",
          path: "hypervisors",
          value: [world.keyOf("desk")],
        });
      },
    });
    expect(outcomes(report)).toEqual(["shop-1 trust.hypervisors done", "shop-1 trust.pty refused"]);
    expect(trustOf(world, "shop-1")).toContain(world.keyOf("laptop"));
  });

  it("waits when step (a) could not be read back, whatever it wrote", async () => {
    const world = await startWorld();
    const desired = world.desired({
      "shop-1": [
        valueLeaf("settings.routing.min_hops", 3),
        setLeaf("trust.pty", [], [world.keyOf("desk")]),
      ],
    });
    const plan = await world.plan(desired);
    let blind = false;
    const reader: VisorReader = {
      read: async (target, wants) =>
        blind
          ? { kind: "unreachable", reason: "not-answering", detail: "no answer", next: "wait" }
          : await world.reader.read(target, wants),
    };
    const report = await world.apply(plan, {
      reader,
      atPoint: (point) => (blind = point === "after-write"),
    });
    expect(outcomes(report)).toEqual([
      "shop-1 settings.routing.min_hops unverified",
      "shop-1 trust.pty refused",
    ]);
    expect(report.exit).toBe(6);
  });
});

describe("a trust step that fails", () => {
  it("stops visors that are in the middle of theirs before they take trust away", async () => {
    const world = await startWorld(6);
    const [laptop, desk] = [world.keyOf("laptop"), world.keyOf("desk")];
    const own = [setLeaf("trust.pty", [laptop, keyAt(4)])];
    const desired = world.desired({ "shop-1": own, "shop-4": own });
    const plan = await world.plan(desired);
    await world.fleet.control.make("shop-1", "lying");
    let failed: () => void = () => undefined;
    const hasFailed = new Promise<void>((resolve) => (failed = resolve));
    const writer = {
      open: async (...[target, wants]: Parameters<typeof world.writer.open>) => {
        opened.set(target.key ?? "", (opened.get(target.key ?? "") ?? 0) + 1);
        return await world.writer.open(target, wants);
      },
    };
    const opened = new Map<string, number>();
    const reader: VisorReader = {
      read: async (target, wants) => {
        if (target.key === world.keyOf("shop-4")) await hasFailed;
        return await world.reader.read(target, wants);
      },
    };
    const report = await world.apply(plan, {
      writer,
      reader,
      atPoint: (point, visor) => {
        if (point === "after-receipt" && visor?.name === "shop-1") setTimeout(failed, 50);
      },
    });
    expect([...outcomes(report)].sort()).toEqual([
      "shop-1 trust.pty failed",
      "shop-1 trust.pty refused",
      "shop-4 trust.pty done",
      "shop-4 trust.pty refused",
    ]);
    expect(trustOf(world, "shop-4")).toContain(desk);
  });

  it("is none where a visor could not be reached or had moved before anything was written", async () => {
    const world = await startWorld(6);
    const own = [setLeaf("trust.pty", [keyAt(4)], [])];
    const desired = world.desired({ "shop-1": own, "shop-4": own, laptop: own });
    const plan = await world.plan(desired);
    await world.fleet.control.make("shop-1", "dead");
    const report = await world.apply(plan);
    expect([...outcomes(report)].sort()).toEqual([
      "laptop trust.pty done",
      "shop-1 trust.pty unreachable",
      "shop-4 trust.pty done",
    ]);
    expect(report.exit).toBe(3);
  });
});

describe("a visor that is another one between two steps", () => {
  it("is written no more, and counts as a trust step that failed", async () => {
    const world = await startWorld(6);
    const trust = setLeaf("trust.pty", [world.keyOf("laptop"), keyAt(4)]);
    const desired = world.desired({
      "shop-1": [trust, valueLeaf("apps.skychat.running", false)],
      laptop: [setLeaf("trust.pty", [keyAt(4)], [])],
    });
    const plan = await world.plan(desired);
    let swapped: Promise<void> = Promise.resolve();
    const writer = {
      open: async (...args: Parameters<typeof world.writer.open>) => {
        await swapped;
        return await world.writer.open(...args);
      },
    };
    const report = await world.apply(plan, {
      writer,
      atPoint: (point, visor) => {
        if (point !== "after-receipt" || visor?.name !== "shop-1") return;
        world.fleet.counters.reset();
        swapped = world.fleet.control.make("shop-1", "wrong-key");
      },
    });
    expect(outcomes(report)).toEqual([
      "shop-1 trust.pty done",
      "shop-1 apps.skychat.running unreachable",
      "shop-1 trust.pty unreachable",
      "laptop trust.pty refused",
    ]);
    expect(world.fleet.counters.mutating()).toBe(0);
  });
});

describe("entries that wait for a restart", () => {
  const change = (path: string, element: string) => ({
    path,
    element,
    op: "remove" as const,
    before: true,
    after: false,
    reason: { place: placeAt(1) },
    lifetime: "config" as const,
    restart: "none" as const,
    risk: "trust" as const,
    step: "c" as const,
    method: "SetConfigFields",
    inverse: { after: true },
  });
  const base = {
    visor: keyAt(1),
    name: "one",
    acting: keyAt(0),
    protected: [],
    allowLoss: false,
    nameOf: (key: string) => key,
    before: { hypervisors: [keyAt(0), keyAt(3)], pty: [keyAt(0)] },
  };

  it("are no way in for a key that has one in force", () => {
    const pending = new Set([pendingElement("trust.hypervisors", keyAt(0))]);
    expect(
      checkLockOut({ ...base, changes: [change("trust.pty", keyAt(0))], pending }),
    ).toHaveLength(1);
    expect(
      checkLockOut({ ...base, changes: [change("trust.hypervisors", keyAt(0))], pending }),
    ).toEqual([]);
    expect(checkLockOut({ ...base, changes: [change("trust.pty", keyAt(0))] })).toEqual([]);
  });
});
