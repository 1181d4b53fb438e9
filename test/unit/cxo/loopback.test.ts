import { afterEach, describe, expect, it } from "vitest";
import { FleetError, toHex } from "../../../src/core/index.ts";
import { dialTcp, listenTcp } from "../../../src/platform/index.ts";
import {
  BLANK_HASH,
  buildRefs,
  type Connection,
  CxoNode,
  type CxoNodeOptions,
  encodeValue,
  fetchFrom,
  fillRoot,
  keepConnected,
  manyTakerId,
  previewFeed,
  publicKeyOf,
  RelayPublisher,
  typesOf,
} from "../../../src/skywire/cxo/index.ts";
import { realClock } from "../../support/clocks.ts";
import { FeedWriter, LOG_REGISTRY, sameTexts } from "../../support/feed-writer.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { memoryPair } from "../../support/memory-pair.ts";
import { MemoryObjects } from "../../support/memory-objects.ts";
import { settle } from "../../support/raw-peer.ts";

const DIAL_TIMEOUT_MS = 5000;
const KEEP_ALIVE_MS = 30_000;
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe("our node against our node over loopback", () => {
  it("publishes to a relay that passes everything on to a subscriber", async () => {
    const relay = await listening();
    const publisher = node(1);
    const subscriber = node(3);
    const writer = new FeedWriter(publisher.store);
    subscriber.node.share(writer.feed);
    const reading = await subscriber.node.dial(dialTcp, relay.address, DIAL_TIMEOUT_MS);
    await subscriber.node.subscribe(reading, writer.feed);
    const connection = await publisher.node.dial(dialTcp, relay.address, DIAL_TIMEOUT_MS);
    const { feed } = writer;
    const pushing = new RelayPublisher({
      node: publisher.node,
      connection,
      feed,
      store: publisher.store,
      clock: realClock,
    });
    for (const size of [0, 1, 40, 300]) {
      const root = writer.append(sameTexts(size));
      expect(await pushing.publish(root)).toBe("held");
      await until(() => subscriber.filled.includes(root.seq));
    }
    for (const [name, bytes] of publisher.store.byHash) {
      expect(relay.store.byHash.get(name)).toEqual(bytes);
      expect(subscriber.store.byHash.get(name)).toEqual(bytes);
    }
    expect(toHex(subscriber.node.lastRoot(feed)?.root.hash ?? feed)).toBe(
      toHex((await previewFeed(connection, feed))?.root.hash ?? feed),
    );
  });

  it.each([1, 40])(
    "9.9: takes a Root of %i entries that comes together with the Ok",
    async (size) => {
      const relay = node(2);
      const writer = new FeedWriter(relay.store);
      const root = writer.append(sameTexts(size));
      relay.node.hold(root);
      // To a peer of this name both are written at once.
      const nodeId = manyTakerId(publicKeyOf(new Uint8Array(32).fill(3)));
      const subscriber = node(3, { nodeId });
      const [near, far] = memoryPair();
      const [connection] = await Promise.all([
        subscriber.node.connect(near),
        relay.node.accept(far),
      ]);
      await subscriber.node.subscribe(connection, writer.feed);
      await until(() => subscriber.filled.includes(root.seq));
      expect(subscriber.filled).toEqual([root.seq]);
    },
  );

  it("9.9: fills Roots with thousands of blank references, and keeps the connection", async () => {
    for (const schema of [BLANK_HASH, LOG_REGISTRY.entries[0]?.ref ?? BLANK_HASH]) {
      const relay = await listening();
      const publisher = node(1);
      const writer = new FeedWriter(publisher.store);
      const connection = await publisher.node.dial(dialTcp, relay.address, DIAL_TIMEOUT_MS);
      await publisher.node.subscribe(connection, writer.feed);
      for (const count of [1, 2_000, 20_000]) {
        const refs = Array.from({ length: count }, () => ({ hash: BLANK_HASH, schema }));
        const root = writer.sign({ refs });
        connection.send({ type: "Root", ...root });
        await until(() => relay.filled.includes(root.seq));
        expect(relay.filled).toContain(root.seq);
        expect((await previewFeed(connection, writer.feed))?.root.seq).toBe(root.seq);
      }
      expect(connection.reason).toBeUndefined();
    }
  });

  it.each([1, 2_000, 20_000])(
    "9.9: fills a list of %i blank references, and keeps the connection",
    async (count) => {
      const relay = await listening();
      const publisher = node(1);
      const writer = new FeedWriter(publisher.store);
      const connection = await publisher.node.dial(dialTcp, relay.address, DIAL_TIMEOUT_MS);
      await publisher.node.subscribe(connection, writer.feed);
      const list = buildRefs(Array.from({ length: count }, () => BLANK_HASH));
      for (const { bytes } of list.objects) publisher.store.add(bytes);
      const log = encodeValue({ use: "t.Log" }, { Entries: list.hash }, typesOf(LOG_REGISTRY));
      const schema = LOG_REGISTRY.entries.find(({ name }) => name === "t.Log")?.ref ?? BLANK_HASH;
      const root = writer.sign({ refs: [{ hash: publisher.store.add(log), schema }] });
      connection.send({ type: "Root", ...root });
      await until(() => relay.filled.includes(root.seq));
      expect((await previewFeed(connection, writer.feed))?.root.seq).toBe(root.seq);
      expect(connection.reason).toBeUndefined();
    },
  );

  it("fills an empty store from a relay, many requests at a time", async () => {
    const relay = await listening();
    const writer = new FeedWriter(relay.store);
    const last = relay.node.hold(writer.append(sameTexts(1000)));
    const reader = node(4);
    const connection = await reader.node.dial(dialTcp, relay.address, DIAL_TIMEOUT_MS);
    let open = 0;
    let most = 0;
    await fillRoot(last.root, {
      store: reader.store,
      inFlight: 32,
      request: async (hash) => {
        open += 1;
        most = Math.max(most, open);
        const bytes = await fetchFrom(connection, hash);
        open -= 1;
        return bytes;
      },
    });
    expect(reader.store.byHash.size).toBe(relay.store.byHash.size);
    expect(most).toBe(32);
  });

  it("carries an object of 16 MiB and no more", async () => {
    const relay = await listening();
    const largest = relay.store.add(new Uint8Array(16 * 1024 * 1024).fill(3));
    const reader = node(5);
    const connection = await reader.node.dial(dialTcp, relay.address, DIAL_TIMEOUT_MS);
    expect(await fetchFrom(connection, largest)).toHaveLength(16 * 1024 * 1024);
  });

  it("answers Ping and RqPeers, and lists its feeds when it is public", async () => {
    const [near] = await pair({ isPublic: true, acceptsFeed: () => true });
    expect((await near.request({ type: "Ping" })).type).toBe("Pong");
    const feed = new FeedWriter(new MemoryObjects()).feed;
    expect(await near.request({ type: "RqPeers", feed })).toEqual({
      type: "Err",
      text: "not in swarm",
    });
    await near.request({ type: "Sub", feed });
    expect(await near.request({ type: "RqList" })).toEqual({ type: "List", feeds: [feed] });
  });
});

describe("a quiet connection", () => {
  it("is kept alive by both sides", async () => {
    const clock = new ManualClock();
    const [near, far] = await pair({ clock });
    for (let minute = 0; minute < 10; minute += 1) {
      clock.advance(KEEP_ALIVE_MS);
      await settle();
    }
    expect([near.reason, far.reason]).toEqual([undefined, undefined]);
  });

  it("is closed when nothing comes for a minute and a half", async () => {
    const clock = new ManualClock();
    const [near, far] = await pair({ clock });
    far.pause();
    for (let tick = 0; tick < 4; tick += 1) {
      clock.advance(KEEP_ALIVE_MS);
      await settle();
    }
    expect([near.reason?.code, far.reason?.code]).toContain("cxo/idle");
  });
});

describe("a peer that does not read", () => {
  it.each([
    ["an object it asked for", 5, "RqObject"],
    ["anything at all", 200, "RqPreview"],
  ] as const)("is given up: %s", async (_, backlogMb, type) => {
    const clock = new ManualClock();
    const [near, far] = memoryPair();
    const serving = node(8, { clock });
    const key = serving.store.add(Uint8Array.of(1));
    const [asking, served] = await Promise.all([
      node(7, { clock }).node.connect(near),
      serving.node.accept(far),
    ]);
    Object.defineProperty(far, "backlogBytes", { value: backlogMb * 1024 * 1024 });
    const { feed } = new FeedWriter(serving.store);
    asking.send(type === "RqObject" ? { type, key } : { type, feed });
    for (let looks = 0; looks < 600 && served.reason === undefined; looks += 1) {
      await settle(2);
      clock.advance(10);
    }
    expect(served.reason?.code).toBe("cxo/slow");
  });
});

describe("keepConnected", () => {
  it("waits longer after every failure, anew after a success, and stops when told", async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const waits: number[] = [];
    let isUp = false;
    let uses = 0;
    const running = keepConnected({
      clock,
      random: () => Uint8Array.of(0),
      signal: stop.signal,
      open: async () => {
        if (!isUp) throw new FleetError("net/refused", "nobody listens");
        return (await pair({ clock }))[0];
      },
      use: () => {
        uses += 1;
        return Promise.resolve();
      },
      onFailure: (_, waitMs) => waits.push(waitMs),
    });
    for (let tries = 0; tries < 14; tries += 1) {
      await settle(2);
      clock.advance(waits.at(-1) ?? 0);
    }
    expect(waits.slice(0, 4)).toEqual([500, 1000, 2000, 4000]);
    expect(Math.max(...waits)).toBe(450_000);
    isUp = true;
    await settle(40);
    expect(uses).toBe(1);
    isUp = false;
    clock.advance(500);
    await settle(4);
    expect(waits.at(-1)).toBe(1000);
    stop.abort(new Error("stop"));
    await running;
    expect(uses).toBe(1);
  });
});

interface TestNode {
  readonly node: CxoNode;
  readonly store: MemoryObjects;
  readonly filled: bigint[];
}

function node(number: number, options: Partial<CxoNodeOptions> = {}): TestNode {
  const store = new MemoryObjects();
  const filled: bigint[] = [];
  const made = new CxoNode({
    secret: new Uint8Array(32).fill(number),
    store,
    clock: realClock,
    random: (size) => crypto.getRandomValues(new Uint8Array(size)),
    events: { filled: ({ root }) => filled.push(root.seq) },
    ...options,
  });
  cleanups.push(() => made.close());
  return { node: made, store, filled };
}

async function listening(): Promise<
  TestNode & { readonly address: { readonly host: string; readonly port: number } }
> {
  const relay = node(2, { acceptsFeed: () => true });
  const server = await listenTcp((stream) => {
    relay.node.accept(stream).catch(() => undefined);
  });
  cleanups.push(() => server.close());
  return { ...relay, address: server.address };
}

async function pair(options: Partial<CxoNodeOptions>): Promise<readonly [Connection, Connection]> {
  const [near, far] = memoryPair();
  const dialing = node(7, options).node.connect(near);
  return Promise.all([dialing, node(8, options).node.accept(far)]);
}

async function until(isSo: () => boolean): Promise<void> {
  const untilMs = Date.now() + 8000;
  while (!isSo()) {
    if (Date.now() > untilMs) throw new Error("it did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
