import fc from "fast-check";
import { LEDGER_REGISTRY } from "../../src/ledger/log/entries/objects.ts";
import { describe, expect, it } from "vitest";
import { equalBytes, FleetError, toHex } from "../../src/core/index.ts";
import {
  buildRefs,
  type CxoType,
  type CxoValue,
  decodeExactly,
  decodeRegistry,
  decodeRoot,
  decodeValue,
  encodeRoot,
  encodeValue,
  type GetObject,
  readRefs,
  RefsBuilder,
  verifySignature,
} from "../../src/skywire/cxo/index.ts";

const SETTINGS = { seed: 20_260_101, numRuns: 300 } as const;
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** A type and a value of it, both random. */
const typed: fc.Arbitrary<readonly [CxoType, CxoValue]> = fc.letrec<{
  typed: readonly [CxoType, CxoValue];
}>((tie) => ({
  typed: fc.oneof(
    { depthSize: "small" },
    ...basics(),
    fc.array(tie("typed"), { maxLength: 4 }).map(structOf),
    tie("typed").map(([type, value]): readonly [CxoType, CxoValue] => [
      { slice: type },
      type === "uint8" ? new Uint8Array([1]) : [value, value],
    ]),
    tie("typed").map(([type, value]): readonly [CxoType, CxoValue] => [
      { array: type, len: 2 },
      type === "uint8" ? new Uint8Array([1, 2]) : [value, value],
    ]),
  ),
})).typed;

function basics(): fc.Arbitrary<readonly [CxoType, CxoValue]>[] {
  const of = (
    type: CxoType,
    values: fc.Arbitrary<CxoValue>,
  ): fc.Arbitrary<readonly [CxoType, CxoValue]> => values.map((value) => [type, value] as const);
  return [
    of("bool", fc.boolean()),
    of("int8", fc.integer({ min: -128, max: 127 })),
    of("uint8", fc.integer({ min: 0, max: 255 })),
    of("int16", fc.integer({ min: -32_768, max: 32_767 })),
    of("uint32", fc.integer({ min: 0, max: 0xffff_ffff })),
    of("int64", fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    of("uint64", fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
    of("float64", fc.double({ noNaN: true })),
    of("float32", fc.float({ noNaN: true })),
    of("string", fc.string({ unit: "grapheme" })),
    of("bytes", fc.uint8Array({ maxLength: 40 })),
    of("Ref", hash),
    of("Refs", hash),
    of("Dynamic", fc.record({ Hash: hash, Schema: hash })),
  ];
}

function structOf(
  members: readonly (readonly [CxoType, CxoValue])[],
): readonly [CxoType, CxoValue] {
  const fields = members.map(([type], index) => ({ name: `F${index}`, type }));
  return [
    { struct: fields },
    Object.fromEntries(members.map(([, value], index) => [`F${index}`, value])),
  ];
}

function onlyCoded(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
  }
}

/** Some bytes with some of them changed. */
function mutated(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.record({
    at: fc.nat({ max: Math.max(0, bytes.length - 1) }),
    to: fc.integer({ min: 0, max: 255 }),
  });
  return fc
    .tuple(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat({ max: bytes.length }))
    .map(([changes, cut]) => {
      const copy = bytes.slice(0, cut === 0 ? bytes.length : cut);
      for (const { at, to } of changes) if (at < copy.length) copy[at] = to;
      return copy;
    });
}

const TIMEOUT = { timeout: 180_000 };

describe("the encoder", TIMEOUT, () => {
  it("gives back what it was given, in one form", () => {
    fc.assert(
      fc.property(typed, ([type, value]) => {
        const bytes = encodeValue(type, value);
        const { value: decoded, used } = decodeValue(type, bytes);
        expect(used).toBe(bytes.length);
        expect(toHex(encodeValue(type, decoded))).toBe(toHex(bytes));
        expect(decoded).toEqual(value);
      }),
      SETTINGS,
    );
  });

  it("ends random bytes only in its own errors", () => {
    fc.assert(
      fc.property(typed, fc.uint8Array({ maxLength: 200 }), ([type], bytes) => {
        onlyCoded(() => {
          const value = decodeExactly(type, bytes);
          expect(equalBytes(encodeValue(type, value), bytes)).toBe(true);
        });
      }),
      SETTINGS,
    );
  });
});

describe("objects of unknown origin", TIMEOUT, () => {
  const root = encodeRoot({
    refs: [{ hash: new Uint8Array(32).fill(1), schema: new Uint8Array(32).fill(2) }],
    descriptor: new Uint8Array([1, 2, 3]),
    reg: new Uint8Array(32).fill(3),
    pub: new Uint8Array(33).fill(2),
    nonce: 1n,
    seq: 2n,
    time: 3n,
    prev: new Uint8Array(32).fill(4),
  });

  it("Roots decode to what encodes alike, or to a coded error", () => {
    fc.assert(
      fc.property(mutated(root), (bytes) =>
        onlyCoded(() => expect(encodeRoot(decodeRoot(bytes))).toEqual(bytes)),
      ),
      SETTINGS,
    );
  });

  it("registries decode to their own bytes, or to a coded error", () => {
    fc.assert(
      fc.property(mutated(LEDGER_REGISTRY.bytes), (bytes) =>
        onlyCoded(() => expect(decodeRegistry(bytes).bytes).toEqual(bytes)),
      ),
      SETTINGS,
    );
  });

  it("signatures are refused with a code", () => {
    fc.assert(
      fc.property(
        hash,
        fc.uint8Array({ minLength: 64, maxLength: 66 }),
        fc.uint8Array({ minLength: 33, maxLength: 33 }),
        (digest, signature, key) => {
          expect(() => verifySignature(digest, signature, key)).toThrow(FleetError);
        },
      ),
      { ...SETTINGS, numRuns: 50 },
    );
  });

  it("lists never read as more than they hold", () => {
    fc.assert(
      fc.property(
        fc.array(hash, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 2, max: 5 }),
        fc.nat(),
        fc.nat(),
        (leaves, degree, which, at) => {
          const built = buildRefs(leaves, degree);
          const objects = built.objects.map(({ bytes }) => bytes.slice());
          const target = objects[which % objects.length];
          if (target !== undefined)
            target[at % target.length] = (target[at % target.length] ?? 0) ^ 1;
          const get: GetObject = (wanted) =>
            objects[built.objects.findIndex((object) => equalBytes(object.hash, wanted))];
          expect(() => readRefs(built.hash, get)).toThrow(
            expect.objectContaining({ code: "cxo/hash" }),
          );
        },
      ),
      { ...SETTINGS, numRuns: 100 },
    );
  });
});

describe("lists that grow", TIMEOUT, () => {
  it("have one tree, however they were cut into appends", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 20 }), { maxLength: 8 }),
        fc.integer({ min: 2, max: 6 }),
        (chunks, degree) => {
          const builder = new RefsBuilder(degree);
          const all: Uint8Array[] = [];
          for (const chunk of chunks) {
            for (let at = 0; at < chunk; at += 1) {
              const leaf = new Uint8Array(32).fill(all.length + 1);
              all.push(leaf);
              builder.append(leaf);
            }
            expect(builder.finish().hash).toEqual(buildRefs(all, degree).hash);
          }
        },
      ),
      SETTINGS,
    );
  });
});
