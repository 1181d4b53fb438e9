import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliFleet, cliFleet } from "../support/cli-world.ts";
import type { EmbeddedVisorSpec } from "../../src/skywire/embedded/index.ts";

const TRUST = { hypervisors: ["laptop", "desk"], pty: ["laptop", "desk"] };
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true, ...TRUST },
  { name: "desk", profile: "newest", ...TRUST },
  { name: "shop-1", profile: "newest", ...TRUST },
  { name: "shop-2", profile: "v1.3.73", ...TRUST },
];
const HEAD = `controllers: [laptop, desk]
whitelists: { admins: [laptop, desk] }
roles:
  base: { trust: { hypervisors: [admins] }, settings: { transport.public_autoconnect: false } }
  modern: { extends: [base], settings: { log_level: debug } }`;
const BODIES = {
  laptop: "roles: [modern]",
  desk: "roles: [modern]",
  "shop-1": "roles: [modern], tags: [shop], apps: { skychat: { running: true } }",
  "shop-2": "roles: [base], tags: [shop]",
};

let user: CliFleet;

beforeAll(async () => {
  user = await cliFleet(VISORS);
});
afterAll(async () => {
  await user.fleet.stop();
});

// One user's story: each step stands on the one before.
describe("from the first key to a record", () => {
  it("plans without writing, and says so in three forms", async () => {
    await user.manifest(HEAD, BODIES);
    const text = await user.run("plan");
    expect(text.last).toBe(
      "Plan: 4 visors change (0 add, 7 change, 0 remove), 0 in sync, 0 unreachable.",
    );
    expect(await user.run("plan", "--detailed-exitcode")).toMatchObject({ code: 2 });
    const events = (await user.run("plan", "--events")).out.trimEnd().split("\n");
    const types = events.map((line) => (JSON.parse(line) as { type: string }).type);
    expect([types[0], types.at(-1)]).toEqual(["version", "change_summary"]);
    expect(user.fleet.counters.mutating()).toBe(0);
  });

  it("selects, and says what it selected", async () => {
    const ran = await user.run("plan", "--on", "tag:shop & !shop-2");
    expect(ran.err).toContain("1 of 4 visors: shop-1");
    expect(ran.last).toContain("Plan: 1 visor changes");
    expect((await user.run("plan", "--on", "tag:nobody")).code).toBe(64);
  });

  it("makes the same plan of the same input", async () => {
    const once = await user.run("plan", "--json", "--now", "2026-11-23T12:00:00Z");
    const again = await user.run("plan", "--json", "--now", "2026-11-23T12:00:00Z");
    const facts = (text: string): unknown => {
      const { decision, created } = JSON.parse(text) as { decision: string; created: string };
      return { decision, created };
    };
    expect(facts(again.out)).toEqual(facts(once.out));
    expect((await user.run("plan", "--now", "noon")).code).toBe(64);
  });

  it("asks before it applies, and writes nothing when the answer is no", async () => {
    user.answers.push("n");
    const ran = await user.run("apply");
    expect(ran).toMatchObject({
      code: 4,
      err: expect.stringContaining("declined: nothing was written"),
    });
    expect(user.fleet.counters.mutating()).toBe(0);
  });

  it("applies, and has nothing to do the second time", async () => {
    const ran = await user.run("apply", "--yes");
    expect(ran).toMatchObject({
      code: 0,
      last: expect.stringMatching(/^Applied: 7 of 7 changes done on 4 visors, 0 failed/),
    });
    expect((await user.run("plan")).out).toBe("No changes.\n");
    const again = await user.run("apply", "--yes", "--json");
    expect(JSON.parse(again.out)).toMatchObject({ exit: 0, counts: { changes: 0 } });
  });

  it("names drift apart from intentions, and corrects it from a signed plan without asking", async () => {
    await user.fleet.control.changeBehindBack("shop-1", {
      kind: "config",
      path: "log_level",
      value: "error",
    });
    const drift = await user.run("drift", "--detailed-exitcode");
    expect(drift).toMatchObject({ code: 2, last: "Drift: 1 change by others on 1 visor." });
    await user.run("plan", "--out", "plan.json");
    expect((await user.run("show", "plan.json")).err).toContain("signed by ed25519:");
    expect(await user.run("apply", "plan.json")).toMatchObject({ code: 0 });
    expect((await user.run("drift")).out).toBe("No drift.\n");
  });

  it("refuses a plan file that was changed, and a stranger's without a terminal", async () => {
    const plan = await user.read("plan.json");
    await user.write("changed.json", plan.replace('"debug"', '"trace"'));
    expect(await user.run("apply", "changed.json", "--yes")).toMatchObject({
      code: 64,
      err: expect.stringContaining("plan/damaged"),
    });
    const { signature: _signature, ...unsigned } = JSON.parse(plan) as Record<string, unknown>;
    await user.write("unsigned.json", JSON.stringify(unsigned));
    expect(await user.run("apply", "unsigned.json", "--yes")).toMatchObject({
      code: 4,
      err: expect.stringContaining("--yes does not answer this"),
    });
  });

  it("refuses what would lock us out, and names the option", async () => {
    const good = await user.read("fleet.yaml");
    await user.write(
      "lock-out.yaml",
      good.replace("hypervisors: [admins] }", "hypervisors: [desk], pty: [desk] }"),
    );
    const ran = await user.run("plan", "lock-out.yaml");
    expect(ran.code).toBe(4);
    expect(ran.out).toContain("to allow it: --allow-trust-loss");
  });

  it("does not let --yes answer for trust removals", async () => {
    const good = await user.read("fleet.yaml");
    await user.write(
      "less.yaml",
      good.replace("hypervisors: [admins] }", "hypervisors: [laptop] }"),
    );
    const ran = await user.run(
      "apply",
      "less.yaml",
      "--yes",
      "--allow-removals",
      "1",
      "--on",
      "shop-1",
    );
    expect(ran).toMatchObject({
      code: 4,
      err: expect.stringContaining("--allow-trust-removals 1"),
    });
    const changed = await user.run(
      "apply",
      "less.yaml",
      "--yes",
      "--allow-removals",
      "1",
      "--on",
      "shop-1",
      "--allow-trust-removals",
      "1",
    );
    expect(changed).toMatchObject({ code: 0 });
    expect((await user.run("apply", "--yes")).code).toBe(0);
  });

  it("says what a manifest lets go, and asks about trust that is let go", async () => {
    const good = await user.read("fleet.yaml");
    await user.write("fleet.yaml", good.replace("trust: { hypervisors: [admins] }, ", ""));
    const plan = await user.run("plan");
    expect(plan.last).toBe("No changes, 4 released.");
    expect(plan.out).toContain("trust.hypervisors  released, left at [");
    const refused = await user.run("apply", "--yes");
    expect(refused).toMatchObject({
      code: 4,
      err: expect.stringContaining("--allow-released 4"),
    });
    expect(await user.run("apply", "--yes", "--allow-released", "4")).toMatchObject({ code: 0 });
    expect((await user.run("plan")).last).toBe("No changes.");
    await user.write("fleet.yaml", good);
    expect((await user.run("apply", "--yes")).code).toBe(0);
  });

  it("asks about a change of who may sign, and takes yes for an answer", async () => {
    const good = await user.read("fleet.yaml");
    const ci = `  ci: { key: "ed25519:${"ab".repeat(32)}", may: [plan] }\n`;
    await user.write("fleet.yaml", good.replace("operators:\n", `operators:\n${ci}`));
    expect((await user.run("plan")).out).toContain("who may sign");
    const refused = await user.run("apply", "--yes");
    expect(refused).toMatchObject({
      code: 4,
      err: expect.stringContaining("--allow-keyset-change"),
    });
    user.answers.push("yes");
    expect(await user.run("apply")).toMatchObject({ code: 0 });
    expect((await user.run("log", "--kind", "keyset")).last).toMatch(
      /^Log: 2 entries, \d+ filtered out\.$/,
    );
  });

  it("shows what was recorded, and verifies it", async () => {
    const log = await user.run("log", "--kind", "receipt", "--visor", "shop-1");
    expect(log.code).toBe(0);
    expect(log.out).toContain("shop-1 step a");
    expect((await user.run("show", "0")).out).toContain("genesis");
    expect((await user.run("show", "999")).code).toBe(64);
    expect((await user.run("verify")).last).toMatch(/^Verified: \d+ entries/);
  });

  it("shows who answers, one visor live, and how this machine is", async () => {
    const status = await user.run("status");
    expect(status).toMatchObject({
      code: 0,
      last: "Status: 4 visors, 4 answering, 0 not readable.",
    });
    expect((await user.run("show", "--live", "shop-1")).out).toContain("settings.log_level");
    expect((await user.run("show", "--live", "shop-2", "--yaml")).out).toContain("skychat");
    expect(await user.run("doctor")).toMatchObject({
      code: 0,
      last: expect.stringContaining("0 bad"),
    });
  });

  it("writes a first manifest whose plan is empty", async () => {
    const init = await user.run("init", "first.yaml");
    expect(init).toMatchObject({
      code: 3,
      last: "Wrote first.yaml: 4 visors, 1 not readable; who manages 3 of them is owned, as it is.",
    });
    await user.write("first.yaml", (await user.read("first.yaml")).replaceAll("# rpc:", "rpc:"));
    expect((await user.run("validate", "first.yaml")).code).toBe(0);
    expect(await user.run("plan", "first.yaml")).toMatchObject({
      code: 0,
      last: expect.stringContaining("No changes to visors"),
    });
    expect((await user.run("init", "first.yaml")).code).toBe(64);
  });

  it("goes on without a visor that is away", async () => {
    await user.fleet.control.make("shop-2", "dead");
    expect(await user.run("plan")).toMatchObject({
      code: 3,
      out: expect.stringContaining("? shop-2"),
    });
    expect(await user.run("status")).toMatchObject({ code: 3 });
    await user.fleet.control.make("shop-2", "honest");
  });
});
