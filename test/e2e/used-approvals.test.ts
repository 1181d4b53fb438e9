// Approvals that were used: a plan file, a decision, and what somebody recorded since.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Plan } from "../../src/model/index.ts";
import type { EmbeddedVisorSpec } from "../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet, type Ran } from "../support/cli-world.ts";

const TRUST = { hypervisors: ["laptop"], pty: ["laptop"] };
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true, ...TRUST },
  { name: "desk", profile: "newest", ...TRUST },
  { name: "shop-1", profile: "newest", ...TRUST },
];
const KEY = `02${"ab".repeat(32)}`;
const ALLOWED = ["--allow-trust-removals", "2", "--allow-removals", "2"];

let user: CliFleet;

/** A manifest in which desk and shop-1 trust the laptop, and the other key where it is asked for. */
async function manifest(isTrusted: boolean, level = "info"): Promise<void> {
  const list = isTrusted ? "laptop, other" : "laptop";
  const text = await user.read("fleet.yaml");
  const body = `trust: { hypervisors: [${list}] }, settings: { log_level: ${level} }`;
  await user.write("fleet.yaml", text.replace(/  base: .*\n/, `  base: { ${body} }\n`));
}

async function apply(): Promise<void> {
  const ran = await user.run("apply", "--yes", ...ALLOWED);
  expect(ran.code, ran.err + ran.out).toBe(0);
}

function trusted(name: string): readonly string[] {
  return user.fleet.control.inspect(name).config["hypervisors"] as readonly string[];
}

async function refused(...argv: readonly string[]): Promise<Ran> {
  const before = user.fleet.counters.mutating();
  const ran = await user.run("apply", ...argv);
  expect(ran.code, ran.err + ran.out).toBe(5);
  expect(ran.err).toContain("nothing was written");
  expect(user.fleet.counters.mutating()).toBe(before);
  expect(trusted("desk")).not.toContain(KEY);
  return ran;
}

beforeEach(async () => {
  user = await cliFleet(VISORS);
  await user.manifest(
    `controllers: [laptop]\nkeys: { other: "${KEY}" }\nroles:\n  base: { trust: { hypervisors: [laptop] } }`,
    { laptop: "", desk: "roles: [base]", "shop-1": "roles: [base]" },
  );
  await manifest(false);
  await apply();
});
afterEach(async () => await user.fleet.stop());

describe("a plan file", () => {
  it("9.3: is used up by its apply: trust that was taken away stays away", async () => {
    await manifest(true);
    await user.run("plan", "--out", "plan.json");
    expect((await user.run("apply", "plan.json")).code).toBe(0);
    expect(trusted("desk")).toContain(KEY);
    await manifest(false);
    await apply();
    const ran = await refused("plan.json");
    expect(ran.err).toMatch(/this plan was applied at .*, as entry \d+ of operator owner says/);
  });

  it("9.3: is used up also where somebody else takes the trust away", async () => {
    await manifest(true);
    await user.run("plan", "--out", "plan.json");
    expect((await user.run("apply", "plan.json")).code).toBe(0);
    for (const name of ["desk", "shop-1"])
      await user.fleet.control.changeBehindBack(name, {
        kind: "config",
        path: "hypervisors",
        value: [user.keyOf("laptop")],
      });
    expect(trusted("desk")).not.toContain(KEY);
    await refused("plan.json", "--yes");
  });

  it("9.3: gives way to newer receipts of our own for what it touches", async () => {
    await manifest(true);
    await user.run("plan", "--out", "plan.json");
    await apply();
    await manifest(false);
    await apply();
    const ran = await refused("plan.json");
    expect(ran.err).toMatch(/operator owner recorded entry \d+ for this visor/);
  });

  it("9.3: brings back no rights that were recorded otherwise since", async () => {
    const text = await user.read("fleet.yaml");
    const policy = (relaxed: boolean): Promise<void> =>
      user.write(
        "fleet.yaml",
        relaxed ? text.replace("roles:", "policy: { max_removals: 50 }\nroles:") : text,
      );
    await policy(true);
    await manifest(false, "debug");
    const made = await user.run(
      "plan",
      "--out",
      "plan.json",
      "--allow-keyset-change",
      "--on",
      "desk",
    );
    expect(made.code, made.err).toBe(0);
    expect((await user.run("apply", "--yes", "--allow-keyset-change", "--on", "shop-1")).code).toBe(
      0,
    );
    await policy(false);
    await manifest(false, "debug");
    expect((await user.run("apply", "--yes", "--allow-keyset-change", "--on", "shop-1")).code).toBe(
      0,
    );
    const ran = await refused("plan.json");
    expect(ran.err).toContain("who may do what");
  });
});

describe("an approved decision", () => {
  async function decision(): Promise<string> {
    return (JSON.parse((await user.run("plan", "--json")).out) as Plan).decision;
  }

  it("9.3: is used up by its apply, and names the option that approves it again", async () => {
    await manifest(true);
    const approved = await decision();
    const words = ["--yes", "--expect-decision", approved];
    expect((await user.run("apply", ...words)).code).toBe(0);
    await manifest(false);
    await apply();
    await manifest(true);
    expect(await decision()).toBe(approved);
    const ran = await refused(...words);
    expect(ran.err).toContain("--allow-repeat 1");
    await refused(...words, "--allow-repeat", "2");
    const again = await user.run("apply", ...words, "--allow-repeat", "1");
    expect(again.code, again.err).toBe(0);
    expect(trusted("desk")).toContain(KEY);
  });
});
