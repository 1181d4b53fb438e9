import { afterEach, describe, expect, it, vi } from "vitest";
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
  it("2.1: nobody is accused of a value that only the manifest changed, applied on one visor", async () => {
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

  it("2.1: a change by others is named with what was there, whatever the manifest wants since", async () => {
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

  it("R9: a value that was seen otherwise since is not put down to who set it once", async () => {
    const user = await applied("log_level: debug, routing.min_hops: 0");
    const behind = async (value: string): Promise<void> =>
      await user.fleet.control.changeBehindBack("shop-2", {
        kind: "config",
        path: "log_level",
        value,
      });
    await behind("error");
    expect(await user.run("apply", "--yes")).toMatchObject({ code: 0 });
    await behind("warn");
    expect(await user.run("adopt", "shop-2/settings.log_level", "--yes")).toMatchObject({
      code: 0,
    });
    expect((await user.run("watch", "--once")).out).not.toContain("log_level");
    await behind("debug");
    const seen = await user.run("watch", "--once");
    expect(seen.out).toContain("changed outside fleet between");
    expect(seen.out).not.toContain("set by another manifest of ours");
  });

  it("2.2: a restart is told as what its cause leads to, and no line adopts it", async () => {
    const user = await cliFleet([VISORS[0] as EmbeddedVisorSpec]);
    users.push(user);
    const head = (address: string): string =>
      `controllers: [laptop]\nroles: { chat: { apps: { skychat: { running: true, auto_start: true, address: "${address}" } } } }`;
    await user.manifest(head(":8005"), { laptop: "roles: [chat]" });
    expect(await user.run("apply", "--yes")).toMatchObject({ code: 0 });
    await edit(user, ":8005", ":8006");
    const drift = await user.run("drift");
    expect(drift.last).toBe("No drift, 1 not applied.");
    expect(drift.out).not.toContain("true, is true");
    expect(drift.out).not.toContain("adopt laptop/apps.skychat.running");
    expect(drift.out).toContain("then skychat restarts: what it runs with changes");
    const { fields } = JSON.parse((await user.run("drift", "--json")).out) as {
      fields: readonly { path: string; restarts?: boolean }[];
    };
    expect(fields).toMatchObject([{ path: "apps.skychat.address", restarts: true }]);
    expect((await user.run("watch", "--once")).out).not.toContain("apps.skychat.running");
  });

  it("R7: what auto_start keeps is not called lost, and a restart is not somebody", async () => {
    const user = await cliFleet([VISORS[0] as EmbeddedVisorSpec]);
    users.push(user);
    const head = (auto: boolean): string =>
      `controllers: [laptop]\nroles: { chat: { apps: { skychat: { running: ${auto}, auto_start: ${auto} } } } }`;
    await user.manifest(head(true), { laptop: "roles: [chat]" });
    await user.run("apply", "--yes");
    await user.fleet.control.changeBehindBack("laptop", {
      kind: "app",
      app: "skychat",
      action: "stop",
    });
    const plan = await user.run("plan");
    expect(plan.out).toContain("apps.skychat.running  start");
    expect(plan.out).not.toContain("lost when the visor restarts");
    await user.run("apply", "--yes");
    await edit(user, "running: true, auto_start: true", "running: false");
    const stop = await user.run("plan");
    expect(stop.out).toContain("lost when the visor restarts");
    await user.run("apply", "--yes");
    expect((await user.run("drift")).last).toBe("No drift.");
    await user.fleet.control.restart("laptop");
    const after = await vi.waitFor(async () => {
      const ran = await user.run("plan");
      expect(ran.err).not.toContain("still starting");
      return ran;
    });
    expect(after.out).toContain("started with the visor, by auto_start");
    expect(after.out).not.toContain("changed by others");
    expect((await user.run("drift")).last).toBe("No drift, 1 not applied.");
    expect((await user.run("watch", "--once")).out).not.toContain("changed outside fleet");
  });

  it("R8: a stop that nobody saw end is told until the visor restarts", async () => {
    const user = await cliFleet([VISORS[0] as EmbeddedVisorSpec]);
    users.push(user);
    const { control } = user.fleet;
    await control.changeBehindBack("laptop", { kind: "app", app: "skysocks", action: "stop" });
    await control.makeApp("laptop", "skysocks", "stop-hangs");
    await control.changeBehindBack("laptop", { kind: "app", app: "skysocks", action: "start" });
    await user.manifest(
      "controllers: [laptop]\nroles: { off: { apps: { skysocks: { running: false } } } }",
      { laptop: "roles: [off]" },
    );
    const ran = await user.run("apply", "--yes");
    expect(ran).toMatchObject({ code: 6 });
    const plan = await user.run("plan");
    expect(plan.last).toContain("1 doubtful");
    expect(plan.out).toMatch(/its process may still run +\(entry \d+; a restart/);
    expect((await user.run("drift")).last).toContain("1 doubtful");
    await edit(user, "running: false", "running: true");
    const start = await user.run("plan");
    expect(start.out).toContain("a second process may run beside it");
    await edit(user, "running: true", "running: false");
    await user.fleet.control.restart("laptop");
    expect((await user.run("plan")).out).not.toContain("may still run");
  });

  it("R4: what a visor could never take is not let go of", async () => {
    const user = await cliFleet([{ name: "laptop", profile: "v1.3.28", local: true }]);
    users.push(user);
    const head = `controllers: [laptop]
roles: { shelf: { trust: { pty: [laptop] }, ports: { 8080: { whitelist: anyone } }, apps: { skychat: { auto_start: true } } } }`;
    await user.manifest(head, { laptop: "roles: [shelf]" });
    expect(await user.run("apply", "--yes")).toMatchObject({ err: "", code: 0 });
    expect((await user.run("plan")).out).toContain("fields unsupported here");
    await edit(user, "trust: { pty: [laptop] }, ports: { 8080: { whitelist: anyone } }, ", "");
    const plan = await user.run("plan");
    expect(plan.out).not.toContain("released");
    expect(await user.run("apply", "--yes")).toMatchObject({ code: 0 });
  });

  it("2.4: a question counts keys and lists, and a part of the fleet says that it is one", async () => {
    const trust = { hypervisors: ["laptop", "old"], pty: ["laptop", "old"] };
    const user = await cliFleet([
      { name: "laptop", profile: "newest", local: true, ...trust },
      { name: "shop-1", profile: "newest", ...trust },
      { name: "shop-2", profile: "newest", ...trust },
      { name: "old", profile: "newest" },
    ]);
    users.push(user);
    await user.manifest(HEAD("routing.min_hops: 0"), BODIES);
    const ran = await user.run("apply", "--yes");
    expect(ran.err).toContain("1 key loses trust, in 6 lists");
    await user.run("apply", "--yes", "--allow-removals", "6", "--allow-trust-removals", "6");
    expect((await user.run("plan", "--on", "shop-1")).last).toBe(
      "No changes on 1 of 3 visors (--on shop-1).",
    );
    await edit(user, "fleet: home", "fleet: home\npolicy: { max_removals: 3 }");
    const rules = await user.run("plan", "--on", "shop-1");
    expect(rules.out).toContain("for the whole fleet, not only for what --on names");
  });
});
