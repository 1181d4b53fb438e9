import { describe, expect, it, test } from "vitest";
import { fromHex, sha256, toHex } from "../../../src/core/index.ts";
import {
  buildRefs,
  encodeValue,
  type GetObject,
  readRefs,
  RefsBuilder,
} from "../../../src/skywire/cxo/index.ts";
import { hasCode } from "../../../src/core/index.ts";
import { readCxoObjects } from "../../support/cxo-vectors.ts";

const { refs } = readCxoObjects();
const leaves = refs.leafHashes.map((hex) => fromHex(hex));

function store(objects: Iterable<Uint8Array>): GetObject {
  const byHash = new Map([...objects].map((bytes) => [toHex(sha256(bytes)), bytes]));
  return (hash) => byHash.get(toHex(hash));
}

describe("Refs vectors", () => {
  it("hashes the leaves as the file says", () => {
    const type = {
      struct: [
        { name: "A", type: "string" },
        { name: "B", type: "uint64" },
        { name: "C", type: "bytes" },
      ],
    } as const;
    const hashes = leaves.map((_, index) =>
      toHex(
        sha256(
          encodeValue(type, { A: `k${index}`, B: BigInt(index), C: Uint8Array.of(index & 255) }),
        ),
      ),
    );
    expect(hashes).toEqual(refs.leafHashes);
  });

  test.each(refs.trees)("degree $degree, length $length", (tree) => {
    const wanted = leaves.slice(0, tree.length);
    const built = buildRefs(wanted, tree.degree);
    expect(toHex(built.hash)).toBe(tree.refsHash);
    const top = built.objects.find(({ hash }) => toHex(hash) === tree.refsHash);
    expect(top === undefined ? undefined : toHex(top.bytes)).toBe(tree.rootHex);
    const made = new Set(built.objects.map(({ hash }) => toHex(hash)));
    const nodes = tree.nodes?.map(({ hash }) => hash) ?? tree.nodeHashes ?? [];
    for (const node of nodes) expect(made).toContain(node);
    expect(readRefs(built.hash, store(built.objects.map(({ bytes }) => bytes))).map(toHex)).toEqual(
      wanted.map(toHex),
    );
  });

  test.each(refs.appendChains)("one by one, degree $degree", ({ degree, refsHashAfterAppend }) => {
    const builder = new RefsBuilder(degree);
    for (const [index, wanted] of refsHashAfterAppend.entries()) {
      builder.append(leaves[index] ?? new Uint8Array());
      expect(toHex(builder.finish().hash)).toBe(wanted);
    }
  });

  test.each(refs.appendChunks)(
    "in chunks $chunks, degree $degree",
    ({ degree, chunks, refsHashAfterChunk, refsHashAtOnce, same }) => {
      const objects: Uint8Array[] = [];
      let hash = buildRefs([], degree).hash;
      let at = 0;
      for (const [index, chunk] of chunks.entries()) {
        const builder = RefsBuilder.open(hash, store(objects), degree);
        for (const leaf of leaves.slice(at, at + chunk)) builder.append(leaf);
        at += chunk;
        const built = builder.finish();
        objects.push(...built.objects.map(({ bytes }) => bytes));
        hash = built.hash;
        // Long chunks and small degrees make Go leave gaps in its tree; ours is always the one built at once.
        const once = toHex(buildRefs(leaves.slice(0, at), degree).hash);
        expect(toHex(hash)).toBe(same === false ? once : refsHashAfterChunk[index]);
      }
      if (refsHashAtOnce !== undefined) expect(toHex(hash)).toBe(refsHashAtOnce);
    },
  );

  test.each(refs.special)(
    "$name",
    ({ degree, elements, refsHash, rootHex, nodes = [], goReads = [] }) => {
      const objects = [rootHex ?? "", ...nodes.map(({ hex }) => hex)].map((hex) => fromHex(hex));
      expect(readRefs(fromHex(refsHash), store(objects)).map(toHex)).toEqual(goReads);
      const isUnchanged = goReads.join() === elements.join();
      const built = toHex(
        buildRefs(
          elements.map((hex) => fromHex(hex)),
          degree,
        ).hash,
      );
      if (isUnchanged) expect(built).toBe(refsHash);
      else expect(built).not.toBe(refsHash);
    },
  );

  test.each(refs.malformed)("malformed: $name", ({ hex, goLenError, goAscendSeen }) => {
    const bytes = fromHex(hex);
    let read: readonly Uint8Array[] | undefined;
    let refusal: unknown;
    try {
      read = readRefs(sha256(bytes), store([bytes, ...leavesAsNodes()]));
    } catch (error) {
      refusal = error;
    }
    // Where Go trusts a length or depth that lies, we refuse; we never read other elements than it does.
    if (read === undefined) expect(hasCode(refusal, "cxo/")).toBe(true);
    else expect([goLenError, read.length]).toEqual([null, goAscendSeen]);
  });
});

/** The leaf records themselves: what a tree finds that calls them nodes. */
function leavesAsNodes(): readonly Uint8Array[] {
  return [fromHex("020000006b3000000000000000000100000000")];
}

describe("lists that grew", () => {
  test.each([2, 3, 16])(
    "degree %i: open, append and finish give the tree of building at once",
    (degree) => {
      for (let length = 0; length < 80; length += 1) {
        const before = buildRefs(leaves.slice(0, length), degree);
        const get = store(before.objects.map(({ bytes }) => bytes));
        const builder = RefsBuilder.open(before.hash, get, degree);
        builder.append(leaves[length] ?? new Uint8Array());
        expect(toHex(builder.finish().hash)).toBe(
          toHex(buildRefs(leaves.slice(0, length + 1), degree).hash),
        );
      }
    },
  );

  it("appends one to 100,000 with at most one new object a level", { timeout: 30_000 }, () => {
    const builder = new RefsBuilder();
    const leaf = new Uint8Array(32);
    const view = new DataView(leaf.buffer);
    for (let index = 1; index <= 100_000; index += 1) {
      view.setUint32(0, index);
      builder.append(leaf.slice());
    }
    builder.finish();
    view.setUint32(0, 100_001);
    builder.append(leaf.slice());
    expect(builder.finish().objects.length).toBeLessThanOrEqual(2 * 5);
  });

  it("refuses to append to a tree that deletions left", () => {
    const deleted = refs.special.find(({ name }) => name.startsWith("delete"));
    if (deleted?.rootHex === undefined) return expect(refs.special).not.toContain(deleted);
    const objects = [deleted.rootHex, ...(deleted.nodes ?? []).map(({ hex }) => hex)].map((hex) =>
      fromHex(hex),
    );
    expect(() =>
      RefsBuilder.open(fromHex(deleted.refsHash), store(objects), deleted.degree),
    ).toThrow(expect.objectContaining({ code: "cxo/refs" }));
  });

  it("refuses an object with other bytes than its hash", () => {
    const built = buildRefs(leaves.slice(0, 3));
    const lie: GetObject = () => buildRefs(leaves.slice(0, 4)).objects[0]?.bytes;
    expect(() => readRefs(built.hash, lie)).toThrow(expect.objectContaining({ code: "cxo/hash" }));
  });
});
