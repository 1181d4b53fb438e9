import { describe, expect, it, test } from "vitest";
import { assert, fromHex, type OperatorKey, utf8 } from "../../../src/core/index.ts";
import {
  cosignCheckpoint,
  type CosignRequest,
  type CosignVerdict,
  type EntryDraft,
  judgeWitnesses,
  type KeysetOperator,
  type LedgerRecord,
  type OperatorKeys,
  type WitnessOptions,
} from "../../../src/ledger/index.ts";
import { signCheckpoint, verifyCheckpoint } from "../../../src/ledger/log/head.ts";
import { addSignatures, consistencyProof, parseNote } from "../../../src/tlog/index.ts";
import { testIntent, testKeys } from "../../support/ledger-world.ts";
import { HEARTBEAT, MemoryFeed } from "../../support/memory-feed.ts";

const TIME_S = 1_790_000_500;
const ben = testKeys("ben");
const cid = testKeys("cid");

function ledgerOf(size: number, forkedAt = size): MemoryFeed {
  const feed = new MemoryFeed("ann");
  while (feed.size < size) feed.append(feed.size < forkedAt ? HEARTBEAT : testIntent("home", "pi"));
  return feed;
}
const ledger = ledgerOf(20);
const fork = ledgerOf(20, 8);

function checkpointAt(size: number, of: MemoryFeed = ledger): Uint8Array {
  return signCheckpoint(of.keys, { size, root: fromHex(of.treeAt(size)) });
}

async function request(
  from: number | undefined,
  to: number,
  changes: Partial<CosignRequest> = {},
): Promise<CosignRequest> {
  return {
    keys: ben,
    feed: ledger.feed,
    writer: ledger.keys.operator,
    pinned: from === undefined ? undefined : ledger.head(from),
    checkpoint: checkpointAt(to),
    proof:
      from === undefined || from > to ? [] : await consistencyProof(from, to, ledger.readHashes),
    timeS: TIME_S,
    ...changes,
  };
}

function cosigned(verdict: CosignVerdict): Extract<CosignVerdict, { readonly kind: "cosigned" }> {
  assert(verdict.kind === "cosigned", "it is cosigned");
  return verdict;
}

describe("a witness", () => {
  test.each<{ name: string; from: number | undefined; to: number }>([
    { name: "seen for the first time", from: undefined, to: 12 },
    { name: "that grew", from: 7, to: 12 },
    { name: "seen before", from: 12, to: 12 },
  ])("cosigns a ledger $name", async ({ from, to }) => {
    const verdict = cosigned(cosignCheckpoint(await request(from, to)));
    expect(verdict.head).toEqual(ledger.head(to));
    const by = { feed: ledger.feed, writer: ledger.keys.operator };
    const opened = verifyCheckpoint(verdict.note, by, [ben.operator]);
    expect(opened).toMatchObject({
      size: to,
      cosignatures: [{ witness: ben.operator, timeS: TIME_S }],
    });
    const note = new TextDecoder().decode(verdict.note);
    expect(verdict.draft).toEqual({ kind: "witness", payload: { ...ledger.head(to), note } });
    const record = new MemoryFeed("ben").append(verdict.draft);
    expect(record.payload).toEqual(verdict.draft.payload);
  });

  it("leaves out signatures of others, which it cannot answer for", async () => {
    const other = { name: "example.org/x", keyId: "00000000", signature: utf8("x") };
    const checkpoint = addSignatures(checkpointAt(12), [other]);
    const { note } = cosigned(cosignCheckpoint(await request(7, 12, { checkpoint })));
    expect(parseNote(note).signatures.map(({ name }) => name.slice(0, 22))).toEqual([
      "fleet.skywire/ledger/0",
      "fleet.skywire/witness/",
    ]);
  });

  test.each<{
    name: string;
    from: number | undefined;
    to: number;
    changes: Partial<CosignRequest>;
    code: string;
  }>([
    { name: "that lost entries", from: 12, to: 7, changes: {}, code: "ledger/witness-behind" },
    {
      name: "with another tree of one size",
      from: 12,
      to: 12,
      changes: { checkpoint: checkpointAt(12, fork) },
      code: "ledger/witness-other-tree",
    },
    {
      name: "that was rewritten before it grew",
      from: 12,
      to: 16,
      changes: { checkpoint: checkpointAt(16, fork) },
      code: "ledger/witness-other-tree",
    },
    {
      name: "without the proof",
      from: 7,
      to: 12,
      changes: { proof: [] },
      code: "ledger/witness-other-tree",
    },
    {
      name: "with hashes that are none",
      from: 7,
      to: 12,
      changes: { proof: [new Uint8Array(3)] },
      code: "ledger/witness-other-tree",
    },
    {
      name: "signed by somebody else",
      from: 7,
      to: 12,
      changes: { writer: cid.operator },
      code: "ledger/checkpoint",
    },
    {
      name: "whose note is none",
      from: 7,
      to: 12,
      changes: { checkpoint: utf8("none") },
      code: "ledger/checkpoint",
    },
    {
      name: "of his own",
      from: 7,
      to: 12,
      changes: { keys: ledger.keys },
      code: "ledger/witness-own",
    },
  ])("refuses a ledger $name", async ({ from, to, changes, code }) => {
    expect(cosignCheckpoint(await request(from, to, changes))).toMatchObject({
      kind: "refused",
      code,
    });
  });

  it("finds every changed byte of a cosigned note", async () => {
    const { note } = cosigned(cosignCheckpoint(await request(7, 12)));
    const by = { feed: ledger.feed, writer: ledger.keys.operator };
    for (let place = 0; place < note.length; place += 1) {
      const changed = note.slice();
      changed[place] = (changed[place] ?? 0) ^ 1;
      let count = 0;
      try {
        count = verifyCheckpoint(changed, by, [ben.operator]).cosignatures.length;
      } catch (error) {
        expect(error).toMatchObject({ code: "ledger/checkpoint" });
      }
      expect(count, `byte ${place}`).toBe(0);
    }
  });
});

type Operators = Readonly<Record<string, KeysetOperator>>;

const OPERATORS: Operators = {
  ann: operator(testKeys("ann"), ["apply", "witness"]),
  ben: operator(ben, ["witness"]),
  cid: operator(cid, ["witness"]),
  dan: operator(testKeys("dan"), ["witness"]),
  eve: operator(testKeys("eve"), ["apply"]),
};

function operator(keys: OperatorKeys, may: readonly string[]): KeysetOperator {
  return { key: keys.operator, feed: keys.feed, may };
}

function draftBy(keys: OperatorKeys, size: number, of = ledger, timeS = TIME_S): EntryDraft {
  const asked = {
    keys,
    feed: of.feed,
    writer: of.keys.operator,
    pinned: undefined,
    checkpoint: checkpointAt(size, of),
    proof: [],
    timeS,
  };
  return cosigned(cosignCheckpoint(asked)).draft;
}

/** The witness entries that operators left, in feeds of their own. */
function entriesBy(
  ...given: readonly (readonly [name: string, size: number, of?: MemoryFeed])[]
): readonly LedgerRecord[] {
  const feeds = new Map<string, MemoryFeed>();
  return given.map(([name, size, of]) => {
    const feed = feeds.get(name) ?? new MemoryFeed(name);
    feeds.set(name, feed);
    return feed.append(draftBy(testKeys(name), size, of, TIME_S + feed.size));
  });
}

function options(required: number, changes: Partial<WitnessOptions> = {}): WitnessOptions {
  return {
    head: ledger.head(18),
    writers: [ledger.keys.operator],
    treeAt: async (size) => ledger.treeAt(size),
    operators: OPERATORS,
    required,
    ...changes,
  };
}

describe("witness entries", () => {
  it.each([
    { name: "one is the newest of all", required: 1, size: 15, rest: { from: 15, to: 18 } },
    { name: "two is what two cover", required: 2, size: 12, rest: { from: 12, to: 18 } },
    { name: "three is what the third covers", required: 3, size: 9, rest: { from: 9, to: 18 } },
    { name: "four is not there", required: 4, size: undefined, rest: { from: 0, to: 18 } },
  ])("cover as far as so many distinct operators cosigned: $name", async (row) => {
    const entries = entriesBy(["ben", 9], ["ben", 12], ["cid", 15], ["dan", 9], ["cid", 15]);
    const verdict = await judgeWitnesses(entries, options(row.required));
    expect(verdict.covered?.size).toBe(row.size);
    expect(verdict.notCovered).toEqual(row.rest);
    expect(verdict.faults).toEqual([]);
    expect(verdict.witnesses.map(({ witness, size }) => [witness, size])).toEqual([
      ["ben", 12],
      ["cid", 15],
      ["dan", 9],
    ]);
  });

  it("cover all when the newest state is cosigned", async () => {
    const verdict = await judgeWitnesses(entriesBy(["ben", 18], ["cid", 18]), options(2));
    expect(verdict.covered).toEqual({ ...ledger.head(18), timeS: TIME_S + 1 });
    expect(verdict.notCovered).toBeUndefined();
  });

  it("of those who may not witness, of the writer and of other ledgers count for nothing", async () => {
    const other = new MemoryFeed("fay");
    other.append(HEARTBEAT);
    const verdict = await judgeWitnesses(
      [
        ...entriesBy(["eve", 15], ["stranger", 15], ["ben", 2, other]),
        ...entriesBy(["ben", 15]).map((entry) => ({ ...entry, feed: ledger.feed })),
        ...ledger.records,
      ],
      options(1),
    );
    expect(verdict).toMatchObject({ witnesses: [], covered: undefined, faults: [] });
  });

  it("of one key under two names count once", async () => {
    const twice = { ...OPERATORS, bob: { key: ben.operator, may: ["witness"] } };
    const feed = new MemoryFeed("elsewhere");
    const [one] = entriesBy(["ben", 12]);
    assert(one !== undefined, "an entry");
    const two = { ...one, feed: feed.feed };
    const verdict = await judgeWitnesses([one, two], options(1, { operators: twice }));
    expect(verdict.witnesses).toHaveLength(1);
  });

  it("count by the feed too, when its writer's key was rotated", async () => {
    const feed = new MemoryFeed("ben");
    feed.rotate("ed25519");
    const entry = feed.append(draftBy(feed.keys, 12));
    expect(entry.operator).not.toBe(OPERATORS["ben"]?.key);
    expect((await judgeWitnesses([entry], options(1))).covered?.size).toBe(12);
  });

  it("hold for checkpoints that an earlier key of the ledger signed", async () => {
    const writers: readonly OperatorKey[] = [cid.operator, ledger.keys.operator];
    const entries = entriesBy(["ben", 12]);
    expect((await judgeWitnesses(entries, options(1, { writers }))).covered?.size).toBe(12);
    const unknown = await judgeWitnesses(entries, options(1, { writers: [cid.operator] }));
    expect(unknown.faults.map(({ code }) => code)).toEqual(["ledger/witness-entry"]);
  });

  it("show a copy that is behind, and one that is another", async () => {
    const entries = entriesBy(["ben", 20], ["ben", 12], ["cid", 12, fork], ["dan", 6, fork]);
    const verdict = await judgeWitnesses(entries, options(2));
    expect(verdict.ahead.map(({ witness, size }) => [witness, size])).toEqual([["ben", 20]]);
    expect(verdict.faults).toEqual([
      expect.objectContaining({ code: "ledger/witness-other-tree", feed: cid.feed, entry: 1 }),
    ]);
    // What the fork has in common with the ledger, it witnesses too.
    expect(verdict.covered?.size).toBe(6);
  });

  test.each<{ name: string; change: (payload: object) => object }>([
    { name: "another size", change: (payload) => ({ ...payload, size: 11 }) },
    { name: "another tree", change: (payload) => ({ ...payload, tree: ledger.treeAt(11) }) },
    { name: "no note", change: (payload) => ({ ...payload, note: "" }) },
    {
      name: "a note without a cosignature",
      change: (payload) => ({ ...payload, note: new TextDecoder().decode(checkpointAt(12)) }),
    },
    { name: "another's cosignature", change: () => draftBy(cid, 12).payload },
  ])("that do not hold are named: $name", async ({ change }) => {
    const [entry] = entriesBy(["ben", 12]);
    assert(entry?.payload !== undefined, "an entry");
    const bad = { ...entry, payload: change(entry.payload) } as LedgerRecord;
    const { faults, covered } = await judgeWitnesses([bad], options(1));
    expect(covered).toBeUndefined();
    expect(faults).toEqual([
      expect.objectContaining({ code: "ledger/witness-entry", feed: ben.feed, entry: 1 }),
    ]);
  });
});
