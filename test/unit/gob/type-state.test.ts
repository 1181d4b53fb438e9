// Streams that define the same types share what was made of them, and none sees what another one defines.
import { describe, expect, it } from "vitest";
import { Decoder, Encoder, type Schema, t } from "../../../src/skywire/gob/index.ts";

const POINT = t.struct("Point", { X: t.int, Y: t.int });
const NAMED = t.struct("Named", { Name: t.string, At: POINT });
/** The same first id, another meaning. */
const OTHER = t.struct("Other", { X: t.string, Y: t.list(t.string) });

type Sent = readonly [schema: Schema<never>, value: unknown];

function encoded(values: readonly Sent[]): Uint8Array {
  const encoder = new Encoder();
  for (const [schema, value] of values) encoder.append(schema, value as never);
  return encoder.take();
}

/** What a stream sends, whatever its types are. */
function sent(schema: unknown, value: unknown): Sent {
  return [schema as Schema<never>, value];
}

const POINTS = [sent(POINT, { X: 1, Y: -2 }), sent(NAMED, { Name: "a", At: { X: 3, Y: 4 } })];
const OTHERS = [sent(OTHER, { X: "x", Y: ["y"] }), sent(POINT, { X: 5, Y: 6 })];

describe("streams at the same time", () => {
  it("that define alike, or others under the same ids, each read their own", () => {
    const streams = [POINTS, OTHERS, POINTS, OTHERS, POINTS].map((values) => ({
      values,
      decoder: new Decoder(),
      bytes: encoded(values),
      read: [] as unknown[],
    }));
    const longest = Math.max(...streams.map(({ bytes }) => bytes.length));
    for (let at = 0; at < longest; at += 1) {
      for (const { values, decoder, bytes, read } of streams) {
        decoder.push(bytes.slice(at, at + 1));
        const next = values[read.length];
        if (next === undefined) continue;
        const found = decoder.next(next[0]);
        if (found !== undefined) read.push(found.value);
      }
    }
    for (const { values, read } of streams) expect(read).toEqual(values.map(([, value]) => value));
  });

  it("one whose values define types of their own goes on by itself", () => {
    const registry = t.registry({ Point: POINT, Named: NAMED });
    const any = t.struct("Any", { Value: t.iface(registry) });
    const values = [
      { Value: { name: "Point", value: { X: 1, Y: 2 } } },
      { Value: { name: "Named", value: { Name: "n", At: { X: 3, Y: 4 } } } },
    ];
    for (let time = 0; time < 3; time += 1) {
      const decoder = new Decoder();
      decoder.push(encoded(values.map((value) => sent(any, value))));
      for (const value of values) expect(decoder.next(any)).toEqual({ value });
      const plain = new Decoder();
      plain.push(encoded([sent(POINT, { X: 7, Y: 8 })]));
      expect(plain.next(POINT)).toEqual({ value: { X: 7, Y: 8 } });
    }
  });

  it("a definition that is refused once is refused again, and spoils no other stream", () => {
    const good = encoded(POINTS);
    const bad = good.slice();
    // The first definition is given the reserved id 1: its length stays, its id does not.
    bad[bad.indexOf(0xff) + 1] = 1;
    for (let time = 0; time < 2; time += 1) {
      const decoder = new Decoder();
      decoder.push(bad);
      expect(() => decoder.next(POINT)).toThrow(expect.objectContaining({ code: "gob/malformed" }));
      const sound = new Decoder();
      sound.push(good);
      expect(sound.next(POINT)).toEqual({ value: { X: 1, Y: -2 } });
    }
  });
});
