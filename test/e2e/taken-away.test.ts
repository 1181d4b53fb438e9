// What stays after a key was taken away: every door names who still has a way in, and the line that ends it.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Plan } from "../../src/model/index.ts";
import type { EmbeddedVisorSpec } from "../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet } from "../support/cli-world.ts";
import { gitFleet } from "../support/git-fleet.ts";

const TRUST = { hypervisors: ["laptop", "desk"], pty: ["laptop", "desk"] };
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true, hypervisors: [], pty: ["desk"] },
  { name: "desk", profile: "newest", hypervisors: ["laptop"], pty: ["laptop"] },
  { name: "shop-1", profile: "newest", ...TRUST },
  { name: "shop-2", profile: "newest", ...TRUST },
];
const OLD = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

let user: CliFleet;
beforeEach(async () => {
  user = await cliFleet(VISORS);
});
afterEach(async () => await user.fleet.stop());

/** The manifest whose lists of hypervisors are `admins`, and which says nothing of pty. */
async function manifest(admins: string, more = ""): Promise<void> {
  const trust = `trust: { hypervisors: [${admins}] }`;
  await user.manifest(`controllers: [${admins}]\n${more}`, {
    laptop: "",
    desk: "",
    "shop-1": trust,
    "shop-2": trust,
  });
}

/** Takes desk out of controllers and of the lists of hypervisors; the apply ends well. */
async function takeDeskAway(): Promise<void> {
  await manifest("laptop, desk");
  expect((await user.run("apply", "--yes")).code).toBe(0);
  const before = await user.read("fleet.yaml");
  await user.write("fleet.yaml", before.replaceAll("[laptop, desk]", "[laptop]"));
  const ran = await user.run("apply", "--yes", "--allow-keyset-change", ...removing(2));
  expect(ran.code, ran.err).toBe(0);
}

const removing = (count: number): readonly string[] => [
  "--allow-removals",
  "9",
  "--allow-trust-removals",
  String(count),
];
const STAYS = "desk was a controller and still has a way into laptop, shop-1, shop-2";

describe("a controller that was taken away", () => {
  it("3: is named by the plan and the apply that take it out of one list only", async () => {
    await manifest("laptop, desk");
    await user.run("apply", "--yes");
    const before = await user.read("fleet.yaml");
    await user.write("fleet.yaml", before.replaceAll("[laptop, desk]", "[laptop]"));
    expect((await user.run("plan")).out).toContain(STAYS);
    const ran = await user.run("apply", "--yes", "--allow-keyset-change", ...removing(2));
    expect(ran.code).toBe(0);
    expect(ran.out).toContain(STAYS);
  });

  it("3: is named afterwards by plan, apply, drift, the comment, the summary, lint and doctor", async () => {
    await takeDeskAway();
    expect((await user.run("plan")).out).toContain(STAYS);
    expect((await user.run("apply", "--yes")).out).toContain(STAYS);
    expect((await user.run("drift")).out).toContain(STAYS);
    const comment = (await user.run("plan", "--output", "markdown")).out.replaceAll("`", "");
    expect(comment).toContain(STAYS);
    const lint = await user.run("lint", "--rule", "key-stays");
    expect(lint.code).toBe(2);
    expect(lint.out).toContain("desk was a controller");
    expect(lint.out).toContain("pty: { remove: [desk] }");
    const doctor = await user.run("doctor");
    expect(doctor.out).toContain(STAYS);
  });

  it("3: stands in the documents of plan, drift and doctor", async () => {
    await takeDeskAway();
    const desk = user.keyOf("desk");
    const { lingering } = JSON.parse((await user.run("plan", "--json")).out) as Plan;
    expect(lingering?.keys).toMatchObject([
      { key: desk, why: "was a controller", ways: [{ name: "laptop", path: "trust.pty" }, {}, {}] },
    ]);
    expect(lingering?.unknown).toEqual([]);
    const drift = JSON.parse((await user.run("drift", "--json")).out) as Pick<Plan, "lingering">;
    expect(drift.lingering?.keys[0]).toMatchObject({ key: desk });
    const doctor = (await user.run("doctor", "--json")).out;
    expect(doctor).toContain(STAYS);
  });

  it("3: is gone once the line that is offered was run, and is not named any more", async () => {
    await takeDeskAway();
    const [, line = ""] =
      /`fleet (whitelist remove [^`]*)`/.exec((await user.run("plan")).out) ?? [];
    const ran = await user.run(...line.split(" "), "--yes", ...removing(3));
    expect(ran.code, ran.err).toBe(0);
    for (const command of ["plan", "drift", "doctor"])
      expect((await user.run(command)).out, command).not.toContain("still has a way");
    // What nobody looked at and no line owns is said still: the hypervisors of laptop, and nothing else.
    const lint = (await user.run("lint", "--rule", "key-stays")).out;
    expect(lint).toContain("the trust lists of laptop (hypervisors):");
  });

  it("3: is said to be unknown on visors that nobody looked at or could read", async () => {
    await takeDeskAway();
    const narrow = (await user.run("plan", "--on", "laptop")).out;
    expect(narrow).toContain("desk was a controller and still has a way into laptop");
    expect(narrow).toContain("shop-1, shop-2 were not looked at");
    await user.fleet.control.make("shop-2", "dead");
    const all = (await user.run("plan")).out;
    expect(all).toContain("shop-2 could not be read");
    expect((await user.run("doctor")).out).toContain("shop-2 could not be read");
  });

  it("3: is named by a plan from an observation", async () => {
    await takeDeskAway();
    const seen = await user.run("observe", "--json");
    await user.write("seen.json", seen.out);
    await user.write("trusted.yaml", `${await user.read("fleet.yaml")}# trusted\n`);
    const offline = await user.run(
      "plan",
      "--from-observation",
      "seen.json",
      "--trust",
      "trusted.yaml",
    );
    expect(offline.out, offline.err).toContain(STAYS);
  });
});

describe("a revoked key", () => {
  it("3: is named wherever it stands, without any ledger", async () => {
    await user.fleet.control.changeBehindBack("shop-1", {
      kind: "config",
      path: "hypervisors",
      value: [user.keyOf("laptop"), OLD],
    });
    await user.manifest(
      `controllers: [laptop]\nkeys: { old: { key: "${OLD}", revoked: true } }\n`,
      { laptop: "", "shop-1": "", "shop-2": "" },
    );
    const words = "old is revoked and still has a way into shop-1";
    for (const command of ["plan", "drift", "doctor"])
      expect((await user.run(command)).out, command).toContain(words);
    expect((await user.run("plan")).out).toContain("hypervisors: { remove: [old] }");
  });
});

describe("a key that a receipt took out of one list", () => {
  it("3: is named where it stands in the other, whoever it is", async () => {
    const value = [user.keyOf("laptop"), user.keyOf("desk"), OLD];
    for (const path of ["hypervisors", "pty.whitelist"])
      await user.fleet.control.changeBehindBack("shop-1", { kind: "config", path, value });
    await manifest("laptop, desk");
    const ran = await user.run("apply", "--yes", ...removing(1));
    expect(ran.code, ran.err).toBe(0);
    const { out } = await user.run("plan");
    expect(out).toContain(`${OLD} was taken out of trust.hypervisors of shop-1`);
    expect(out).toContain("and still has a way into shop-1");
    expect(out).not.toContain("desk was");
  });
});

describe("a key in a repository", () => {
  it("3: is named when the last applied commit named it and the manifest does not", async () => {
    const home = await gitFleet();
    try {
      const { world, repository } = home;
      const keys = `keys: { kim: "${OLD}" }\n`;
      await world.commit(repository, { "fleet.yaml": home.text({ more: keys }) }, "fleet: begin");
      const key = home.fleet.visors[0]?.key ?? "";
      await home.fleet.control.changeBehindBack("shop-1", {
        kind: "config",
        path: "pty.whitelist",
        value: [key, OLD],
      });
      expect((await home.run("apply", "--yes")).code).toBe(0);
      expect((await home.run("plan")).out).not.toContain("still has a way");
      await world.commit(repository, { "fleet.yaml": home.text() }, "fleet: without kim");
      const { out } = await home.run("plan");
      expect(out).toMatch(
        /kim \(0279be66…1798\) was named at commit [0-9a-f]{12} and still has a way into shop-1/,
      );
      expect((await home.run("lint", "--rule", "key-stays")).out).toContain("was named at commit");
    } finally {
      await home.stop();
    }
  });
});

describe("manifests that are made for somebody", () => {
  it("3: own both trust lists in the sample, on every release that can", async () => {
    const fleet = await cliFleet([
      { name: "laptop", profile: "newest", local: true },
      { name: "desk", profile: "newest", hypervisors: ["laptop"], pty: ["laptop"] },
      { name: "shop-1", profile: "v1.3.73", hypervisors: ["laptop"], pty: ["laptop"] },
      { name: "shop-2", profile: "newest", hypervisors: ["laptop"], pty: ["laptop"] },
    ]);
    try {
      await fleet.run("keygen", "--name", "owner");
      const visors = fleet.fleet.visors.map(({ name, key, profile }) => ({ name, key, profile }));
      const control = { host: "127.0.0.1", port: 1 };
      const file = { format: "fleet.skywire/embedded/v1", visors, control };
      await fleet.write("visors/embedded.json", JSON.stringify(file));
      const sample = await fleet.run("embedded", "sample", "--dir", "/desk/visors");
      expect(sample.code, sample.err).toBe(0);
      await fleet.write("fleet.yaml", sample.out);
      const plan = JSON.parse((await fleet.run("plan", "--json")).out) as Plan;
      expect(plan.refusals).toEqual([]);
      expect(plan.visors.flatMap(({ unsupported }) => unsupported)).toEqual([]);
      // The old release has no lasting way to change its pty whitelist.
      for (const { name, owned } of plan.visors)
        expect(owned.includes("trust.pty"), name).toBe(name !== "shop-1");
    } finally {
      await fleet.fleet.stop();
    }
  });

  it.each([
    { lists: "of its own", shops: { hypervisors: ["laptop"], pty: ["desk", "laptop"] } },
    { lists: "one of which is empty", shops: { hypervisors: ["laptop"], pty: [] } },
    { lists: "with a key of nobody here", shops: { hypervisors: ["laptop", OLD], pty: [OLD] } },
  ])("3: own both lists after init, as they are, where a visor has lists $lists", async (row) => {
    const fleet = await cliFleet([
      ...VISORS,
      { name: "shop-3", profile: "newest", ...row.shops },
      { name: "shop-4", profile: "v1.3.94", ...row.shops },
      { name: "shop-5", profile: "v1.3.73", ...row.shops },
    ]);
    try {
      await fleet.run("keygen", "--name", "owner");
      // The oldest release listens on another port, and the comment has the line for it.
      expect((await fleet.run("init", "fleet.yaml")).code).toBe(3);
      const text = (await fleet.read("fleet.yaml")).replaceAll("# rpc:", "rpc:");
      await fleet.write("fleet.yaml", text);
      const plan = await fleet.run("plan");
      expect(plan).toMatchObject({ code: 0, last: "No changes." });
      const document = JSON.parse((await fleet.run("plan", "--json")).out) as Plan;
      for (const { name, owned } of document.visors) {
        const wanted = name === "shop-5" ? [] : ["trust.hypervisors"];
        expect(owned, name).toEqual(expect.arrayContaining(wanted));
        if (name !== "shop-5" && row.shops.pty.length > 0)
          expect(owned, name).toContain("trust.pty");
      }
      const applied = await fleet.run("apply", "--yes");
      expect(applied.code, applied.err).toBe(0);
      // Somebody else lets a key in: the next plan takes it out again, and says so.
      await fleet.fleet.control.changeBehindBack("shop-3", {
        kind: "config",
        path: "hypervisors",
        value: [fleet.keyOf("shop-1"), fleet.keyOf("laptop")],
      });
      expect((await fleet.run("plan")).out).toContain("trust.hypervisors");
    } finally {
      await fleet.fleet.stop();
    }
  });
});
