import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { defaultMix } from "../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet } from "../support/cli-world.ts";

const HEAD = `controllers: [laptop, desk]
roles:
  base:
    trust: { hypervisors: [laptop, desk], pty: [laptop, desk], dmsgscp: [laptop, desk], allow_rpc_exec: false }
    settings: { log_level: debug, routing.min_hops: 1, stun_servers: ["192.0.2.1:3478"] }
    apps: { skysocks: { running: true, whitelist: anyone }, skychat: { env: { CHAT_TOKEN: env:CHAT_TOKEN } } }
    ports: { 8080: { whitelist: [laptop, desk] } }`;

let user: CliFleet;

beforeAll(async () => {
  user = await cliFleet(defaultMix(5));
  user.env["CHAT_TOKEN"] = "not-for-any-document";
  await user.manifest(
    HEAD,
    Object.fromEntries(user.fleet.visors.map((visor) => [visor.name, "roles: [base]"])),
  );
  await user.fleet.control.make("shop-2", "dead");
});
afterAll(async () => {
  await user.fleet.stop();
});

/** The published schema, and the same with every unnamed member refused: what we print, we name. */
function validators(file: string): readonly ValidateFunction[] {
  const schema: unknown = JSON.parse(
    readFileSync(new URL(`../../schemas/${file}`, import.meta.url), "utf8"),
  );
  const ajv = (): Ajv2020 =>
    new Ajv2020({ strict: true, strictRequired: false, validateFormats: false });
  return [ajv().compile(schema as object), ajv().compile(closed(schema) as object)];
}

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const copy = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, closed(value)]),
  );
  return "properties" in copy && !("additionalProperties" in copy)
    ? { ...copy, additionalProperties: false }
    : copy;
}

function expectValid(file: string, text: string): void {
  const document: unknown = JSON.parse(text);
  for (const validate of validators(file)) {
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
  }
}

it("plans, reports and events have the published form", async () => {
  const plan = await user.run("plan", "--json", "--out", "plan.json");
  expect(plan.code).toBe(3);
  expectValid("plan.schema.json", plan.out);
  expect(await user.read("plan.json")).toBe(plan.out);
  const refused = await user.run(
    "plan",
    "--json",
    "--allow-removals",
    "0",
    "--allow-trust-loss",
    "shop-1",
  );
  expectValid("plan.schema.json", refused.out);
  for (const line of (await user.run("plan", "--events")).out.trimEnd().split("\n"))
    expectValid("event.schema.json", line);
  const events = (await user.run("apply", "--yes", "--events", "--on", "shop-1")).out
    .trimEnd()
    .split("\n");
  for (const line of events) expectValid("event.schema.json", line);
  const report = await user.run("apply", "--yes", "--json");
  expectValid("apply-report.schema.json", report.out);
  expectValid("plan.schema.json", (await user.run("plan", "--json")).out);
}, 180_000);

it("5.2: a history has the published form", async () => {
  await user.fleet.control.make("shop-1", "lying");
  const text = await user.read("fleet.yaml");
  await user.write("louder.yaml", text.replace("log_level: debug", "log_level: trace"));
  expect((await user.run("apply", "louder.yaml", "--yes", "--on", "shop-1")).code).toBe(6);
  await user.fleet.control.make("shop-1", "honest");
  const { out } = await user.run("history", "--json");
  for (const member of ['"keptBy"', '"became"']) expect(out).toContain(member);
  expectValid("history.schema.json", out);
}, 180_000);

it("the schemas that are printed are the published ones", async () => {
  for (const name of ["plan", "apply-report", "event", "history"]) {
    const { out } = await user.run("schema", name);
    expect(out).toBe(
      readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), "utf8"),
    );
  }
});

it("A11: an observation, and a plan by it, have the published form", async () => {
  const first = await user.run("observe", "--out", "seen.json");
  expect([first.code, first.last]).toEqual([3, expect.stringContaining("4 read, 1 not readable")]);
  expectValid("observation.schema.json", await user.read("seen.json"));
  const keyless = user.another("keyless");
  await keyless.write("fleet.yaml", await user.read("fleet.yaml"));
  expectValid("observation.schema.json", (await keyless.run("observe", "--json")).out);
  await user.write("trusted.yaml", await user.read("fleet.yaml"));
  const wider = (await user.read("fleet.yaml")).replace(
    "log_level: debug",
    "log_level: debug, is_public: false",
  );
  await user.write("wider.yaml", wider);
  const line = "plan wider.yaml --from-observation seen.json --trust trusted.yaml --json";
  const plan = await user.run(...line.split(" "));
  expect(plan.out).toContain('"notObserved"');
  expectValid("plan.schema.json", plan.out);
});
