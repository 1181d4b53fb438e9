import { describe, expect, it, test } from "vitest";
import { BugError, fromHex, toHex, utf8 } from "../../../src/core/index.ts";
import {
  EMPTY_ROOT,
  frontierIndexes,
  leafHash,
  nodeHash,
  storedHashCount,
  storedHashIndex,
  TreeFrontier,
  treeRoot,
} from "../../../src/tlog/index.ts";
import { storedTree } from "../../support/stored-tree.ts";

/** The inputs and roots that the reference implementations of RFC 6962 share. */
const PUBLISHED = [
  { leaf: "", root: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
  { leaf: "00", root: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
  { leaf: "10", root: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
  { leaf: "2021", root: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
  { leaf: "3031", root: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
  { leaf: "40414243", root: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
  {
    leaf: "5051525354555657",
    root: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  },
  {
    leaf: "606162636465666768696a6b6c6d6e6f",
    root: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  },
].map((row, index) => ({ ...row, size: index + 1 }));

const LEAVES = PUBLISHED.map(({ leaf }) => fromHex(leaf));

describe("the published tree of eight leaves", () => {
  test.each(PUBLISHED)("has its root at $size", async ({ size, root }) => {
    const tree = storedTree(size, (index) => LEAVES[index] ?? new Uint8Array());
    expect(toHex(tree.frontier.root())).toBe(root);
    expect(toHex(await treeRoot(size, tree.read))).toBe(root);
  });

  it("has the root of nothing at 0", async () => {
    const root = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    expect(toHex(EMPTY_ROOT)).toBe(root);
    expect(toHex(new TreeFrontier().root())).toBe(root);
    expect(toHex(await treeRoot(0, () => Promise.reject(new Error("nothing to read"))))).toBe(root);
  });
});

describe("hashes of leaves and nodes", () => {
  it("tell a leaf from a node of the same bytes", () => {
    const [left, right] = [leafHash(utf8("a")), leafHash(utf8("b"))];
    expect(toHex(left)).toBe("022a6979e6dab7aa5ae4c3e5e45f7e977112a7e63593820dbec1ec738a24f93c");
    expect(toHex(right)).toBe("57eb35615d47f34ec714cacdf5fd74608a5e8e102724e80b24b287c0c27b6a31");
    expect(toHex(nodeHash(left, right))).toBe(
      "b137985ff484fb600db93107c77b0365c80d78f5b429ded0fd97361d077999eb",
    );
    expect(() => nodeHash(left, right.subarray(1))).toThrow(BugError);
  });
});

describe("a frontier", () => {
  it("gives the hashes that each leaf completes", () => {
    const frontier = new TreeFrontier();
    const counts = Array.from(
      { length: 9 },
      () => frontier.append(leafHash(new Uint8Array())).length,
    );
    expect(counts).toEqual([1, 2, 1, 3, 1, 2, 1, 4, 1]);
    expect(frontier.size).toBe(9);
  });

  test.each([0, 1, 2, 3, 5, 6, 8, 21, 32, 33])("resumes at %i and goes on alike", (size) => {
    const { hashes } = storedTree(size);
    const wanted = frontierIndexes(size).flatMap((index) => hashes.slice(index, index + 1));
    const resumed = TreeFrontier.resume(size, wanted);
    const straight = storedTree(size + 20);
    const added = Array.from({ length: 20 }, (_, more) =>
      resumed.append(leafHash(utf8(`leaf ${size + more}`))),
    ).flat();
    expect([...hashes, ...added].map(toHex)).toEqual(straight.hashes.map(toHex));
    expect(toHex(resumed.root())).toBe(toHex(straight.frontier.root()));
  });

  it("is not resumed from too few or cut hashes", () => {
    expect(() => TreeFrontier.resume(3, [EMPTY_ROOT])).toThrow(BugError);
    expect(() => TreeFrontier.resume(1, [EMPTY_ROOT.subarray(1)])).toThrow(BugError);
  });
});

describe("stored indexes", () => {
  test.each([
    { level: 0, index: 0, want: 0 },
    { level: 1, index: 0, want: 2 },
    { level: 0, index: 4, want: 7 },
    { level: 3, index: 0, want: 14 },
    { level: 0, index: 2 ** 52 - 1, want: 9_007_199_254_740_938 },
    { level: 52, index: 0, want: 9_007_199_254_740_990 },
  ])("node $index of level $level is at $want", ({ level, index, want }) => {
    expect(storedHashIndex(level, index)).toBe(want);
  });

  it("are as many as the hashes", () => {
    expect([0, 1, 2, 3, 4, 7, 8, 2 ** 40].map(storedHashCount)).toEqual([
      0, 1, 3, 4, 7, 11, 15, 2_199_023_255_551,
    ]);
    expect(storedTree(37).hashes).toHaveLength(storedHashCount(37));
  });

  it("name the frontier, largest subtree first", () => {
    expect(frontierIndexes(0)).toEqual([]);
    expect(frontierIndexes(7)).toEqual([6, 9, 10]);
    expect(frontierIndexes(2 ** 33 + 1)).toEqual([2 ** 34 - 2, 2 ** 34 - 1]);
  });

  it("refuse what has no exact index", () => {
    expect(() => storedHashCount(2 ** 52 + 1)).toThrow(BugError);
    expect(() => storedHashIndex(0, 2 ** 52)).toThrow(BugError);
    expect(() => storedHashIndex(-1, 0)).toThrow(BugError);
    expect(() => storedHashIndex(0, 0.5)).toThrow(BugError);
    expect(() => frontierIndexes(-1)).toThrow(BugError);
  });
});
