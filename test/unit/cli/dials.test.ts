import { afterEach, describe, expect, it } from "vitest";
import { defaultMix } from "../../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet } from "../../support/cli-world.ts";

const AWAY_FILE = "/user/fleet/state/away-visors.json";
const HEAD = "controllers: [laptop, desk]";

let user: CliFleet;
afterEach(async () => {
  await user.fleet.stop();
});

async function start(): Promise<void> {
  user = await cliFleet(defaultMix(6));
  await user.manifest(HEAD, Object.fromEntries(user.fleet.visors.map(({ name }) => [name, ""])));
}

describe("9.5: how many connections wait for an answer", () => {
  it("9.5: --dials takes a number from 1", async () => {
    await start();
    expect(await user.run("plan", "--dials", "0")).toMatchObject({
      code: 64,
      err: expect.stringContaining("--dials takes a number from 1"),
    });
  });

  it("9.5: one dial at a time reads all visors as well", async () => {
    await start();
    const few = await user.run("status", "--dials", "1", "--parallelism", "1");
    const many = await user.run("status");
    expect(few.last).toBe(many.last);
  });

  it("9.5: what did not answer is remembered until it does, and only what took its time", async () => {
    await start();
    const dead = user.fleet.visors.find(({ name }) => name === "shop-1");
    await user.run("plan");
    expect(user.files.files.has(AWAY_FILE)).toBe(false);
    await user.fleet.control.make("shop-1", "dead");
    await user.run("plan", "--timeout", "1s");
    const kept = JSON.parse(new TextDecoder().decode(await user.files.read(AWAY_FILE))) as {
      visors: Readonly<Record<string, number>>;
    };
    expect(Object.keys(kept.visors)).toEqual([dead?.key]);
    await user.fleet.control.make("shop-1", "honest");
    await user.run("plan");
    const after = JSON.parse(
      new TextDecoder().decode(await user.files.read(AWAY_FILE)),
    ) as typeof kept;
    expect(after.visors).toEqual({});
  });

  it("9.5: a memory that cannot be read costs nothing but time", async () => {
    await start();
    await user.files.replace(AWAY_FILE, new TextEncoder().encode('{"format":1'));
    expect((await user.run("plan")).err).not.toContain("away-visors");
  });
});
