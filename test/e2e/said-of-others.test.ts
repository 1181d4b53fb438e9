import { afterEach, describe, expect, it } from "vitest";
import type { EmbeddedVisorSpec } from "../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet } from "../support/cli-world.ts";

const TRUST = { hypervisors: ["laptop"], pty: ["laptop"] };
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true, ...TRUST },
  { name: "shop-1", profile: "newest", ...TRUST },
  { name: "shop-2", profile: "newest", ...TRUST },
];
const HEAD = (settings: string): string => `controllers: [laptop]
roles:
  base: { trust: { hypervisors: [laptop], pty: [laptop] } }
  shop: { extends: [base], settings: { ${settings} } }`;
const BODIES = { laptop: "roles: [base]", "shop-1": "roles: [shop]", "shop-2": "roles: [shop]" };

const users: CliFleet[] = [];
afterEach(async () => {
  for (const user of users.splice(0)) await user.fleet.stop();
});

async function applied(settings: string): Promise<CliFleet> {
  const user = await cliFleet(VISORS);
  users.push(user);
  await user.manifest(HEAD(settings), BODIES);
  expect(await user.run("apply", "--yes")).toMatchObject({ code: 0 });
  return user;
}

/** Writes other settings into the role, as an editor would. */
async function edit(user: CliFleet, from: string, to: string): Promise<void> {
  await user.write("fleet.yaml", (await user.read("fleet.yaml")).replace(from, to));
}

describe("what is said about others", () => {
  it.fails("2.1: nobody is accused of a value that only the manifest changed, applied on one visor", async () => {
    const user = await applied("log_level: debug, routing.min_hops: 0");
    await edit(user, "min_hops: 0", "min_hops: 1");
    expect(await user.run("apply", "--yes", "--on", "shop-1")).toMatchObject({ code: 0 });
    const drift = await user.run("drift");
    expect(drift.out).not.toContain("by others");
    expect(drift.last).toBe("No drift, 1 not applied.");
    expect((await user.run("plan")).out).not.toContain("changed by others");
    expect((await user.run("watch", "--once")).out).not.toContain("changed outside fleet");
    expect((await user.run("blame", "shop-2", "settings.routing.min_hops")).out).toContain(
      "never set by fleet",
    );
  });

  it.fails("2.1: a change by others is named with what was there, whatever the manifest wants since", async () => {
    const user = await applied("log_level: debug, routing.min_hops: 0");
    await user.fleet.control.changeBehindBack("shop-2", {
      kind: "config",
      path: "routing.min_hops",
      value: 3,
    });
    await edit(user, "min_hops: 0", "min_hops: 1");
    expect(await user.run("apply", "--yes", "--on", "shop-1")).toMatchObject({ code: 0 });
    const drift = await user.run("drift");
    expect(drift.last).toBe("Drift: 1 change by others on 1 visor.");
    expect(drift.out).toMatch(/was 0, is 3, wanted 1: changed outside fleet between .* and now/);
    expect((await user.run("plan")).out).toContain("changed by others since entry");
    expect((await user.run("watch", "--once")).out).toContain("changed outside fleet between");
    expect((await user.run("blame", "shop-2", "settings.routing.min_hops")).out).toMatch(
      /changed outside fleet between .* and now/,
    );
  });
});
