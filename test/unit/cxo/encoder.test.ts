import { describe, expect, it, test } from "vitest";
import { fromHex, toHex } from "../../../src/core/index.ts";
import {
  type CxoField,
  type CxoType,
  decodeExactly,
  decodeValue,
  encodeValue,
} from "../../../src/skywire/cxo/index.ts";
import { comparable, readCxoObjects, toCxoType, toCxoValue } from "../../support/cxo-vectors.ts";

const vectors = readCxoObjects();

/** Go's error texts, and the code we give for the same bytes. */
const CODE_OF_GO_ERROR: readonly (readonly [RegExp, string])[] = [
  [/Not enough buffer data/, "cxo/truncated"],
  [/Invalid value for bool|Duplicate keys/, "cxo/value"],
  [/Maximum length/, "cxo/length"],
  [/Bytes remain/, "cxo/trailing"],
  [/kind .* not handled/, "cxo/type"],
];

function codeFor(goError: string): string {
  return (
    CODE_OF_GO_ERROR.find(([pattern]) => pattern.test(goError))?.[1] ?? `no code for ${goError}`
  );
}

describe("encode vectors", () => {
  test.each(vectors.encode)("$name", ({ type: written, value, hex, goDecodeError }) => {
    const type = toCxoType(written);
    const ours = toCxoValue(type, value);
    expect(toHex(encodeValue(type, ours))).toBe(hex);
    if (goDecodeError === undefined) {
      const decoded = decodeValue(type, fromHex(hex));
      expect(decoded.used).toBe(hex.length / 2);
      // Lists of values without bytes do not come back: Go takes their count for a lie.
      const isBare = /"len":0|"struct":\[\]/.test(JSON.stringify(written));
      if (!isBare) expect(comparable(decoded.value)).toEqual(comparable(ours));
    } else {
      expect(() => decodeValue(type, fromHex(hex))).toThrow(
        expect.objectContaining({ code: codeFor(goDecodeError) }),
      );
    }
  });
});

describe("types without an encoding", () => {
  test.each(vectors.encodeRefused)("$name", ({ name }) => {
    const type = (
      name.startsWith("struct") ? { struct: [{ name: "P", type: "*int" }] } : name
    ) as CxoType;
    const value = name.startsWith("struct") ? { P: 0 } : 0;
    expect(() => encodeValue(type, value)).toThrow(expect.objectContaining({ code: "cxo/type" }));
  });
});

describe("decode vectors", () => {
  test.each(vectors.decode)(
    "$name",
    ({ type: written, hex, goError, used, value, goErrorExact }) => {
      const type = toCxoType(written);
      const bytes = fromHex(hex);
      if (goError !== null) {
        expect(() => decodeValue(type, bytes)).toThrow(
          expect.objectContaining({ code: codeFor(goError) }),
        );
        return;
      }
      const decoded = decodeValue(type, bytes);
      expect(decoded.used).toBe(used);
      expect(comparable(decoded.value)).toEqual(comparable(toCxoValue(type, value ?? null)));
      if (goErrorExact !== null) {
        expect(() => decodeExactly(type, bytes)).toThrow(
          expect.objectContaining({ code: codeFor(goErrorExact) }),
        );
      }
    },
  );
});

describe("strict decoding", () => {
  it("refuses a cut omitempty tail that Go reads as empty", () => {
    const type: CxoType = { struct: [{ name: "S", type: "string", tag: 'enc:",omitempty"' }] };
    expect(() => decodeExactly(type, fromHex("05000000"))).toThrow(
      expect.objectContaining({ code: "cxo/not-canonical" }),
    );
  });

  it("bounds the values of one object, also those without bytes", () => {
    const type: CxoType = { array: { array: { struct: [] }, len: 60_000 }, len: 60_000 };
    expect(() => decodeValue(type, new Uint8Array())).toThrow(
      expect.objectContaining({ code: "cxo/limit" }),
    );
  });

  it("keeps a field of any name as its own, and refuses two of one name", () => {
    const field = (name: string): CxoField => ({ name, type: "uint8" });
    const value = decodeExactly(
      { struct: ["__proto__", "toString"].map(field) },
      Uint8Array.of(1, 2),
    );
    expect(Object.entries(value)).toEqual([
      ["__proto__", 1],
      ["toString", 2],
    ]);
    expect(() => decodeExactly({ struct: ["A", "A"].map(field) }, Uint8Array.of(1, 2))).toThrow(
      expect.objectContaining({ code: "cxo/type" }),
    );
  });

  it("bounds nesting", () => {
    const types = new Map<string, CxoType>([
      ["a.A", { struct: [{ name: "L", type: { slice: { use: "a.A" } } }] }],
    ]);
    const bytes = new Uint8Array(4 * 200).map((_, index) => (index % 4 === 0 ? 1 : 0));
    expect(() => decodeValue({ use: "a.A" }, bytes, types)).toThrow(
      expect.objectContaining({ code: "cxo/limit" }),
    );
  });

  test.each<{ name: string; type: CxoType; value: never }>([
    { name: "a number over its range", type: "uint8", value: 256 as never },
    { name: "a fraction", type: "int32", value: 1.5 as never },
    { name: "a number for a 64-bit integer", type: "int64", value: 1 as never },
    { name: "a bigint over its range", type: "uint64", value: (1n << 64n) as never },
    { name: "text for bytes", type: "bytes", value: "00" as never },
    { name: "a hash of 31 bytes", type: "Ref", value: new Uint8Array(31) as never },
    {
      name: "an array of another length",
      type: { array: "uint8", len: 4 },
      value: new Uint8Array(3) as never,
    },
    {
      name: "a struct with a field missing",
      type: { struct: [{ name: "A", type: "bool" }] },
      value: {} as never,
    },
  ])("refuses to encode $name", ({ type, value }) => {
    expect(() => encodeValue(type, value)).toThrow(expect.objectContaining({ code: "cxo/value" }));
  });
});
