import { describe, expect, it } from "vitest";
import { FleetError, fromHex, type StreamAddress, toHex } from "../../../src/core/index.ts";
import {
  createLedger,
  type EntryDraft,
  type Ledger,
  LEDGER_SHAPE,
  ledgerObjects,
  type LedgerObjects,
} from "../../../src/ledger/index.ts";
import { fetchLog, publishFeed, type PublishOutcome } from "../../../src/relays/index.ts";
import {
  CxoNode,
  type ObjectStore,
  RelayPublisher,
  walkNewObjects,
  proveRoot,
} from "../../../src/skywire/cxo/index.ts";
import { realClock } from "../../support/clocks.ts";
import { FragileRelay } from "../../support/fragile-relay.ts";
import { FOLDER, ledgerOptions } from "../../support/ledger-world.ts";
import { MemoryFiles } from "../../support/memory-files.ts";
import { random } from "../../support/memory-network.ts";
import { RelayTestWorld } from "../../support/relay-world.ts";

const heartbeat: EntryDraft = { kind: "heartbeat", payload: { fleet: "home" } };

describe("a relay that a cut publication left hollow", () => {
  it.each([
    [12, 3],
    [12, 9],
    [40, 4],
    [40, 20],
    [246, 30],
    [246, 200],
  ])(
    "7: of %i entries, cut after %i objects, is made whole by a list of another degree",
    async (size, cutAfter) => {
      const world = await hollowWorld(size);
      await world.pushCut(cutAfter);
      // The same Root again: shown as full, though what was cut off never came.
      expect((await world.publish()).kind).not.toBe("held");
      expect(world.relay.filled).toEqual([world.ledger.head.seq]);
      expect(await world.lacks()).toBeGreaterThan(0);
      await world.ledger.append([heartbeat], { relist: true });
      expect((await world.publish()).kind).toBe("held");
      expect(await world.lacks()).toBe(0);
      expect(await world.restored()).toBe(world.ledger.head.size);
      // The relay goes on at that degree.
      await world.ledger.append([heartbeat]);
      expect((await world.publish()).kind).toBe("held");
      expect(await world.lacks()).toBe(0);
      expect(world.relay.death).toBeUndefined();
      await world.close();
    },
  );

  it("7: stays hollow when the list stays at its degree", async () => {
    const world = await hollowWorld(40);
    await world.pushCut(5);
    await world.publish();
    await world.ledger.append([heartbeat]);
    await world.publish();
    expect(await world.lacks()).toBeGreaterThan(0);
    await world.close();
  });

  it("7: is made whole a second time, when the cure itself was cut", async () => {
    const world = await hollowWorld(40);
    await world.pushCut(5);
    await world.ledger.append([heartbeat], { relist: true });
    await world.pushCut(6);
    await world.publish();
    expect(await world.lacks()).toBeGreaterThan(0);
    await world.ledger.append([heartbeat], { relist: true });
    expect((await world.publish()).kind).toBe("held");
    expect([world.ledger.degree, await world.lacks()]).toEqual([18, 0]);
    await world.close();
  });
});

interface HollowWorld {
  readonly relay: FragileRelay;
  readonly ledger: Ledger;
  /** Publishes the newest Root as a command does. */
  publish(): Promise<PublishOutcome>;
  /** Pushes the newest Root and cuts the connection after so many objects. */
  pushCut(cutAfter: number): Promise<void>;
  /** Objects of the newest Root that the relay does not have. */
  lacks(): Promise<number>;
  /** Entries that can be fetched from the relay. */
  restored(): Promise<number>;
  close(): Promise<void>;
}

async function hollowWorld(size: number): Promise<HollowWorld> {
  const files = new MemoryFiles();
  const ledger = await createLedger(ledgerOptions(files));
  const more = Array.from({ length: size - ledger.head.size }, () => heartbeat);
  await ledger.append(more);
  const relay = new FragileRelay();
  const world = new RelayTestWorld();
  const address = await world.fragile(relay);
  const feed = fromHex(ledger.feed);
  const objects = (): LedgerObjects => ledgerObjects({ files, folder: FOLDER, feed: ledger.feed });
  const { dial } = world.network;
  return {
    relay,
    ledger,
    publish: async () => {
      const store = objects();
      const options = { dial, clock: realClock, random, address, root: ledger.headRoot, store };
      const rootHashAt = (seq: bigint): Promise<Uint8Array | undefined> => store.rootHashAt(seq);
      const outcome = await publishFeed({ ...options, rootHashAt, stallTimeoutMs: 200 });
      await store.close();
      return outcome;
    },
    pushCut: async (cutAfter) => {
      const store = objects();
      const node: CxoNode = new CxoNode({
        secret: random(32),
        store: cutting(store, cutAfter, () => {
          for (const connection of node.connections)
            connection.close(new FleetError("cxo/closed", "the publication is cut"));
        }),
        clock: realClock,
        random,
        takesRoots: false,
      });
      const connection = await node.dial(dial, address, 1000);
      const publisher = new RelayPublisher({ node, connection, feed, store, clock: realClock });
      await expect(publisher.publish(ledger.headRoot)).rejects.toMatchObject({
        code: "cxo/closed",
      });
      node.close();
      await store.close();
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
    lacks: async () => {
      const store = objects();
      let missing = 0;
      const { root } = proveRoot(ledger.headRoot);
      for await (const { hash } of walkNewObjects(root, undefined, store))
        if (!relay.store.byHash.has(toHex(hash))) missing += 1;
      await store.close();
      return missing;
    },
    restored: () => fetchedEntries(world, address, relay, feed),
    close: async () => {
      await ledger.close();
      await world.close();
    },
  };
}

async function fetchedEntries(
  { network }: RelayTestWorld,
  address: StreamAddress,
  { store }: FragileRelay,
  feed: Uint8Array,
): Promise<number> {
  const clock = realClock;
  const node = new CxoNode({ secret: random(32), store, clock, random });
  const connection = await node.dial(network.dial, address, 1000);
  const options = { connection, relay: "it", feed, shape: LEDGER_SHAPE, clock, pin: undefined };
  const fetched = await fetchLog(options);
  let count = 0;
  if (fetched.kind === "log") for await (const batch of fetched.entries) count += batch.length;
  node.close();
  return count;
}

/** A store that serves so many objects and then cuts. */
function cutting(store: ObjectStore, cutAfter: number, cut: () => void): ObjectStore {
  let served = 0;
  return {
    has: (hash) => store.has(hash),
    get: (hash) => {
      if (served === cutAfter) {
        cut();
        return new Promise(() => undefined);
      }
      served += 1;
      return store.get(hash);
    },
    put: () => Promise.reject(new Error("a publisher takes no objects")),
  };
}
