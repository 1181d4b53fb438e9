// A visor that somebody suspended: it looks as one that is starting, and never finishes.
import { afterEach, describe, expect, it } from "vitest";
import type { EmbeddedVisorSpec } from "../../../src/skywire/embedded/index.ts";
import type { ReleaseName } from "../../../src/skywire/visor/index.ts";
import { cliFleet, type CliFleet } from "../../support/cli-world.ts";
import { embeddedWorld, type EmbeddedWorld } from "../../support/embedded-world.ts";

const RESUME = /skywire cli visor resume/;

let world: EmbeddedWorld | undefined;
let user: CliFleet | undefined;
afterEach(async () => {
  await world?.fleet.stop();
  await user?.fleet.stop();
  world = undefined;
  user = undefined;
});

async function read(profile: ReleaseName, state: "suspended" | "starting") {
  world = await embeddedWorld([{ name: "laptop", profile, local: true, state }]);
  return await world.reader.read(world.target("laptop"));
}

describe("A8: a suspended visor is called suspended", () => {
  it.each(["newest", "v1.3.94"] as const)(
    "A8: by %s, with the way to resume it",
    async (profile) => {
      const reading = await read(profile, "suspended");
      expect(reading).toMatchObject({
        kind: "suspended",
        detail: expect.stringMatching(/suspended/),
        next: expect.stringMatching(RESUME),
      });
      expect(world?.fleet.counters.deaths("laptop")).toBe(0);
    },
  );

  it.each(["newest", "v1.3.94", "v1.3.73"] as const)(
    "A8: and one of %s that is starting is starting",
    async (profile) => {
      expect(await read(profile, "starting")).toMatchObject({ kind: "starting" });
    },
  );

  it("A8: a release without the method is never suspended", async () => {
    expect(await read("v1.3.73", "suspended")).toMatchObject({ kind: "starting" });
  });

  it("A8: commands say it of the local visor, and that others cannot be reached through it", async () => {
    const specs: readonly EmbeddedVisorSpec[] = [
      { name: "laptop", profile: "newest", local: true },
      { name: "shop", profile: "newest", hypervisors: ["laptop"] },
    ];
    user = await cliFleet(specs);
    await user.manifest("controllers: [laptop]", { laptop: "tags: [home]", shop: "tags: [home]" });
    await user.fleet.control.make("laptop", "suspended");
    for (const command of ["status", "plan", "doctor"]) {
      const { out, err } = await user.run(command);
      expect(out + err, command).toMatch(/suspended/);
      expect(out + err, command).toMatch(RESUME);
      expect(out + err, command).not.toMatch(/still starting/);
    }
  });
});
