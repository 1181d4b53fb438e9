import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toHex } from "../../../src/core/index.ts";
import { dialTcp, listenTcp } from "../../../src/platform/index.ts";
import { DiskRelayStore } from "../../../src/relays/index.ts";
import { connect, manyTakerId, previewFeed, publicKeyOf } from "../../../src/skywire/cxo/index.ts";
import { realClock } from "../../support/clocks.ts";
import { LogFeed } from "../../support/log-feed.ts";
import { MemoryFiles } from "../../support/memory-files.ts";
import { random } from "../../support/memory-network.ts";
import { MemoryRelayStore } from "../../support/memory-relay-store.ts";
import { RelayTestWorld } from "../../support/relay-world.ts";

let world: RelayTestWorld;

beforeEach(() => {
  world = new RelayTestWorld();
});

afterEach(() => world.close());

describe("a relay of ours", () => {
  it("holds what is published and tells what happens, over TCP", async () => {
    const log = new LogFeed();
    log.append(50);
    const relay = await world.relay({ feeds: [log.feed], listen: listenTcp });
    const outcome = await world.publish(log, relay.address, { dial: dialTcp });
    expect(outcome).toMatchObject({ kind: "held" });
    expect(relay.events).toEqual([
      { kind: "listening", address: relay.address },
      { kind: "connected", peer: expect.any(String) },
      expect.objectContaining({ kind: "held", feed: toHex(log.feed), seq: 0n }),
    ]);
    await relay.stop();
    expect(relay.events.at(-1)).toMatchObject({ kind: "disconnected" });
    await expect(dialTcp(relay.address, { timeoutMs: 1000 })).rejects.toMatchObject({
      code: "net/refused",
    });
  });

  it("shows a Root only when it is durable, and shows it again after a restart", async () => {
    const files = new MemoryFiles();
    const log = new LogFeed();
    log.append(20);
    const store = await DiskRelayStore.open({ files, folder: "/relay" });
    const relay = await world.relay({ store });
    expect(await world.publish(log, relay.address)).toMatchObject({ kind: "held" });
    await relay.stop();
    const after = files.afterPowerLoss();
    const again = await DiskRelayStore.open({ files: after, folder: "/relay" });
    const restarted = await world.relay({ store: again });
    expect(restarted.events[0]).toEqual({ kind: "restored", feed: toHex(log.feed), seq: 0n });
    expect(await world.publish(log, restarted.address)).toMatchObject({ kind: "already" });
    log.append(1);
    expect(await world.publish(log, restarted.address)).toMatchObject({ kind: "held" });
  });

  it("does not show a Root that it cannot keep", async () => {
    const store = new MemoryRelayStore();
    store.keepRoot = () => Promise.reject(new Error("disk"));
    const log = new LogFeed();
    log.append(2);
    const relay = await world.relay({ store });
    expect(await world.publish(log, relay.address)).toMatchObject({ kind: "unconfirmed" });
    expect(relay.events).toContainEqual(
      expect.objectContaining({
        kind: "refused",
        error: expect.objectContaining({ code: "cxo/store" }),
      }),
    );
  });

  it("takes the feeds on its list and no others", async () => {
    const mine = new LogFeed();
    const other = new LogFeed(new Uint8Array(32).fill(9));
    mine.append(1);
    other.append(1);
    const relay = await world.relay({ feeds: [mine.feed] });
    expect(await world.publish(mine, relay.address)).toMatchObject({ kind: "held" });
    expect(await world.publish(other, relay.address)).toMatchObject({ kind: "refused" });
    expect(relay.store.usedBytes(other.feed)).toBe(0);
  });

  it("does not restore a feed that was taken off its list", async () => {
    const log = new LogFeed();
    log.append(1);
    const first = await world.relay();
    await world.publish(log, first.address);
    const second = await world.relay({ store: first.store, feeds: [] });
    expect(second.events.map(({ kind }) => kind)).toEqual(["listening"]);
  });

  it.each([
    ["its feed's", { feedBytesMax: 20_000, totalBytesMax: 2 ** 30 }],
    ["the whole relay's", { feedBytesMax: 2 ** 30, totalBytesMax: 20_000 }],
  ])("refuses what exceeds %s quota at once, and keeps what it had", async (_, quota) => {
    const log = new LogFeed();
    log.append(10);
    const relay = await world.relay({ quota });
    expect(await world.publish(log, relay.address)).toMatchObject({ kind: "held" });
    const held = log.last;
    log.append(100);
    expect(await world.publish(log, relay.address)).toMatchObject({ kind: "unconfirmed" });
    expect(relay.events).toContainEqual(
      expect.objectContaining({
        kind: "refused",
        error: expect.objectContaining({ code: "relay/quota" }),
      }),
    );
    expect(relay.store.usedBytes()).toBeLessThanOrEqual(20_000);
    expect(await world.publish(log, relay.address, { root: held })).toMatchObject({
      kind: "already",
    });
  });

  it("asks many objects at a time only of a node whose name says that it takes many", async () => {
    const most = async (nodeId: (key: Uint8Array) => Uint8Array): Promise<number> => {
      const log = new LogFeed();
      log.append(200);
      const relay = await world.relay();
      const secret = random(32);
      const connection = await connect(
        await world.network.dial(relay.address, { timeoutMs: 1000 }),
        {
          secret,
          nodeId: nodeId(publicKeyOf(secret)),
          clock: realClock,
          random,
        },
      );
      let open = 0;
      let found = 0;
      connection.listen({
        message: (message, seq) => {
          if (message.type !== "RqObject") return;
          open += 1;
          found = Math.max(found, open);
          const value = log.store.byHash.get(toHex(message.key)) ?? new Uint8Array();
          setTimeout(() => {
            open -= 1;
            connection.reply(seq, { type: "Object", value });
          }, 1);
        },
        closed: () => undefined,
      });
      await connection.request({ type: "Sub", feed: log.feed });
      connection.send({ type: "Root", ...log.last });
      while ((await previewFeed(connection, log.feed)) === undefined)
        await new Promise((resolve) => setTimeout(resolve, 5));
      return found;
    };
    expect(await most((key) => key)).toBe(1);
    expect(await most(() => publicKeyOf(random(32)))).toBe(1);
    expect(await most(manyTakerId)).toBeGreaterThan(16);
  });
});
