import { afterAll, describe, expect, it } from "vitest";
import { verifyInDetail } from "../../../src/ledger/check/verify.ts";
import {
  createLedger,
  createReplica,
  type EntryDraft,
  Keyring,
  newEpoch,
  verifyLedger,
  type VerifyOptions,
} from "../../../src/ledger/index.ts";
import { verifySound } from "../../../src/ledger/check/verify-sound.ts";
import { makeRotate } from "../../../src/ledger/log/entries/rotation.ts";
import { signaturePool } from "../../../src/platform/index.ts";
import { changed, feed, flipped } from "../../support/damaged-store.ts";
import {
  countingRandom,
  FOLDER,
  ledgerOptions,
  plainKeyset,
  testIntent,
  testKeys,
  testVisor,
} from "../../support/ledger-world.ts";
import { MemoryFiles } from "../../support/memory-files.ts";
import { commitOf, offerOf } from "../../support/replica-offers.ts";

const owner = testKeys("owner");
const heartbeat: EntryDraft = { kind: "heartbeat", payload: { fleet: "home" } };

/** A ledger of several segments, with sealed, long and rotated entries. */
async function store(): Promise<{ files: MemoryFiles; trees: readonly string[] }> {
  const files = new MemoryFiles();
  const ledger = await createLedger(ledgerOptions(files, { segmentSizeBytes: 9000 }));
  const operators = { owner: { key: owner.operator, seal: owner.seal, may: ["apply"] } };
  const epoch = newEpoch({
    keyring: new Keyring(owner),
    fleet: "safe",
    operators,
    keys: owner,
    random: countingRandom("sound"),
  });
  const sealed: EntryDraft = {
    kind: "keyset",
    payload: { fleet: "safe", operators, controllers: [testVisor("x")], policy: {}, ...epoch },
  };
  await ledger.append([plainKeyset("home"), sealed, testIntent("safe", "a")]);
  for (let round = 0; round < 12; round += 1)
    await ledger.append([testIntent("home", "a"), testIntent("safe", "b")]);
  const next = owner.nextKeys(["ed25519"]);
  await ledger.append([heartbeat, { kind: "rotate", payload: makeRotate(owner, next) }], { next });
  await ledger.append([heartbeat]);
  const trees: string[] = [];
  for (let size = 0; size <= ledger.head.size; size += 1) trees.push(await ledger.treeAt(size));
  await ledger.close();
  return { files, trees };
}

const { files: honest, trees } = await store();
const options = (files: MemoryFiles, more: Partial<VerifyOptions> = {}): VerifyOptions => ({
  files,
  folder: FOLDER,
  feed,
  ...more,
});

async function replica(): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  const { keys: _, ...world } = ledgerOptions(files);
  const copy = await createReplica({ ...world, feed });
  await copy.commit(commitOf(await offerOf(honest)));
  await copy.close();
  return files;
}

describe("verification in one pass", () => {
  const pool = signaturePool(2);
  afterAll(() => pool.close());

  it.each<{ name: string; files: () => Promise<MemoryFiles>; more: Partial<VerifyOptions> }>([
    { name: "a whole ledger", files: async () => honest, more: {} },
    {
      name: "with its operator trusted",
      files: async () => honest,
      more: { trusted: [owner.operator] },
    },
    { name: "over threads", files: async () => honest, more: { verifyMany: pool.verifyMany } },
    { name: "a copy of it", files: replica, more: {} },
    {
      name: "from a tree that is known",
      files: async () => honest,
      more: { from: { size: 20, root: trees[20] ?? "" } },
    },
  ])("says what the check of every detail says of $name", async ({ files, more }) => {
    const what = options(await files(), more);
    const sound = await verifySound(what);
    expect(sound?.ok).toBe(true);
    expect(sound).toEqual(await verifyInDetail(what));
  });

  it("checks no signature of entries before a tree that is known", async () => {
    const size = trees.length - 1;
    const counts: number[] = [];
    const report = await verifyLedger(
      options(honest, {
        from: { size: size - 2, root: trees[size - 2] ?? "" },
        verifyMany: async (items) => {
          counts.push(items.length);
          return items.map(() => true);
        },
      }),
    );
    const commits = Number(report.head?.seq) + 1;
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2 + commits);
    expect(report.notChecked.join()).toContain(`signatures of the first ${size - 2} entries`);
  });

  it.each([
    { name: "other entries", size: 20, root: trees[21] ?? "", code: "ledger/diverged" },
    { name: "more entries", size: 1000, root: trees[20] ?? "", code: "ledger/rolled-back" },
  ])("refuses a known tree of $name", async ({ size, root, code }) => {
    const { faults } = await verifyLedger(options(honest, { from: { size, root } }));
    expect(faults.map((fault) => fault.code)).toEqual([code]);
  });

  it("leaves to the check of every detail what one signature of many does not hold for", async () => {
    let at = 0;
    const what = options(honest, {
      verifyMany: async (items) => items.map(() => (at += 1) !== 30),
    });
    expect(await verifySound(what)).toBeUndefined();
    expect((await verifyLedger(what)).faults).toEqual([]);
  });

  it("accepts no changed byte of those it looks at", { timeout: 180_000 }, async () => {
    let tried = 0;
    for (const name of await honest.list(FOLDER)) {
      if (!name.startsWith("segment") && name !== "pin.log") continue;
      const path = `${FOLDER}/${name}`;
      const size = honest.files.get(path)?.bytes.length ?? 0;
      for (let at = tried % 41; at < size; at += 41) {
        tried += 1;
        const bad = options(changed(honest, path, flipped(at)));
        expect(await verifySound(bad), `${name}, byte ${at}`).toBeUndefined();
      }
    }
    expect(tried).toBeGreaterThan(500);
  });
});
