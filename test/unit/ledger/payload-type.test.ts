import { describe, expect, it, test } from "vitest";
import {
  formatPayloadType,
  headsToName,
  type PayloadForm,
  parsePayloadType,
} from "../../../src/ledger/log/entries/payload-type.ts";
import type { SeenHead } from "../../../src/ledger/log/entries/payloads.ts";
import type { FeedKey } from "../../../src/ledger/index.ts";

const A = `02${"a".repeat(64)}` as FeedKey;
const B = `03${"b".repeat(64)}` as FeedKey;
const T1 = "1".repeat(64);
const T2 = "2".repeat(64);
const TYPE = "application/vnd.skywire-fleet.intent.v1+json";

const form = (changes: Partial<PayloadForm>): PayloadForm => ({
  kind: "intent",
  sealedWith: undefined,
  part: 1,
  parts: 1,
  heads: [],
  ...changes,
});

describe("a payload type", () => {
  test.each([
    { name: "plain", given: form({}), text: TYPE },
    {
      name: "with one head",
      given: form({ heads: [{ feed: A, size: 7, tree: T1 }] }),
      text: `${TYPE}; x-heads="${A}:7:${T1}"`,
    },
    {
      name: "sealed, of several parts, with two heads",
      given: form({
        sealedWith: "0123456789abcdef",
        parts: 3,
        heads: [
          { feed: A, size: 1, tree: T1 },
          { feed: B, size: 9_007_199_254_740_991, tree: T2 },
        ],
      }),
      text: `${TYPE}; sealed=0123456789abcdef; part=1/3; x-heads="${A}:1:${T1},${B}:9007199254740991:${T2}"`,
    },
  ])("$name has one form", ({ given, text }) => {
    expect(formatPayloadType(given)).toBe(text);
    expect(parsePayloadType("intent", text)).toEqual(given);
  });

  const many = Array.from(
    { length: 17 },
    (_, at) => `02${at.toString(16).padStart(64, "0")}:1:${T1}`,
  );
  test.each([
    { name: "no head", heads: "" },
    { name: "a size of 0", heads: `${A}:0:${T1}` },
    { name: "a size with a leading zero", heads: `${A}:07:${T1}` },
    { name: "a size that is no exact number", heads: `${A}:9007199254740993:${T1}` },
    { name: "upper-case hex", heads: `${A.toUpperCase()}:7:${T1}` },
    { name: "a key of no feed", heads: `04${"a".repeat(64)}:7:${T1}` },
    { name: "a short tree", heads: `${A}:7:${T1.slice(1)}` },
    { name: "one feed twice", heads: `${A}:7:${T1},${A}:8:${T1}` },
    { name: "feeds out of order", heads: `${B}:7:${T1},${A}:8:${T1}` },
    { name: "a space", heads: `${A}:7:${T1}, ${B}:8:${T1}` },
    { name: "more than 16 heads", heads: many.join(",") },
  ])("refuses heads with $name", ({ heads }) => {
    expect(() => parsePayloadType("intent", `${TYPE}; x-heads="${heads}"`)).toThrow(
      expect.objectContaining({ code: "ledger/entry" }),
    );
  });

  test.each([
    {
      name: "heads on a later part",
      kind: "intent",
      text: `${TYPE}; part=2/2; x-heads="${A}:7:${T1}"`,
    },
    {
      name: "heads before the part",
      kind: "intent",
      text: `${TYPE}; x-heads="${A}:7:${T1}"; part=1/2`,
    },
    { name: "heads without quotes", kind: "intent", text: `${TYPE}; x-heads=${A}:7:${T1}` },
    ...["genesis", "keyset", "heartbeat", "rotate", "moved", "witness"].map((kind) => ({
      name: `a sealed ${kind}`,
      kind,
      text: `application/vnd.skywire-fleet.${kind}.v1+json; sealed=0123456789abcdef`,
    })),
  ])("refuses $name", ({ kind, text }) => {
    expect(() => parsePayloadType(kind, text)).toThrow(
      expect.objectContaining({ code: "ledger/entry" }),
    );
  });

  it("takes sixteen heads", () => {
    const text = `${TYPE}; x-heads="${many.slice(0, 16).join(",")}"`;
    expect(parsePayloadType("intent", text).heads).toHaveLength(16);
  });

  it("says that a later release made a kind it does not know", () => {
    expect(() => parsePayloadType("dream", "application/vnd.skywire-fleet.dream.v1+json")).toThrow(
      expect.objectContaining({ code: "ledger/version", exit: 4 }),
    );
  });
});

describe("heads to name", () => {
  const head = (feed: FeedKey, size: number): SeenHead => ({ feed, size, tree: T1 });

  it("are those that grew, sorted", () => {
    const named = new Map([
      [A, head(A, 5)],
      [B, head(B, 5)],
    ]);
    expect(headsToName(named, [head(B, 6), head(A, 5)])).toEqual([head(B, 6)]);
    expect(headsToName(new Map(), [head(B, 6), head(A, 4)])).toEqual([head(A, 4), head(B, 6)]);
    expect(headsToName(named, [head(A, 4)])).toEqual([]);
  });

  it("are at most sixteen", () => {
    const seen = Array.from({ length: 20 }, (_, at) =>
      head(`02${at.toString(16).padStart(64, "0")}` as FeedKey, 1),
    );
    expect(headsToName(new Map(), seen)).toEqual(seen.slice(0, 16));
  });
});
