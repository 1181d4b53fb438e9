import { describe, expect, it } from "vitest";
import { fromHex, sha256 } from "../../../src/core/index.ts";
import {
  createLedger,
  createReplica,
  ledgerObjects,
  LEDGER_SHAPE,
} from "../../../src/ledger/index.ts";
import { fetchLog, openRelay, publishFeed } from "../../../src/relays/index.ts";
import { realClock } from "../../support/clocks.ts";
import { feed } from "../../support/damaged-store.ts";
import { allRecords, FOLDER, ledgerOptions, plainKeyset } from "../../support/ledger-world.ts";
import { MemoryFiles } from "../../support/memory-files.ts";
import { random } from "../../support/memory-network.ts";
import { RelayTestWorld } from "../../support/relay-world.ts";
import { last, read, replicaOf, replicaOptions, source } from "../../support/replica-world.ts";

describe("a ledger's objects", () => {
  it("are had by their hash, and none that is not there", async () => {
    const objects = ledgerObjects({ files: source.files, folder: FOLDER, feed });
    for (const { hash, bytes } of last.entries) {
      expect(await objects.get(hash)).toEqual(bytes);
      expect(await objects.has(hash)).toBe(true);
    }
    const none = sha256(new Uint8Array());
    expect([await objects.get(none), await objects.has(none)]).toEqual([undefined, false]);
    await expect(objects.put()).rejects.toMatchObject({ code: "ledger/read-only" });
    await objects.close();
  });

  it("give every own Root that is here, and its hash", async () => {
    const objects = ledgerObjects({ files: source.files, folder: FOLDER, feed });
    for (const { root } of source.offers)
      expect(await objects.rootHashAt(root.seq)).toEqual(sha256(root.value));
    expect(await objects.rootHashAt(last.root.seq + 1n)).toBeUndefined();
    for (const { root } of source.offers) expect(await objects.rootUpTo(root.seq)).toEqual(root);
    expect(await objects.rootUpTo(last.root.seq + 5n)).toEqual(last.root);
    const gaps = ledgerObjects({ files: await replicaOf(last), folder: FOLDER, feed });
    expect(await gaps.rootHashAt(0n)).toBeUndefined();
    expect(await gaps.rootUpTo(last.root.seq - 1n)).toBeUndefined();
    expect(await gaps.rootUpTo(last.root.seq)).toEqual(last.root);
    expect(await gaps.rootHashAt(last.root.seq)).toEqual(sha256(last.root.value));
  });

  it("follow what is appended", async () => {
    const files = new MemoryFiles();
    const ledger = await createLedger(ledgerOptions(files, { segmentSizeBytes: 2000 }));
    const objects = ledgerObjects({ files, folder: FOLDER, feed });
    for (let round = 0; round < 6; round += 1) {
      const [record] = await ledger.append([plainKeyset(`fleet-${round}`)]);
      expect(await objects.has(fromHex(record?.hash ?? ""))).toBe(true);
      expect(await objects.rootHashAt(ledger.head.seq)).toEqual(fromHex(ledger.head.root));
    }
  });

  it("that were changed on the disk are not given", async () => {
    const files = source.files.copy();
    const objects = ledgerObjects({ files, folder: FOLDER, feed });
    const [, entry] = last.entries;
    if (entry === undefined) throw new Error("there is an entry");
    expect(await objects.has(entry.hash)).toBe(true);
    const path = `${FOLDER}/segment-000001.log`;
    const file = files.files.get(path);
    const at = Buffer.from(file?.bytes ?? []).indexOf(entry.bytes);
    if (file !== undefined) file.bytes[at + 30] = (file.bytes[at + 30] ?? 0) ^ 1;
    expect(await objects.has(entry.hash)).toBe(false);
  });

  it("go to a relay, and from there into a replica", async () => {
    const world = new RelayTestWorld();
    const relay = await world.relay();
    const { dial } = world.network;
    const objects = ledgerObjects({ files: source.files, folder: FOLDER, feed });
    const outcome = await publishFeed({
      dial,
      clock: realClock,
      random,
      address: relay.address,
      root: source.ledger.headRoot,
      store: objects,
      rootHashAt: (seq) => objects.rootHashAt(seq),
    });
    expect(outcome.kind).toBe("held");
    const files = new MemoryFiles();
    const replica = await createReplica(replicaOptions(files));
    const opened = await openRelay(relay.address, {
      dial,
      clock: realClock,
      random,
    });
    const fetched = await fetchLog({
      connection: opened.connection,
      relay: "the relay",
      feed: fromHex(feed),
      shape: LEDGER_SHAPE,
      clock: realClock,
      pin: undefined,
    });
    if (fetched.kind !== "log") throw new Error(`no log: ${fetched.kind}`);
    const { signed, log, entries } = fetched;
    expect(await replica.commit({ root: signed.sent, log: log.bytes, entries })).toEqual(
      source.ledger.head,
    );
    opened.close();
    await replica.close();
    await world.close();
    expect(await allRecords(await read(files))).toEqual(await allRecords(source.ledger));
  });
});
