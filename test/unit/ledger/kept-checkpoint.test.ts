import { beforeAll, describe, expect, it, test } from "vitest";
import { sha256, toHex } from "../../../src/core/index.ts";
import {
  checkpointAt,
  newestCheckpoint,
  type ReadOnlyLedger,
  verifyCheckpoint,
  writersAt,
} from "../../../src/ledger/index.ts";
import { FOLDER } from "../../support/ledger-world.ts";
import { last, offerAt, owner, read, replicaOf, source } from "../../support/replica-world.ts";

const { files } = source;
const place = { files, folder: FOLDER };
const next = owner.nextKeys(["ed25519"]);
/** Entries before the rotation, and with it. */
const before = offerAt(2).entries.length;
const rotated = offerAt(3).entries.length;

let ledger: ReadOnlyLedger;
beforeAll(async () => {
  ledger = await read(files);
});

describe("checkpoints that are kept", () => {
  test.each([
    { name: "the genesis alone", size: 1, writer: owner.operator },
    { name: "some commits", size: offerAt(1).entries.length, writer: owner.operator },
    { name: "the last entry by the old key", size: before, writer: owner.operator },
    { name: "the rotation", size: rotated, writer: next.operator },
    { name: "all entries", size: last.entries.length, writer: next.operator },
  ])("are found and proved: over $name", async ({ size, writer }) => {
    const kept = await checkpointAt(ledger, size, place);
    expect(kept).toMatchObject({ size, writer, tree: await ledger.treeAt(size) });
    expect(verifyCheckpoint(kept.note, { feed: owner.feed, writer }).size).toBe(size);
  });

  it("are those of the states that were fetched, in a copy", async () => {
    const copied = await replicaOf(offerAt(1));
    const copy = await read(copied);
    expect((await newestCheckpoint(copy)).size).toBe(offerAt(1).entries.length);
    await expect(checkpointAt(copy, 3, { files: copied, folder: FOLDER })).rejects.toMatchObject({
      code: "ledger/no-checkpoint",
      exit: 64,
    });
  });

  it("name the nearest sizes where there is none", async () => {
    await expect(checkpointAt(ledger, 5, place)).rejects.toMatchObject({
      code: "ledger/no-checkpoint",
      next: "take the newest one, or one over 3 or 12 entries",
    });
  });

  it("may be signed by two keys behind a rotation only", async () => {
    expect(await writersAt(ledger, before)).toEqual([owner.operator]);
    expect(await writersAt(ledger, rotated)).toEqual([next.operator, owner.operator]);
    expect(await writersAt(ledger, last.entries.length)).toEqual([next.operator]);
  });

  it("are missing where only an older release wrote, and refused when they are another's", async () => {
    const bare = { ...bind(ledger), checkpoint: undefined };
    await expect(newestCheckpoint(bare)).rejects.toMatchObject({
      code: "ledger/no-checkpoint",
      exit: 4,
    });
    const { note } = await checkpointAt(ledger, before, place);
    await expect(newestCheckpoint({ ...bind(ledger), checkpoint: note })).rejects.toMatchObject({
      code: "ledger/checkpoint",
    });
  });
});

describe("the object of an entry", () => {
  it("is the one that was written", async () => {
    for (const index of [0, 63, 64, last.entries.length - 1])
      expect(toHex(sha256((await ledger.object(index)) ?? new Uint8Array()))).toBe(
        toHex(last.entries[index]?.hash ?? new Uint8Array()),
      );
    expect(await ledger.object(last.entries.length)).toBeUndefined();
  });
});

function bind(whole: ReadOnlyLedger): ReadOnlyLedger {
  return {
    feed: whole.feed,
    head: whole.head,
    headRoot: whole.headRoot,
    checkpoint: whole.checkpoint,
    degree: whole.degree,
    records: (options) => whole.records(options),
    record: (index) => whole.record(index),
    tree: () => whole.tree(),
    place: () => whole.place(),
    resume: (place) => whole.resume(place),
    treeAt: (size) => whole.treeAt(size),
    consistency: (from, to) => whole.consistency(from, to),
    inclusion: (index, size) => whole.inclusion(index, size),
    object: (index) => whole.object(index),
  };
}
