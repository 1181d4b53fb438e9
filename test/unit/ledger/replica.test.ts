import { describe, expect, it } from "vitest";
import { fromHex, hasCode, sha256, toHex } from "../../../src/core/index.ts";
import {
  createLedger,
  createReplica,
  type EntryDraft,
  type Ledger,
  ledgerObjects,
  LEDGER_SHAPE,
  type LedgerRecord,
  openLedger,
  openReplica,
  readLedger,
  type Replica,
  type ReplicaOptions,
  verifyLedger,
} from "../../../src/ledger/index.ts";
import { makeRotate } from "../../../src/ledger/entries/rotation.ts";
import { signCheckpoint } from "../../../src/ledger/proof/checkpoint.ts";
import { fetchLog, openRelay, publishFeed } from "../../../src/relays/index.ts";
import { decodeRoot, encodeRoot } from "../../../src/skywire/cxo/index.ts";
import { realClock } from "../../support/clocks.ts";
import { feed } from "../../support/damaged-store.ts";
import { encoded, forge, HONEST } from "../../support/forged-store.ts";
import {
  allRecords,
  FOLDER,
  ledgerOptions,
  plainKeyset,
  testIntent,
  testKeys,
} from "../../support/ledger-world.ts";
import { type FileFaults, MemoryFiles, SimulatedCrash } from "../../support/memory-files.ts";
import { random } from "../../support/memory-network.ts";
import { RelayTestWorld } from "../../support/relay-world.ts";
import { commitOf, offerOf, type TestOffer } from "../../support/replica-offers.ts";

const owner = testKeys("owner");
const heartbeat: EntryDraft = { kind: "heartbeat", payload: { fleet: "home" } };

function replicaOptions(files: MemoryFiles, changes: Partial<ReplicaOptions> = {}): ReplicaOptions {
  const { keys: _, ...options } = ledgerOptions(files);
  return { ...options, feed, ...changes };
}

/** A ledger of some commits, and what a relay would give after some of them. */
async function history(): Promise<{
  files: MemoryFiles;
  ledger: Ledger;
  offers: readonly TestOffer[];
}> {
  const files = new MemoryFiles();
  const ledger = await createLedger(ledgerOptions(files));
  const offers: TestOffer[] = [];
  const next = owner.nextKeys(["ed25519"]);
  await ledger.append([plainKeyset("home"), testIntent("home", "a")]);
  offers.push(await offerOf(files));
  for (let round = 0; round < 8; round += 1)
    await ledger.append(Array.from({ length: 9 }, (_, at) => testIntent("home", `v${at}`)));
  offers.push(await offerOf(files));
  await ledger.append([heartbeat]);
  offers.push(await offerOf(files));
  await ledger.append([{ kind: "rotate", payload: makeRotate(owner, next) }], { next });
  offers.push(await offerOf(files));
  await ledger.append([heartbeat]);
  await ledger.append([heartbeat]);
  offers.push(await offerOf(files));
  await ledger.close();
  return { files, ledger, offers };
}

const source = await history();
const first = offerAt(0);
const last = offerAt(-1);

function offerAt(at: number): TestOffer {
  const offer = source.offers.at(at);
  if (offer === undefined) throw new Error(`no offer ${at}`);
  return offer;
}

const read = (files: MemoryFiles) => readLedger({ files, folder: FOLDER, feed });
const verify = (files: MemoryFiles) =>
  verifyLedger({ files, folder: FOLDER, feed, trusted: [owner.operator] });

async function replicaOf(offer: TestOffer): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  const replica = await createReplica(replicaOptions(files));
  await replica.commit(commitOf(offer));
  await replica.close();
  return files;
}

describe("a replica", () => {
  it("holds what the ledger holds, from any Root on and over gaps", async () => {
    for (const start of source.offers.keys()) {
      const files = new MemoryFiles();
      const created = await createReplica(replicaOptions(files));
      expect([created.head, created.pin]).toEqual([undefined, undefined]);
      await created.commit(commitOf(offerAt(start)));
      await created.close();
      for (const offer of source.offers.slice(start + 1)) {
        const replica = await openReplica(replicaOptions(files));
        const size = replica.head?.size ?? 0;
        const head = await replica.commit(commitOf(offer, size));
        expect([head.seq, head.size]).toEqual([offer.root.seq, offer.entries.length]);
        expect(replica.headRoot).toEqual(offer.root);
        await replica.close();
        const reader = await read(files);
        expect(reader.head).toEqual(head);
        expect((await verify(files)).faults).toEqual([]);
      }
      const reader = await read(files);
      expect(reader.head).toEqual(source.ledger.head);
      expect(await allRecords(reader)).toEqual(await allRecords(source.ledger));
      expect(await reader.consistency(5)).toEqual(await source.ledger.consistency(5));
    }
  });

  it("takes several commits while it is open, and one that is there already changes nothing", async () => {
    const files = new MemoryFiles();
    const replica = await createReplica(replicaOptions(files));
    for (const offer of source.offers)
      await replica.commit(commitOf(offer, replica.head?.size ?? 0));
    const { effects } = files;
    expect(await replica.commit(commitOf(last))).toEqual(source.ledger.head);
    expect(files.effects).toBe(effects);
    await replica.close();
    expect(await allRecords(await read(files))).toEqual(await allRecords(source.ledger));
  });

  it("says in verification that it does not have every Root", async () => {
    const report = await verify(await replicaOf(last));
    expect(report.ok).toBe(true);
    expect(report.notChecked.join()).toContain(
      `${last.root.seq} Roots that this copy does not have`,
    );
  });

  it("is opened by its operator and goes on behind the newest Root", async () => {
    const files = await replicaOf(last);
    const keys = owner.nextKeys(["ed25519"]);
    const ledger = await openLedger(ledgerOptions(files, { keys }));
    const [record] = await ledger.append([heartbeat]);
    expect(record?.index).toBe(last.entries.length);
    expect(ledger.head.seq).toBe(last.root.seq + 1n);
    await ledger.close();
    expect((await verify(files)).faults).toEqual([]);
    const back = await replicaOf(first);
    const replica = await openReplica(replicaOptions(back));
    const offer = await offerOf(files);
    expect(await replica.commit(commitOf(offer, first.entries.length))).toEqual(ledger.head);
  });

  it("takes a ledger of release 0.1.0, without checkpoints", async () => {
    const offer = await offerOf(await forge({ commits: [encoded(HONEST)] }));
    const files = await replicaOf(offer);
    const reader = await read(files);
    expect(reader.checkpoint).toBeUndefined();
    expect(reader.head.size).toBe(HONEST.length);
  });

  it("is not made where there is one, nor opened where there is none or a ledger", async () => {
    const files = await replicaOf(first);
    await expect(createReplica(replicaOptions(files))).rejects.toMatchObject({
      code: "ledger/exists",
    });
    await expect(openReplica(replicaOptions(new MemoryFiles()))).rejects.toMatchObject({
      code: "ledger/missing",
    });
    await expect(openReplica(replicaOptions(source.files.copy()))).rejects.toMatchObject({
      code: "ledger/not-a-replica",
      exit: 4,
    });
    await expect(
      openReplica(replicaOptions(files, { feed: testKeys("other").feed })),
    ).rejects.toMatchObject({ code: "ledger/other-key" });
    expect(await files.list(FOLDER)).not.toContain("lock");
  });

  it("whose segments were lost takes nothing older than its pin", async () => {
    const files = await replicaOf(offerAt(1));
    for (const name of await files.list(FOLDER))
      if (name.startsWith("segment")) await files.remove(`${FOLDER}/${name}`);
    const replica = await createReplica(replicaOptions(files));
    expect(replica.pin).toMatchObject({ seq: offerAt(1).root.seq });
    await expect(replica.commit(commitOf(first))).rejects.toMatchObject({
      code: "ledger/older-root",
    });
    expect((await replica.commit(commitOf(last))).size).toBe(last.entries.length);
  });
});

/** Another history of the same keys, with more Roots than the first offers. */
async function otherHistory(commits: number): Promise<TestOffer> {
  const files = new MemoryFiles();
  const options = ledgerOptions(files);
  const ledger = await createLedger(options);
  await ledger.append([plainKeyset("work")]);
  for (let round = 0; round < commits; round += 1)
    await ledger.append(Array.from({ length: 40 }, () => testIntent("work", "a")));
  await ledger.close();
  return offerOf(files);
}

async function resigned(
  offer: TestOffer,
  change: Parameters<typeof encodeRoot>[0] | object,
): Promise<TestOffer> {
  const value = encodeRoot({ ...decodeRoot(offer.root.value), ...change });
  const signature = owner.signFeed(sha256(value));
  return { ...offer, root: { ...offer.root, seq: decodeRoot(value).seq, value, signature } };
}

describe("a replica refuses and keeps nothing of", () => {
  const held = offerAt(1);
  const size = held.entries.length;
  const flip = (bytes: Uint8Array, at: number): Uint8Array =>
    bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));

  it.each<{ name: string; offer: () => Promise<TestOffer>; from?: number; code: RegExp }>([
    { name: "an older Root", offer: async () => first, code: /^ledger\/older-root$/ },
    {
      name: "a second Root of the same number",
      offer: async () => resigned(held, { time: decodeRoot(held.root.value).time + 1n }),
      code: /^ledger\/diverged$/,
    },
    {
      name: "another history",
      offer: () => otherHistory(12),
      code: /^ledger\/not-an-extension$/,
    },
    {
      name: "a history that became shorter",
      offer: async () => resigned(first, { seq: 50n, time: 2n ** 62n }),
      code: /^ledger\/not-an-extension$/,
    },
    {
      name: "the next Root that does not name the one here",
      offer: async () =>
        resigned(offerAt(2), { prev: sha256(new Uint8Array()), seq: held.root.seq + 1n }),
      code: /^ledger\/not-an-extension$/,
    },
    {
      name: "a Root whose time goes back",
      offer: async () => resigned(last, { time: 5n }),
      code: /^ledger\/chain$/,
    },
    {
      name: "a Root that nobody signed",
      offer: async () => ({
        ...last,
        root: { ...last.root, signature: flip(last.root.signature, 3) },
      }),
      code: /^cxo\/signature$/,
    },
    {
      name: "another log than the Root names",
      offer: async () => ({ ...last, log: flip(last.log, 20) }),
      code: /^cxo\/missing$/,
    },
    {
      name: "an entry with other bytes",
      offer: async () => ({
        ...last,
        entries: last.entries.map((entry, at) =>
          at === size + 1 ? { ...entry, bytes: flip(entry.bytes, 40) } : entry,
        ),
      }),
      code: /^ledger\/wrong-entry$/,
    },
    {
      name: "an entry that the operator did not sign",
      offer: async () => ({
        ...last,
        entries: last.entries.map((entry, at) => {
          const bytes = flip(entry.bytes, entry.bytes.length - 1);
          return at === last.entries.length - 1 ? { ...entry, bytes, hash: sha256(bytes) } : entry;
        }),
      }),
      code: /^ledger\/signature$/,
    },
    {
      name: "entries that changed places",
      offer: async () => ({
        ...last,
        entries: last.entries.map((entry, at) =>
          at === size ? { ...(last.entries[size + 1] ?? entry), index: size } : entry,
        ),
      }),
      code: /^ledger\/(reordered|signature)$/,
    },
    {
      name: "fewer entries than the log has",
      offer: async () => ({ ...last, entries: last.entries.slice(0, -1) }),
      code: /^ledger\/missing-entry$/,
    },
    {
      name: "more entries than the log has",
      offer: async () => ({ ...offerAt(2), entries: last.entries }),
      code: /^ledger\/wrong-entry$/,
    },
    {
      name: "a log without its checkpoint",
      offer: async () => {
        const lists = [held, last].map(({ entries }) => entries.map(({ bytes }) => bytes));
        const forged = await offerOf(await forge({ commits: lists }));
        return resigned(forged, { seq: 60n, time: 2n ** 62n, prev: sha256(forged.log) });
      },
      code: /^ledger\/checkpoint$/,
    },
    {
      name: "a checkpoint by the keys before the rotation",
      offer: async () => {
        const forged = await offerOf(
          await forge({
            commits: [last.entries.map(({ bytes }) => bytes)],
            checkpoint: (entries) =>
              signCheckpoint(owner, {
                size: entries.length,
                root: fromHex(source.ledger.head.tree),
              }),
          }),
        );
        return resigned(forged, { seq: 60n, time: 2n ** 62n, prev: sha256(forged.log) });
      },
      code: /^ledger\/checkpoint$/,
    },
  ])("$name", async ({ offer, code }) => {
    const files = await replicaOf(held);
    const kept = await contentOf(files);
    const replica = await openReplica(replicaOptions(files));
    const failure = await replica
      .commit(commitOf(await offer(), size))
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: expect.stringMatching(code) as string });
    expect(await contentOf(files)).toEqual(kept);
    expect(await replica.commit(commitOf(last, size))).toEqual(source.ledger.head);
    await replica.close();
    expect(await allRecords(await read(files))).toEqual(await allRecords(source.ledger));
    expect((await verify(files)).faults).toEqual([]);
  });

  it("the first Root, when its entries are not whole, and takes the next", async () => {
    const files = new MemoryFiles();
    const replica = await createReplica(replicaOptions(files));
    const short = { ...last, entries: last.entries.slice(0, 40) };
    await expect(replica.commit(commitOf(short))).rejects.toMatchObject({
      code: "ledger/missing-entry",
    });
    expect((await files.list(FOLDER)).filter((name) => name.startsWith("segment"))).toEqual([]);
    expect(await replica.commit(commitOf(last))).toEqual(source.ledger.head);
    await replica.close();
    expect((await verify(files)).faults).toEqual([]);
  });

  it("a delivery that breaks off", async () => {
    const files = await replicaOf(held);
    const kept = await contentOf(files);
    const replica = await openReplica(replicaOptions(files));
    const { root, log } = last;
    async function* broken(): AsyncGenerator<TestOffer["entries"]> {
      yield last.entries.slice(size, size + 2);
      throw new Error("the relay went away");
    }
    await expect(replica.commit({ root, log, entries: broken() })).rejects.toThrow("went away");
    expect(await contentOf(files)).toEqual(kept);
    expect((await replica.commit(commitOf(last, size))).size).toBe(last.entries.length);
  });
});

/** Segments and pins; what is derived may differ. */
async function contentOf(files: MemoryFiles): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of await files.list(FOLDER)) {
    if (!name.startsWith("segment") && name !== "pin.log") continue;
    found[name] = toHex((await files.read(`${FOLDER}/${name}`)) ?? new Uint8Array());
  }
  return found;
}

describe("a replica over crashes and full disks", () => {
  async function run(files: MemoryFiles, reported: bigint[]): Promise<void> {
    let replica: Replica = await createReplica(replicaOptions(files, { segmentSizeBytes: 4000 }));
    for (const offer of [first, offerAt(2), last]) {
      const head = await replica.commit(commitOf(offer, replica.head?.size ?? 0, 10));
      reported.push(head.seq);
      await replica.close();
      replica = await openReplica(replicaOptions(files, { segmentSizeBytes: 4000 }));
    }
    await replica.close();
  }

  async function checkAfter(
    files: MemoryFiles,
    reported: readonly bigint[],
    what: string,
  ): Promise<void> {
    const options = replicaOptions(files, {
      process: { pid: 2, host: "here", owner: "next", isAlive: () => false },
      lockTimeoutMs: 1000,
    });
    const replica = await openReplica(options).catch((error: unknown) => {
      const isNone = hasCode(error, "ledger/missing") || hasCode(error, "ledger/damaged");
      if (!isNone || reported.length > 0) throw error;
      return createReplica(options);
    });
    expect(replica.head?.seq ?? -1n, what).toBeGreaterThanOrEqual(reported.at(-1) ?? -1n);
    await replica.commit(commitOf(last, replica.head?.size ?? 0));
    await replica.close();
    const records: readonly LedgerRecord[] = await allRecords(await read(files));
    expect(records.length, what).toBe((await allRecords(source.ledger)).length);
    expect((await verify(files)).faults, what).toEqual([]);
  }

  it("loses nothing reported to a loss of power at any effect", { timeout: 60_000 }, async () => {
    const dry = new MemoryFiles();
    await run(dry, []);
    for (let crashAt = 0; crashAt <= dry.effects; crashAt += 1) {
      for (const kept of [0, 3000]) {
        const files = new MemoryFiles();
        files.faults = { crashAt };
        const reported: bigint[] = [];
        await run(files, reported).catch((error: unknown) => {
          if (!(error instanceof SimulatedCrash) && !hasCode(error, "ledger/")) throw error;
        });
        const what = `crash at effect ${crashAt}, ${kept} bytes kept`;
        await checkAfter(files.afterPowerLoss(kept), reported, what);
      }
    }
  });

  it("loses nothing reported to a disk that gets full", { timeout: 60_000 }, async () => {
    const dry = new MemoryFiles();
    await run(dry, []);
    const whole = [...dry.files.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
    for (let roomBytes = 0; roomBytes < whole + 500; roomBytes += 1999) {
      const files = new MemoryFiles();
      const faults: FileFaults = { roomBytes };
      files.faults = faults;
      const reported: bigint[] = [];
      const failure = await run(files, reported).catch((error: unknown) => error);
      const isCoded = hasCode(failure, "ledger/") || hasCode(failure, "files/full");
      expect(failure === undefined || isCoded, `room for ${roomBytes} bytes`).toBe(true);
      await checkAfter(files.copy(), reported, `room for ${roomBytes} bytes`);
    }
  });
});

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

  it("give the hash of every own Root that is here", async () => {
    const objects = ledgerObjects({ files: source.files, folder: FOLDER, feed });
    for (const { root } of source.offers)
      expect(await objects.rootHashAt(root.seq)).toEqual(sha256(root.value));
    expect(await objects.rootHashAt(last.root.seq + 1n)).toBeUndefined();
    const gaps = ledgerObjects({ files: await replicaOf(last), folder: FOLDER, feed });
    expect(await gaps.rootHashAt(0n)).toBeUndefined();
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
