// What every command does to a relay that fills as a real Go node does.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HollowCell, HollowWorld } from "../support/hollow-world.ts";

let world: HollowWorld;

beforeAll(async () => {
  world = await HollowWorld.open(10);
});
afterAll(() => world.close());

async function expectWhole(cell: HollowCell): Promise<void> {
  expect(await cell.lacks()).toBe(0);
  expect(await cell.user.run("ledger", "status")).toMatchObject({ last: "Held by 1 of 1 relay." });
  expect(await cell.restoredHead()).toBe(await cell.head());
}

describe("a relay that asks one object at a time and skips what it has", () => {
  it.fails(
    "7: is whole after status, then publish",
    async () => {
      const cell = await world.cell(246, 10);
      await cell.user.run("ledger", "status");
      await cell.user.run("ledger", "publish");
      await expectWhole(cell);
    },
    60_000,
  );

  it.fails.each(["SIGKILL", "dropped connection"] as const)(
    "7: is whole by the next publish after apply was cut by %s",
    async (how) => {
      const cell = await world.cell(246, 0);
      await cell.cut(how, 9, "apply", "--yes", "--allow-keyset-change");
      await cell.user.run("ledger", "publish");
      await expectWhole(cell);
    },
    60_000,
  );

  it.fails(
    "R1: is not called held by publish while it lacks entries",
    async () => {
      const cell = await world.cell(246, 0);
      await cell.cut("dropped connection", 9, "ledger", "publish");
      const ran = await cell.user.run("ledger", "publish");
      expect([ran.code === 0, await cell.lacks()]).toEqual([true, 0]);
    },
    60_000,
  );
});
