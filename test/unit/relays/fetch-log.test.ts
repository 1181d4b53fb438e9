import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { sha256, type StreamAddress, toHex } from "../../../src/core/index.ts";
import {
  fetchLog,
  type FetchLogOptions,
  type FetchResult,
  type FetchedEntry,
  lookAtRelay,
  type OpenRelay,
  openRelay,
} from "../../../src/relays/index.ts";
import { BLANK_HASH, decodeRoot, proveRoot } from "../../../src/skywire/cxo/index.ts";
import { realClock } from "../../support/clocks.ts";
import { LEDGER_SHAPE, LogFeed } from "../../support/log-feed.ts";
import { random } from "../../support/memory-network.ts";
import { MemoryRelayStore } from "../../support/memory-relay-store.ts";
import { RelayTestWorld, type RunningRelay, TestMemory } from "../../support/relay-world.ts";

let world: RelayTestWorld;
let relay: RunningRelay;
let store: MemoryRelayStore;
let log: LogFeed;
const open: OpenRelay[] = [];

beforeEach(async () => {
  world = new RelayTestWorld();
  store = new MemoryRelayStore();
  relay = await world.relay({ store });
  log = new LogFeed();
});

afterEach(async () => {
  for (const one of open.splice(0)) one.close();
  await world.close();
});

describe("a log that is fetched", () => {
  it.each([
    [1, 0],
    [16, 0],
    [17, 0],
    [17, 16],
    [257, 0],
    [257, 255],
    [257, 256],
    [300, 123],
    [300, 299],
    [300, 300],
    [300, 1000],
  ])("of %i entries comes from entry %i on, in order", async (size, from) => {
    log.append(size);
    await publish();
    for (const window of [1, 3, 64]) {
      const { entries } = await collect(await fetch({ from, window }));
      expect(entries.map(({ index }) => index)).toEqual(
        Array.from({ length: Math.max(0, size - from) }, (_, at) => from + at),
      );
      for (const { index, hash, bytes } of entries) {
        expect(hash).toEqual(log.entries[index]);
        expect(bytes).toEqual(log.store.byHash.get(toHex(hash)));
      }
    }
  });

  it.each([2, 3, 8, 17, 31, 32])("7: comes from a list of degree %i too", async (degree) => {
    log.append(300);
    log.relist(degree);
    await publish();
    for (const from of [0, 255, 300]) {
      const { entries } = await collect(await fetch({ from }));
      expect(entries.map(({ hash }) => hash)).toEqual(log.entries.slice(from));
    }
  });

  it("7: is refused from a list of a degree that nobody of ours writes", async () => {
    log.append(300);
    log.relist(33);
    await publish();
    await expect(fetch({}).then(collect)).rejects.toMatchObject({ code: "relay/malformed" });
  });

  it("asks for nothing that lies before the first wanted entry", async () => {
    log.append(4096 + 2);
    await publish();
    const asked = countGets();
    await collect(await fetch({ from: 4096 }));
    // The log, the top, three nodes down the right edge, two entries.
    expect(asked()).toBe(7);
  });

  it("holds only a few leaves while nobody reads on", async () => {
    log.append(2000);
    await publish();
    const asked = countGets();
    const result = await fetch({});
    if (result.kind !== "log") throw new Error(result.kind);
    const reading = result.entries[Symbol.asyncIterator]();
    await reading.next();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(asked()).toBeLessThan(160);
    await reading.return?.();
  });

  it("is none where the relay knows no such feed, and empty where it has no entries", async () => {
    expect((await fetch({})).kind).toBe("none");
    log.append(0);
    await publish();
    const { entries, size } = await collect(await fetch({}));
    expect([entries, size]).toEqual([[], 0]);
  });

  it("goes on from a pin, and tells how long the log is", async () => {
    log.append(10);
    const pin = { ...pinOf(log), size: 10 };
    log.append(5);
    await publish();
    const { entries, size } = await collect(await fetch({ pin, from: 10 }));
    expect([entries.length, size]).toEqual([5, 15]);
  });
});

describe("a relay that lies", () => {
  it("gives wrong bytes", async () => {
    log.append(40);
    await publish();
    store.objects.byHash.set(entryName(20), Uint8Array.of(1));
    await expect(fetch({}).then(collect)).rejects.toMatchObject({ code: "relay/wrong-bytes" });
  });

  it("has an object missing, and is not waited for long", async () => {
    log.append(40);
    await publish();
    store.objects.byHash.delete(entryName(20));
    const seen: number[] = [];
    const reading = fetch({ stallTimeoutMs: 200 }).then((result) => collect(result, seen));
    await expect(reading).rejects.toMatchObject({ code: "relay/missing-object" });
    expect(seen).toEqual(Array.from({ length: 16 }, (_, index) => index));
  });

  it("gives the wrong log", async () => {
    log.append(3);
    await publish();
    const [pointer] = decodeRoot(log.last.value).refs;
    store.objects.byHash.set(toHex(pointer?.hash ?? BLANK_HASH), Uint8Array.of(1));
    await expect(fetch({})).rejects.toMatchObject({ code: "relay/wrong-bytes" });
  });

  it("shows an older Root than the pinned one", async () => {
    log.append(3);
    await publish();
    log.append(1);
    expect(await fetch({ pin: { ...pinOf(log), size: 4 } })).toMatchObject({
      kind: "not-followed",
      error: { code: "relay/older-root" },
      shown: { root: { seq: 0n } },
    });
  });

  it("shows a second Root of the pinned number, which is evidence", async () => {
    log.append(3, "a");
    await publish();
    const other = new LogFeed();
    other.append(3, "b");
    const result = await fetch({ pin: { ...pinOf(other), size: 3 } });
    expect(result).toMatchObject({
      kind: "not-followed",
      error: { code: "relay/second-root" },
    });
    if (result.kind === "not-followed") expect(proveRoot(result.shown.sent).root.seq).toBe(0n);
  });

  it("shows another sequence", async () => {
    log.append(1);
    log.sign({ refs: decodeRoot(log.last.value).refs, nonce: 7n });
    await publish();
    expect(await fetch({})).toMatchObject({
      kind: "not-followed",
      error: { code: "relay/other-nonce" },
    });
  });

  it("shows a newer Root with fewer entries", async () => {
    log.append(2);
    await publish();
    const pin = { seq: 0n, rootHash: sha256(log.last.value), size: 5 };
    expect(await fetch({ pin: { ...pin, seq: -1n } })).toMatchObject({
      kind: "not-followed",
      error: { code: "relay/shorter-log" },
    });
  });

  it("shows a Root that points to no log", async () => {
    log.append(1);
    log.sign({ refs: [] });
    await publish();
    await expect(fetch({})).rejects.toMatchObject({ code: "relay/malformed" });
  });

  it("closes the connection in the middle", async () => {
    log.append(300);
    await publish();
    const result = await fetch({});
    if (result.kind !== "log") throw new Error(result.kind);
    const reading = result.entries[Symbol.asyncIterator]();
    await reading.next();
    await relay.stop();
    const rest = async (): Promise<void> => {
      for (;;) if ((await reading.next()).done === true) return;
    };
    await expect(rest()).rejects.toMatchObject({ code: "relay/lost" });
  });
});

describe("a look at a relay", () => {
  it("finds the last Root, and asks for everything below it", async () => {
    log.append(3000);
    await publish();
    const look = await lookAt(relay.address);
    expect(look).toMatchObject({
      kind: "shows",
      shown: { root: { seq: 0n } },
      check: { kind: "whole", checked: log.store.byHash.size - 1 },
    });
  });

  it("does not subscribe, and finds nothing of a feed that is not there", async () => {
    expect(await lookAt(relay.address)).toEqual({ kind: "empty", isStuck: false });
    expect(relay.events.map(({ kind }) => kind)).not.toContain("feed-refused");
  });

  test.each([
    ["the registry", () => toHex(LEDGER_SHAPE.registry)],
    ["the last entry", () => entryName(199)],
    ["one entry among many", () => entryName(100)],
  ])("says that a relay shows a Root without %s", async (_, name) => {
    log.append(200);
    await publish();
    store.objects.byHash.delete(name());
    expect(await lookAt(relay.address)).toMatchObject({
      kind: "shows",
      check: { kind: "hollow", error: { code: "relay/missing-object" } },
    });
  });

  it("tells an address where nobody is", async () => {
    expect(await lookAt({ host: "127.0.0.1", port: 77 })).toMatchObject({
      kind: "unreachable",
      error: { code: "relay/unreachable" },
    });
  });
});

async function publish(): Promise<void> {
  expect(await world.publish(log, relay.address)).toMatchObject({ kind: "held" });
}

async function connection(): Promise<OpenRelay> {
  const { dial } = world.network;
  const opened = await openRelay(relay.address, { dial, clock: realClock, random });
  open.push(opened);
  return opened;
}

async function fetch(options: Partial<FetchLogOptions>): Promise<FetchResult> {
  return fetchLog({
    connection: (await connection()).connection,
    relay: "the relay",
    feed: log.feed,
    shape: LEDGER_SHAPE,
    clock: realClock,
    pin: undefined,
    ...options,
  });
}

async function collect(
  result: FetchResult,
  seen: number[] = [],
): Promise<{ readonly entries: readonly FetchedEntry[]; readonly size: number }> {
  if (result.kind !== "log") throw new Error(`no log: ${result.kind}`);
  const entries: FetchedEntry[] = [];
  for await (const batch of result.entries) {
    entries.push(...batch);
    seen.push(...batch.map(({ index }) => index));
  }
  return { entries, size: result.size };
}

function lookAt(address: StreamAddress) {
  const { dial } = world.network;
  const { feed } = log;
  const { store, rootHashAt } = log;
  return lookAtRelay({
    ...{ dial, clock: realClock, random, address, feed, store, rootHashAt },
    memory: new TestMemory(),
    registry: LEDGER_SHAPE.registry,
    stallTimeoutMs: 300,
  });
}

function countGets(): () => number {
  let count = 0;
  const get = store.objects.get.bind(store.objects);
  store.objects.get = (hash) => {
    count += 1;
    return get(hash);
  };
  return () => count;
}

function entryName(index: number): string {
  return toHex(log.entries[index] ?? BLANK_HASH);
}

function pinOf({ last }: LogFeed): { readonly seq: bigint; readonly rootHash: Uint8Array } {
  return { seq: last.seq, rootHash: sha256(last.value) };
}
