// Commands and relays: what is said where a manifest cannot be read, and what is printed about relays.

import process from "node:process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dialUntil } from "../../../src/core/index.ts";
import { dialTcp, listenTcp } from "../../../src/platform/index.ts";
import { type CliWorld, cliWorld } from "../../support/cli-world.ts";
import { RelayTestWorld } from "../../support/relay-world.ts";

const VISOR = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

let relays: RelayTestWorld;
let ann: CliWorld;
/** Of ann, in the manifest. */
let owner: string;

beforeEach(async () => {
  relays = new RelayTestWorld();
  ann = cliWorld(relays.network.dial);
  const made = JSON.parse((await ann.run("keygen", "--json")).out) as Record<string, string>;
  owner = `key: "${made["key"]}", feed: "${made["feed"]}"`;
});
afterEach(() => relays.close());

/** A manifest with these relays; `tags` stands where only a known tag may. */
function manifest(addresses: readonly string[], tags = ""): string {
  const list = addresses.map((address) => `"${address}"`).join(", ");
  return (
    `apiVersion: fleet.skywire/v1\nfleet: home\ncontrollers: [laptop]\n` +
    `operators:\n  ann: { ${owner}, may: [plan, apply] }\n` +
    `ledger: { seal: false, relays: [${list}] }\n${tags}visors:\n  laptop: { key: "${VISOR}" }\n`
  );
}

async function relayAddress(): Promise<string> {
  const { address } = await relays.relay();
  return `${address.host}:${address.port}`;
}

describe("with many relays", () => {
  it("R10: a command leaves no listeners behind that the system warns of", async () => {
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.name);
    process.on("warning", note);
    try {
      const addresses: string[] = [];
      while (addresses.length < 4) addresses.push(await relayAddress());
      await ann.write("fleet.yaml", manifest(addresses));
      expect(await ann.run("validate")).toMatchObject({ code: 0, err: "" });
      expect(await ann.run("ledger", "heartbeat")).toMatchObject({ code: 0 });
      await ann.run("ledger", "status");
      expect((await ann.run("log")).code).toBe(0);
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.removeListener("warning", note);
    }
    expect(warnings).toEqual([]);
  });

  it("R10: neither does a dial over TCP", async () => {
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.name);
    process.on("warning", note);
    const server = await listenTcp(() => undefined);
    const stop = new AbortController();
    try {
      const dial = dialUntil(dialTcp, stop.signal);
      for (let made = 0; made < 20; made += 1) await dial(server.address, { timeoutMs: 5_000 });
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.removeListener("warning", note);
      stop.abort();
      await server.close();
    }
    expect(warnings).toEqual([]);
  });
});

describe("a manifest that cannot be read", () => {
  const WRONG = "sets:\n  - nothing\n";

  it.each([
    ["ledger", "status"],
    ["ledger", "publish"],
    ["ledger", "heartbeat"],
    ["ledger", "serve"],
    ["doctor"],
  ])("R6: is not taken for none: %s %s", async (...argv) => {
    const addresses = [await relayAddress(), await relayAddress(), await relayAddress()];
    await ann.write("fleet.yaml", manifest(addresses, WRONG));
    const ran = await ann.run(...argv.filter((word) => word !== undefined));
    expect(ran.out).not.toContain("Only on this machine");
    expect(`${ran.out}${ran.err}`).toContain("sets");
    expect(ran.code).toBe(64);
  });

  it.each([["log"], ["verify"]])(
    "R6: is said by %s, which goes on without its names",
    async (verb) => {
      await ann.write("fleet.yaml", manifest([await relayAddress()], WRONG));
      const ran = await ann.run(verb);
      expect(ran.code).toBe(0);
      expect(ran.err).toContain("fleet.yaml has 1 error");
    },
  );

  it("R6: nothing is said where there is none and none was named", async () => {
    expect(await ann.run("log")).toMatchObject({ code: 0, err: "" });
    expect(await ann.run("ledger", "status")).toMatchObject({
      code: 0,
      last: "Only on this machine: the manifest names no relay.",
    });
  });

  it("R6: one that was named and is not there is missed", async () => {
    expect(await ann.run("ledger", "status", "--manifest", "other.yaml")).toMatchObject({
      code: 64,
      err: expect.stringContaining("other.yaml: no such file"),
    });
  });
});

describe("what is printed of a relay", () => {
  it("R12: names its address once in a line", async () => {
    const held = await relayAddress();
    const dead = "127.0.0.1:9";
    await ann.write("fleet.yaml", manifest([held, dead]));
    const printed: string[] = [];
    for (const verb of ["heartbeat", "publish", "status", "pull", "restore"]) {
      const ran = await ann.run("ledger", verb);
      printed.push(...`${ran.out}${ran.err}`.split("\n"));
    }
    const about = printed.filter((line) => line.includes(held) || line.includes(dead));
    expect(about.length).toBeGreaterThan(5);
    const twice = about.filter((line) => [held, dead].some((text) => line.split(text).length > 2));
    expect(twice).toEqual([]);
  });
});
