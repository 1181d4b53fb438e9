import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { EmbeddedVisorSpec } from "../../../src/skywire/embedded/index.ts";
import { CANARIES } from "../../../src/skywire/embedded/canaries.ts";
import { type CliFleet, cliFleet } from "../../support/cli-world.ts";

const TRUST = { hypervisors: ["laptop", "desk"], pty: ["laptop", "desk"] };
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true, ...TRUST },
  { name: "desk", profile: "newest", ...TRUST },
  { name: "shop-1", profile: "newest", ...TRUST, canaries: true },
  { name: "shop-2", profile: "newest", ...TRUST, config: { log_level: "debug" } },
  { name: "shop-3", profile: "v1.3.73", ...TRUST },
];

let user: CliFleet;

beforeAll(async () => {
  user = await cliFleet(VISORS);
});
afterAll(async () => {
  await user.fleet.stop();
});

async function keysFile(...names: readonly string[]): Promise<void> {
  await user.write("keys.txt", names.map((name) => `${user.keyOf(name)} ${name}\n`).join(""));
}

/** What a plan comes to, with everything that is not in order. */
async function planned(file = "fleet.yaml"): Promise<unknown> {
  const { code, out } = await user.run("plan", file, "--json");
  const { counts, refusals } = JSON.parse(out) as {
    counts: { inSync: number; changing: number; unsupported: number; notCompared: number };
    refusals: readonly unknown[];
  };
  const { inSync, changing, unsupported, notCompared } = counts;
  return { code, inSync, others: [changing, unsupported, notCompared, refusals.length] };
}

function allInSync(inSync: number): unknown {
  return { code: 0, inSync, others: [0, 0, 0, 0] };
}

// One user's story: each step stands on the one before.
describe("a fleet that is there already", () => {
  it("is written as roles and lists, only read, and its plan is empty", async () => {
    user.fleet.counters.reset();
    await keysFile("laptop", "shop-1", "shop-2");
    const ran = await user.run("adopt", "--keys", "keys.txt", "--fleet", "shop");
    expect(ran).toMatchObject({
      code: 0,
      last: expect.stringMatching(
        /^Wrote fleet.yaml: 3 visors adopted with \d+ values, 1 new role\.$/,
      ),
    });
    expect(ran.err).toMatch(/^role base: \d of 3 visors share these \d+ values/m);
    expect(user.fleet.counters.mutating()).toBe(0);
    expect(user.fleet.counters.deaths()).toBe(0);
    const text = await user.read("fleet.yaml");
    expect(text).toContain("  admins: [key-");
    expect(text).toContain("    trust: { hypervisors: [admins], pty: [admins] }\n");
    expect(text).toContain("# differs from role base in settings.log_level");
    expect(text).toContain("shop-2:  # v1.3.95-rc1, read over dmsg ");
    expect(await planned()).toEqual(allInSync(3));
  });

  it("holds none of the secrets that its apps hold", async () => {
    const text = await user.read("fleet.yaml");
    for (const canary of Object.values(CANARIES)) expect(text).not.toContain(canary);
    expect(text).toContain("# apps.skychat.env is left out (CHAT_SECRET)");
    expect(text).toContain("apps.skychat.args holds a secret");
  });

  it("plans exactly the one line that is edited", async () => {
    const text = await user.read("fleet.yaml");
    const edited = text.replace("log_level: debug", "log_level: warn");
    await user.write("edited.yaml", edited);
    const plan = await user.run("plan", "edited.yaml");
    expect(plan.last).toContain("1 visor changes (0 add, 1 change, 0 remove), 2 in sync");
    expect(plan.out).toContain("settings.log_level");
  });

  it("is not written over a file that is there", async () => {
    expect(await user.run("adopt")).toMatchObject({
      code: 64,
      err: expect.stringContaining("fleet adopt --into fleet.yaml"),
    });
  });

  it("takes one more visor in after showing the difference and asking", async () => {
    const before = await user.read("fleet.yaml");
    user.answers.push("no");
    const declined = await user.run("adopt", user.keyOf("desk"), "--into", "fleet.yaml");
    expect(declined).toMatchObject({
      code: 4,
      last: "Declined: nothing was written, fleet.yaml is as it was.",
    });
    expect(await user.read("fleet.yaml")).toBe(before);
    expect(declined.err).toContain("--- a/fleet.yaml\n+++ b/fleet.yaml\n@@ ");
    expect(await user.run("adopt", user.keyOf("desk"), "--into", "fleet.yaml")).toMatchObject({
      code: 4,
      err: expect.stringContaining("--yes"),
    });
    user.answers.push("yes");
    const ran = await user.run("adopt", user.keyOf("desk"), "--into", "fleet.yaml");
    expect(ran).toMatchObject({ code: 0, last: expect.stringContaining("1 visor adopted") });
    const text = await user.read("fleet.yaml");
    expect(text).toMatch(
      / {4}key: "02e9.*"\n {4}roles: \[base\]|: \{ key: 02e9.*, roles: \[base\] \}/,
    );
    expect(await planned()).toEqual(allInSync(4));
    expect(
      (await user.run("adopt", user.keyOf("desk"), "--into", "fleet.yaml", "--yes")).last,
    ).toBe("Nothing to adopt: fleet.yaml is as it was.");
  });

  it("adopts a visor that the manifest names, by its name and its own way in", async () => {
    const before = await user.read("fleet.yaml");
    const line = `  shop-3: { key: "${user.keyOf("shop-3")}", tags: [old], rpc: { scheme: dmsg, port: 44 } } # mine\n`;
    await user.write("fleet.yaml", `${before}${line}`);
    const ran = await user.run("adopt", "shop-*", "--into", "fleet.yaml", "--yes", "--json");
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.out)).toMatchObject({
      outcome: "written",
      visors: [{ name: "shop-3", key: user.keyOf("shop-3") }],
      managed: expect.arrayContaining(["shop-1", "shop-2"]),
    });
    const text = await user.read("fleet.yaml");
    expect(text.startsWith(before)).toBe(true);
    expect(text).toMatch(/port: 44 }, [^#]*} # mine\n$/);
    expect(await planned()).toEqual(allInSync(5));
  });
});

describe("adopt", () => {
  test.each([
    { name: "unknown section", argv: ["--sections", "trust,aps"], err: '"aps"' },
    { name: "two files", argv: ["--into", "fleet.yaml", "--out", "b.yaml"], err: "two files" },
    { name: "a commit", argv: ["--into", "fleet.yaml", "--commit"], err: "--commit is about" },
    { name: "no such visor", argv: ["nobody", "--out", "b.yaml"], err: 'no visor "nobody"' },
    { name: "no manifest", argv: ["--into", "none.yaml"], err: "none.yaml: no such file" },
  ])("refuses $name with exit 64", async ({ argv, err }) => {
    const ran = await user.run("adopt", ...argv);
    expect([ran.code, ran.err]).toEqual([64, expect.stringContaining(err)]);
  });

  it("adopts nothing where a selection would take the new visor in", async () => {
    await user.manifest("controllers: [laptop]", {
      laptop: "",
      "shop-1": "apps: { skysocks: { whitelist: [all] } }",
    });
    const before = await user.read("fleet.yaml");
    const ran = await user.run("adopt", user.keyOf("desk"), "--into", "fleet.yaml", "--yes");
    expect([ran.code, ran.err]).toEqual([
      4,
      expect.stringContaining("shop-1 apps.skysocks.whitelist"),
    ]);
    expect(await user.read("fleet.yaml")).toBe(before);
  });

  it("writes that a list is open only when it is told to", async () => {
    await keysFile("desk");
    await user.run("adopt", "desk", "--keys", "keys.txt", "--out", "closed.yaml");
    await user.run("adopt", "desk", "--keys", "keys.txt", "--out", "open.yaml", "--open");
    expect(await user.read("closed.yaml")).toContain("--open writes whitelist: anyone");
    expect((await user.read("closed.yaml")).replace(/#.*/g, "")).not.toContain("anyone");
    expect((await user.read("open.yaml")).replace(/#.*/g, "")).toContain("whitelist: anyone");
    expect(await planned("open.yaml")).toEqual(allInSync(1));
  });
});
