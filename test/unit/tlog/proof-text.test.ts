import { describe, expect, it, test } from "vitest";
import {
  assert,
  BugError,
  fromHex,
  FleetError,
  fromUtf8,
  toHex,
  utf8,
} from "../../../src/core/index.ts";
import {
  addSignatures,
  formatGrowthProof,
  formatLeafProof,
  leafHash,
  openCheckpoint,
  parseGrowthProof,
  parseLeafProof,
  parseSignatures,
  verifyGrowthProof,
  verifyLeafProof,
} from "../../../src/tlog/index.ts";
import { leafAt } from "../../support/stored-tree.ts";
import { fromBase64, isDifference, vectorSigner } from "../../support/tlog-vectors.ts";
import { tlogVectors } from "../../support/vectors.ts";

const vectors = tlogVectors();
const [log, , , w1, w2] = vectors.keys.map(vectorSigner);
assert(log !== undefined && w1 !== undefined && w2 !== undefined, "the vectors have their keys");
const trust = { origin: "example.org/fleet", logKey: log.key, witnesses: [w1.key, w2.key] };
const leaf = leafHash(leafAt(13));
const proofError = expect.objectContaining({ code: "tlog/proof" });

/** The verdict of a run: accepted, or the code of its error. */
function verdictOf(run: () => unknown): string {
  try {
    run();
    return "accepted";
  } catch (error) {
    if (error instanceof FleetError) return error.code;
    throw error;
  }
}

describe("proofs of a leaf that Go accepts or refuses", () => {
  test.each(vectors.leafProofs.filter((row) => !isDifference(row)))("$name", (row) => {
    const bytes = fromBase64(row.proof);
    const verdict = verdictOf(() => verifyLeafProof(bytes, leaf, trust));
    if (row.verdict === "refused") {
      expect(verdict).toMatch(/^tlog\//);
      return;
    }
    expect(verdict).toBe("accepted");
    const proof = parseLeafProof(bytes);
    expect(proof.index).toBe(row.index);
    expect(proof.hashes.map(toHex)).toEqual(row.hashes);
    expect(proof.extra).toEqual(row.extra === undefined ? undefined : fromBase64(row.extra));
    expect(formatLeafProof(proof)).toEqual(bytes);
    expect(verifyLeafProof(bytes, leaf, trust).cosignatures).toHaveLength(2);
    expect(() => verifyLeafProof(bytes, leafHash(leafAt(12)), trust)).toThrow(proofError);
  });

  it.each(vectors.leafProofs.filter(isDifference))("$name", ({ proof, verdict }) => {
    expect(verdict).toBe("accepted");
    expect(() => parseLeafProof(fromBase64(proof))).toThrow(proofError);
  });

  it("refuses with the code of what is wrong", () => {
    const codes = vectors.leafProofs
      .filter(({ verdict }) => verdict === "refused")
      .map((row) => [
        row.name,
        verdictOf(() => verifyLeafProof(fromBase64(row.proof), leaf, trust)),
      ]);
    expect(codes.filter(([, code]) => code !== "tlog/proof")).toEqual([
      ["no empty line", "tlog/note"],
      ["another checkpoint", "tlog/signature"],
      ["a checkpoint without signatures", "tlog/note"],
      ["the checkpoint of another log", "tlog/checkpoint"],
    ]);
  });
});

describe("proofs that a log grew", () => {
  test.each(vectors.growth)("from $oldSize to $newSize", (row) => {
    const { oldSize, newSize } = row;
    const checkpoint = fromBase64(row.checkpoint);
    const text = formatGrowthProof({ oldSize, hashes: row.hashes.map(fromHex), checkpoint });
    expect(fromUtf8(text)).toBe(fromUtf8(fromBase64(row.body)));
    const seen = { size: oldSize, root: fromHex(row.oldRoot) };
    const opened = verifyGrowthProof(text, seen, trust);
    expect(opened.checkpoint.size).toBe(newSize);
    expect(toHex(opened.checkpoint.root)).toBe(row.newRoot);
    expect(formatGrowthProof(parseGrowthProof(text))).toEqual(text);
    expect(() => verifyGrowthProof(text, { ...seen, size: oldSize + 1 }, trust)).toThrow(
      proofError,
    );
    const other = { size: oldSize, root: fromHex("09".repeat(32)) };
    expect(() => verifyGrowthProof(text, other, trust)).toThrow(proofError);
  });

  it("are what a witness accepts, and its answer joins the checkpoint", () => {
    const accepted = vectors.witness.filter(({ status }) => status === 200);
    expect(accepted.map(({ body }) => body)).toEqual(vectors.growth.map(({ body }) => body));
    for (const { body, answer } of accepted) {
      const { checkpoint } = parseGrowthProof(fromBase64(body));
      const opened = openCheckpoint(addSignatures(checkpoint, parseSignatures(answer)), trust);
      expect(opened.cosignatures.map(({ key }) => key)).toEqual([w1.key]);
    }
  });

  it("are refused where a witness refuses them", () => {
    let seen = { size: 0, root: fromHex(vectors.roots[0]?.root ?? "") };
    const verdicts = vectors.witness.map(({ name, body, status }) => {
      const verdict = verdictOf(() => {
        const { checkpoint } = verifyGrowthProof(fromBase64(body), seen, trust);
        seen = { size: checkpoint.size, root: checkpoint.root };
      });
      return `${name}: ${status}, ${verdict}`;
    });
    expect([...new Set(verdicts)]).toEqual([
      "grows: 200, accepted",
      "one hash less: 422, tlog/proof",
      "an older size: 409, tlog/proof",
      "no old line: 400, tlog/proof",
      "a word for a size: 400, tlog/proof",
      "another checkpoint: 403, tlog/signature",
    ]);
  });
});

describe("making proof texts", () => {
  const checkpoint = fromBase64(vectors.growth[0]?.checkpoint ?? "");
  const hash = new Uint8Array(32);

  it("takes at most 63 hashes of a signed checkpoint", () => {
    const hashes = Array.from({ length: 64 }, () => hash);
    expect(() => formatGrowthProof({ oldSize: 1, hashes, checkpoint })).toThrow(proofError);
    const most = formatGrowthProof({ oldSize: 1, hashes: hashes.slice(1), checkpoint });
    expect(parseGrowthProof(most).hashes).toHaveLength(63);
    const longer = fromUtf8(most).replace("old 1\n", `old 1\n${"A".repeat(43)}=\n`);
    expect(() => parseGrowthProof(utf8(longer))).toThrow(proofError);
    const unsigned = utf8("example.org/fleet\n");
    expect(() => formatGrowthProof({ oldSize: 1, hashes: [], checkpoint: unsigned })).toThrow(
      expect.objectContaining({ code: "tlog/note" }),
    );
  });

  it("takes whole numbers and whole hashes only", () => {
    const cut = [hash.subarray(1)];
    expect(() => formatGrowthProof({ oldSize: -1, hashes: [], checkpoint })).toThrow(BugError);
    expect(() => formatLeafProof({ index: 0.5, hashes: [], checkpoint })).toThrow(BugError);
    expect(() => formatLeafProof({ index: 0, hashes: cut, checkpoint })).toThrow(BugError);
  });

  it("has no room for a million extra bytes", () => {
    const extra = new Uint8Array(1_000_000);
    expect(() => formatLeafProof({ extra, index: 0, hashes: [], checkpoint })).toThrow(
      expect.objectContaining({ code: "tlog/note" }),
    );
  });
});
