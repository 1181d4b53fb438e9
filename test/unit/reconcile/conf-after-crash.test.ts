// What a run leaves that is cut off between a call that ended in an error and its repetition.
import { afterEach, describe, expect, it } from "vitest";
import { settleIntents } from "../../../src/reconcile/apply/settle-intents.ts";
import { type FleetWorld, startFleetWorld } from "../../support/fleet-world.ts";
import { keyAt, setLeaf, valueLeaf } from "../../support/reconcile-builders.ts";
import { bentWriter } from "./bent-writer.ts";

const worlds: FleetWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

const LEAVES = [
  valueLeaf("settings.is_public", true),
  valueLeaf("settings.log_level", "debug"),
  valueLeaf("settings.routing.min_hops", 3),
  valueLeaf("settings.transport.public_autoconnect", false),
  setLeaf("trust.pty", [keyAt(3), keyAt(4)], []),
];

/** Applies until the visor's first answer to SetConfigFields, which is an error where one is given. */
async function cutOff(error: string | undefined): Promise<FleetWorld> {
  const world = await startFleetWorld([
    { name: "local", profile: "newest", local: true },
    { name: "shop", profile: "newest", hypervisors: ["local"] },
  ]);
  worlds.push(world);
  if (error !== undefined)
    await world.fleet.control.failField("shop", "transport.public_autoconnect", error);
  const plan = await world.plan(world.desired({ shop: LEAVES }));
  const writer = bentWriter(world.writer, (session) => ({
    setConfigFields: async (fields) => {
      await session.setConfigFields(fields).catch(() => undefined);
      throw new TypeError("the process ends here");
    },
  }));
  await expect(world.apply(plan, { writer })).rejects.toThrow("ends here");
  await world.reopenLedger();
  return world;
}

async function settled(
  world: FleetWorld,
  told: string[] = [],
): Promise<ReadonlyMap<string, string>> {
  await settleIntents({
    emit: ({ type, message }) => {
      if (type === "diagnostic") told.push(message);
    },
    ledger: world.ledger,
    fleet: "home",
    reader: world.reader,
    clock: world.clock,
    parallel: 1,
    routeOf: () => ({ kind: "bridge", scheme: "dmsg", port: 65 }),
  });
  const found = new Map<string, string>();
  for await (const record of world.ledger.records()) {
    if (record.kind !== "receipt") continue;
    for (const { path, element, outcome, note } of record.payload?.outcomes ?? [])
      found.set(element === undefined ? path : `${path} ${element}`, `${outcome}: ${note ?? ""}`);
  }
  return found;
}

describe("A6: what a cut-off run set and did not put into skywire.conf", () => {
  it("A6: is named when the run is settled, with what is lost and what mends it", async () => {
    const world = await cutOff("not now");
    const before = world.fleet.control.inspect("shop");
    expect(before.config["log_level"]).toBe("debug");
    expect(before.conf?.["LOGLVL"]).not.toBe("debug");
    const told: string[] = [];
    const found = await settled(world, told);
    expect(told).toEqual([
      expect.stringMatching(
        /^settings\.is_public, settings\.log_level, settings\.routing\.min_hops, trust\.pty: it is not in/,
      ),
    ]);
    for (const path of [
      "settings.is_public",
      "settings.log_level",
      "settings.routing.min_hops",
      `trust.pty ${keyAt(3)}`,
      `trust.pty ${keyAt(4)}`,
    ])
      expect([path, found.get(path)]).toEqual([
        path,
        expect.stringMatching(
          /^done: settled .*not in \/etc\/skywire\.conf.*next package update.*apply/,
        ),
      ]);
    expect(found.get("settings.transport.public_autoconnect")).toMatch(/^failed: settled/);
  });

  it("A6: is nothing where the call had ended well", async () => {
    const world = await cutOff(undefined);
    expect(world.fleet.control.inspect("shop").conf).toMatchObject({ LOGLVL: "debug" });
    const found = [...(await settled(world))];
    expect(found.map(([, said]) => said)).toEqual(
      found.map(() => "done: settled after an interrupted run"),
    );
    expect(found).toHaveLength(6);
  });
});
