// What every command does to a relay that fills as a real Go node does: Must show 5 of docs/reliability.md, section 7.
// `npm run long -- hollow` runs the whole table, `npm run long -- hollow 246/40 5000/100/apply` these rows of it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HollowRow, hollowRows, IS_LONG, keepRow, keyOf } from "../support/hollow-table.ts";
import { type Cut, type HollowCell, HollowWorld } from "../support/hollow-world.ts";

const LIMIT_MS = IS_LONG ? 3_600_000 : 120_000;

let world: HollowWorld;

beforeAll(async () => {
  world = await HollowWorld.open();
});
afterAll(() => world.close());

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

async function expectWhole(cell: HollowCell, facts?: string): Promise<void> {
  expect(await cell.lacks(), facts).toBe(0);
  expect(await expectTruth(cell)).toBe(true);
}

describe("a relay that was cut", () => {
  it(
    "R1: is not called held by any command, and no restore calls it a liar",
    async () => {
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
    },
    LIMIT_MS,
  );

  it(
    "7: is mended where others read the ledger only when somebody says so",
    async () => {
      const cell = await world.cell(246, 0);
      await cell.cut("dropped connection", 9, "ledger", "publish");
      await cell.addReader();
      const before = await cell.head();
      const told = await cell.user.run("ledger", "publish");
      expect(told).toMatchObject({
        code: 3,
        err: expect.stringContaining("ben) must update first"),
      });
      expect(told.err).toContain("`fleet ledger publish --mend`");
      expect(await cell.head()).toBe(before);
      expect(await cell.user.run("ledger", "publish", "--mend")).toMatchObject({ code: 0 });
      await expectWhole(cell);
    },
    LIMIT_MS,
  );
});

async function afterPublish({ user, relay }: HollowCell): Promise<string> {
  expect(await user.run("ledger", "publish")).toMatchObject({
    code: 0,
    last: "Held by 1 of 1 relay.",
  });
  expect(relay.death).toBeUndefined();
  return `${relay.asked.length} objects asked for`;
}

async function afterStatusAndPublish({ user, relay }: HollowCell): Promise<string> {
  await user.run("ledger", "status");
  const { length } = relay.asked;
  expect(await user.run("ledger", "publish")).toMatchObject({ code: 0 });
  return `${length}, then ${relay.asked.length - length} objects asked for`;
}

async function afterApply(cell: HollowCell): Promise<string> {
  const err = expect.stringContaining("the ledger is on 1 of 1 relay");
  expect(await cell.apply()).toMatchObject({ code: 0, err });
  return `${cell.relay.asked.length} objects asked for`;
}

async function afterCut(cell: HollowCell, how: Cut, place: number): Promise<string> {
  const wasCut = await cell.cut(how, place, "apply", "--yes", "--allow-keyset-change");
  const isHeld = await expectTruth(cell);
  const found = isHeld ? "held" : `lacks ${await cell.lacks()}`;
  const ran = await cell.user.run("ledger", "publish");
  const failed = ran.code === 0 ? "" : `, publish ended with ${ran.code}: ${ran.err}`;
  const facts = `${wasCut ? "cut" : "ended before"}, ${found}${failed}`;
  if (!ran.out.includes("--push-again")) return facts;
  // It asks for nothing until it is restarted: it is named, and nothing was pushed.
  expect(ran.code).toBe(3);
  expect(cell.relay.death).toBeUndefined();
  cell.relay.restart();
  await cell.user.run("ledger", "publish", "--push-again");
  return `${wasCut ? "cut" : "ended before"}, ${found}, pushed again after a restart`;
}

function does(cell: HollowCell, { command, place }: HollowRow): Promise<string> {
  if (command === "publish") return afterPublish(cell);
  if (command === "status, then publish") return afterStatusAndPublish(cell);
  return command === "apply" ? afterApply(cell) : afterCut(cell, command, place ?? 0);
}

describe("a relay that asks one object at a time and skips what it has", () => {
  const rows = hollowRows().map((row) => [keyOf(row), row] as const);
  it.each(rows)(
    "7: is whole, or not called held and whole by the next publish: %s",
    async (_, row) => {
      const startMs = Date.now();
      const cell = await world.cell(row.entries, row.roundTripMs, row.place);
      const facts = await does(cell, row);
      await expectWhole(cell, facts);
      keepRow(row, facts, Date.now() - startMs);
    },
    LIMIT_MS,
  );
});
