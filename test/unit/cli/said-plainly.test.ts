// Small words: files are called as they were named, things are counted, and nothing is said twice.
import { afterEach, describe, expect, it } from "vitest";
import { type CliFleet, cliFleet } from "../../support/cli-world.ts";

const TRUST = { hypervisors: ["laptop"], pty: ["laptop"] };

const users: CliFleet[] = [];
afterEach(async () => {
  for (const user of users.splice(0)) await user.fleet.stop();
});

async function userOf(profile: "newest" | "v1.3.28" = "newest"): Promise<CliFleet> {
  const user = await cliFleet([{ name: "laptop", profile, local: true, ...TRUST }]);
  users.push(user);
  return user;
}

/** A good manifest in a folder below. */
async function inFolder(user: CliFleet): Promise<void> {
  await user.manifest("controllers: [laptop]", { laptop: "settings: { log_level: debug }" });
  await user.write("t/fleet.yaml", await user.read("fleet.yaml"));
}

describe("what a command says", () => {
  it("R12: calls a new file as it was named", async () => {
    const user = await userOf();
    await user.write("keys.txt", `${user.keyOf("laptop")} laptop\n`);
    expect((await user.run("init", "t/a.yaml", "--keys", "keys.txt")).last).toMatch(
      /^Wrote t\/a\.yaml: 1 visor/,
    );
    expect((await user.run("adopt", "--out", "t/b.yaml", "--keys", "keys.txt")).last).toMatch(
      /^Wrote t\/b\.yaml: 1 visor/,
    );
    const json = await user.run("adopt", "--json", "--out", "t/c.yaml", "--keys", "keys.txt");
    expect(JSON.parse(json.out)).toMatchObject({ file: "t/c.yaml" });
  });

  it.each([
    ["adopt --into t/fleet.yaml", "t/fleet.yaml is as it was"],
    ["fmt t/fleet.yaml --diff", "Formatted already: t/fleet.yaml."],
    ["lint t/fleet.yaml", ": t/fleet.yaml."],
    [
      "ignore laptop/settings.log_level --until 7d --manifest t/fleet.yaml --yes",
      "Wrote t/fleet.yaml: ",
    ],
  ])("R12: `%s` calls the manifest as it was named", async (line, said) => {
    const user = await userOf();
    await inFolder(user);
    const ran = await user.run(...line.split(" "));
    expect(ran.last, ran.err).toContain(said);
    expect(ran.out + ran.err).not.toMatch(/[^/]fleet\.yaml/);
  });

  it("R12: calls a faulty manifest as it was named", async () => {
    const user = await userOf();
    await user.write("t/fleet.yaml", "fleet: [\n");
    const ran = await user.run("plan", "t/fleet.yaml");
    expect(ran).toMatchObject({ code: 64 });
    expect(ran.err).toMatch(/^error: t\/fleet\.yaml has 1 error/m);
  });

  it("R12: counts the entries of a ledger as one or many", async () => {
    const user = await userOf();
    await user.manifest("controllers: [laptop]", { laptop: "trust: { pty: [laptop] }" });
    await user.run("apply", "--yes");
    expect((await user.run("doctor")).out).not.toMatch(/\b1 entries\b/);
  });

  it("R12: says once why a port is unsupported", async () => {
    const user = await userOf("v1.3.28");
    await user.manifest("controllers: [laptop]", {
      laptop: "ports: { 8080: { whitelist: anyone, label: web } }",
    });
    const { out } = await user.run("plan");
    expect(out.match(/ports\.8080/g)).toHaveLength(1);
    expect(out).toMatch(/ports\.8080\.\* +\d+ fields unsupported here/);
  });
});
