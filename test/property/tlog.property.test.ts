import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assert, FleetError, sha256, toHex, utf8 } from "../../src/core/index.ts";
import {
  consistencyProof,
  frontierIndexes,
  inclusionProof,
  leafHash,
  nodeHash,
  openCheckpoint,
  openNote,
  parseCheckpoint,
  parseGrowthProof,
  parseLeafProof,
  parseVerifierKey,
  storedHashCount,
  TreeFrontier,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
  verifyLeafProof,
} from "../../src/tlog/index.ts";
import { mutate } from "../support/mutate.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { leafAt, storedTree } from "../support/stored-tree.ts";
import { fromBase64, vectorSigner } from "../support/tlog-vectors.ts";
import { tlogVectors } from "../support/vectors.ts";

const SETTINGS = { seed: 20_261_125, numRuns: 300 } as const;
const TIMEOUT = { timeout: 180_000 };
const SIZE_MAX = 600;

const tree = storedTree(SIZE_MAX);
const size = fc.integer({ min: 1, max: SIZE_MAX });
const leafOfTree = size.chain((leaves) =>
  fc.record({ leaves: fc.constant(leaves), index: fc.nat({ max: leaves - 1 }) }),
);
const twoSizes = fc
  .tuple(size, size)
  .map(([one, two]) => ({ oldSize: Math.min(one, two), newSize: Math.max(one, two) }));
const proofError = expect.objectContaining({ code: "tlog/proof" });

/** Which way each step from the root to a leaf goes, by the definition of the tree. */
function directions(index: number, leaves: number): string {
  if (leaves === 1) return "";
  const left = 2 ** Math.ceil(Math.log2(leaves) - 1);
  return index < left
    ? `${directions(index, left)}l`
    : `${directions(index - left, leaves - left)}r`;
}

/** A copy with one bit of one of the hashes changed. */
function flip(hashes: readonly Uint8Array[], at: number, bit: number): readonly Uint8Array[] {
  return hashes.map((hash, index) =>
    index === at % hashes.length
      ? hash.map((byte, place) => (place === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      : hash,
  );
}

describe("node hashes", TIMEOUT, () => {
  it("are SHA-256 of a one byte and both hashes", () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(hash, hash, (left, right) => {
        const whole = Uint8Array.from([1, ...left, ...right]);
        expect(toHex(nodeHash(left, right))).toBe(toHex(sha256(whole)));
      }),
      SETTINGS,
    );
  });
});

describe("inclusion proofs", TIMEOUT, () => {
  it("verify, and not for any other bit, index or shape", async () => {
    const run = fc.asyncProperty(
      leafOfTree,
      fc.nat({ max: 255 }),
      size,
      async ({ leaves, index }, bit, other) => {
        const root = await treeRoot(leaves, tree.read);
        const proof = await inclusionProof(index, leaves, tree.read);
        const leaf = leafHash(leafAt(index));
        const claim = { leafHash: leaf, index, size: leaves, root, proof };
        verifyInclusion(claim);
        const [otherLeaf = leaf] = flip([leaf], 0, bit);
        const [otherRoot = root] = flip([root], 0, bit);
        const refused = [
          { ...claim, leafHash: otherLeaf },
          { ...claim, root: otherRoot },
          { ...claim, proof: [...proof, root] },
          ...(proof.length === 0 ? [] : [{ ...claim, proof: flip(proof, bit, bit) }]),
          ...(proof.length === 0 ? [] : [{ ...claim, proof: proof.slice(0, -1) }]),
          ...(other - 1 === index ? [] : [{ ...claim, index: other - 1 }]),
          ...(other > index && directions(index, other) === directions(index, leaves)
            ? []
            : [{ ...claim, size: other }]),
        ];
        for (const wrong of refused) expect(() => verifyInclusion(wrong)).toThrow(proofError);
      },
    );
    await fc.assert(run, SETTINGS);
  });
});

describe("consistency proofs", TIMEOUT, () => {
  it("verify, and not for any other bit or tree", async () => {
    const run = fc.asyncProperty(twoSizes, fc.nat({ max: 255 }), async (sizes, bit) => {
      const { oldSize, newSize } = sizes;
      const oldRoot = await treeRoot(oldSize, tree.read);
      const newRoot = await treeRoot(newSize, tree.read);
      const proof = await consistencyProof(oldSize, newSize, tree.read);
      const claim = { oldSize, oldRoot, newSize, newRoot, proof };
      verifyConsistency(claim);
      const [otherOld = oldRoot] = flip([oldRoot], 0, bit);
      const [otherNew = newRoot] = flip([newRoot], 0, bit);
      const refused = [
        { ...claim, oldRoot: otherOld },
        { ...claim, newRoot: otherNew },
        { ...claim, proof: [...proof, newRoot] },
        ...(proof.length === 0 ? [] : [{ ...claim, proof: flip(proof, bit, bit) }]),
        ...(proof.length === 0 ? [] : [{ ...claim, proof: proof.slice(0, -1) }]),
        ...(oldSize === newSize ? [] : [{ ...claim, oldSize: newSize, newSize: oldSize }]),
      ];
      for (const wrong of refused) expect(() => verifyConsistency(wrong)).toThrow(proofError);
    });
    await fc.assert(run, SETTINGS);
  });

  it("cannot be made from a tree whose past was rewritten", async () => {
    const run = fc.asyncProperty(twoSizes, fc.nat(), async ({ oldSize, newSize }, which) => {
      const rewritten = storedTree(newSize, (index) =>
        index === which % oldSize ? utf8("another") : leafAt(index),
      );
      const oldRoot = await treeRoot(oldSize, tree.read);
      const newRoot = rewritten.frontier.root();
      const proof = await consistencyProof(oldSize, newSize, rewritten.read);
      const claim = { oldSize, oldRoot, newSize, newRoot, proof };
      expect(() => verifyConsistency(claim)).toThrow(proofError);
    });
    await fc.assert(run, { ...SETTINGS, numRuns: 40 });
  });
});

describe("a tree that grows", TIMEOUT, () => {
  it("begins with every smaller one, hash for hash", () => {
    fc.assert(
      fc.property(twoSizes, ({ oldSize, newSize }) => {
        const smaller = storedTree(oldSize);
        expect(smaller.hashes).toHaveLength(storedHashCount(oldSize));
        expect(smaller.hashes.map(toHex)).toEqual(
          tree.hashes.slice(0, smaller.hashes.length).map(toHex),
        );
        const wanted = frontierIndexes(oldSize).map((index) => tree.hashes[index] ?? utf8(""));
        const resumed = TreeFrontier.resume(oldSize, wanted);
        for (let index = oldSize; index < newSize; index += 1) {
          resumed.append(leafHash(leafAt(index)));
        }
        expect(toHex(resumed.root())).toBe(toHex(storedTree(newSize).frontier.root()));
      }),
      { ...SETTINGS, numRuns: 40 },
    );
  });
});

describe("hostile texts", TIMEOUT, () => {
  const vectors = tlogVectors();
  const [log, , third, w1, w2] = vectors.keys.map(vectorSigner);
  assert(log !== undefined && third !== undefined, "the vectors have their signers");
  assert(w1 !== undefined && w2 !== undefined, "the vectors have their witnesses");
  const trust = { origin: "example.org/fleet", logKey: log.key, witnesses: [w1.key, w2.key] };
  const leaf = leafHash(leafAt(13));

  /** The result of a run, or undefined when it was refused with a code of this room. */
  function resultOf<T>(run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      if (error instanceof FleetError && error.code.startsWith("tlog/")) return undefined;
      throw error;
    }
  }

  it("notes give their own text or a coded error", () => {
    const notes = vectors.notes.filter(({ verdict }) => verdict === "accepted");
    const keys = [log.key, third.key, w1.key];
    const texts = notes.map(({ text }) => text);
    const random = seededRandom(1);
    for (let round = 0; round < 3000; round += 1) {
      const row = notes[round % notes.length];
      const bytes = mutate(fromBase64(row?.note ?? ""), random);
      const text = resultOf(() => openNote(bytes, keys))?.text;
      expect([...texts, undefined]).toContain(text);
    }
  });

  it("checkpoints and proofs say what was signed, or a coded error", () => {
    const cosigned = vectors.cosigned.filter(({ verdict }) => verdict === "accepted");
    const proofs = vectors.leafProofs.filter(({ verdict }) => verdict === "accepted");
    const random = seededRandom(2);
    for (let round = 0; round < 1500; round += 1) {
      const note = mutate(fromBase64(cosigned[round % cosigned.length]?.note ?? ""), random);
      const size = resultOf(() => openCheckpoint(note, trust))?.checkpoint.size;
      expect([21, undefined]).toContain(size);
      const proof = mutate(fromBase64(proofs[round % proofs.length]?.proof ?? ""), random);
      const index = resultOf(() => verifyLeafProof(proof, leaf, trust))?.index;
      expect([13, undefined]).toContain(index);
    }
  });

  it("texts of any kind are parsed or refused with a code", () => {
    const starts = [
      "c2sp.org/tlog-proof@v1\nindex 0\n\n",
      "old 1\n\n",
      "example.org/fleet\n1\n",
      "example.org/fleet+00000000+",
      "",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.string({ unit: "binary" }), (start, rest) => {
        const text = start + rest;
        for (const parse of [parseCheckpoint, parseVerifierKey]) resultOf(() => parse(text));
        for (const parse of [parseLeafProof, parseGrowthProof]) resultOf(() => parse(utf8(text)));
        expect(resultOf(() => openNote(utf8(text), [log.key]))).toBeUndefined();
      }),
      SETTINGS,
    );
  });
});
