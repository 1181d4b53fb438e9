// Lock-out from the right to sign: a manifest that leaves nobody who could change it again.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EmbeddedVisorSpec } from "../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet } from "../support/cli-world.ts";

const TRUST = { hypervisors: ["laptop"], pty: ["laptop"] };
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true, ...TRUST },
  { name: "desk", profile: "newest", ...TRUST },
];

let user: CliFleet;
let before = "";

/** Keys that exist, of people who are not here. */
async function keysOf(name: string): Promise<string> {
  const { out } = await user.another(name).run("keygen", "--json", "--name", name);
  const { key, seal, feed } = JSON.parse(out) as Readonly<Record<string, string>>;
  return `key: "${key}", seal: "${seal}", feed: "${feed}"`;
}

beforeEach(async () => {
  user = await cliFleet(VISORS);
  await user.manifest("controllers: [laptop]\nroles:\n  base: { settings: { log_level: info } }", {
    laptop: "",
    desk: "roles: [base]",
  });
  await user.run("apply", "--yes");
  before = await user.read("fleet.yaml");
});
afterEach(async () => await user.fleet.stop());

/** Tries to apply a manifest, and that the one before still can be applied. */
async function refused(text: string, ...more: readonly string[]): Promise<string> {
  expect(text).not.toBe(before);
  await user.write("fleet.yaml", text);
  const recorded = (await user.run("log", "--json")).out;
  const ran = await user.run("apply", "--yes", "--allow-keyset-change", ...more);
  expect([4, 64], ran.err + ran.out).toContain(ran.code);
  expect((await user.run("log", "--json")).out).toBe(recorded);
  await user.write("fleet.yaml", before.replace("log_level: info", "log_level: debug"));
  expect((await user.run("apply", "--yes")).code).toBe(0);
  return ran.out + ran.err;
}

describe("the right to sign", () => {
  it("9.4: is not taken from the last one who may apply", async () => {
    const said = await refused(before.replace("may: [plan, apply]", "may: [plan]"));
    expect(said).toContain("nobody who may apply");
  });

  it("9.4: is not taken with all operators at once", async () => {
    const said = await refused(before.replace(/operators:\n.*\n/, ""));
    expect(said).toContain("nobody who may apply");
  });

  it("9.4: needs no more signatures than there are keys that can sign", async () => {
    const owner = /owner: \{ key: "([^"]*)"/.exec(before)?.[1] ?? "";
    const twin = `\n  twin: { key: "${owner}", may: [apply] }\n`;
    const text = before.replace(/(operators:\n.*)\n/, `$1${twin}`);
    const said = await refused(`${text}policy: { keyset_signatures: 2 }\n`);
    expect(said).toContain("twin");
  });

  it("9.4: does not hang on a witness who only witnesses for himself", async () => {
    const text = before.replace("may: [plan, apply]", "may: [plan, apply, witness]");
    const said = await refused(`${text}policy: { require_witnesses: 1 }\n`);
    expect(said).toContain("witness");
  });

  it("9.4: does not depend on an apply that takes less than seconds", async () => {
    for (const age of ["10s", "59s", "500ms"]) {
      const said = await refused(`${before}policy: { max_observation_age: ${age} }\n`);
      expect(said).toMatch(/max_observation_age|invalid/);
    }
    await user.write("fleet.yaml", `${before}policy: { max_observation_age: 1m }\n`);
    expect((await user.run("apply", "--yes", "--allow-keyset-change")).code).toBe(0);
  });

  it("9.4: is not changed by fewer signatures than the policy asks for", async () => {
    const ann = `\n  ann: { ${await keysOf("ann")}, may: [apply] }\n`;
    const text = before.replace(/(operators:\n.*)\n/, `$1${ann}`);
    await user.write("fleet.yaml", `${text}policy: { keyset_signatures: 2 }\n`);
    const two = await user.run("apply", "--yes", "--allow-keyset-change");
    expect(two.code, two.err).toBe(0);
    await user.write("fleet.yaml", `${text}policy: { keyset_signatures: 1 }\n`);
    const ran = await user.run("apply", "--yes", "--allow-keyset-change");
    expect(ran.code).toBe(4);
    expect(ran.err).toContain("policy.keyset_signatures wants 2");
  });

  it("9.4: is not taken by a verb", async () => {
    const ran = await user.run("operator", "remove", "owner", "--yes");
    expect(ran.code).toBe(4);
  });

  it("9.4: may be handed to somebody else", async () => {
    const ann = `\n  ann: { ${await keysOf("ann")}, may: [apply] }\n`;
    await user.write(
      "fleet.yaml",
      before.replace(/(operators:\n.*)\n/, `$1${ann}`).replace("may: [plan, apply]", "may: [plan]"),
    );
    const ran = await user.run("apply", "--yes", "--allow-keyset-change");
    expect(ran.code, ran.err).toBe(0);
  });
});
