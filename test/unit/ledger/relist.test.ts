import { describe, expect, it } from "vitest";
import { verifyInDetail } from "../../../src/ledger/check/verify.ts";
import { sha256, toHex } from "../../../src/core/index.ts";
import {
  createLedger,
  createReplica,
  type EntryDraft,
  type Ledger,
  openLedger,
  openReplica,
  readLedger,
  verifyLedger,
} from "../../../src/ledger/index.ts";
import { verifySound } from "../../../src/ledger/check/verify-sound.ts";
import { relisted } from "../../../src/ledger/log/list/relist.ts";
import { HashList } from "../../../src/ledger/log/store/block-hashes.ts";
import { buildRefs, decodeRoot, RefsBuilder } from "../../../src/skywire/cxo/index.ts";
import { feed } from "../../support/damaged-store.ts";
import { allRecords, FOLDER, ledgerOptions } from "../../support/ledger-world.ts";
import { MemoryFiles } from "../../support/memory-files.ts";
import { commitOf, offerOf, storedObjects } from "../../support/replica-offers.ts";
import { replicaOptions } from "../../support/replica-world.ts";

const heartbeat: EntryDraft = { kind: "heartbeat", payload: { fleet: "home" } };
const options = (
  files: MemoryFiles,
): { files: MemoryFiles; folder: string; feed: typeof feed } => ({
  files,
  folder: FOLDER,
  feed,
});

describe("a list that is written anew", () => {
  it.each([1, 12, 16, 17, 40, 290])(
    "7: has another degree, the same %i entries, and no node of an earlier Root",
    async (size) => {
      const { files, ledger } = await grown(size);
      const before = await storedObjects(files);
      const records = await allRecords(ledger);
      await ledger.append([heartbeat], { relist: true });
      expect(ledger.degree).toBe(17);
      expect((await allRecords(ledger)).slice(0, records.length)).toEqual(records);
      const entries = await Promise.all(
        Array.from({ length: size + 1 }, (_, index) => ledger.object(index)),
      );
      const list = buildRefs(
        entries.map((bytes) => sha256(bytes ?? new Uint8Array())),
        17,
      );
      const objects = await storedObjects(files);
      for (const { hash } of list.objects) {
        expect(objects.has(toHex(hash))).toBe(true);
        expect(before.has(toHex(hash))).toBe(false);
      }
      expect(decodeRoot(ledger.headRoot.value).nonce).toBe(1n);
      await ledger.close();
      expect((await verifyLedger(options(files))).faults).toEqual([]);
    },
  );

  it("7: stays at its degree, also when it is opened again", async () => {
    const { files, ledger } = await grown(40);
    await ledger.append([heartbeat], { relist: true });
    await ledger.append([heartbeat]);
    expect(ledger.degree).toBe(17);
    await ledger.close();
    expect((await readLedger(options(files))).degree).toBe(17);
    const again = await openLedger(ledgerOptions(files));
    await again.append([heartbeat, heartbeat]);
    expect(again.degree).toBe(17);
    await again.append([heartbeat], { relist: true });
    expect(again.degree).toBe(18);
    await again.close();
    const sound = await verifySound(options(files));
    expect(sound?.faults).toEqual([]);
    expect(await verifyInDetail(options(files))).toEqual(sound);
  });

  it("7: says when no degree is left, and takes entries all the same", async () => {
    const { files, ledger } = await grown(3);
    for (let degree = 17; degree <= 32; degree += 1)
      await ledger.append([heartbeat], { relist: true });
    expect(ledger.degree).toBe(32);
    await expect(ledger.append([heartbeat], { relist: true })).rejects.toMatchObject({
      code: "ledger/no-degree",
      exit: 4,
    });
    await ledger.append([heartbeat]);
    await ledger.close();
    expect((await verifyLedger(options(files))).faults).toEqual([]);
  });

  it("7: passes over a degree of which a node is in the ledger already", async () => {
    const hashes = new HashList();
    const all = Array.from({ length: 40 }, (_, index) => sha256(Uint8Array.of(index)));
    hashes.push(...all.slice(0, -1));
    const refs = new RefsBuilder();
    for (const hash of all.slice(0, -1)) refs.append(hash);
    const known = new Set(
      buildRefs(all, 17)
        .objects.map(({ hash }) => toHex(hash))
        .slice(0, 1),
    );
    const list = await relisted({
      refs,
      hashes,
      fresh: all.slice(-1),
      isKnown: (hash) => Promise.resolve(known.has(toHex(hash))),
    });
    expect([list.degree, list.length]).toEqual([18, 39]);
  });
});

describe("copies of a ledger whose list was written anew", () => {
  it("7: take it in whatever they held before, and go on at its degree", async () => {
    const { files, ledger } = await grown(40);
    const first = await offerOf(files);
    await ledger.append([heartbeat], { relist: true });
    const second = await offerOf(files);
    await ledger.append([heartbeat]);
    const third = await offerOf(files);
    await ledger.append([heartbeat], { relist: true });
    const fourth = await offerOf(files);
    await ledger.close();
    const offers = [first, second, third, fourth];
    for (const taken of [[0, 1, 2, 3], [0, 2], [0, 3], [1, 2], [2], [3]]) {
      const copy = new MemoryFiles();
      const begun = await createReplica(replicaOptions(copy));
      for (const at of taken) {
        const offer = offers[at];
        if (offer !== undefined) await begun.commit(commitOf(offer, begun.head?.size ?? 0));
      }
      await begun.close();
      const opened = await openReplica(replicaOptions(copy));
      await opened.close();
      const last = taken.at(-1) ?? 0;
      expect((await readLedger(options(copy))).degree).toBe([16, 17, 17, 18][last]);
      expect((await verifyLedger(options(copy))).faults, taken.join()).toEqual([]);
      const restored = await openLedger(ledgerOptions(copy));
      await restored.append([heartbeat]);
      expect(restored.degree).toBe([16, 17, 17, 18][last]);
      await restored.close();
      const sound = await verifySound(options(copy));
      expect(sound?.faults, taken.join()).toEqual([]);
    }
  });
});

async function grown(size: number): Promise<{ files: MemoryFiles; ledger: Ledger }> {
  const files = new MemoryFiles();
  const ledger = await createLedger(ledgerOptions(files));
  // A Root for each of the first entries, then some of many.
  while (ledger.head.size < size)
    await ledger.append(
      Array.from(
        { length: ledger.head.size < 20 ? 1 : Math.min(9, size - ledger.head.size) },
        () => heartbeat,
      ),
    );
  return { files, ledger };
}
