import { expect, it } from "vitest";
import { defaultMix } from "../../../src/skywire/embedded/index.ts";
import { embeddedWorld } from "../../support/embedded-world.ts";

const VISORS = 300;

it("a large fleet is read without a change, and writes nothing for visors nobody changed", async () => {
  const world = await embeddedWorld(defaultMix(VISORS), { writeAtStart: false });
  const readings = await Promise.all(
    world.fleet.visors.map(({ name }) => world.reader.read(world.target(name))),
  );
  expect(readings.filter(({ kind }) => kind === "seen")).toHaveLength(VISORS);
  expect(new Set(world.fleet.visors.map(({ key }) => key)).size).toBe(VISORS);
  expect(world.fleet.counters.mutating()).toBe(0);
  expect(world.fleet.counters.deaths()).toBe(0);
  expect([...world.files.files.keys()]).toEqual([]);
  await world.fleet.stop();
});
