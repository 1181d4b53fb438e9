import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EmbeddedVisorSpec } from "../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet, type CliWorld, RELAY_HOST } from "../support/cli-world.ts";
import { RelayTestWorld, type RunningRelay } from "../support/relay-world.ts";

const TRUST = { hypervisors: ["laptop", "desk"], pty: ["laptop", "desk"] };
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true, ...TRUST },
  { name: "desk", profile: "newest", ...TRUST },
  { name: "shop-1", profile: "newest", ...TRUST },
];

let ann: CliFleet;
let ben: CliWorld;
let relays: RelayTestWorld;
let first: RunningRelay;
let second: RunningRelay;

interface KeyFacts {
  readonly key: string;
  readonly seal: string;
  readonly feed: string;
}

async function keygen(user: CliWorld): Promise<KeyFacts> {
  return JSON.parse((await user.run("keygen", "--json")).out) as KeyFacts;
}

interface LogDocument {
  readonly entries: readonly { readonly feed: string; readonly entry: number }[];
}

function addressOf({ address }: RunningRelay): string {
  return `${RELAY_HOST}:${address.port}`;
}

function line(name: string, { key, seal, feed }: KeyFacts): string {
  return `  ${name}: { key: "${key}", seal: "${seal}", feed: "${feed}", may: [plan, apply] }\n`;
}

let operators = "";

/** A manifest that both keep in one repository. */
function manifest(settings: string): string {
  const visors = VISORS.map(
    ({ name }) => `  ${name}: { key: "${ann.keyOf(name)}", roles: [base] }\n`,
  );
  return (
    `apiVersion: fleet.skywire/v1\nfleet: home\noperators:\n${operators}` +
    `controllers: [laptop, desk]\nwhitelists: { admins: [laptop, desk] }\n` +
    `ledger: { relays: ["${addressOf(first)}", "${addressOf(second)}"] }\n` +
    `roles:\n  base: { trust: { hypervisors: [admins] }, settings: { ${settings} } }\n` +
    `visors:\n${visors.join("")}`
  );
}

async function share(settings: string): Promise<void> {
  const text = manifest(settings);
  await ann.write("fleet.yaml", text);
  await ben.write("fleet.yaml", text);
}

beforeAll(async () => {
  ann = await cliFleet(VISORS);
  ben = ann.another("ben");
  relays = new RelayTestWorld(ann.relays);
  first = await relays.relay();
  second = await relays.relay();
  operators = line("ann", await keygen(ann)) + line("ben", await keygen(ben));
});
afterAll(async () => {
  await ann.fleet.stop();
  await relays.close();
});

// One story: each step stands on the one before.
describe("two operators of one fleet", () => {
  it("bring what they record to the relays", async () => {
    await share("log_level: debug");
    const ran = await ann.run("apply", "--yes");
    expect(ran).toMatchObject({
      code: 0,
      err: expect.stringContaining("the ledger is on 2 of 2 relays"),
    });
    const status = await ann.run("ledger", "status");
    expect(status.last).toBe("Held by 2 of 2 relays.");
  });

  it("see what the other recorded before they plan", async () => {
    const plan = await ben.run("plan", "--json");
    expect(JSON.parse(plan.out)).toMatchObject({
      heads: [{ size: expect.any(Number) as number }],
      counts: { changing: 0 },
    });
    expect((await ben.run("ledger", "pull")).last).toBe("Brought up to date: 1 of 1 ledger.");
  });

  it("refuses an apply of a plan that had not seen the other's newer receipt", async () => {
    await share("log_level: warn");
    await ben.run("plan", "--out", "plan.json");
    expect(await ann.run("apply", "--yes")).toMatchObject({ code: 0 });
    const before = ann.fleet.counters.mutating();
    const ran = await ben.run("apply", "plan.json");
    expect(ran.err).toContain("operator ann recorded entry");
    expect(ran.code).toBe(5);
    expect(ann.fleet.counters.mutating()).toBe(before);
  });

  it("shows one log of both", async () => {
    await share("log_level: info");
    expect(await ben.run("apply", "--yes")).toMatchObject({ code: 0 });
    await ann.run("ledger", "pull");
    const [annLog, benLog] = [await ann.run("log", "--json"), await ben.run("log", "--json")];
    const order = (out: string): readonly string[] =>
      (JSON.parse(out) as LogDocument).entries.map(({ feed, entry }) => `${feed} ${entry}`);
    expect(order(annLog.out)).toEqual(order(benLog.out));
    expect((await ann.run("blame", "shop-1", "settings.log_level")).out).toContain("ben");
  });

  it("verifies both, and what they say together", async () => {
    const ran = await ann.run("verify");
    expect(ran).toMatchObject({
      code: 0,
      last: expect.stringMatching(
        /^Verified: 2 ledgers of \d+ entries, joined into one history, no fault\.$/,
      ),
    });
    expect(ran.out).toContain("heads of other ledgers: they begin what is here");
    expect(JSON.parse((await ann.run("verify", "--json")).out)).toMatchObject({
      ok: true,
      others: [{ ok: true }],
      joined: { ok: true },
    });
  });

  it("finds a ledger that is held back, when the manifest says how old it may be", async () => {
    const text = await ann.read("fleet.yaml");
    await ann.write("fleet.yaml", text.replace("ledger: {", "ledger: { max_age: 1s,"));
    expect(await ann.run("verify")).toMatchObject({
      code: 4,
      out: expect.stringContaining("[ledger/frozen]"),
    });
    await ann.write("fleet.yaml", text);
  });

  it("9.3: refuse a plan that the other one applied already", async () => {
    await share("log_level: error");
    await ann.run("plan", "--out", "plan.json");
    await ben.write("plan.json", await ann.read("plan.json"));
    expect(await ben.run("apply", "plan.json")).toMatchObject({ code: 0 });
    const before = ann.fleet.counters.mutating();
    const ran = await ann.run("apply", "plan.json");
    expect(ran.err).toMatch(/this plan was applied at .*, as entry \d+ of operator ben says/);
    expect(ran.code).toBe(5);
    expect(ann.fleet.counters.mutating()).toBe(before);
  });
});
