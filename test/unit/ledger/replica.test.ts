import { describe, expect, it } from "vitest";
import { hasCode } from "../../../src/core/index.ts";
import {
  createReplica,
  type LedgerRecord,
  openLedger,
  openReplica,
  type Replica,
} from "../../../src/ledger/index.ts";
import { encoded, forge, HONEST } from "../../support/forged-store.ts";
import { allRecords, FOLDER, ledgerOptions, testKeys } from "../../support/ledger-world.ts";
import { type FileFaults, MemoryFiles, SimulatedCrash } from "../../support/memory-files.ts";
import { commitOf, offerOf } from "../../support/replica-offers.ts";
import {
  first,
  heartbeat,
  last,
  offerAt,
  owner,
  read,
  replicaOf,
  replicaOptions,
  source,
  verify,
} from "../../support/replica-world.ts";

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

  it("loses nothing reported to a loss of power at any effect", { timeout: 180_000 }, async () => {
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

  it("loses nothing reported to a disk that gets full", { timeout: 180_000 }, async () => {
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
