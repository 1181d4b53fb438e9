import { describe, expect, it, test } from "vitest";
import { verifyGenesis } from "../../../src/ledger/log/entries/genesis.ts";
import { fromHex, toHex } from "../../../src/core/index.ts";
import type { EntryDraft } from "../../../src/ledger/index.ts";
import { composeEntries, type ComposeDraft } from "../../../src/ledger/log/commit.ts";
import { verifyEntry } from "../../../src/ledger/log/entries/signing.ts";
import { formatPayload } from "../../../src/ledger/log/entries/payload-type.ts";
import type { SeenHead } from "../../../src/ledger/log/entries/payloads.ts";
import type { EntryKind } from "../../../src/ledger/log/entries/payload-type.ts";
import { RecordReader } from "../../../src/ledger/log/entries/records.ts";
import {
  makeMoved,
  makeRotate,
  verifyMoved,
  verifyRotate,
} from "../../../src/ledger/log/entries/rotation.ts";
import { countingRandom, testKeys } from "../../support/ledger-world.ts";
import { HEARTBEAT, MemoryFeed } from "../../support/memory-feed.ts";

const owner = testKeys("owner");
const friend = testKeys("friend");
const other = new MemoryFeed("friend");
other.append(HEARTBEAT);
const code = (text: string): unknown => expect.objectContaining({ code: text });

/** A feed, and a reader that stands behind its last entry. */
function readerBehind(feed: MemoryFeed): RecordReader {
  const [genesis] = feed.records;
  if (genesis?.kind !== "genesis" || genesis.payload === undefined) throw new Error("no genesis");
  const reader = RecordReader.of(verifyGenesis(genesis.payload, feed.feed), undefined);
  for (const entry of feed.entries) reader.next(entry);
  return reader;
}

/** Reads one more entry, made with any keys and heads. */
function readNext<K extends EntryKind>(feed: MemoryFeed, draft: ComposeDraft<K>): () => unknown {
  const place = { index: BigInt(feed.size), time: 9_000_000_000_000_000_000n };
  const [entry] = composeEntries(draft, place, undefined, feed.keys, countingRandom("next"));
  return () => (entry === undefined ? undefined : readerBehind(feed).next(entry));
}

describe("records", () => {
  it("say their feed, who signed them, and the heads their author named", () => {
    const feed = new MemoryFeed("owner");
    feed.append(HEARTBEAT, { heads: [other.head(1)] });
    feed.append(HEARTBEAT, { heads: [other.head(1)] });
    feed.append(HEARTBEAT, { heads: [other.head(2)] });
    expect(feed.records.map(({ heads }) => heads.map(({ size }) => size))).toEqual([
      [],
      [1],
      [],
      [2],
    ]);
    expect(new Set(feed.records.map((record) => record.feed))).toEqual(new Set([owner.feed]));
    expect(readerBehind(feed).heads).toEqual(new Map([[other.feed, other.head(2)]]));
  });

  it("follow a rotation: the old key signs it, the new keys sign what follows", () => {
    const feed = new MemoryFeed("owner");
    feed.rotate("ed25519", "seal");
    feed.append(HEARTBEAT);
    const next = owner.nextKeys(["ed25519", "seal"]);
    expect(feed.records.map(({ operator }) => operator)).toEqual([
      owner.operator,
      owner.operator,
      next.operator,
    ]);
    expect(readerBehind(feed).writer).toEqual({ operator: next.operator, seal: next.seal });
    const signers = [owner, owner, next];
    for (const [index, { object }] of feed.entries.entries())
      expect(
        verifyEntry(object.bytes, owner.feed, signers[index]?.operator ?? owner.operator).index,
      ).toBe(BigInt(index));
  });

  it("end with a move, and a new feed can say where it comes from", () => {
    const feed = new MemoryFeed("owner");
    const next = owner.nextKeys(["cxo-feed"]);
    feed.append({ kind: "moved", payload: makeMoved(owner, next) });
    expect(readerBehind(feed).movedTo).toBe(next.feed);
    expect(readNext(feed, HEARTBEAT)).toThrow(code("ledger/moved"));
    const from = { ...feed.head(), root: "ab".repeat(32) };
    const [genesis] = new MemoryFeed("moved", { keys: next, from }).records;
    expect(genesis?.payload).toMatchObject({ feed: next.feed, ed25519: owner.operator, from });
    const itself = { ...from, feed: next.feed };
    expect(() => new MemoryFeed("moved", { keys: next, from: itself })).toThrow(
      code("ledger/genesis"),
    );
  });

  it("go on from a copy of their reader", () => {
    const feed = new MemoryFeed("owner");
    feed.append(HEARTBEAT, { heads: [other.head(2)] });
    const copy = readerBehind(feed).copy();
    feed.append(HEARTBEAT);
    const [entry] = feed.entries.slice(-1);
    expect(entry === undefined ? undefined : copy.next(entry)).toEqual(feed.records.at(-1));
    expect(copy.heads).toEqual(readerBehind(feed).heads);
  });

  const seen = other.head(2);
  const feed = new MemoryFeed("owner");
  feed.append(HEARTBEAT, { heads: [seen] });
  test.each<{ name: string; heads: readonly SeenHead[] }>([
    { name: "of the feed itself", heads: [{ ...seen, feed: owner.feed }] },
    { name: "that went back", heads: [other.head(1)] },
    { name: "with another tree at the same size", heads: [{ ...seen, tree: "0".repeat(64) }] },
  ])("are refused with a head $name", ({ heads }) => {
    expect(readNext(feed, { ...HEARTBEAT, heads })).toThrow(code("ledger/heads"));
  });

  it("are refused with a rotation or move that proves nothing", () => {
    const next = owner.nextKeys(["ed25519"]);
    const rotate = { ...makeRotate(owner, next), x25519: friend.seal };
    expect(readNext(feed, { kind: "rotate", payload: rotate })).toThrow(code("ledger/rotate"));
    const moved = makeMoved(friend, owner.nextKeys(["cxo-feed"]));
    expect(readNext(feed, { kind: "moved", payload: moved })).toThrow(code("ledger/moved"));
  });
});

describe("a rotation", () => {
  const next = owner.nextKeys(["ed25519", "seal"]);
  const rotate = makeRotate(owner, next);
  const flipped = toHex(fromHex(rotate.proof).map((byte, at) => (at === 9 ? byte ^ 1 : byte)));

  it("gives the new keys", () => {
    expect(verifyRotate(rotate, owner.feed, owner)).toEqual({
      operator: next.operator,
      seal: next.seal,
    });
  });

  test.each([
    { name: "for another feed", run: () => verifyRotate(rotate, friend.feed, owner) },
    { name: "of another writer", run: () => verifyRotate(rotate, owner.feed, friend) },
    {
      name: "with a changed proof",
      run: () => verifyRotate({ ...rotate, proof: flipped }, owner.feed, owner),
    },
    {
      name: "to the same keys",
      run: () => verifyRotate(makeRotate(owner, owner), owner.feed, owner),
    },
  ])("is refused $name", ({ run }) => {
    expect(run).toThrow(code("ledger/rotate"));
  });
});

describe("a move", () => {
  const moved = makeMoved(owner, owner.nextKeys(["cxo-feed"]));

  it("is proved by the new feed", () => {
    expect(verifyMoved(moved, owner.feed, owner.operator)).toBeUndefined();
  });

  test.each([
    { name: "from another feed", run: () => verifyMoved(moved, friend.feed, owner.operator) },
    { name: "by another writer", run: () => verifyMoved(moved, owner.feed, friend.operator) },
    {
      name: "to another feed",
      run: () => verifyMoved({ ...moved, feed: friend.feed }, owner.feed, owner.operator),
    },
    {
      name: "to itself",
      run: () => verifyMoved(makeMoved(owner, owner), owner.feed, owner.operator),
    },
  ])("is refused $name", ({ run }) => {
    expect(run).toThrow(code("ledger/moved"));
  });
});

describe("payloads with proofs", () => {
  const proof = "ab".repeat(64);
  test.each<{ name: string; draft: EntryDraft }>([
    {
      name: "a heartbeat that says more",
      draft: { kind: "heartbeat", payload: { fleet: "home", more: 1 } as never },
    },
    { name: "a heartbeat of no fleet", draft: { kind: "heartbeat", payload: {} as never } },
    {
      name: "a rotation with a short proof",
      draft: {
        kind: "rotate",
        payload: { ed25519: owner.operator, x25519: owner.seal, proof: "ab" },
      },
    },
    {
      name: "a rotation without a seal key",
      draft: { kind: "rotate", payload: { ed25519: owner.operator, proof } as never },
    },
    {
      name: "a move to no feed",
      draft: { kind: "moved", payload: { feed: "04" as never, proof: "ab".repeat(65) } },
    },
    {
      name: "a witness of no entries",
      draft: { kind: "witness", payload: { ...other.head(1), size: 0, note: "" } },
    },
    {
      name: "an operation of no fleet",
      draft: { kind: "operation", payload: { what: "x" } as never },
    },
    {
      name: "a keyset that needs no signatures",
      draft: {
        kind: "keyset",
        payload: {
          fleet: "home",
          operators: {},
          controllers: [],
          policy: { keyset_signatures: 0 },
          epoch: 0,
          epochKeys: [],
        },
      },
    },
    {
      name: "a keyset with a short approval",
      draft: {
        kind: "keyset",
        payload: {
          fleet: "home",
          operators: {},
          controllers: [],
          policy: {},
          epoch: 0,
          epochKeys: [],
          approvals: [{ key: owner.operator, signature: "00" }],
        },
      },
    },
  ])("are refused: $name", ({ draft }) => {
    expect(() => formatPayload(draft.kind, draft.payload)).toThrow(code("ledger/payload"));
  });
});
