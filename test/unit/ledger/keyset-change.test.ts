import { readFileSync } from "node:fs";
import { verifyApproval } from "../../../src/ledger/keysets/keyset-change.ts";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it, test } from "vitest";
import { fromUtf8, utf8 } from "../../../src/core/index.ts";
import {
  formatKeysetChange,
  type KeysetChange,
  keysetDraft,
  makeKeysetChange,
  parseKeysetChange,
  signKeysetChange,
  stateOfChange,
  UNSEALED,
} from "../../../src/ledger/index.ts";
import { testDigest, testKeys, testVisor } from "../../support/ledger-world.ts";

const ann = testKeys("ann");
const ben = testKeys("ben");
const change: KeysetChange = {
  fleet: "home",
  previous: testDigest("before"),
  operators: {
    ann: { key: ann.operator, seal: ann.seal, may: ["plan", "apply"] },
    ben: { key: ben.operator, feed: ben.feed, may: ["apply"] },
  },
  controllers: [testVisor("laptop")],
  policy: { keyset_signatures: 2 },
};
const signed = signKeysetChange(signKeysetChange(makeKeysetChange(change), ben), ann);
const GOLDEN = new URL("../../golden/ledger/keyset-change.txt", import.meta.url);
const refused = expect.objectContaining({ code: "ledger/keyset-change", exit: 4 }) as unknown;

describe("a key-change document", () => {
  it("has one recorded form", () => {
    const text = readFileSync(GOLDEN, "utf8");
    expect(fromUtf8(formatKeysetChange(signed))).toBe(text);
    expect(parseKeysetChange(utf8(text))).toEqual(signed);
  });

  it("has the published form", () => {
    const file = new URL("../../../schemas/keyset-change.schema.json", import.meta.url);
    const validate = new Ajv2020({ strict: true, strictRequired: false }).compile(
      JSON.parse(readFileSync(file, "utf8")) as object,
    );
    validate(JSON.parse(fromUtf8(formatKeysetChange(signed))));
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ ...signed, approvals: [{ key: ann.operator }] })).toBe(false);
    expect(validate({ ...signed, more: 1 })).toBe(false);
  });

  it("says who signed and who still can", () => {
    const one = signKeysetChange(makeKeysetChange(change), ben);
    expect(stateOfChange(one, change)).toEqual({
      needed: 2,
      signed: [ben.operator],
      open: [ann.operator],
    });
    expect(stateOfChange(signed, change).open).toEqual([]);
  });

  it("is signed once by each", () => {
    expect(() => signKeysetChange(signed, ann)).toThrow(refused);
  });

  it("becomes a keyset entry", () => {
    expect(keysetDraft(signed, UNSEALED)).toEqual({
      kind: "keyset",
      payload: { ...change, approvals: signed.approvals, epoch: 0, epochKeys: [] },
    });
  });

  it("is refused with any bit changed", () => {
    const bytes = formatKeysetChange(signed);
    for (let at = 0; at < bytes.length; at += 1) {
      const bit = 1 << (at % 8);
      const changed = bytes.map((byte, index) => (index === at ? byte ^ bit : byte));
      expect(() => parseKeysetChange(changed), `byte ${at}`).toThrow(refused);
    }
  });

  const text = fromUtf8(formatKeysetChange(signed));
  test.each([
    { name: "white space", text: text.replace(":", ": ") },
    { name: "no line break", text: text.trimEnd() },
    { name: "one member more", text: text.replace("{", '{"a":1,') },
    { name: "a signature left out", text: text.replace(/"approvals":\[[^\]]*\],/, "") },
    { name: "a list", text: "[]\n" },
    { name: "another format", text: text.replace("change/v1", "change/v2") },
  ])("is refused with $name", ({ text: changed }) => {
    expect(() => parseKeysetChange(utf8(changed))).toThrow(refused);
  });

  test.each<{ name: string; terms: Partial<KeysetChange> }>([
    { name: "nobody to apply", terms: { operators: {} } },
    { name: "fewer operators than must sign", terms: { policy: { keyset_signatures: 3 } } },
    {
      name: "9.4: a witness who could only witness for himself",
      terms: {
        operators: { ann: { key: ann.operator, feed: ann.feed, may: ["apply", "witness"] } },
        policy: { require_witnesses: 1 },
      },
    },
    {
      name: "9.4: nobody whose commits count",
      terms: { policy: { keyset_signatures: 2, signed_commits: "ssh" } },
    },
  ])("is refused where it leaves $name", ({ terms }) => {
    expect(() => makeKeysetChange({ ...change, ...terms })).toThrow(refused);
  });
});

describe("an approval", () => {
  const [approval] = signed.approvals;
  test.each<{ name: string; other: Partial<KeysetChange> }>([
    { name: "fleet", other: { fleet: "work" } },
    { name: "keyset before", other: { previous: testDigest("other") } },
    { name: "controllers", other: { controllers: [] } },
    { name: "policy", other: { policy: {} } },
    { name: "operators", other: { operators: {} } },
  ])("is of this change, not of one with other $name", ({ other }) => {
    if (approval === undefined) throw new Error("signed");
    expect(verifyApproval(change, approval)).toBe(approval);
    expect(verifyApproval({ ...change, ...other }, approval)).toBeUndefined();
  });
});
