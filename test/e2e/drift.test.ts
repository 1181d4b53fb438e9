import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliFleet, cliFleet } from "../support/cli-world.ts";
import type { EmbeddedVisorSpec } from "../../src/skywire/embedded/index.ts";

const TRUST = { hypervisors: ["laptop", "desk"], pty: ["laptop", "desk"] };
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true, ...TRUST },
  { name: "desk", profile: "newest", ...TRUST },
  { name: "shop-1", profile: "newest", ...TRUST },
  { name: "shop-2", profile: "newest", ...TRUST },
];
const HEAD = `controllers: [laptop, desk]
whitelists: { admins: [laptop, desk] }
roles:
  base: { trust: { hypervisors: [admins], pty: [admins] } }
  shop:
    extends: [base]
    settings: { log_level: debug, routing.min_hops: 1 } # for the shops
    apps: { skychat: { running: true } }`;
const BODIES = {
  laptop: "roles: [base]",
  desk: "roles: [base]",
  "shop-1": "roles: [shop]",
  "shop-2": "roles: [shop]",
};
const FIELD = "shop-1/settings.log_level";

let user: CliFleet;

beforeAll(async () => {
  user = await cliFleet(VISORS);
  await user.manifest(HEAD, BODIES);
  await user.run("apply", "--yes");
});
afterAll(async () => {
  await user.fleet.stop();
});

async function change(name: string, path: string, value: string | number): Promise<void> {
  await user.fleet.control.changeBehindBack(name, { kind: "config", path, value });
}

async function expectNoDrift(): Promise<void> {
  expect(await user.run("drift", "--detailed-exitcode")).toMatchObject({
    code: 0,
    out: "No drift.\n",
  });
}

/** The command line behind a label of the drift report, taken apart as a shell would. */
function pasted(text: string, label: string): readonly string[] {
  const line = text.split("\n").find((each) => each.trim().startsWith(label)) ?? "";
  return line.slice(line.indexOf("fleet ")).trim().split(" ").slice(1);
}

// One user's story: each step stands on the one before.
describe("drift, and the three ways to go on", () => {
  it("says what changed, between which moments, who had set it, and what to paste", async () => {
    await change("shop-1", "log_level", "error");
    const drift = await user.run("drift", "--detailed-exitcode");
    expect(drift).toMatchObject({ code: 2, last: "Drift: 1 change by others on 1 visor." });
    expect(drift.out).toMatch(
      /was debug, is error: changed outside fleet between .* and now; fleet had set debug: owner .*fleet\.yaml:\d+ role shop/,
    );
    expect(pasted(drift.out, "keep it")).toEqual(["adopt", FIELD]);
    expect(pasted(drift.out, "undo it")).toEqual(["apply", "--only", FIELD]);
    expect(pasted(drift.out, "wait")).toEqual(["ignore", FIELD, "--until", "7d"]);
    const { fields } = JSON.parse((await user.run("drift", "--json")).out) as {
      fields: readonly unknown[];
    };
    expect(fields).toEqual([
      expect.objectContaining({
        name: "shop-1",
        path: "settings.log_level",
        by: "others",
        wanted: "debug",
        found: "error",
        verdict: "changed-outside-fleet",
        revert: `fleet apply --only ${FIELD}`,
      }),
    ]);
  });

  it("takes what it was found as wanted for the earliest moment of what fleet never set", async () => {
    await change("shop-2", "routing.min_hops", 3);
    const drift = await user.run("drift");
    expect(drift.out).toMatch(/was 1, is 3: changed outside fleet between .* and now/);
  });

  it("undoes one value and leaves the other difference alone", async () => {
    const ran = await user.run("apply", "--only", FIELD, "--yes");
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.out).toContain(`narrowed to ${FIELD}`);
    expect(ran.last).toMatch(/^Applied: 1 of 1 change done on 1 visor, 0 failed/);
    const after = await user.run("drift");
    expect(after.last).toBe("Drift: 1 change by others on 1 visor.");
    expect(after.out).not.toContain("log_level");
    expect(await user.run("apply", "--only", FIELD, "--yes")).toMatchObject({
      code: 0,
      last: "No changes.",
    });
  });

  it("says in the plan file and in the record what a plan was narrowed to", async () => {
    await change("shop-1", "log_level", "error");
    await user.run("plan", "--only", FIELD, "--out", "narrow.json");
    const plan = JSON.parse(await user.read("narrow.json")) as { only: unknown };
    const only = [{ visor: user.keyOf("shop-1"), path: "settings.log_level" }];
    expect(plan.only).toEqual(only);
    expect(await user.run("apply", "narrow.json", "--only", FIELD)).toMatchObject({ code: 64 });
    expect(await user.run("apply", "narrow.json")).toMatchObject({ code: 0 });
    const log = (await user.run("log", "--json")).out;
    expect(log).toContain('"only"');
  });

  it("takes a value of one visor over as an override, since others keep what the role says", async () => {
    const drift = await user.run("drift");
    expect(pasted(drift.out, "keep it")).toEqual(["adopt", "shop-2/settings.routing.min_hops"]);
    user.answers.push("yes");
    const ran = await user.run(...pasted(drift.out, "keep it"));
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/^No changes( on 1 of 4 visors)?\.$/m);
    expect(ran.last).toBe("Wrote fleet.yaml: visor shop-2. No visor was written to.");
    expect(ran.err).toContain("its roles base, shop stay as they are for others");
    expect(await user.read("fleet.yaml")).toContain(
      "roles: [shop], settings: { routing.min_hops: 3 }",
    );
    await expectNoDrift();
  });

  it("writes into the role, comment and all, what every visor of the role shows", async () => {
    await change("shop-1", "log_level", "warn");
    await change("shop-2", "log_level", "warn");
    const ran = await user.run("adopt", "role:shop/settings.log_level", "--yes");
    expect(ran.last).toBe("Wrote fleet.yaml: role shop. No visor was written to.");
    expect(await user.read("fleet.yaml")).toContain(
      "settings: { log_level: warn, routing.min_hops: 1 } # for the shops",
    );
    await expectNoDrift();
    expect((await user.run("adopt", FIELD)).last).toMatch(/^Nothing to edit/);
  });

  it("takes a member of a list over, and writes nothing when the answer is no", async () => {
    const list = [user.keyOf("laptop"), user.keyOf("desk"), user.keyOf("shop-2")];
    await user.fleet.control.changeBehindBack("shop-1", {
      kind: "config",
      path: "hypervisors",
      value: list,
    });
    expect((await user.run("drift")).out).toContain("shop-2 came: changed outside fleet ");
    user.answers.push("no");
    expect(await user.run("adopt", "shop-1/trust.hypervisors")).toMatchObject({ code: 4 });
    expect(await user.run("drift", "--detailed-exitcode")).toMatchObject({ code: 2 });
    expect(await user.run("adopt", "shop-1/trust.hypervisors", "--yes")).toMatchObject({ code: 0 });
    expect(await user.read("fleet.yaml")).toContain("trust: { hypervisors: { add: [shop-2] } }");
    await expectNoDrift();
  });

  it("leaves a value alone until its time, and then warns and plans it again", async () => {
    await change("shop-1", "log_level", "info");
    const ran = await user.run(
      "ignore",
      FIELD,
      "--until",
      "2099-01-01",
      "--because",
      "a trial",
      "--yes",
    );
    expect(ran.last).toBe("Wrote fleet.yaml: visor shop-1. No visor was asked anything.");
    const drift = await user.run("drift", "--detailed-exitcode");
    expect(drift).toMatchObject({ code: 0, last: "No drift, 1 ignored." });
    expect(drift.out).toContain("ignored until 2099-01-01: info -> warn");
    expect((await user.run("plan")).last).toBe("No changes, 1 ignored.");
    expect(await user.run("apply", "--yes")).toMatchObject({ code: 0 });
    expect((await user.run("status")).out).toContain(
      `${FIELD}: ignored until 2099-01-01 (a trial)`,
    );
    expect((await user.run("explain", FIELD)).out).toMatch(
      / settings\.log_level: warn .*\n {6}left alone until 2099-01-01 \(fleet\.yaml:\d+; a trial\)\n/,
    );
    expect(await user.run("apply", "--only", FIELD, "--yes")).toMatchObject({
      code: 4,
      err: expect.stringContaining("--end` ends that"),
    });
    const later = await user.run("drift", "--now", "2099-01-01");
    expect(later.out).toContain("no longer ignored, since 2099-01-01");
    expect(later.last).toContain("Drift: 1 change by others on 1 visor");
    expect((await user.run("lint", "--now", "2099-01-01")).out).toContain("[lint/ended-ignore]");
    expect((await user.run("ignore", "--list")).out).toContain(`${FIELD}  until 2099-01-01`);
  });

  it("ends the wait, and the next apply makes the value what the manifest says", async () => {
    expect(await user.run("ignore", FIELD, "--end", "--yes")).toMatchObject({ code: 0 });
    expect((await user.run("ignore", "--list")).last).toBe("Ignored: 0 values.");
    expect((await user.run("drift")).last).toBe("Drift: 1 change by others on 1 visor.");
    expect(await user.run("apply", "--yes")).toMatchObject({ code: 0 });
    await expectNoDrift();
  });

  it.each([
    [
      "trust",
      ["ignore", "desk/trust.pty", "--until", "7d", "--yes"],
      "decides who manages the visor",
    ],
    ["what is past", ["ignore", FIELD, "--until", "2001-01-01", "--yes"], "is past"],
    ["a number alone", ["ignore", FIELD, "--until", "30", "--yes"], "takes a day, a time"],
    ["no time", ["ignore", FIELD, "--yes"], "nothing is ignored for ever"],
    [
      "a manifest on standard input",
      ["ignore", FIELD, "--until", "7d", "--manifest", "-", "--yes"],
      "standard input cannot be edited",
    ],
    [
      "an unowned value",
      ["apply", "--only", "desk/settings.log_level", "--yes"],
      "says nothing of",
    ],
    ["a slip", ["adopt", "shop-1/settings.log_levl", "--yes"], "shop-1/settings.log_level?"],
    ["nobody", ["adopt", "nobody/trust.pty", "--yes"], "nobody"],
    ["a visor beside a value", ["adopt", "desk", FIELD, "--yes"], "one after the other"],
    [
      "two selections",
      ["apply", "--on", "desk", "--only", FIELD, "--yes"],
      "both say what to plan",
    ],
  ])("refuses %s", async (_what, argv, message) => {
    const before = await user.read("fleet.yaml");
    expect(await user.run(...argv)).toMatchObject({
      code: 64,
      err: expect.stringContaining(message),
    });
    expect(await user.read("fleet.yaml")).toBe(before);
  });
});

describe("what others changed", () => {
  let other: CliFleet;
  beforeAll(async () => {
    other = await cliFleet(VISORS);
    // What the visors have from the start: fleet never writes it.
    await other.manifest(
      HEAD.replace("log_level: debug", "is_public: false, log_level: debug"),
      BODIES,
    );
    await other.run("apply", "--yes");
  });
  afterAll(async () => {
    await other.fleet.stop();
  });

  /** Who made both shops public, and since when, as the document tells it. */
  async function toldOfPublic(): Promise<readonly unknown[]> {
    const { fields } = JSON.parse((await other.run("drift", "--json")).out) as {
      fields: readonly {
        readonly name: string;
        readonly path: string;
        readonly by: string;
        readonly verdict: string;
        readonly after?: unknown;
        readonly before?: unknown;
      }[];
    };
    return fields
      .filter(({ path }) => path === "settings.is_public")
      .toSorted((left, right) => (left.name < right.name ? -1 : 1))
      .map(({ name, by, verdict, after }) => ({ name, by, verdict, after }));
  }

  it("stays known, since the same moment, after a neighbour or another visor was repaired", async () => {
    for (const name of ["shop-1", "shop-2"])
      await other.fleet.control.changeBehindBack(name, {
        kind: "config",
        path: "is_public",
        value: true,
      });
    const before = await toldOfPublic();
    const outside = { by: "others", verdict: "changed-outside-fleet", after: expect.anything() };
    expect(before).toEqual([
      { name: "shop-1", ...outside },
      { name: "shop-2", ...outside },
    ]);
    await other.fleet.control.changeBehindBack("shop-1", {
      kind: "config",
      path: "log_level",
      value: "error",
    });
    expect(await other.run("apply", "--only", FIELD, "--yes")).toMatchObject({ code: 0 });
    expect(await toldOfPublic()).toEqual(before);
    const ended = await other.run("drift");
    expect(ended.last).toBe("Drift: 2 changes by others on 2 visors.");
  });

  it("is not said of what the manifest wants anew: that was never there", async () => {
    const text = await other.read("fleet.yaml");
    await other.write("fleet.yaml", text.replace("log_level: debug", "log_level: warn"));
    const { out } = await other.run("drift");
    expect(out).toMatch(/wanted warn, is debug: another manifest of ours set it/);
    expect(out).toMatch(/apply it +fleet apply --only shop-1\/settings\.log_level/);
  });
});
