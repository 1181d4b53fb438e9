import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { sha256, toHex } from "../../../src/core/index.ts";
import {
  BLANK_HASH,
  decodeRoot,
  newObjects,
  type SentRoot,
} from "../../../src/skywire/cxo/index.ts";
import { FragileRelay } from "../../support/fragile-relay.ts";
import { LogFeed } from "../../support/log-feed.ts";
import { MemoryObjects } from "../../support/memory-objects.ts";
import { RelayTestWorld, TestMemory } from "../../support/relay-world.ts";

let world: RelayTestWorld;

beforeEach(() => {
  world = new RelayTestWorld();
});

afterEach(() => world.close());

describe("publishing to a relay that dies as real ones do", () => {
  it("brings every Root in turn, each checked, and harms nothing", async () => {
    const { relay, address, log } = await fragile();
    for (let seq = 0; seq < 4; seq += 1) {
      log.append(seq + 1);
      const outcome = await world.publish(log, address);
      expect(outcome).toMatchObject({ kind: "held" });
    }
    expect(relay.death).toBeUndefined();
    expect(relay.filled).toEqual([0n, 1n, 2n, 3n]);
  });

  it("asks back everything that a small push brought", async () => {
    const { relay, address, log } = await fragile();
    log.append(20);
    const outcome = await world.publish(log, address);
    // Registry, log, top, two leaves, twenty entries.
    expect(outcome).toMatchObject({ kind: "held", sent: 25, checked: 25 });
    expect(relay.asked).toHaveLength(25);
  });

  it("says that it is there already, pushing nothing", async () => {
    const { relay, address, log } = await fragile();
    log.append(20);
    await world.publish(log, address);
    const asked = relay.asked.length;
    const outcome = await world.publish(log, address);
    expect(outcome).toMatchObject({ kind: "already", checked: 25 });
    expect(relay.asked).toHaveLength(asked);
  });

  it("publishes on a relay whose Root it has lost the objects and the record of", async () => {
    const { relay, address, log } = await fragile();
    log.append(3);
    await world.publish(log, address);
    const held = new Set(log.store.byHash.keys());
    log.append(1);
    for (const name of objectsOnlyIn(log, held)) log.store.byHash.delete(name);
    const outcome = await world.publish(log, address, {
      rootHashAt: () => Promise.resolve(undefined),
    });
    expect(outcome).toMatchObject({ kind: "held" });
    expect(relay.filled).toEqual([0n, 1n]);
  });

  const spoilt: readonly {
    readonly name: string;
    readonly code: string;
    readonly spoil: (log: LogFeed) => void;
  }[] = [
    { name: "an entry that is missing here", code: "cxo/missing", spoil: (log) => drop(log, 1) },
    {
      name: "an entry that is damaged here",
      code: "cxo/hash",
      spoil: (log) => log.store.byHash.set(entryName(log, 1), Uint8Array.of(1)),
    },
    {
      name: "a registry that is not here",
      code: "cxo/missing",
      spoil: (log) => log.sign({ reg: new Uint8Array(32).fill(7) }),
    },
    {
      name: "a registry that no node can read",
      code: "cxo/truncated",
      spoil: (log) => log.sign({ reg: log.store.add(Uint8Array.of(1, 0, 0, 0, 9)) }),
    },
    {
      name: "a log that is reached twice",
      code: "cxo/twice",
      spoil: (log) => {
        const [pointer] = decodeRoot(log.last.value).refs;
        if (pointer !== undefined) log.sign({ refs: [pointer, pointer] });
      },
    },
  ];

  test.each(spoilt)("refuses $name before anything is sent", async ({ code, spoil }) => {
    const { relay, address, log } = await fragile();
    log.append(3);
    spoil(log);
    const outcome = await world.publish(log, address);
    expect(outcome).toMatchObject({ kind: "refused", error: { code } });
    expect(relay.asked).toEqual([]);
    expect(relay.death).toBeUndefined();
  });

  it("goes on after the restart of a relay that died before it had the list", async () => {
    const { relay, address, log } = await fragile();
    log.append(5);
    relay.crashAfterAsking = 3;
    expect(await world.publish(log, address)).toMatchObject({ kind: "unconfirmed" });
    expect(await world.publish(log, address)).toMatchObject({ kind: "unreachable" });
    relay.restart();
    expect(await world.publish(log, address)).toMatchObject({ kind: "held" });
  });

  it("R1: does not call a relay held that died in a filling and is hollow after its restart", async () => {
    const { relay, address, log } = await fragile();
    log.append(5);
    relay.crashAfterAsking = 4;
    expect(await world.publish(log, address)).toMatchObject({ kind: "unconfirmed" });
    relay.restart();
    const outcome = await world.publish(log, address, { stallTimeoutMs: 200 });
    expect(relay.filled).toEqual([0n]);
    expect(outcome).toMatchObject({ error: { code: "relay/missing-object" } });
  });

  it("does not wait for ever for a relay that ignores the Root", async () => {
    const { relay, address, log } = await fragile();
    log.append(1);
    relay.ignoresRoots = true;
    const outcome = await world.publish(log, address, { confirmTimeoutMs: 100 });
    expect(outcome).toMatchObject({ kind: "unconfirmed", error: { code: "cxo/unconfirmed" } });
  });
});

describe("a relay that disagrees", () => {
  it.each([
    ["another Root of the same number", "fork", (other: LogFeed) => other.append(1, "y")],
    ["another sequence", "fork", (other: LogFeed) => other.sign({ nonce: 2n })],
    [
      "a Root that ours does not follow",
      "fork",
      (other: LogFeed) => {
        other.append(1, "z");
        return other.append(1, "z");
      },
    ],
  ] as const)("that shows %s is a fork, with both Roots", async (_, kind, make) => {
    const { relay, address, log } = await fragile();
    const other = new LogFeed();
    make(other);
    await world.publish(other, address);
    while (log.roots.length < Math.max(1, other.roots.length)) log.append(1);
    if (other.roots.length > 1) log.append(1);
    const outcome = await world.publish(log, address);
    expect(outcome.kind).toBe(kind);
    if (outcome.kind !== "fork") return;
    expect(outcome.shown.sent.value).toEqual(other.last.value);
    expect(outcome.ours.sent.value).toEqual(log.last.value);
    expect(relay.filled).toHaveLength(1);
  });

  it("that is ahead is not forked: the feed is to be restored first", async () => {
    const { relay, address, log } = await fragile();
    const first = log.append(1);
    log.append(1);
    await world.publish(log, address);
    const outcome = await world.publish(log, address, { root: first });
    expect(outcome).toMatchObject({ kind: "ahead", shown: { root: { seq: 1n } } });
    expect(outcome.kind === "ahead" && outcome.reason).toContain("restore");
    expect(relay.filled).toEqual([1n]);
  });

  it("that is not there is unreachable", async () => {
    const log = new LogFeed();
    log.append(1);
    const outcome = await world.publish(log, { host: "127.0.0.1", port: 99 });
    expect(outcome).toMatchObject({ kind: "unreachable", error: { code: "relay/unreachable" } });
  });

  it("that refuses the feed says so", async () => {
    const relay = await world.relay({ feeds: [] });
    const log = new LogFeed();
    log.append(1);
    const outcome = await world.publish(log, relay.address);
    expect(outcome).toMatchObject({ kind: "refused", error: { code: "cxo/refused" } });
    expect(relay.events).toContainEqual(
      expect.objectContaining({ kind: "feed-refused", feed: toHex(log.feed) }),
    );
  });

  it.each([
    ["does not give what it was pushed", undefined, "hollow", "relay/missing-object"],
    ["gives other bytes", Uint8Array.of(1), "unconfirmed", "relay/wrong-bytes"],
  ] as const)("that shows the Root but %s does not hold it", async (_, bytes, kind, code) => {
    const { address, log, relay } = await fragile();
    log.append(3);
    const name = entryName(log, 2);
    const put = relay.store.add.bind(relay.store);
    relay.store.get = (hash) =>
      Promise.resolve(toHex(hash) === name ? bytes : relay.store.byHash.get(toHex(hash)));
    relay.store.add = put;
    const outcome = await world.publish(log, address, { stallTimeoutMs: 200 });
    expect(outcome).toMatchObject({ kind, error: { code } });
  });
});

describe("one more entry", () => {
  it("costs a relay its new right edge, whatever the length, up to 70,000", async () => {
    const log = new LogFeed();
    for (const size of [15, 16, 17, 255, 256, 4095, 4096, 65_535, 65_536, 70_000]) {
      const held = decodeRoot(log.append(size - log.entries.length).value);
      const before = new Set(log.store.byHash.keys());
      const next = decodeRoot(log.append(1).value);
      let reads = 0;
      const counted = Object.assign(new MemoryObjects(), {
        get: (hash: Uint8Array) => {
          reads += 1;
          return log.store.get(hash);
        },
      });
      const fresh = await newObjects(next, held, counted);
      const depth = depthOf(size + 1);
      expect(fresh.length, `${size} entries`).toBeLessThanOrEqual(depth + 4);
      expect(fresh.some(({ hash }) => before.has(toHex(hash)))).toBe(false);
      expect(reads, `${size} entries`).toBeLessThanOrEqual(3 * (depth + 4));
    }
    const relay = new FragileRelay();
    relay.adopt(log.last, log.store.byHash);
    const address = await world.fragile(relay);
    const memory = new TestMemory();
    memory.whole = { seq: log.last.seq, hash: sha256(log.last.value) };
    log.append(1);
    const outcome = await world.publish(log, address, { memory });
    expect(outcome).toMatchObject({ kind: "held", sent: relay.asked.length });
    expect(relay.asked.length).toBeLessThanOrEqual(depthOf(log.entries.length) + 4);
  }, 180_000);
});

async function fragile() {
  const relay = new FragileRelay();
  return { relay, address: await world.fragile(relay), log: new LogFeed() };
}

function depthOf(length: number): number {
  let depth = 0;
  while (16 ** (depth + 1) < length) depth += 1;
  return depth;
}

function entryName(log: LogFeed, index: number): string {
  return toHex(log.entries[index] ?? BLANK_HASH);
}

function drop(log: LogFeed, index: number): void {
  log.store.byHash.delete(entryName(log, index));
}

/** Names of what the first Root reaches and the last does not: its log and the nodes of its list. */
function objectsOnlyIn(log: LogFeed, before: ReadonlySet<string>): readonly string[] {
  const rootName = ({ value }: SentRoot): string => toHex(sha256(value));
  const [first] = log.roots;
  if (first === undefined) return [];
  const pointer = decodeRoot(first.value).refs[0]?.hash ?? BLANK_HASH;
  return [...before].filter((name) => name === rootName(first) || name === toHex(pointer));
}
