import { describe, expect, it, test } from "vitest";
import { assert, BugError, fromHex, signEd25519, toHex, utf8 } from "../../../src/core/index.ts";
import {
  addSignatures,
  cosign,
  EMPTY_ROOT,
  formatCheckpoint,
  formatSignatures,
  openCheckpoint,
  openNote,
  parseCheckpoint,
  signNote,
  verifyCosignature,
} from "../../../src/tlog/index.ts";
import { fromBase64, isDifference, vectorSigner } from "../../support/tlog-vectors.ts";
import { tlogVectors } from "../../support/vectors.ts";

const vectors = tlogVectors();
const [log, other, , w1, w2] = vectors.keys.map(vectorSigner);
assert(log !== undefined && other !== undefined, "the vectors have two logs");
assert(w1 !== undefined && w2 !== undefined, "the vectors have two witnesses");
const trust = { origin: "example.org/fleet", logKey: log.key, witnesses: [w1.key, w2.key] };
const checkpointError = expect.objectContaining({ code: "tlog/checkpoint" });
const signatureError = expect.objectContaining({ code: "tlog/signature" });

describe("texts of checkpoints", () => {
  test.each(vectors.checkpoints.filter((row) => !isDifference(row)))("$name", (row) => {
    if (row.verdict === "refused") {
      expect(() => parseCheckpoint(row.text)).toThrow(checkpointError);
      return;
    }
    const checkpoint = parseCheckpoint(row.text);
    const { origin, size, root, extensions } = checkpoint;
    expect({ origin, size, root: toHex(root) }).toEqual({
      origin: row.origin,
      size: row.size,
      root: row.root,
    });
    expect(extensions.map((line) => `${line}\n`).join("")).toBe(row.extension);
    expect(formatCheckpoint(checkpoint)).toBe(row.text);
  });

  test.each(vectors.checkpoints.filter(isDifference))("$name", ({ text, verdict }) => {
    expect(verdict).toBe("accepted");
    expect(() => parseCheckpoint(text)).toThrow(checkpointError);
  });

  test.each([
    { name: "no origin", change: { origin: "" } },
    { name: "two lines of origin", change: { origin: "a\nb" } },
    { name: "a negative size", change: { size: -1 } },
    { name: "half a leaf", change: { size: 1.5 } },
    { name: "too many leaves", change: { size: 2 ** 53 } },
    { name: "a short root", change: { root: EMPTY_ROOT.subarray(1) } },
    { name: "an empty extension", change: { extensions: [""] } },
    { name: "a control character", change: { extensions: ["\u0007"] } },
  ])("are not made with $name", ({ change }) => {
    const good = { origin: "a", size: 1, root: EMPTY_ROOT, extensions: [] };
    expect(() => formatCheckpoint({ ...good, ...change })).toThrow(checkpointError);
  });
});

describe("cosigned checkpoints", () => {
  const keys = [log.key, w1.key, w2.key];

  test.each(vectors.cosigned.filter((row) => !isDifference(row)))("$name", (row) => {
    const bytes = fromBase64(row.note);
    if (row.verdict !== "accepted") {
      expect(() => openNote(bytes, keys)).toThrow(signatureError);
      return;
    }
    const times = openNote(bytes, keys).verified.flatMap((signature) =>
      signature.type === "cosignature/v1"
        ? [{ name: signature.key.name, timeS: signature.timeS }]
        : [],
    );
    expect(times).toEqual(row.times);
  });

  test.each(vectors.cosigned.filter(isDifference))("$name", ({ note, verdict }) => {
    expect(verdict).toBe("accepted");
    expect(() => openNote(fromBase64(note), keys)).toThrow(signatureError);
  });

  it("are cosigned with the bytes that Go verifies", () => {
    const { text, timeS, line } = vectors.fixedCosignature;
    const cosignature = cosign(text, w1, timeS);
    expect(formatSignatures([cosignature])).toBe(line);
    expect(verifyCosignature(text, w1.key, cosignature.signature)).toBe(timeS);
    const opened = openCheckpoint(addSignatures(signNote(text, [log]), [cosignature]), trust);
    expect(opened.cosignatures).toEqual([{ key: w1.key, timeS }]);
    expect(opened.checkpoint.size).toBe(21);
    expect(opened.text).toBe(text);
  });

  it("are not cosigned without a checkpoint, a time and the secret of the key", () => {
    const { text } = vectors.fixedCosignature;
    const wrong = (message: Uint8Array): Uint8Array =>
      signEd25519(fromHex("08".repeat(32)), message);
    expect(() => cosign("text\n", w1, 1)).toThrow(checkpointError);
    expect(() => cosign(text, w1, 0)).toThrow(BugError);
    expect(() => cosign(text, w1, 1.5)).toThrow(BugError);
    expect(() => cosign(text, log, 1)).toThrow(BugError);
    expect(() => cosign(text, { key: w1.key, sign: wrong }, 1)).toThrow(BugError);
    expect(() => verifyCosignature(text, log.key, new Uint8Array(72))).toThrow(BugError);
  });

  it("verify from any part of a buffer", () => {
    const { text } = vectors.fixedCosignature;
    const { signature } = cosign(text, w1, 1_800_000_000);
    const wide = new Uint8Array(100);
    wide.set(signature, 13);
    const part = wide.subarray(13, 13 + signature.length);
    expect(verifyCosignature(text, w1.key, part)).toBe(1_800_000_000);
  });
});

describe("opening a checkpoint", () => {
  const text = vectors.fixedCosignature.text;

  it("needs the log's own signature", () => {
    const cosigned = vectors.cosigned.find(({ name }) => name === "only a witness");
    expect(() => openCheckpoint(fromBase64(cosigned?.note ?? ""), trust)).toThrow(signatureError);
    expect(() => openCheckpoint(signNote(text, [other]), trust)).toThrow(signatureError);
  });

  it("needs the log that is meant", () => {
    const note = signNote(text.replace("fleet", "fleer"), [log]);
    expect(() => openCheckpoint(note, trust)).toThrow(checkpointError);
  });

  it("needs a checkpoint", () => {
    expect(() => openCheckpoint(signNote("text\n", [log]), trust)).toThrow(checkpointError);
    const error = expect.objectContaining({ code: "tlog/note" });
    expect(() => openCheckpoint(utf8(text), trust)).toThrow(error);
  });

  it("counts a witness once, at the time of its first cosignature", () => {
    const note = addSignatures(signNote(text, [log]), [cosign(text, w1, 7), cosign(text, w1, 8)]);
    expect(openCheckpoint(note, trust).cosignatures).toEqual([{ key: w1.key, timeS: 7 }]);
  });

  it("does not count a log that cosigns as its own witness", () => {
    const note = addSignatures(signNote(text, [log]), [cosign(text, w1, 5), cosign(text, w2, 6)]);
    const opened = openCheckpoint(note, { ...trust, logKey: w1.key });
    expect(opened.cosignatures).toEqual([{ key: w2.key, timeS: 6 }]);
  });
});
