import { afterAll, beforeAll, expect, it, test } from "vitest";
import { defaultMix } from "../../src/skywire/embedded/index.ts";
import { METHODS } from "../../src/skywire/visor/methods.ts";
import { type CliFleet, cliFleet } from "../support/cli-world.ts";

const HEAD = `controllers: [laptop, desk]
roles:
  base:
    trust: { hypervisors: [laptop, desk], pty: [laptop, desk] }
    survey: { add: [laptop] }
    settings: { log_level: debug, routing.min_hops: 1 }
    apps: { skysocks: { running: true, whitelist: [laptop, desk] }, vpn-client: { present: false } }
    ports: { 8080: { whitelist: [laptop, desk] } }`;

let user: CliFleet;

beforeAll(async () => {
  user = await cliFleet(defaultMix(8));
  user.env["FLEET_ALLOW_REMOVALS"] = "99";
  const names = user.fleet.visors.map((visor) => [visor.name, "roles: [base]"] as const);
  await user.manifest(HEAD, Object.fromEntries(names));
});
afterAll(async () => {
  await user.fleet.stop();
});

test.each([
  { line: "validate" },
  { line: "plan" },
  { line: "plan --json --out plan.json" },
  { line: "drift" },
  { line: "status" },
  { line: "init other.yaml" },
  { line: "plan other.yaml" },
  { line: "adopt --out adopted.yaml --sections trust,apps,settings,ports,survey,reward" },
  { line: "show --live shop-1" },
  { line: "doctor" },
])("fleet $line sends no call that could change a visor", async ({ line }) => {
  user.fleet.counters.reset();
  const { code } = await user.run(...line.split(" "));
  expect([0, 3]).toContain(code);
  const arrived = user.fleet.counters.calls().filter((call) => call.mutating);
  expect(arrived).toEqual([]);
  expect(user.fleet.counters.deaths()).toBe(0);
});

it("nothing outside the table of methods ever arrives, not even while applying", async () => {
  user.fleet.counters.reset();
  await user.run("plan");
  await user.run("apply", "--yes");
  const known = new Set<string>(METHODS.map((row) => row.name));
  const strange = user.fleet.counters.calls().filter((call) => !known.has(call.method));
  expect(strange).toEqual([]);
  expect(user.fleet.counters.mutating()).toBeGreaterThan(0);
});
