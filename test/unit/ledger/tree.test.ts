import { describe, expect, it } from "vitest";
import { fromHex, sha256, toHex } from "../../../src/core/index.ts";
import {
  createLedger,
  type EntryDraft,
  type Ledger,
  openLedger,
  readLedger,
  verifyLedger,
} from "../../../src/ledger/index.ts";
import { decodeEntry } from "../../../src/ledger/log/entries/objects.ts";
import { makeRotate } from "../../../src/ledger/log/entries/rotation.ts";
import { signCheckpoint, verifyCheckpoint } from "../../../src/ledger/log/head.ts";
import { FRAME_TYPES, scanFrames } from "../../../src/ledger/log/store/frame.ts";
import {
  leafHash,
  TreeFrontier,
  verifyConsistency,
  verifyInclusion,
} from "../../../src/tlog/index.ts";
import { changed, feed, flipped } from "../../support/damaged-store.ts";
import { encoded, forge, type Forged, HONEST } from "../../support/forged-store.ts";
import {
  allRecords,
  FOLDER,
  ledgerOptions,
  plainKeyset,
  testIntent,
  testKeys,
} from "../../support/ledger-world.ts";
import { MemoryFiles } from "../../support/memory-files.ts";

const owner = testKeys("owner");
const TREE = `${FOLDER}/tree.hashes`;
const ENTRIES = 203;

/** A ledger of several segments and more than three groups of 64 entries. */
async function longStore(): Promise<{ files: MemoryFiles; ledger: Ledger }> {
  const files = new MemoryFiles();
  const ledger = await createLedger(ledgerOptions(files, { segmentSizeBytes: 20_000 }));
  await ledger.append([plainKeyset("home")]);
  while (ledger.head.size < ENTRIES) {
    const drafts = Math.min(1 + (ledger.head.size % 5), ENTRIES - ledger.head.size);
    await ledger.append(Array.from({ length: drafts }, (_, at) => testIntent("home", `v${at}`)));
  }
  await ledger.close();
  return { files, ledger };
}

const world = await longStore();

/** Entry objects as the segments hold them, found without the code under test. */
async function entryBytes(files: MemoryFiles): Promise<readonly Uint8Array[]> {
  const found: Uint8Array[] = [];
  for (const name of await files.list(FOLDER)) {
    if (!name.startsWith("segment")) continue;
    const bytes = (await files.read(`${FOLDER}/${name}`)) ?? new Uint8Array();
    for (const { type, body } of scanFrames(bytes).frames)
      if (type === FRAME_TYPES.object && isEntry(body)) found.push(body);
  }
  return found;
}

function isEntry(body: Uint8Array): boolean {
  try {
    return decodeEntry(body).signatures.length > 0;
  } catch {
    return false;
  }
}

function rootsOf(entries: readonly Uint8Array[]): readonly string[] {
  const frontier = new TreeFrontier();
  return [
    toHex(frontier.root()),
    ...entries.map((entry) => {
      frontier.append(leafHash(entry));
      return toHex(frontier.root());
    }),
  ];
}

function forgedRoot(entries: readonly Uint8Array[]): { size: number; root: Uint8Array } {
  return { size: entries.length, root: fromHex(rootsOf(entries).at(-1) ?? "") };
}

const read = (files: MemoryFiles) => readLedger({ files, folder: FOLDER, feed });

describe("a ledger's tree", () => {
  it("has the root over its entries at every size", async () => {
    const { files, ledger } = world;
    const roots = rootsOf(await entryBytes(files));
    expect(roots.length).toBe(ENTRIES + 1);
    expect(ledger.tree()).toEqual({ feed, size: ENTRIES, tree: roots.at(-1) });
    const reader = await read(files);
    expect(reader.head).toEqual(ledger.head);
    for (const [size, root] of roots.entries()) expect(await reader.treeAt(size)).toBe(root);
  });

  it("proves every entry, and that it grew from every size", async () => {
    const { files } = world;
    const reader = await read(files);
    const entries = await entryBytes(files);
    let proven = 0;
    for (const [index, entry] of entries.entries()) {
      for (const size of [index + 1, ENTRIES]) {
        const root = fromHex(await reader.treeAt(size));
        const proof = await reader.inclusion(index, size);
        verifyInclusion({ leafHash: leafHash(entry), index, size, root, proof });
        proven += 1;
      }
      verifyConsistency({
        oldSize: index,
        oldRoot: fromHex(await reader.treeAt(index)),
        newSize: ENTRIES,
        newRoot: fromHex(reader.head.tree),
        proof: await reader.consistency(index),
      });
      proven += 1;
    }
    expect(proven).toBe(3 * ENTRIES);
  });

  it("is named by a checkpoint that the writer signed", async () => {
    const { files } = world;
    const { checkpoint, head } = await read(files);
    const named = verifyCheckpoint(checkpoint ?? new Uint8Array(), {
      feed,
      writer: owner.operator,
    });
    expect(named).toMatchObject({ feed, size: ENTRIES, tree: head.tree });
    const report = await verifyLedger({ files, folder: FOLDER, feed, trusted: [owner.operator] });
    expect(report.faults).toEqual([]);
    expect(report.checked).toContainEqual({
      what: "checkpoints: tree and signature",
      count: Number(head.seq) + 1,
    });
  });

  it("is read from its newest segment, and what is older only when it is asked for", async () => {
    const { files, ledger } = world;
    const reads: string[] = [];
    const watched: MemoryFiles = Object.create(files, {
      openRead: {
        value: (path: string) => {
          reads.push(path.slice(FOLDER.length + 1));
          return files.openRead(path);
        },
      },
    }) as MemoryFiles;
    const segments = (await files.list(FOLDER)).filter((name) => name.startsWith("segment"));
    expect(segments.length).toBeGreaterThan(3);
    const reader = await read(watched);
    const [first] = segments;
    expect(new Set(reads)).toEqual(new Set([first, segments.at(-1), "tree.hashes"]));
    expect(await allRecords(reader)).toEqual(await allRecords(ledger));
    expect(reads).toEqual(expect.arrayContaining(segments));
  });

  it.each<{ name: string; change: (files: MemoryFiles) => MemoryFiles }>([
    {
      name: "missing",
      change: (files) => {
        const copy = files.copy();
        copy.files.delete(TREE);
        return copy;
      },
    },
    { name: "short", change: (files) => changed(files, TREE, (bytes) => bytes.slice(0, 777)) },
    { name: "empty", change: (files) => changed(files, TREE, () => new Uint8Array()) },
    {
      name: "longer than the ledger",
      change: (files) => changed(files, TREE, (bytes) => new Uint8Array([...bytes, ...bytes])),
    },
    ...[0, 31, 2000, 4062, 4063, 8000, 12_000].map((at) => ({
      name: `changed at byte ${at}`,
      change: (files: MemoryFiles) => changed(files, TREE, flipped(at)),
    })),
  ])("does not depend on its file, here $name", async ({ change }) => {
    const files = change(world.files);
    const reader = await read(files);
    expect(reader.head).toEqual(world.ledger.head);
    const opened = await openLedger(ledgerOptions(files, { segmentSizeBytes: 20_000 }));
    await opened.append([testIntent("home", "later")]);
    await opened.close();
    const entries = await entryBytes(files);
    const roots = rootsOf(entries);
    const again = await read(files);
    expect(again.head.tree).toBe(roots.at(-1));
    for (const size of [1, 63, 64, 65, 128, 130, 200])
      expect(await again.treeAt(size)).toBe(roots[size]);
    expect((await verifyLedger({ files, folder: FOLDER, feed })).faults).toEqual([]);
  });

  it.each(["missing", "changed", "of another segment"])(
    "does not depend on the files that say where entries stand, here %s",
    async (how) => {
      const files = world.files.copy();
      const names = (await files.list(FOLDER)).filter((name) => name.startsWith("index"));
      expect(names.length).toBeGreaterThan(2);
      const other = files.files.get(`${FOLDER}/${names[1]}`);
      for (const [at, name] of names.entries()) {
        const path = `${FOLDER}/${name}`;
        if (how === "missing") files.files.delete(path);
        else if (how === "of another segment" && other !== undefined && at !== 1)
          files.files.set(path, other);
        else {
          const file = changed(files, path, flipped(70)).files.get(path);
          if (file !== undefined) files.files.set(path, file);
        }
      }
      expect(await allRecords(await read(files))).toEqual(await allRecords(world.ledger));
    },
  );

  it("finds damage in an older segment when it reads it, and verification names it", async () => {
    const path = `${FOLDER}/segment-000002.log`;
    const bytes = world.files.files.get(path)?.bytes ?? new Uint8Array();
    for (const at of [60, 1000, 5000, bytes.length - 300]) {
      const files = changed(world.files, path, flipped(at));
      const reader = await read(files);
      const { faults } = await verifyLedger({ files, folder: FOLDER, feed });
      expect(
        faults.map(({ code }) => code),
        `byte ${at}`,
      ).toContain("ledger/damaged");
      const outcome = await allRecords(reader).catch((error: unknown) => error);
      const isEntryHit = !Array.isArray(outcome);
      if (isEntryHit) expect(outcome).toMatchObject({ code: "ledger/damaged", exit: 4 });
      else expect(outcome).toEqual(await allRecords(world.ledger));
    }
  });

  it("refuses an older segment that was replaced by one that fits in itself", async () => {
    const other = new MemoryFiles();
    const ledger = await createLedger(ledgerOptions(other, { segmentSizeBytes: 20_000 }));
    await ledger.append([plainKeyset("work")]);
    while (ledger.head.size < ENTRIES) await ledger.append([testIntent("work", "x")]);
    await ledger.close();
    const files = world.files.copy();
    const path = `${FOLDER}/segment-000002.log`;
    const theirs = other.files.get(path);
    if (theirs !== undefined) files.files.set(path, theirs);
    const reader = await read(files);
    await expect(allRecords(reader)).rejects.toMatchObject({ code: "ledger/damaged" });
  });
});

describe("checkpoints of a forged ledger", () => {
  const lists = [encoded(HONEST.slice(0, 2)), encoded(HONEST.slice(0, 4)), encoded(HONEST)];
  const honest: NonNullable<Forged["checkpoint"]> = (entries) =>
    signCheckpoint(owner, forgedRoot(entries));

  async function faults(checkpoint: Forged["checkpoint"]): Promise<readonly unknown[]> {
    const files = await forge({
      commits: lists,
      ...(checkpoint === undefined ? {} : { checkpoint }),
    });
    const report = await verifyLedger({ files, folder: FOLDER, feed });
    return report.faults.map(({ code, commit }) => [code, commit]);
  }

  it.each<{ name: string; checkpoint: Forged["checkpoint"]; want: readonly unknown[] }>([
    { name: "none, as release 0.1.0 made them", checkpoint: undefined, want: [] },
    { name: "in every commit", checkpoint: honest, want: [] },
    {
      name: "from the second commit on",
      checkpoint: (entries, seq) => (seq === 0 ? new Uint8Array() : honest(entries, seq)),
      want: [],
    },
    {
      name: "taken away again",
      checkpoint: (entries, seq) => (seq === 1 ? honest(entries, seq) : new Uint8Array()),
      want: [["ledger/checkpoint", 2]],
    },
    {
      name: "over other entries",
      checkpoint: (entries, seq) =>
        seq === 1
          ? signCheckpoint(owner, { size: entries.length, root: sha256(new Uint8Array()) })
          : honest(entries, seq),
      want: [["ledger/checkpoint", 1]],
    },
    {
      name: "over fewer entries",
      checkpoint: (entries) => honest(entries.slice(0, 1), 0),
      want: [0, 1, 2].map((seq) => ["ledger/checkpoint", seq]),
    },
    {
      name: "signed by another operator",
      checkpoint: (entries) => signCheckpoint(testKeys("other"), forgedRoot(entries)),
      want: [0, 1, 2].map((seq) => ["ledger/checkpoint", seq]),
    },
    {
      name: "that are no notes",
      checkpoint: () => Uint8Array.of(1, 2, 3),
      want: [0, 1, 2].map((seq) => ["ledger/checkpoint", seq]),
    },
  ])("are $name", async ({ checkpoint, want }) => {
    expect(await faults(checkpoint)).toEqual(want);
  });

  it("begin with the first append to a ledger of release 0.1.0", async () => {
    const files = await forge({ commits: lists });
    const before = await read(files);
    expect(before.checkpoint).toBeUndefined();
    expect(before.head.tree).toBe(rootsOf(encoded(HONEST)).at(-1));
    const ledger = await openLedger(ledgerOptions(files));
    await ledger.append([testIntent("home", "later")]);
    expect(ledger.checkpoint).toBeDefined();
    await ledger.close();
    expect((await read(files)).head).toEqual(ledger.head);
    expect((await verifyLedger({ files, folder: FOLDER, feed })).faults).toEqual([]);
  });

  it("that name other entries than the log do not open", async () => {
    const files = await forge({
      commits: lists,
      checkpoint: (entries) =>
        signCheckpoint(owner, { size: entries.length, root: new Uint8Array(32) }),
    });
    await expect(read(files)).rejects.toMatchObject({ code: "ledger/damaged" });
  });
});

describe("an append", () => {
  const heartbeat: EntryDraft = { kind: "heartbeat", payload: { fleet: "home" } };

  it("names the heads that are news, once", async () => {
    const ledger = await createLedger(ledgerOptions(new MemoryFiles()));
    const heads = [{ feed: testKeys("friend").feed, size: 3, tree: "ab".repeat(32) }];
    const [first, second] = await ledger.append([heartbeat, heartbeat], { heads });
    expect([first?.heads, second?.heads]).toEqual([heads, []]);
    const [third] = await ledger.append([heartbeat], { heads });
    expect(third?.heads).toEqual([]);
    const longer = heads.map((head) => ({ ...head, size: 4 }));
    const [fourth] = await ledger.append([heartbeat], { heads: longer });
    expect(fourth?.heads).toEqual(longer);
  });

  it("hands over to the next keys, which sign the checkpoint and what follows", async () => {
    const files = new MemoryFiles();
    const ledger = await createLedger(ledgerOptions(files));
    const next = owner.nextKeys(["ed25519"]);
    const rotate: EntryDraft = { kind: "rotate", payload: makeRotate(owner, next) };
    await ledger.append([rotate], { next });
    const named = verifyCheckpoint(ledger.checkpoint ?? new Uint8Array(), {
      feed,
      writer: next.operator,
    });
    expect(named.size).toBe(2);
    const [after] = await ledger.append([heartbeat]);
    expect(after?.operator).toBe(next.operator);
    await ledger.close();
    const report = await verifyLedger({ files, folder: FOLDER, feed, trusted: [owner.operator] });
    expect(report.faults).toEqual([]);
    const old = await openLedger(ledgerOptions(files));
    await expect(old.append([heartbeat])).rejects.toMatchObject({
      code: "ledger/other-writer",
      exit: 4,
    });
    await old.close();
    const renewed = await openLedger(ledgerOptions(files, { keys: next }));
    expect(await renewed.append([heartbeat])).toHaveLength(1);
  });

  it("of a rotation alone has a checkpoint by the old keys, and verifies", async () => {
    const files = new MemoryFiles();
    const ledger = await createLedger(ledgerOptions(files));
    const next = owner.nextKeys(["ed25519"]);
    await ledger.append([{ kind: "rotate", payload: makeRotate(owner, next) }]);
    await expect(ledger.append([heartbeat])).rejects.toMatchObject({ code: "ledger/other-writer" });
    await ledger.close();
    expect((await verifyLedger({ files, folder: FOLDER, feed })).faults).toEqual([]);
  });
});
