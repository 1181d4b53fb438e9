import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../../src/core/index.ts";
import {
  Decoder,
  Encoder,
  GenericInterface,
  type GenericValue,
  isGenericStruct,
  t,
} from "../../../src/skywire/gob/index.ts";
import { decodeAll, everyOffset, someOffsets } from "../../support/feed.ts";
import type { Shape } from "../../support/go-basic-shapes.ts";
import { GoShapes } from "../../support/go-shapes.ts";
import { UnknownGoType } from "../../support/go-source.ts";
import { differenceOf } from "../../support/same-json.ts";
import { gobVectors, type Json, type ValueVector } from "../../support/vectors.ts";

const vectors = gobVectors();
/** Longer streams are cut in two at so many places. */
const MAX_CUTS = 400;
const shapes = new GoShapes(vectors.meta);

/** One value vector with the shapes of its values; none when its types are not declared in the file. */
interface Prepared {
  readonly vector: ValueVector;
  readonly hexes: readonly string[];
  readonly expected: readonly Json[];
  readonly shapes: readonly Shape[] | undefined;
}

function prepare(vector: ValueVector): Prepared {
  const stream = Array.isArray(vector.goType);
  const goTypes = (stream ? vector.goType : [vector.goType]) as readonly string[];
  const expected = (stream ? vector.value : [vector.value]) as readonly Json[];
  const hexes = [vector.hex, ...(vector.hexGo1_19 === undefined ? [] : [vector.hexGo1_19])];
  for (const hex of hexes)
    decodeAll(fromHex(hex), [t.generic]).forEach((value) => learnNames(value as GenericValue));
  try {
    return { vector, hexes, expected, shapes: goTypes.map((text) => shapes.of(text)) };
  } catch (error) {
    if (!(error instanceof UnknownGoType)) throw error;
    return { vector, hexes, expected, shapes: undefined };
  }
}

function learnNames(value: GenericValue): void {
  if (value instanceof GenericInterface) {
    shapes.learnWireName(value.name);
    learnNames(value.value);
  } else if (Array.isArray(value)) value.forEach((item: GenericValue) => learnNames(item));
  else if (value instanceof Map) {
    for (const [name, item] of value as ReadonlyMap<GenericValue, GenericValue>) {
      learnNames(name);
      learnNames(item);
    }
  } else if (isGenericStruct(value)) Object.values(value).forEach(learnNames);
}

/** The lowest id that a top-level definition of the stream has, which is where its encoder began. */
function firstIdOf(hex: string, otherwise: number): number {
  const bytes = fromHex(hex);
  let first = Number.POSITIVE_INFINITY;
  for (let at = 0; at < bytes.length;) {
    const length = unsignedAt(bytes, at);
    const id = unsignedAt(bytes, length.next);
    if (id.value % 2 === 1) first = Math.min(first, (id.value + 1) / 2);
    at = length.next + length.value;
  }
  return Number.isFinite(first) ? first : otherwise;
}

function unsignedAt(bytes: Uint8Array, at: number): { value: number; next: number } {
  const head = bytes[at] ?? 0;
  if (head < 0x80) return { value: head, next: at + 1 };
  const end = at + 1 + 256 - head;
  return { value: bytes.slice(at + 1, end).reduce((sum, byte) => sum * 256 + byte, 0), next: end };
}

function encodeFrom(firstId: number, known: readonly Shape[], item: Prepared): string {
  const encoder = new Encoder({ firstId });
  known.forEach((shape, index) => {
    encoder.append(shape.schema, shape.fromJson(item.expected[index] ?? null));
  });
  return toHex(encoder.take());
}

const prepared = vectors.values.map(prepare);
const unbuilt = prepared
  .filter((item) => item.shapes === undefined)
  .map((item) => item.vector.name);

function checkValues(item: Prepared, hex: string, cuts: readonly number[]): void {
  const known = item.shapes ?? item.expected.map(() => undefined);
  const schemas = known.map((shape) => shape?.schema ?? t.generic);
  const values = decodeAll(fromHex(hex), schemas, cuts);
  expect(values).toHaveLength(item.expected.length);
  values.forEach((value, index) => {
    const shape = known[index];
    if (shape === undefined) return;
    const difference = differenceOf(
      shape.toJson(value),
      item.expected[index] ?? null,
      (goName, payload) => shapes.learnZero(goName, payload),
    );
    expect(difference).toBeUndefined();
  });
}

// Zero values of marshalers are known to their Go methods only: fields that were not sent show them.
for (const item of prepared) for (const hex of item.hexes) learnZeros(item, hex);

function learnZeros(item: Prepared, hex: string): void {
  try {
    checkValues(item, hex, []);
  } catch {
    // The test of this vector says what is wrong with it.
  }
}

describe("recorded Go values", () => {
  it("have types that the file declares, all but a few", () => {
    expect(unbuilt.length).toBeLessThanOrEqual(vectors.values.length / 4);
  });

  describe.each(prepared)("$vector.name", (item) => {
    it("decodes whole, byte by byte and split at every offset", () => {
      for (const hex of item.hexes) {
        checkValues(item, hex, []);
        checkValues(item, hex, everyOffset(fromHex(hex)));
        for (const offset of someOffsets(fromHex(hex), MAX_CUTS)) checkValues(item, hex, [offset]);
      }
    });

    it("decodes without a schema and can be skipped", () => {
      for (const hex of item.hexes) {
        const bytes = fromHex(hex);
        const decoder = new Decoder();
        decoder.push(bytes);
        for (const _ of item.expected) expect(decoder.skip()).toBe(true);
        decoder.end();
        const whole = decodeAll(bytes, [t.generic]);
        expect(whole).toHaveLength(item.expected.length);
        expect(decodeAll(bytes, [t.generic], everyOffset(bytes))).toEqual(whole);
      }
    });

    it("is encoded as Go does", () => {
      if (item.shapes === undefined) return;
      for (const hex of item.hexes) {
        const otherwise = hex === item.vector.hexGo1_19 ? 65 : 64;
        // A definition inside a value does not show in the top-level ones: then the usual start is tried too.
        const firstIds = new Set([firstIdOf(hex, otherwise), otherwise]);
        const all = [...firstIds].map((firstId) => encodeFrom(firstId, item.shapes ?? [], item));
        const ours = all.find((made) => made === hex) ?? all[0] ?? "";
        const isNaN = JSON.stringify(item.vector.value).includes('"NaN"');
        if (item.vector.byteExact !== false && !isNaN) expect(ours).toBe(hex);
        checkValues(item, ours, []);
      }
    });
  });
});
