import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lyingStore } from "../../src/relays/index.ts";
import type { EmbeddedVisorSpec } from "../../src/skywire/embedded/index.ts";
import { type CliFleet, cliFleet, type CliWorld, RELAY_HOST } from "../support/cli-world.ts";
import { RelayTestWorld, type RunningRelay } from "../support/relay-world.ts";

const TRUST = { hypervisors: ["laptop", "desk"], pty: ["laptop", "desk"] };
const VISORS: readonly EmbeddedVisorSpec[] = [
  { name: "laptop", profile: "newest", local: true, ...TRUST },
  { name: "desk", profile: "newest", ...TRUST },
];

let ann: CliFleet;
let relays: RelayTestWorld;
let first: RunningRelay;
let second: RunningRelay;
let owner = "";
let feed = "";

function addressOf({ address }: RunningRelay): string {
  return `${RELAY_HOST}:${address.port}`;
}

function manifest(
  level: string,
  { at = [first, second], policy = "" }: { at?: readonly RunningRelay[]; policy?: string } = {},
): string {
  const visors = VISORS.map(
    ({ name }) => `  ${name}: { key: "${ann.keyOf(name)}", roles: [base] }\n`,
  );
  const list = at.map((relay) => `"${addressOf(relay)}"`).join(", ");
  return (
    `apiVersion: fleet.skywire/v1\nfleet: home\noperators:\n${owner}` +
    `controllers: [laptop, desk]\nwhitelists: { admins: [laptop, desk] }\n` +
    `${policy}${at.length === 0 ? "" : `ledger: { relays: [${list}] }\n`}` +
    `roles:\n  base: { trust: { hypervisors: [admins] }, settings: { log_level: ${level} } }\n` +
    `visors:\n${visors.join("")}`
  );
}

async function apply(
  user: CliWorld,
  level: string,
  options: Parameters<typeof manifest>[1] = {},
  ...words: readonly string[]
): ReturnType<CliWorld["run"]> {
  await user.write("fleet.yaml", manifest(level, options));
  return await user.run("apply", "--yes", "--allow-keyset-change", ...words);
}

/** The same user on a machine where only the key came back from its kept copy. */
async function emptyMachine(name: string): Promise<CliWorld> {
  const machine = ann.another(name);
  const key = await ann.files.read("/user/fleet/config/operator.json");
  await machine.files.replace("/user/fleet/config/operator.json", key ?? new Uint8Array());
  await machine.write("fleet.yaml", await ann.read("fleet.yaml"));
  return machine;
}

beforeAll(async () => {
  ann = await cliFleet(VISORS);
  relays = new RelayTestWorld(ann.relays);
  first = await relays.relay();
  second = await relays.relay();
  const made = JSON.parse((await ann.run("keygen", "--json")).out) as Record<string, string>;
  feed = made["feed"] ?? "";
  owner = `  ann: { key: "${made["key"]}", seal: "${made["seal"]}", feed: "${feed}", may: [plan, apply] }\n`;
});
afterAll(async () => {
  await ann.fleet.stop();
  await relays.close();
});

// One story: each step stands on the one before.
describe("a ledger on relays", () => {
  it("goes to every relay with each apply", async () => {
    expect(await apply(ann, "debug")).toMatchObject({
      code: 0,
      err: expect.stringContaining("the ledger is on 2 of 2 relays"),
    });
    expect(await ann.run("ledger", "status")).toMatchObject({
      code: 0,
      last: "Held by 2 of 2 relays.",
    });
  });

  it("is applied to while a relay is down, which gets it beside a later command", async () => {
    const { address, store } = second;
    await second.stop();
    const ran = await apply(ann, "warn");
    expect(ran).toMatchObject({
      code: 0,
      err: expect.stringContaining("the ledger is on 1 of 2 relays"),
    });
    expect(ran.err).toContain(`note: relay ${addressOf(second)} does not hold the ledger yet`);
    const status = await ann.run("ledger", "status", "--json");
    expect(status.code).toBe(3);
    expect(JSON.parse(status.out)).toMatchObject({
      relays: [
        { kind: "current", lag: 0 },
        {
          kind: "unreachable",
          lag: expect.any(Number) as number,
          seq: expect.any(Number) as number,
        },
      ],
    });
    second = await relays.relay({ store, address });
    // The clock of these tests runs ten times as fast, so the next try has come.
    await expect
      .poll(
        async () => {
          await ann.run("log", "--last", "1");
          return (await ann.run("ledger", "status")).last;
        },
        { timeout: 20_000, interval: 300 },
      )
      .toBe("Held by 2 of 2 relays.");
  });

  it("refuses before the first write while fewer relays hold it than the policy wants", async () => {
    const { address, store } = second;
    await second.stop();
    const before = ann.fleet.counters.mutating();
    const ran = await apply(ann, "info", { policy: "policy: { require_relays: 2 }\n" });
    expect(ran.code).toBe(4);
    expect(ran.err).toContain("policy.require_relays wants 2");
    expect(ann.fleet.counters.mutating()).toBe(before);
    second = await relays.relay({ store, address });
    expect(await apply(ann, "info", { policy: "policy: { require_relays: 2 }\n" })).toMatchObject({
      code: 0,
    });
    expect(await apply(ann, "debug")).toMatchObject({ code: 0 });
  });

  it("comes back on an empty machine, verifies and answers", async () => {
    const machine = await emptyMachine("empty");
    expect((await machine.run("log")).err).toContain("fleet ledger restore");
    const restored = await machine.run("ledger", "restore", "--from", addressOf(second));
    expect(restored).toMatchObject({
      code: 0,
      last: expect.stringMatching(/^Restored: \d+ entries/),
    });
    expect((await machine.run("verify")).last).toMatch(/^Verified: \d+ entries/);
    expect((await machine.run("blame", "desk", "settings.log_level")).out).toContain("ann");
    expect(await apply(machine, "info")).toMatchObject({ code: 0 });
  });

  it("does not fork when the ledger here is an old copy", async () => {
    // The other machine went on with the same key.
    const before = ann.fleet.counters.mutating();
    const ran = await apply(ann, "error");
    expect(ran).toMatchObject({
      code: 4,
      err: expect.stringContaining("fleet ledger restore --from"),
    });
    expect(ann.fleet.counters.mutating()).toBe(before);
    const restored = await ann.run("ledger", "restore");
    expect(restored).toMatchObject({
      code: 0,
      out: expect.stringContaining("what was here is kept in"),
    });
    expect(await apply(ann, "error")).toMatchObject({ code: 0 });
    expect((await ann.run("verify")).code).toBe(0);
  });
});

describe("relays that lie", () => {
  it.each([
    ["wrong-bytes", "lies: wrong-bytes", 4],
    // An honest relay that was left half filled does the same.
    ["missing-object", "hollow", 3],
  ] as const)("are named: %s", async (lie, named, code) => {
    const liar = await relays.relay({ store: lyingStore(first.store, lie) });
    const machine = await emptyMachine(lie);
    const ran = await machine.run("ledger", "restore", "--from", addressOf(liar));
    expect(ran).toMatchObject({ code, out: expect.stringContaining(named) });
    // With an honest one beside it nothing is lost.
    const both = ["--from", addressOf(liar), "--from", addressOf(first)];
    expect(await machine.run("ledger", "restore", ...both)).toMatchObject({
      code: 0,
      out: expect.stringContaining(named),
    });
  });

  it("are named: older-root", async () => {
    const frozen = await relays.relay();
    await ann.run("ledger", "publish", "--relay", addressOf(frozen));
    expect(await apply(ann, "warn")).toMatchObject({ code: 0 });
    const machine = await emptyMachine("older");
    await machine.run("ledger", "restore");
    const ran = await machine.run("ledger", "restore", "--from", addressOf(frozen));
    expect(ran).toMatchObject({ code: 4, out: expect.stringContaining("lies: older-root") });
    expect((await machine.run("verify")).code).toBe(0);
  });

  it("are named: second-root, with evidence that anybody can check", async () => {
    // Two machines with one key: the owner broke the rule, and the relay shows it. One visor each: how many commits
    // two of them share is a matter of time, and the two Roots must have one number.
    const fork = await emptyMachine("fork");
    await fork.run("ledger", "restore");
    expect(await apply(fork, "debug", { at: [] }, "--on", "desk")).toMatchObject({ code: 0 });
    const other = await relays.relay();
    expect(await fork.run("ledger", "publish", "--relay", addressOf(other))).toMatchObject({
      code: 0,
    });
    await apply(ann, "info", {}, "--on", "desk");
    const machine = await emptyMachine("reader");
    await machine.run("ledger", "restore", "--from", addressOf(first));
    const ran = await machine.run("ledger", "restore", "--from", addressOf(other));
    expect(ran).toMatchObject({
      code: 4,
      out: expect.stringContaining("lies: second-root"),
    });
    expect(ran.out).toContain("what was signed is kept in");
    // What was verified here before stays the beginning of what is believed.
    expect((await machine.run("verify")).code).toBe(0);
    const ledger = `/user/fleet/state/ledgers/${feed}`;
    for (const name of await machine.files.list(ledger))
      await machine.files.remove(`${ledger}/${name}`);
    for (const name of await fork.files.list(ledger)) {
      const bytes = await fork.files.read(`${ledger}/${name}`);
      await machine.files.replace(`${ledger}/${name}`, bytes ?? new Uint8Array());
    }
    const refused = await machine.run("verify");
    expect(refused).toMatchObject({ code: 4, out: expect.stringContaining("[ledger/rewritten]") });
    expect(refused.err).toContain("what was signed is kept in");
  });
});
