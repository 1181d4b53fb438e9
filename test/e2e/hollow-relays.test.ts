// What every command does to a relay that fills as a real Go node does: Must show 5 of docs/reliability.md, section 7.
// `npm run long -- hollow` runs the whole table.

import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cut, type HollowCell, HollowWorld } from "../support/hollow-world.ts";

const IS_LONG = process.env["FLEET_LONG"] === "hollow";
/** The clock of the tests runs so many times as fast. */
const HASTE = IS_LONG ? 30 : 10;
const SIZES = IS_LONG ? [12, 246, 5_000] : [12, 246];
const ROUND_TRIPS_MS = IS_LONG ? [0, 10, 40, 100] : [0, 10];
const CUTS: readonly Cut[] = ["^C", "SIGKILL", "dropped connection"];
/** Objects that the relay asked for when it is cut: the first few, where a node is most easily hurt, and some later. */
const PLACES = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 25, 32, 40, 60, 90, 140, 250];
/** Beside the whole table: before the registry, behind the top of the list, and between entries of a full node. */
const SHORT: Readonly<Record<string, readonly number[]>> = { "12 0": [0, 3], "246 0": [9] };
const LIMIT_MS = IS_LONG ? 3_600_000 : 60_000;

let world: HollowWorld;

beforeAll(async () => {
  world = await HollowWorld.open(HASTE);
});
afterAll(() => world.close());

const table = SIZES.flatMap((entries) =>
  ROUND_TRIPS_MS.map((roundTripMs) => ({ entries, roundTripMs })),
);

/** Holds what is said of the relay against what is in it, and against what comes back from it. */
async function expectTruth(cell: HollowCell): Promise<boolean> {
  const lacks = await cell.lacks();
  const status = await cell.user.run("ledger", "status");
  const isHeld = status.last === "Held by 1 of 1 relay.";
  // Beside the status the relay may have got the rest.
  if (isHeld) expect(await cell.restoredHead()).toBe(await cell.head());
  else expect(status.code).not.toBe(0);
  if (lacks > 0 && isHeld) expect(await cell.lacks()).toBe(0);
  return isHeld;
}

async function expectWhole(cell: HollowCell): Promise<void> {
  expect(await cell.lacks()).toBe(0);
  expect(await expectTruth(cell)).toBe(true);
}

describe("a relay that was cut", () => {
  it("R1: is not called held by any command, and no restore calls it a liar", async () => {
    const cell = await world.cell(246, 0);
    await cell.cut("dropped connection", 9, "ledger", "publish");
    const status = () => cell.user.run("ledger", "status");
    expect(await status()).toMatchObject({ code: 3, last: "Held by 0 of 1 relay." });
    await cell.policy("{ require_relays: 1 }");
    const before = world.fleet.fleet.counters.mutating();
    const applied = await cell.apply();
    expect(applied.code).toBe(4);
    expect(applied.err).toContain("policy.require_relays wants 1");
    expect(applied.err).toContain("the relay is hollow");
    expect(await status()).toMatchObject({ code: 3, out: expect.stringContaining("hollow") });
    expect(world.fleet.fleet.counters.mutating()).toBe(before);
    expect(await cell.restoredHead()).toBeUndefined();
    const published = await cell.user.run("ledger", "publish");
    expect(published).toMatchObject({ code: 0, last: "Held by 1 of 1 relay." });
    expect(published.err).toContain("Release 0.1.0 cannot read such a list");
    expect(await cell.apply()).toMatchObject({ code: 0 });
    expect(await cell.restoredHead()).toBe(await cell.head());
  }, 60_000);

  it("7: is mended where others read the ledger only when somebody says so", async () => {
    const cell = await world.cell(246, 0);
    await cell.cut("dropped connection", 9, "ledger", "publish");
    await cell.addReader();
    const before = await cell.head();
    const told = await cell.user.run("ledger", "publish");
    expect(told).toMatchObject({ code: 3, err: expect.stringContaining("ben) must update first") });
    expect(told.err).toContain("`fleet ledger publish --mend`");
    expect(await cell.head()).toBe(before);
    expect(await cell.user.run("ledger", "publish", "--mend")).toMatchObject({ code: 0 });
    await expectWhole(cell);
  }, 60_000);
});

describe("a relay that asks one object at a time and skips what it has", () => {
  describe.each(table)("$entries entries, $roundTripMs ms", ({ entries, roundTripMs }) => {
    it(
      "7: is whole after publish",
      async () => {
        const cell = await world.cell(entries, roundTripMs);
        expect(await cell.user.run("ledger", "publish")).toMatchObject({
          code: 0,
          last: "Held by 1 of 1 relay.",
        });
        await expectWhole(cell);
        expect(cell.relay.death).toBeUndefined();
      },
      LIMIT_MS,
    );

    it(
      "7: is whole after status, then publish",
      async () => {
        const cell = await world.cell(entries, roundTripMs);
        await cell.user.run("ledger", "status");
        expect(await cell.user.run("ledger", "publish")).toMatchObject({ code: 0 });
        await expectWhole(cell);
      },
      LIMIT_MS,
    );

    it(
      "7: is whole after apply",
      async () => {
        const cell = await world.cell(entries, roundTripMs);
        const ran = await cell.apply();
        expect(ran).toMatchObject({
          code: 0,
          err: expect.stringContaining("the ledger is on 1 of 1 relay"),
        });
        await expectWhole(cell);
      },
      LIMIT_MS,
    );

    const places = IS_LONG ? PLACES : (SHORT[`${entries} ${roundTripMs}`] ?? []);
    const cuts = CUTS.flatMap((how) => places.map((place) => ({ how, place })));
    it.each(cuts)(
      "7: is whole by the next publish, or not called held, after apply was cut by $how at $place",
      async ({ how, place }) => {
        const cell = await world.cell(entries, roundTripMs);
        await cell.cut(how, place, "apply", "--yes", "--allow-keyset-change");
        await expectTruth(cell);
        const ran = await cell.user.run("ledger", "publish");
        if (ran.out.includes("--push-again")) {
          // It asks for nothing until it is restarted: it is named, and nothing was pushed.
          expect(ran.code).toBe(3);
          expect(cell.relay.death).toBeUndefined();
          cell.relay.restart();
          await cell.user.run("ledger", "publish", "--push-again");
        }
        await expectWhole(cell);
      },
      LIMIT_MS,
    );
  });
});
