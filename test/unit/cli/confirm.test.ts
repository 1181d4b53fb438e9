import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliFleet, cliFleet } from "../../support/cli-world.ts";

let user: CliFleet;

beforeAll(async () => {
  user = await cliFleet([
    { name: "laptop", profile: "newest", local: true },
    { name: "desk", profile: "newest", hypervisors: ["laptop"], pty: ["laptop", "shop"] },
    { name: "shop", profile: "newest", hypervisors: ["laptop", "desk"] },
  ]);
  await user.manifest("controllers: [laptop]\n# policy", {
    laptop: "",
    desk: "tags: [one]",
    shop: "tags: [two]",
  });
  await user.run("apply", "--yes");
  const manifest = await user.read("fleet.yaml");
  const more = manifest
    .replace("# policy", "policy: { max_removals: 1 }")
    .replace(
      "tags: [one]",
      "trust: { pty: { remove: [shop] } }, apps: { vpn-server: { running: true } }",
    )
    .replace("tags: [two]", "trust: { hypervisors: { remove: [desk] } }");
  await user.write("fleet.yaml", more);
});
afterAll(async () => {
  await user.fleet.stop();
});

// One user's story: each step stands on the one before.
describe("an apply that needs several options", () => {
  it("names all of them in one run where it is refused", async () => {
    const ran = await user.run("apply", "--yes", "--on", "desk,shop");
    expect(ran.code).toBe(4);
    expect(ran.out).toContain("run again with --allow-removals 2 --allow-trust-removals 2\n");
    expect(ran.err).toContain(
      "to be confirmed as well: 2 keys lose trust (--allow-trust-removals 2 allows it); operators, controllers or policy change for the whole fleet: ",
    );
    expect(ran.err).toContain("(--allow-keyset-change allows it)\nnothing was written\n");
  });

  it("points past an open exit to the removals, which can be made alone", async () => {
    const ran = await user.run("plan");
    const only = "--only desk/trust.pty --only shop/trust.hypervisors";
    expect(ran.out).toContain(`\`fleet apply ${only}\` makes it alone`);
  });

  it("names all of them in one run where nobody can be asked", async () => {
    const argv = ["apply", "--yes", "--only", "desk/trust.pty", "--only", "shop/trust.hypervisors"];
    const one = await user.run("apply", "--yes", "--only", "desk/trust.pty");
    expect(one.err).toContain("to be confirmed as well: 1 key loses trust (");
    const asked = await user.run(...argv, "--allow-removals", "2");
    expect(asked).toMatchObject({
      code: 4,
      err: expect.stringContaining("give --allow-trust-removals 2 --allow-keyset-change;"),
    });
    const all = ["--allow-removals", "2", "--allow-trust-removals", "2", "--allow-keyset-change"];
    expect(await user.run(...argv, ...all)).toMatchObject({ code: 0 });
    expect(await user.run("plan", "--on", "shop")).toMatchObject({
      last: "No changes on 1 of 3 visors (--on shop).",
    });
  });
});
