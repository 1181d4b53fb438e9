import { describe, expect, it, test } from "vitest";
import { type Clock, sha256, sleep, toHex } from "../../../src/core/index.ts";
import {
  BLANK_HASH,
  CxoNode,
  decodeRoot,
  newObjects,
  previewFeed,
  publicKeyOf,
  RelayPublisher,
  type Root,
  type SentRoot,
} from "../../../src/skywire/cxo/index.ts";
import { fastClock, realClock } from "../../support/clocks.ts";
import { FeedWriter, LOG_REGISTRY, sameTexts } from "../../support/feed-writer.ts";
import { FragileRelay } from "../../support/fragile-relay.ts";
import { memoryPair } from "../../support/memory-pair.ts";
import { MemoryObjects } from "../../support/memory-objects.ts";

const SECRET = new Uint8Array(32).fill(12);

describe("publishing never harms a relay", () => {
  it("pushes the next Root only when the relay shows the last", async () => {
    const { relay, writer, publisher, close } = await world();
    const roots = [0, 1, 2, 3, 4].map((size) => writer.append(sameTexts(size)));
    const ends = await Promise.all(roots.map((root) => publisher.publish(root)));
    expect(ends).toEqual(roots.map(() => "held"));
    expect(relay.death).toBeUndefined();
    expect(relay.filled).toEqual([0n, 1n, 2n, 3n, 4n]);
    close();
  });

  it("says that a Root is held already, and asks nothing of the relay", async () => {
    const { relay, writer, publisher, close } = await world();
    const root = writer.append(sameTexts(2));
    await publisher.publish(root);
    const asked = relay.asked.length;
    expect(await publisher.publish(root)).toBe("already");
    expect(relay.asked).toHaveLength(asked);
    close();
  });

  it("asks the relay for the new right edge only, whatever the length", async () => {
    const { relay, writer, publisher, close } = await world();
    await publisher.publish(writer.append(sameTexts(256)));
    for (let size = 257; size < 262; size += 1) {
      const asked = relay.asked.length;
      await publisher.publish(writer.append(sameTexts(1)));
      // Entry, three levels of list, log; and the old top as a node when the list grows by a level.
      expect(relay.asked.length - asked).toBeLessThanOrEqual(size === 257 ? 6 : 5);
    }
    expect(relay.death).toBeUndefined();
    close();
  });

  const refusals: readonly {
    readonly name: string;
    readonly code: string;
    readonly death: string;
    readonly make: (writer: FeedWriter, store: MemoryObjects) => SentRoot;
  }[] = [
    {
      name: "a new object reached twice",
      code: "cxo/twice",
      death: "Finc to negative",
      make: (writer) => writer.append(sameTexts(2), false),
    },
    {
      name: "a registry that is not in the store",
      code: "cxo/missing",
      death: "waits for the registry for ever",
      make: (writer) => writer.sign({ reg: new Uint8Array(32).fill(8) }),
    },
    {
      name: "a registry that no node can read",
      code: "cxo/truncated",
      death: "",
      make: (writer, store) => writer.sign({ reg: store.add(Uint8Array.of(1, 0, 0, 0, 9)) }),
    },
    {
      name: "an object that is too large",
      code: "cxo/limit",
      death: "",
      make: (writer) => writer.append([new Uint8Array(300 * 1024)]),
    },
    {
      name: "an object that is missing",
      code: "cxo/missing",
      death: "",
      make: (writer, store) => {
        const root = writer.append(sameTexts(3));
        const [dynamic] = decodeRoot(root.value).refs;
        store.byHash.delete(toHex(dynamic?.hash ?? BLANK_HASH));
        return root;
      },
    },
    {
      name: "a damaged object",
      code: "cxo/hash",
      death: "",
      make: (writer, store) => {
        const root = writer.append(sameTexts(3));
        const [dynamic] = decodeRoot(root.value).refs;
        store.byHash.set(toHex(dynamic?.hash ?? BLANK_HASH), Uint8Array.of(1));
        return root;
      },
    },
  ];

  test.each(refusals)("refuses $name before anything is sent", async ({ code, make }) => {
    const { relay, writer, store, publisher, close } = await world();
    await expect(publisher.publish(make(writer, store))).rejects.toMatchObject({ code });
    expect(relay.death).toBeUndefined();
    expect(relay.asked).toEqual([]);
    close();
  });

  test.each(refusals.filter(({ death }) => death !== ""))(
    "the relay dies or stands still of $name when it is pushed all the same",
    async ({ death, make }) => {
      const { relay, writer, store, node, close } = await world();
      const [connection] = node.connections;
      if (connection === undefined) throw new Error("no connection");
      store.get = (hash) => Promise.resolve(store.byHash.get(toHex(hash)) ?? Uint8Array.of(0));
      await node.subscribe(connection, writer.feed);
      connection.send({ type: "Root", ...make(writer, store) });
      const end = (): string | undefined =>
        relay.isStuck ? "waits for the registry for ever" : relay.death;
      for (let looks = 0; looks < 200 && end() === undefined; looks += 1)
        await new Promise((resolve) => setTimeout(resolve, 5));
      expect(end()).toContain(death);
      close();
    },
  );

  it("a relay dies of a burst, which is why there is none", async () => {
    const { relay, writer, node, close } = await world();
    const [connection] = node.connections;
    if (connection === undefined) throw new Error("no connection");
    for (let seq = 0; seq < 3; seq += 1)
      connection.send({ type: "Root", ...writer.append(sameTexts(3)) });
    for (let looks = 0; looks < 200 && relay.death === undefined; looks += 1)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(relay.death).toBe("a Root came while another was filled");
    close();
  });
});

describe("publishing to relays that fail or disagree", () => {
  it("ends with the connection when the relay dies, and goes on after its restart", async () => {
    const { relay, writer, publisher, close, again } = await world();
    await publisher.publish(writer.append(sameTexts(1)));
    relay.crashAfterAsking = relay.asked.length + 2;
    const next = writer.append(sameTexts(2));
    await expect(publisher.publish(next)).rejects.toMatchObject({ code: "cxo/closed" });
    relay.restart();
    const other = await again();
    expect(await other.publish(next)).toBe("held");
    expect(relay.filled).toEqual([0n, 1n]);
    close();
  });

  it("closes a connection whose relay does not confirm in time", async () => {
    const { relay, writer, node, publisher, close } = await world(200);
    await publisher.publish(writer.append(sameTexts(1)));
    relay.ignoresRoots = true;
    const [connection] = node.connections;
    await expect(publisher.publish(writer.append(sameTexts(1)))).rejects.toMatchObject({
      code: "cxo/unconfirmed",
    });
    expect(connection?.reason?.code).toBe("cxo/unconfirmed");
    close();
  });

  it.each([
    ["another Root of the same number", 0n, 1n],
    ["a higher number", 3n, 1n],
    ["another sequence", 0n, 2n],
  ])("refuses to fork from a relay that shows %s", async (_, seq, nonce) => {
    const { relay, writer, store, publisher, close, again } = await world();
    const prev = seq === 0n ? BLANK_HASH : sha256(Uint8Array.of(1));
    await publisher.publish(writer.sign({ seq, nonce, prev, descriptor: Uint8Array.of(5) }));
    const ours = new FeedWriter(store).append(sameTexts(1));
    await expect((await again()).publish(ours)).rejects.toMatchObject({ code: "cxo/fork" });
    expect(relay.filled).toEqual([seq]);
    close();
  });
});

describe("a publisher that ends early", () => {
  it.each([0, 5, 25])(
    "7: gives the relay its registry first, when it ends %i ms after the push",
    async (afterMs) => {
      const { relay, writer, publisher, node, again, makeNode } = await world(undefined, 40);
      const root = writer.append(sameTexts(3));
      const ended = publisher.publish(root).catch((error: unknown) => error);
      await pushed(node);
      await sleep(realClock, afterMs);
      node.close();
      expect(await ended).toMatchObject({ code: "cxo/closed" });
      await sleep(realClock, 60);
      expect(relay.isStuck).toBe(false);
      expect(relay.store.byHash.has(toHex(LOG_REGISTRY.ref))).toBe(true);
      const other = makeNode();
      expect(await (await again(other)).publish(root)).toBe("held");
      expect(relay.death).toBeUndefined();
      other.close();
    },
  );

  it("7: gives the relay its registry first, also when it was given up before", async () => {
    const { relay, writer, node, publisher } = await world(10, 100);
    const root = writer.append(sameTexts(3));
    await expect(publisher.publish(root)).rejects.toMatchObject({ code: "cxo/unconfirmed" });
    const [connection] = node.connections;
    await until(() => connection?.reason !== undefined);
    expect(connection?.reason?.code).toBe("cxo/unconfirmed");
    expect([relay.isStuck, relay.asked[0]]).toEqual([false, toHex(LOG_REGISTRY.ref)]);
    node.close();
  });

  it("7: waits no longer than 10 s for a relay that asks for nothing", async () => {
    const { relay, writer, publisher, node } = await world(undefined, 0, fastClock(50));
    relay.ignoresRoots = true;
    const ended = publisher.publish(writer.append(sameTexts(3))).catch((error: unknown) => error);
    await pushed(node);
    const startMs = Date.now();
    node.close();
    expect(await ended).toMatchObject({ code: "cxo/closed" });
    expect(Date.now() - startMs).toBeLessThan(2_000);
  });
});

describe("what a relay has to ask for", () => {
  it("is found where the trees differ, also when the list grows by a level", async () => {
    for (const size of [15, 16, 17, 255, 256, 257, 300]) {
      const store = new MemoryObjects();
      const writer = new FeedWriter(store);
      const held = rootOf(writer.append(sameTexts(size)));
      const before = new Set(store.byHash.keys());
      let reads = 0;
      const counted: MemoryObjects = Object.assign(new MemoryObjects(), {
        get: (hash: Uint8Array) => {
          reads += 1;
          return store.get(hash);
        },
      });
      const next = rootOf(writer.append(sameTexts(1)));
      const fresh = await newObjects(next, held, counted);
      const wanted = [...store.byHash.keys()].filter((name) => !before.has(name));
      expect(fresh.map(({ hash }) => toHex(hash)).sort()).toEqual(wanted.sort());
      expect(reads).toBeLessThan(16 + 12);
    }
  });

  it("is everything when nothing is held", async () => {
    const store = new MemoryObjects();
    const root = rootOf(new FeedWriter(store).append(sameTexts(40)));
    expect(await newObjects(root, undefined, store)).toHaveLength(store.byHash.size);
    expect(store.byHash.has(toHex(LOG_REGISTRY.ref))).toBe(true);
  });
});

function rootOf(sent: SentRoot): Root {
  return decodeRoot(sent.value);
}

async function until(isSo: () => boolean): Promise<void> {
  for (let looks = 0; looks < 200 && !isSo(); looks += 1) await sleep(realClock, 10);
}

/** Waits until the publisher has sent its Root: that is what it does once it shares the feed. */
async function pushed(node: CxoNode): Promise<void> {
  const [connection] = node.connections;
  if (connection === undefined) throw new Error("no connection");
  const send = connection.send.bind(connection);
  await new Promise<void>((resolve) => {
    connection.send = (message) => {
      const seq = send(message);
      if (message.type === "Root") resolve();
      return seq;
    };
  });
}

async function world(
  confirmTimeoutMs?: number,
  roundTripMs = 0,
  clock: Clock = realClock,
): Promise<{
  relay: FragileRelay;
  store: MemoryObjects;
  writer: FeedWriter;
  node: CxoNode;
  publisher: RelayPublisher;
  /** Another publisher on a connection of its own, of the same node when no other is given. */
  again: (own?: CxoNode) => Promise<RelayPublisher>;
  makeNode: () => CxoNode;
  close: () => void;
}> {
  const relay = new FragileRelay({ roundTripMs });
  const store = new MemoryObjects();
  const writer = new FeedWriter(store);
  const makeNode = (): CxoNode =>
    new CxoNode({
      secret: SECRET,
      nodeId: publicKeyOf(SECRET),
      store,
      clock,
      takesRoots: false,
      random: (size) => crypto.getRandomValues(new Uint8Array(size)),
    });
  const node = makeNode();
  const again = async (own = node): Promise<RelayPublisher> => {
    const [near, far] = memoryPair();
    const [connection] = await Promise.all([own.connect(near), relay.accept(far)]);
    const { feed } = writer;
    const options = { node: own, connection, feed, store, clock };
    return new RelayPublisher(
      confirmTimeoutMs === undefined ? options : { ...options, confirmTimeoutMs },
    );
  };
  const publisher = await again();
  const [connection] = node.connections;
  if (connection !== undefined) expect(await previewFeed(connection, writer.feed)).toBeUndefined();
  return { relay, store, writer, node, publisher, again, makeNode, close: () => node.close() };
}
