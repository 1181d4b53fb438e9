import fc from "fast-check";
import { expect, it } from "vitest";
import { Decoder, Encoder, t } from "../../src/skywire/gob/index.ts";
import { decodeAll } from "../support/feed.ts";
import { typeAndValue } from "../support/random-types.ts";

const RUNS = { seed: 20_261_122, numRuns: 400 } as const;

it("gives back every value of every type, in any pieces", () => {
  fc.assert(
    fc.property(typeAndValue, fc.array(fc.nat(400), { maxLength: 6 }), ({ type, value }, cuts) => {
      const bytes = new Encoder().encode(type.schema, value);
      const inside = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort(
        (a, b) => a - b,
      );
      expect(decodeAll(bytes, [type.schema], inside)).toEqual([value]);
    }),
    RUNS,
  );
});

it("keeps a stream of many types and values apart, with and without schemas", () => {
  fc.assert(
    fc.property(fc.array(typeAndValue, { maxLength: 6 }), (items) => {
      const encoder = new Encoder();
      const decoder = new Decoder();
      const generic = new Decoder();
      for (const { type, value } of items) encoder.append(type.schema, value);
      const bytes = encoder.take();
      decoder.push(bytes);
      generic.push(bytes);
      for (const { type, value } of items) {
        expect(decoder.next(type.schema)?.value).toEqual(value);
        expect(generic.next(t.generic)).toBeDefined();
      }
      decoder.end();
      generic.end();
    }),
    { ...RUNS, numRuns: 150 },
  );
});

it("refuses a value of another type and leaves the stream usable", () => {
  fc.assert(
    fc.property(typeAndValue, typeAndValue, (first, second) => {
      const encoder = new Encoder();
      encoder.append(first.type.schema, first.value);
      encoder.append(t.string, "after");
      const decoder = new Decoder();
      decoder.push(encoder.take());
      const got = decoder.nextOrRefused(second.type.schema);
      expect(got).toBeDefined();
      expect(decoder.next(t.string)?.value).toBe("after");
    }),
    RUNS,
  );
});

it("leaves no trace of a value that could not be encoded", () => {
  fc.assert(
    fc.property(typeAndValue, typeAndValue, (bad, good) => {
      const encoder = new Encoder();
      const broken = t.struct("", { A: bad.type.schema, B: t.int });
      expect(() => encoder.append(broken, { A: bad.value, B: 0.5 })).toThrowError(/cannot encode/);
      expect(encoder.pendingBytes).toBe(0);
      expect(encoder.encode(good.type.schema, good.value)).toEqual(
        new Encoder().encode(good.type.schema, good.value),
      );
    }),
    { ...RUNS, numRuns: 150 },
  );
});
