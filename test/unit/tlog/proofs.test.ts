import { describe, expect, it, test } from "vitest";
import { assert, BugError, fromHex, toHex, utf8 } from "../../../src/core/index.ts";
import {
  consistencyProof,
  EMPTY_ROOT,
  inclusionProof,
  leafHash,
  nodeHash,
  type ReadHashes,
  storedHashCount,
  storedHashIndex,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from "../../../src/tlog/index.ts";
import { leafAt, storedTree } from "../../support/stored-tree.ts";
import type { StoredHashVector } from "../../support/tlog-vectors.ts";
import { tlogVectors } from "../../support/vectors.ts";

const vectors = tlogVectors();
const tree = storedTree(5000);
const rootOf = async (size: number): Promise<Uint8Array> => treeRoot(size, tree.read);
const bytesOf = (hashes: readonly string[]): readonly Uint8Array[] => hashes.map(fromHex);
const proofError = expect.objectContaining({ code: "tlog/proof" });

describe("what Go makes of the same leaves", () => {
  test.each(vectors.roots)("the root of $size", async ({ size, root }) => {
    expect(toHex(await rootOf(size))).toBe(root);
    if (size <= 300) expect(toHex(storedTree(size).frontier.root())).toBe(root);
  });

  test.each(vectors.inclusion)("the proof of $index in $size", async ({ size, index, proof }) => {
    const made = await inclusionProof(index, size, tree.read);
    expect(made.map(toHex)).toEqual(proof);
    const claim = { leafHash: leafHash(leafAt(index)), index, size, root: await rootOf(size) };
    expect(() => verifyInclusion({ ...claim, proof: bytesOf(proof) })).not.toThrow();
  });

  test.each(vectors.consistency)("the proof from $oldSize to $newSize", async (row) => {
    const { oldSize, newSize, proof } = row;
    const made = await consistencyProof(oldSize, newSize, tree.read);
    expect(made.map(toHex)).toEqual(proof);
    const claim = {
      oldSize,
      newSize,
      oldRoot: await rootOf(oldSize),
      newRoot: await rootOf(newSize),
    };
    expect(() => verifyConsistency({ ...claim, proof: bytesOf(proof) })).not.toThrow();
  });

  test.each(vectors.storedIndexes)("node $index of level $level", ({ level, index, at }) => {
    expect(storedHashIndex(level, index)).toBe(at);
  });

  test.each(vectors.storedCounts)("the hashes of $size leaves", ({ size, count }) => {
    expect(storedHashCount(size)).toBe(count);
  });
});

/** Gives exactly the hashes that Go read, and says which were asked for. */
function reader(stored: readonly StoredHashVector[]): {
  readonly read: ReadHashes;
  readonly batches: number[][];
} {
  const batches: number[][] = [];
  const read: ReadHashes = (indexes) => {
    batches.push([...indexes]);
    const hashes = indexes.flatMap((index) => stored.filter(({ at }) => at === index).slice(0, 1));
    return Promise.resolve(hashes.map(({ hash }) => fromHex(hash)));
  };
  return { read, batches };
}

const placesOf = (stored: readonly StoredHashVector[]): readonly number[] =>
  stored.map(({ at }) => at).toSorted((left, right) => left - right);

describe("trees beyond 32 bits", () => {
  test.each(vectors.large)("of $size leaves", async (row) => {
    const roots = reader(row.rootReads);
    expect(toHex(await treeRoot(row.size, roots.read))).toBe(row.root);
    const leaves = reader(row.inclusionReads);
    const inclusion = await inclusionProof(row.index, row.size, leaves.read);
    expect(inclusion.map(toHex)).toEqual(row.inclusion);
    const prefixes = reader(row.consistencyReads);
    const consistency = await consistencyProof(row.oldSize, row.size, prefixes.read);
    expect(consistency.map(toHex)).toEqual(row.consistency);
    for (const [{ batches }, reads] of [
      [roots, row.rootReads],
      [leaves, row.inclusionReads],
      [prefixes, row.consistencyReads],
    ] as const) {
      expect(batches).toHaveLength(1);
      expect(batches[0]?.toSorted((left, right) => left - right)).toEqual(placesOf(reads));
      expect(reads.length).toBeLessThan(110);
    }
    const root = fromHex(row.root);
    const { index, size, oldSize } = row;
    const leaf = fromHex(vectors.largeLeafHash);
    verifyInclusion({ leafHash: leaf, index, size, root, proof: inclusion });
    const oldRoot = fromHex(row.oldRoot);
    verifyConsistency({ oldSize, oldRoot, newSize: size, newRoot: root, proof: consistency });
  });

  test.each(vectors.claims)("leaf $index of $size", ({ index, size, root, ...row }) => {
    const claim = { index, size, root: fromHex(root), leafHash: fromHex(row.leafHash) };
    const proof = bytesOf(row.proof);
    expect(() => verifyInclusion({ ...claim, proof })).not.toThrow();
    expect(() => verifyInclusion({ ...claim, proof: proof.slice(1) })).toThrow(proofError);
  });
});

describe("claims that Go refuses", () => {
  test.each(vectors.refusedInclusion)("inclusion: $name", ({ index, size, ...row }) => {
    const claim = { index, size, root: fromHex(row.root), leafHash: fromHex(row.leafHash) };
    expect(() => verifyInclusion({ ...claim, proof: bytesOf(row.proof) })).toThrow(proofError);
  });

  test.each(vectors.refusedConsistency)("consistency: $name", ({ oldSize, newSize, ...row }) => {
    const claim = {
      oldSize,
      newSize,
      oldRoot: fromHex(row.oldRoot),
      newRoot: fromHex(row.newRoot),
    };
    expect(() => verifyConsistency({ ...claim, proof: bytesOf(row.proof) })).toThrow(proofError);
  });
});

describe("claims without sense", () => {
  const hash = leafHash(leafAt(0));
  const empty = { oldSize: 0, oldRoot: EMPTY_ROOT, proof: [] };

  it("an old tree without leaves has the empty root", () => {
    expect(() => verifyConsistency({ ...empty, newSize: 0, newRoot: EMPTY_ROOT })).not.toThrow();
    expect(() => verifyConsistency({ ...empty, newSize: 1, newRoot: hash })).not.toThrow();
    const other = { ...empty, oldRoot: hash, newSize: 1, newRoot: hash };
    expect(() => verifyConsistency(other)).toThrow(proofError);
    expect(() => verifyConsistency({ ...empty, newSize: 0, newRoot: hash })).toThrow(proofError);
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53, Infinity])("a size of %d", (size) => {
    const inclusion = { leafHash: hash, root: hash, proof: [] };
    expect(() => verifyInclusion({ ...inclusion, index: 0, size })).toThrow(proofError);
    expect(() => verifyInclusion({ ...inclusion, index: size, size: 1 })).toThrow(proofError);
    expect(() => verifyConsistency({ ...empty, newSize: size, newRoot: hash })).toThrow(proofError);
  });

  it("roots above the tree, which more hashes would lead to", () => {
    const claim = { leafHash: hash, index: 0, size: 1, root: nodeHash(EMPTY_ROOT, hash) };
    expect(() => verifyInclusion({ ...claim, proof: [EMPTY_ROOT] })).toThrow(proofError);
    const [a, b, c, d] = ["a", "b", "c", "d"].map((text) => leafHash(utf8(text)));
    assert(a !== undefined && b !== undefined && c !== undefined && d !== undefined, "four hashes");
    const sizes = { oldSize: 3, newSize: 4 };
    const old = nodeHash(c, a);
    const grown = nodeHash(c, nodeHash(a, b));
    const right = { ...sizes, oldRoot: old, newRoot: grown, proof: [a, b, c] };
    expect(() => verifyConsistency(right)).not.toThrow();
    const above = { oldRoot: nodeHash(d, old), newRoot: nodeHash(d, grown) };
    expect(() => verifyConsistency({ ...sizes, ...above, proof: [a, b, c, d] })).toThrow(
      proofError,
    );
  });

  it("hashes that are cut", () => {
    const cut = hash.subarray(1);
    const claim = { leafHash: hash, index: 0, size: 1, root: hash, proof: [] };
    expect(() => verifyInclusion(claim)).not.toThrow();
    expect(() => verifyInclusion({ ...claim, leafHash: cut, root: cut })).toThrow(proofError);
    expect(() => verifyInclusion({ ...claim, size: 2, proof: [cut] })).toThrow(proofError);
  });
});

describe("making proofs", () => {
  it("reads nothing where nothing is needed", async () => {
    const none: ReadHashes = () => Promise.reject(new Error("nothing to read"));
    expect(await inclusionProof(0, 1, none)).toEqual([]);
    expect(await consistencyProof(0, 7, none)).toEqual([]);
    expect(await consistencyProof(7, 7, none)).toEqual([]);
  });

  it("takes only whole sizes in order, and whole answers", async () => {
    const short: ReadHashes = (indexes) =>
      Promise.resolve(indexes.slice(1).map(() => new Uint8Array(32)));
    const cut: ReadHashes = (indexes) => Promise.resolve(indexes.map(() => new Uint8Array(31)));
    await expect(inclusionProof(7, 7, tree.read)).rejects.toThrow(BugError);
    await expect(inclusionProof(-1, 7, tree.read)).rejects.toThrow(BugError);
    await expect(inclusionProof(0, 2 ** 53, tree.read)).rejects.toThrow(BugError);
    await expect(consistencyProof(8, 7, tree.read)).rejects.toThrow(BugError);
    await expect(treeRoot(1.5, tree.read)).rejects.toThrow(BugError);
    await expect(treeRoot(3, short)).rejects.toThrow(BugError);
    await expect(treeRoot(3, cut)).rejects.toThrow(BugError);
  });
});
