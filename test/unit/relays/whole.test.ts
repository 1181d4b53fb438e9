// When a relay counts as holding a Root, and how it is brought there without being left half filled.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Dial, sha256, toHex } from "../../../src/core/index.ts";
import { BLANK_HASH, decodeRoot, newObjects } from "../../../src/skywire/cxo/index.ts";
import { fastClock } from "../../support/clocks.ts";
import { FragileRelay } from "../../support/fragile-relay.ts";
import { LEDGER_SHAPE, LogFeed } from "../../support/log-feed.ts";
import { RelayTestWorld, TestMemory } from "../../support/relay-world.ts";

let world: RelayTestWorld;
let log: LogFeed;
let memory: TestMemory;

beforeEach(() => {
  world = new RelayTestWorld();
  log = new LogFeed();
  memory = new TestMemory();
});
afterEach(() => world.close());

async function fragile(roundTripMs = 0) {
  const relay = new FragileRelay({ roundTripMs });
  return { relay, address: await world.fragile(relay) };
}

/** A relay that was given all below the newest Root, and nothing of the Roots before it. */
async function givenTheNewest() {
  const { relay, address } = await fragile();
  const root = decodeRoot(log.last.value);
  const objects = await newObjects(root, undefined, log.store);
  relay.adopt(log.last, new Map(objects.map(({ hash, bytes }) => [toHex(hash), bytes])));
  return { relay, address };
}

/** Appends entries in Roots of so many each. */
function appendRoots(count: number, each: number): void {
  for (let made = 0; made < count; made += 1) log.append(each);
}

function rootOf(seq: number) {
  const sent = log.roots[seq];
  if (sent === undefined) throw new Error(`there is no Root ${seq}`);
  return { seq: sent.seq, hash: sha256(sent.value) };
}

function entryName(index: number): string {
  return toHex(log.entries[index] ?? BLANK_HASH);
}

describe("asking back", () => {
  it("7: asks for old objects once, and for new ones at each push", async () => {
    const { address } = await fragile();
    log.append(400);
    const first = await world.publish(log, address, { memory });
    expect(first).toMatchObject({ kind: "held", checked: log.store.byHash.size - 1 });
    expect(memory.whole).toEqual(rootOf(0));
    log.append(1);
    const second = await world.publish(log, address, { memory });
    // The new right edge, and a sample of at most 64 ways of three steps with the edge of the old one.
    expect(second).toMatchObject({ kind: "held" });
    expect(second.kind === "held" ? second.checked : 0).toBeLessThan(64 * 2 + 40);
  });

  it("7: goes on where it was left", async () => {
    const { relay, address } = await fragile();
    appendRoots(3, 600);
    relay.adopt(log.last, log.store.byHash);
    const stop = new AbortController();
    const stopped = await world.publish(log, address, {
      memory,
      stop: stop.signal,
      onProgress: ({ kind, done }) => {
        if (kind === "checking" && done > 900) stop.abort();
      },
    });
    expect(stopped).toMatchObject({ kind: "stopped" });
    expect(memory.whole).toEqual({ ...rootOf(0), within: rootOf(2) });
    const outcome = await world.publish(log, address, { memory });
    expect(outcome).toMatchObject({ kind: "already" });
    expect(outcome.kind === "already" ? outcome.checked : 0).toBeLessThan(1_600);
    expect(memory.whole).toEqual(rootOf(2));
  });

  it("7: finds a relay that forgot by a sample, and asks for everything again", async () => {
    const { relay, address } = await fragile();
    log.append(400);
    await world.publish(log, address, { memory });
    // A quarter of the entries is gone: 64 ways miss all of them once in a hundred million runs.
    for (let index = 100; index < 200; index += 1) relay.store.byHash.delete(entryName(index));
    const outcome = await world.publish(log, address, { memory, stallTimeoutMs: 100 });
    expect(outcome).toMatchObject({ kind: "hollow", error: { code: "relay/missing-object" } });
    expect(memory.whole).toBeUndefined();
    const again = await world.publish(log, address, { memory, stallTimeoutMs: 100 });
    expect(again).toMatchObject({ kind: "hollow" });
  });

  it("7: believes nothing that is remembered of a relay that was set back", async () => {
    const { address } = await fragile();
    log.append(20);
    await world.publish(log, address);
    log.append(1);
    memory.whole = rootOf(1);
    const outcome = await world.publish(log, address, { memory });
    expect(outcome).toMatchObject({ kind: "held", checked: expect.any(Number) as number });
    expect(outcome.kind === "held" ? outcome.checked : 0).toBeGreaterThan(20);
  });
});

describe("a relay that has nothing of older Roots but what the newest has too", () => {
  it("7: is whole with a list that was written anew", async () => {
    appendRoots(25, 100);
    log.relist(17);
    const { address } = await givenTheNewest();
    const outcome = await world.publish(log, address, { memory, stallTimeoutMs: 1_000 });
    expect(outcome).toMatchObject({ kind: "already" });
    expect(memory.whole).toEqual(rootOf(25));
  });

  it("7: is whole when it got a long list at once, and was asked in steps", async () => {
    appendRoots(25, 100);
    const { address } = await givenTheNewest();
    const outcome = await world.publish(log, address, { memory, stallTimeoutMs: 1_000 });
    expect(outcome).toMatchObject({ kind: "already" });
    expect(memory.whole).toEqual(rootOf(24));
    const steps = memory.facts.flatMap((fact) => (fact.kind === "whole" ? [fact.root.seq] : []));
    expect(steps).toEqual([9n, 19n, 24n]);
  });

  it("7: is whole though what is remembered is a Root of which it keeps no more", async () => {
    appendRoots(2, 105);
    const { address } = await givenTheNewest();
    memory.whole = rootOf(0);
    const outcome = await world.publish(log, address, { memory, stallTimeoutMs: 1_000 });
    expect(outcome).toMatchObject({ kind: "already" });
    expect(memory.facts.map(({ kind }) => kind)).toEqual(["whole", "whole"]);
  });

  it("7: is asked for nothing twice that it gave on the way to an older one", async () => {
    appendRoots(3, 105);
    memory.whole = { ...rootOf(0), within: rootOf(1) };
    log.relist(17);
    const { address } = await givenTheNewest();
    const outcome = await world.publish(log, address, { memory, stallTimeoutMs: 1_000 });
    expect(outcome).toMatchObject({ kind: "already" });
    // 211 entries and 22 other objects are new, and a sample of at most 65 entries and the registry.
    expect(outcome.kind === "already" ? outcome.checked : 0).toBeLessThanOrEqual(211 + 22 + 66);
    expect(memory.whole).toEqual(rootOf(3));
  });

  it.each([0, 1, 2, 9, 60, -1])(
    "7: is hollow without any object that was not asked for on the way to an older one: %i",
    async (at) => {
      appendRoots(3, 105);
      memory.whole = { ...rootOf(0), within: rootOf(1) };
      const seen = decodeRoot(log.roots[0]?.value ?? BLANK_HASH);
      const { relay, address } = await givenTheNewest();
      const fresh = await newObjects(decodeRoot(log.last.value), seen, log.store);
      relay.store.byHash.delete(toHex(fresh.at(at)?.hash ?? BLANK_HASH));
      const outcome = await world.publish(log, address, { memory, stallTimeoutMs: 1_000 });
      expect(outcome).toMatchObject({ kind: "hollow" });
      expect(memory.whole).toEqual({ ...rootOf(0), within: rootOf(1) });
    },
  );

  it("7: is found by a sample when it gives no more what it gave on the way to an older one", async () => {
    appendRoots(3, 105);
    memory.whole = { ...rootOf(0), within: rootOf(1) };
    const { relay, address } = await givenTheNewest();
    for (let index = 0; index < 50; index += 1) relay.store.byHash.delete(entryName(index));
    const outcome = await world.publish(log, address, { memory, stallTimeoutMs: 1_000 });
    expect(outcome).toMatchObject({ kind: "hollow" });
    expect(memory.whole).toBeUndefined();
  });

  it("7: is asked for everything when it shows an older Root than the one it gave a part of", async () => {
    appendRoots(2, 105);
    const { address } = await givenTheNewest();
    log.append(1);
    memory.whole = { ...rootOf(0), within: rootOf(2) };
    const outcome = await world.publish(log, address, { memory });
    expect(outcome).toMatchObject({ kind: "held" });
    expect(outcome.kind === "held" ? outcome.checked : 0).toBeGreaterThan(210);
  });
});

describe("beside other work", () => {
  it("7: begins no push that takes longer than the round trips of a second", async () => {
    const { relay, address } = await fragile(20);
    log.append(200);
    const outcome = await world.publish(log, address, { memory, budgetMs: 1_000 });
    expect(outcome).toMatchObject({ kind: "later", lacks: 216 });
    expect(relay.asked).toEqual([]);
    expect(memory.facts).toEqual([]);
  });

  it("7: pushes what fits", async () => {
    const { relay, address } = await fragile(20);
    log.append(12);
    expect(await world.publish(log, address, { memory, budgetMs: 1_000 })).toMatchObject({
      kind: "held",
    });
    expect(relay.asked).toHaveLength(15);
  });
});

describe("a relay that asks for one object at a time", () => {
  it("7: is brought up by older Roots, few entries at a time, each seen whole before the next", async () => {
    const { relay, address } = await fragile();
    appendRoots(100, 3);
    await world.publish(log, address, { memory });
    const whole = memory.facts.flatMap((fact) => (fact.kind === "whole" ? [fact.root.seq] : []));
    expect(relay.filled).toEqual(whole);
    expect(whole.length).toBeGreaterThan(8);
    expect(whole.at(-1)).toBe(99n);
    const steps = whole.map((seq, at) => Number(seq - (whole[at - 1] ?? -1n)) * 3);
    expect(Math.max(...steps)).toBeLessThanOrEqual(32);
  });

  it("7: gets the newest Root at once when it takes many", async () => {
    const relay = await world.relay();
    appendRoots(100, 3);
    expect(await world.publish(log, relay.address)).toMatchObject({ kind: "held" });
    const held = relay.events.flatMap((event) => (event.kind === "held" ? [event.seq] : []));
    expect(held).toEqual([99n]);
  });

  it("7: is said to lack what it was left without, and is hollow from then on", async () => {
    const { relay, address } = await fragile(5);
    log.append(200);
    const stop = new AbortController();
    relay.choose = () => {
      if (relay.asked.length === 50) stop.abort();
      return 0;
    };
    const outcome = await world.publish(log, address, {
      memory,
      stop: stop.signal,
      stopGraceMs: 0,
    });
    expect(outcome).toMatchObject({ kind: "stopped" });
    const lacks = outcome.kind === "stopped" ? outcome.lacks : 0;
    expect(216 - relay.store.byHash.size + 1).toBeGreaterThanOrEqual(lacks);
    expect(lacks).toBeGreaterThan(100);
    relay.choose = () => 0;
    const next = await world.publish(log, address, { memory, stallTimeoutMs: 100 });
    expect(next).toMatchObject({ kind: "hollow" });
    expect(memory.whole).toBeUndefined();
  });

  it("7: is finished first when it is nearly full", async () => {
    const { relay, address } = await fragile();
    log.append(30);
    const stop = new AbortController();
    relay.choose = () => {
      stop.abort();
      return 0;
    };
    await world.publish(log, address, { memory, stop: stop.signal, stopGraceMs: 5_000 });
    expect(relay.filled).toEqual([0n]);
  });

  it("7: heals by the next Root where that brings new nodes", async () => {
    const { relay, address } = await fragile(10);
    log.append(12);
    const stop = new AbortController();
    relay.choose = () => {
      if (relay.asked.length === 6) stop.abort();
      return 0;
    };
    await world.publish(log, address, { memory, stop: stop.signal, stopGraceMs: 0 });
    relay.choose = () => 0;
    const hollow = await world.publish(log, address, { memory, stallTimeoutMs: 100 });
    expect(hollow).toMatchObject({ kind: "hollow" });
    log.append(1);
    const healed = await world.publish(log, address, { memory, stallTimeoutMs: 100 });
    expect(healed).toMatchObject({ kind: "held" });
    expect(memory.whole).toEqual(rootOf(1));
  });
});

describe("a relay that was left before it had the registry", () => {
  it("7: is named, and nothing is pushed to it until that is asked for", async () => {
    const { relay, address } = await fragile();
    log.append(12);
    memory.awaitsRegistry = true;
    const clock = fastClock(20);
    const outcome = await world.publish(log, address, { memory, clock });
    expect(outcome).toMatchObject({ kind: "stuck" });
    expect(relay.asked).toEqual([]);
    const pushed = await world.publish(log, address, { memory, clock, pushesAgain: true });
    expect(pushed).toMatchObject({ kind: "held" });
    expect(memory.awaitsRegistry).toBe(false);
  });

  it("7: is not taken for one where the registry is there", async () => {
    const { relay, address } = await fragile();
    log.append(12);
    relay.store.add((await log.store.get(LEDGER_SHAPE.registry)) ?? BLANK_HASH);
    memory.awaitsRegistry = true;
    expect(await world.publish(log, address, { memory })).toMatchObject({ kind: "held" });
  });

  it("7: is remembered before the push, and forgotten when it asks for more", async () => {
    const { address } = await fragile();
    log.append(2);
    await world.publish(log, address, { memory });
    expect(memory.facts.map(({ kind }) => kind)).toEqual(["first-push", "has-registry", "whole"]);
  });

  it("7: and dies of it by itself is whole after a restart and another push", async () => {
    const { relay, address } = await fragile(10);
    log.append(12);
    const clock = fastClock(20);
    relay.diesOfLostRegistry = true;
    const dial: Dial = async (...to) => {
      const stream = await world.network.dial(...to);
      relay.choose = () => {
        stream.destroy();
        return 0;
      };
      return stream;
    };
    await world.publish(log, address, { memory, clock, dial });
    await expect.poll(() => relay.death).toBe("left without a registry");
    relay.choose = () => 0;
    expect(await world.publish(log, address, { memory, clock })).toMatchObject({
      kind: "unreachable",
    });
    relay.restart();
    expect(await world.publish(log, address, { memory, clock })).toMatchObject({ kind: "stuck" });
    const pushed = await world.publish(log, address, { memory, clock, pushesAgain: true });
    expect(pushed).toMatchObject({ kind: "held" });
  });
});
