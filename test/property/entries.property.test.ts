import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalJson,
  FleetError,
  fromHex,
  isCanonicalJson,
  type Json,
} from "../../src/core/index.ts";
import {
  decodeEntry,
  encodeEntry,
  type EntryObject,
} from "../../src/ledger/log/entries/objects.ts";
import { signEntry, verifyEntry } from "../../src/ledger/log/entries/signing.ts";
import { testKeys } from "../support/ledger-world.ts";
import { mutate } from "../support/mutate.ts";
import { seededRandom } from "../support/seeded-random.ts";

const SETTINGS = { seed: 20_261_126, numRuns: 500 } as const;

const bytes = fc.uint8Array({ maxLength: 80 });
const text = fc.string({ unit: "binary", maxLength: 20 });
const unsigned = fc.record({
  index: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  time: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  kind: text,
  payloadType: text,
  payload: bytes,
});
const entry: fc.Arbitrary<EntryObject> = fc
  .tuple(unsigned, fc.array(fc.record({ keyId: text, signature: bytes }), { maxLength: 3 }))
  .map(([content, signatures]) => ({ ...content, signatures }));

/** Texts of one value, among them the canonical one: other orders, spaces, numbers and escapes. */
function writings(value: Json): readonly string[] {
  const plain = JSON.stringify(value);
  return [
    canonicalJson(value),
    plain,
    JSON.stringify(value, undefined, 1),
    ` ${plain}`,
    plain.replace(/[a-z]/, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
    plain.replace(/\d+/, "$&.0"),
    plain.replace(/\b0\b/, "-0"),
    plain.replace("{", '{"a":1,'),
  ];
}

describe("an entry's bytes", () => {
  it("are its one form: what can be decoded is what is encoded again", () => {
    fc.assert(
      fc.property(entry, fc.nat(), (honest, seed) => {
        const encoded = encodeEntry(honest);
        expect(decodeEntry(encoded)).toEqual(honest);
        const changed = mutate(encoded, seededRandom(seed));
        try {
          expect(encodeEntry(decodeEntry(changed))).toEqual(changed);
        } catch (error) {
          if (!(error instanceof FleetError)) throw error;
        }
      }),
      SETTINGS,
    );
  });

  it("hold what was signed, whatever is in them", () => {
    const keys = testKeys("owner");
    fc.assert(
      fc.property(unsigned, (content) => {
        const encoded = encodeEntry(signEntry(keys, content));
        expect(verifyEntry(encoded, keys.feed, keys.operator).payload).toEqual(content.payload);
        const other = testKeys("other").feed;
        expect(() => verifyEntry(encoded, other, keys.operator)).toThrow(
          expect.objectContaining({ code: "ledger/signature" }),
        );
      }),
      { ...SETTINGS, numRuns: 20 },
    );
  });
});

describe("canonical JSON", () => {
  it("is told from every other writing of the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (made) => {
        const value = made as Json;
        const canonical = canonicalJson(value);
        for (const written of writings(value)) {
          const parsed = parsedOrUndefined(written);
          if (parsed === undefined) continue;
          expect(isCanonicalJson(written, parsed)).toBe(written === canonicalJson(parsed));
        }
        expect(isCanonicalJson(canonical, value)).toBe(true);
      }),
      SETTINGS,
    );
  });

  it("is the same whatever the order of members", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (made) => {
        const value = made as Json;
        const canonical = canonicalJson(value);
        expect(canonicalJson(turned(value))).toBe(canonical);
        expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      SETTINGS,
    );
  });

  it.each([
    ["not a number", Number.NaN],
    ["infinity in a list", [1, Number.POSITIVE_INFINITY]],
    ["a function", { a: () => undefined }],
    ["undefined in a list", [undefined]],
    ["a lone surrogate in a name", { "\ud800": 1 }],
  ])("has no form for %s", (_, value) => {
    expect(() => canonicalJson(value as unknown as Json)).toThrow("canonical JSON has no form");
  });

  it("leaves out what is undefined", () => {
    expect(canonicalJson({ a: 1, b: undefined, c: [{ d: undefined }] })).toBe('{"a":1,"c":[{}]}');
    expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}');
  });

  it.each([
    ["members in another order", '{"b":1,"a":2}', false],
    ["names of digits in the order of their text", '{"10":1,"9":2}', true],
    ["names of digits in the order of their number", '{"9":2,"10":1}', false],
    ["a name twice", '{"a":1,"a":1}', false],
    ["a backslash before ud", '"\\\\ud"', true],
    ["an own toJSON", '{"toJSON":1}', true],
  ])("sees %s", (_, written, expected) => {
    expect(isCanonicalJson(written, JSON.parse(written) as Json)).toBe(expected);
  });

  it("has no form for a lone surrogate", () => {
    const written = '"\\ud800"';
    expect(() => isCanonicalJson(written, JSON.parse(written) as Json)).toThrow("lone surrogate");
  });
});

describe("hex", () => {
  it("is read as the language reads two digits", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.boolean(), (honest, isUpper) => {
        const digits = Buffer.from(honest).toString("hex");
        expect(fromHex(isUpper ? digits.toUpperCase() : digits)).toEqual(honest);
      }),
      SETTINGS,
    );
  });
});

/** The same value with the members of every object the other way round. */
function turned(value: Json): Json {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).toReversed();
  return Object.fromEntries(
    members.map(([name, member]) => [name, member === undefined ? member : turned(member)]),
  );
}

function parsedOrUndefined(written: string): Json | undefined {
  try {
    return JSON.parse(written) as Json;
  } catch {
    return undefined;
  }
}
