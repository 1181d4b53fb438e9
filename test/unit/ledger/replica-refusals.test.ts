import { describe, expect, it } from "vitest";
import { fromHex, sha256 } from "../../../src/core/index.ts";
import { createLedger, createReplica, openReplica } from "../../../src/ledger/index.ts";
import { signCheckpoint } from "../../../src/ledger/log/head.ts";
import { decodeRoot, encodeRoot } from "../../../src/skywire/cxo/index.ts";
import { forge } from "../../support/forged-store.ts";
import {
  allRecords,
  FOLDER,
  ledgerOptions,
  plainKeyset,
  testIntent,
} from "../../support/ledger-world.ts";
import { MemoryFiles } from "../../support/memory-files.ts";
import { commitOf, offerOf, type TestOffer } from "../../support/replica-offers.ts";
import {
  contentOf,
  first,
  last,
  offerAt,
  owner,
  read,
  replicaOf,
  replicaOptions,
  source,
  verify,
} from "../../support/replica-world.ts";

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
