import { describe, expect, it } from "vitest";
import { concatBytes, FleetError, fromHex, toHex, utf8 } from "../../../src/core/index.ts";
import {
  Decoder,
  duration,
  Encoder,
  GenericText,
  isGenericStruct,
  isRecoverable,
  isZeroTime,
  key33,
  logEntry,
  type Schema,
  t,
  time,
  timeFromMs,
  timeToMs,
  uuid,
  ZERO_TIME,
} from "../../../src/skywire/gob/index.ts";
import { decodeAll } from "../../support/feed.ts";
import { int, message, structType } from "../../support/gob-bytes.ts";

function through<T>(schema: Schema<T>, value: T): unknown {
  return decodeAll(new Encoder().encode(schema, value), [schema])[0];
}

/** The bytes of a struct's value alone: what comes after its definitions. */
function fieldBytes(schema: Schema<unknown>, value: unknown): string {
  const encoder = new Encoder();
  const holder = t.struct("", { F: schema });
  encoder.encode(holder, { F: value });
  return toHex(encoder.encode(holder, { F: value })).replace(/^..ff82/, "");
}

const inner = t.struct("x.Inner", { A: t.int });
const zeroKey = "0".repeat(66);

describe("what a struct field sends", () => {
  it.each<readonly [string, Schema<unknown>, unknown, string]>([
    ["false is omitted", t.bool, false, "00"],
    ["zero is omitted", t.int, 0, "00"],
    ["a big zero is omitted", t.uint64, 0n, "00"],
    ["-0.0 counts as zero", t.float, -0, "00"],
    ["an empty string is omitted", t.string, "", "00"],
    ["empty bytes are omitted", t.bytes, new Uint8Array(0), "00"],
    ["an empty list is omitted", t.list(t.int), [], "00"],
    ["a nil map is omitted", t.ptr(t.map(t.string, t.int)), undefined, "00"],
    ["an empty map is sent", t.map(t.string, t.int), new Map(), "010000"],
    ["a zero struct is sent", inner, { A: 0 }, "010000"],
    ["a zero array is sent", t.array(t.int, 2), [0, 0], "0102000000"],
    ["a zero byte array is sent", t.byteArray(2), new Uint8Array(2), "0102000000"],
    ["a nil pointer is omitted", t.ptr(inner), undefined, "00"],
    ["a pointer to a zero struct is sent", t.ptr(inner), { A: 0 }, "010000"],
    ["a pointer to a zero number is omitted", t.ptr(t.int), 0, "00"],
    ["a nil interface is omitted", t.iface(), undefined, "00"],
    ["a zero time is omitted", time, ZERO_TIME, "00"],
    ["a zero key is omitted", key33, zeroKey, "00"],
    ["a pointer to a zero key is sent", t.ptr(key33), zeroKey, `0121${"00".repeat(33)}00`],
    [
      "a marshaler behind a pointer receiver is sent",
      logEntry,
      { recvBytes: 0n, sentBytes: 0n },
      "0108030600000306000000",
    ],
    ["an undefined field is its zero", t.string, undefined, "00"],
  ])("%s", (_, schema, value, expected) => {
    expect(fieldBytes(schema, value)).toBe(expected);
  });

  it("sends every zero at the top and inside lists and maps", () => {
    expect(through(t.int, 0)).toBe(0);
    expect(through(t.list(inner), [{ A: 0 }])).toEqual([{ A: 0 }]);
    expect(through(t.map(t.string, t.string), new Map([["", ""]]))).toEqual(new Map([["", ""]]));
    expect(through(key33, zeroKey)).toBe(zeroKey);
  });

  it("fills what was not sent from the schema", () => {
    const schema = t.struct("", {
      B: t.bool,
      I: t.int64,
      S: t.string,
      L: t.list(t.int),
      M: t.map(t.string, t.int),
      N: t.ptr(t.map(t.string, t.int)),
      P: t.ptr(inner),
      D: duration,
      K: key33,
      U: uuid,
      W: time,
      C: t.complex,
      X: t.iface(),
    });
    expect(decodeAll(new Encoder().encode(t.empty, {}), [schema])[0]).toEqual({
      B: false,
      I: 0n,
      S: "",
      L: [],
      M: new Map(),
      N: undefined,
      P: undefined,
      D: 0n,
      K: zeroKey,
      U: "00000000-0000-0000-0000-000000000000",
      W: ZERO_TIME,
      C: { re: 0, im: 0 },
      X: undefined,
    });
  });
});

describe("integers", () => {
  const borders = [
    0n,
    1n,
    63n,
    64n,
    127n,
    128n,
    255n,
    256n,
    2n ** 31n,
    2n ** 32n,
    2n ** 53n - 1n,
    2n ** 53n,
    2n ** 53n + 1n,
    2n ** 63n - 1n,
  ];

  it("keep every border, both signs", () => {
    for (const border of borders) {
      expect(through(t.int64, border)).toBe(border);
      expect(through(t.int64, -border)).toBe(-border);
      expect(through(t.int64, -border - 1n)).toBe(-border - 1n);
      expect(through(t.uint64, border)).toBe(border);
    }
    for (let bits = 1n; bits <= 64n; bits += 1n)
      expect(through(t.uint64, 2n ** bits - 1n)).toBe(2n ** bits - 1n);
  });

  it("are numbers where the schema says so, and refused where a number cannot hold them", () => {
    for (const border of borders) {
      const bytes = new Encoder().encode(t.int64, -border);
      if (border <= 2n ** 53n - 1n) expect(decodeAll(bytes, [t.int])[0]).toBe(Number(-border));
      else
        expect(() => decodeAll(bytes, [t.int])).toThrowError(
          expect.objectContaining({ code: "gob/range" }) as Error,
        );
    }
  });

  it.each<readonly [string, Schema<unknown>, Schema<unknown>, unknown]>([
    ["int8", t.int, t.int8, 128],
    ["int16", t.int, t.int16, -32_769],
    ["int32", t.int, t.int32, 2 ** 31],
    ["uint8", t.uint, t.uint8, 256],
    ["uint16", t.uint, t.uint16, 70_000],
    ["uint32", t.uint, t.uint32, 2 ** 32],
    ["float32", t.float, t.float32, 1e39],
  ])("too large for %s are refused and the stream goes on", (_, wide, narrow, value) => {
    const encoder = new Encoder();
    encoder.append(t.struct("", { A: wide }), { A: value });
    encoder.append(t.string, "after");
    const decoder = new Decoder();
    decoder.push(encoder.take());
    let refused: unknown;
    try {
      decoder.next(t.struct("", { A: narrow }));
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({ code: "gob/range", message: 'value for "A" out of range' });
    expect(isRecoverable(refused)).toBe(true);
    expect(decoder.next(t.string)?.value).toBe("after");
  });
});

describe("values that cannot be encoded", () => {
  it.each<readonly [string, Schema<unknown>, unknown]>([
    ["a fraction", t.int, 1.5],
    ["an unsafe integer", t.int, 2 ** 53],
    ["a negative uint", t.uint, -1],
    ["a uint16 of 17 bits", t.uint16, 65_536],
    ["an int64 of 65 bits", t.int64, 2n ** 63n],
    ["a number for a bigint", t.int64, 1],
    ["nothing for a string", t.string, undefined],
    ["null for a list", t.list(t.int), null],
    ["a short array", t.array(t.int, 2), [1]],
    ["a nil element", t.list(t.ptr(inner)), [undefined]],
    ["half a surrogate pair", t.string, "\ud800"],
    ["a key of another length", key33, "02ab"],
    ["a key that is no text", key33, 7],
    ["an unregistered interface name", t.iface(), { name: "main.Nope", value: 1 }],
    ["a generic value", t.generic, 1],
    ["a time that is none", time, {}],
    ["a symbol", inner, Symbol("x")],
  ])("%s: gob/value, and nothing remains", (_, schema, value) => {
    const encoder = new Encoder();
    expect(() =>
      encoder.append(t.struct("", { Deep: t.list(schema) }), { Deep: [value] }),
    ).toThrowError(expect.objectContaining({ code: "gob/value" }) as Error);
    expect(encoder.pendingBytes).toBe(0);
    expect(encoder.encode(inner, { A: 1 })).toEqual(new Encoder().encode(inner, { A: 1 }));
  });

  it("take back everything that was appended with them", () => {
    const encoder = new Encoder();
    encoder.append(t.int, 1);
    const before = encoder.pendingBytes;
    expect(() =>
      encoder.atomically(() => {
        encoder.append(inner, { A: 1 });
        encoder.append(t.int, 0.5);
      }),
    ).toThrowError(FleetError);
    expect(encoder.pendingBytes).toBe(before);
    encoder.append(inner, { A: 2 });
    expect(decodeAll(encoder.take(), [t.int, inner])).toEqual([1, { A: 2 }]);
  });

  it("a value deeper than the stack is refused too", () => {
    type Nested = readonly Nested[];
    const list: Schema<Nested> = t.list(t.lazy((): Schema<Nested> => list));
    let value: Nested = [];
    for (let depth = 0; depth < 50_000; depth += 1) value = [value];
    expect(() => new Encoder().encode(list, value)).toThrowError(
      expect.objectContaining({ code: "gob/value" }) as Error,
    );
  });
});

describe("text", () => {
  const broken = message(int(6), 0, 2, [0x61, 0xff]);

  it("is strict, lossy or raw, as the schema says", () => {
    expect(() => decodeAll(broken, [t.string])).toThrowError(
      expect.objectContaining({ code: "gob/text" }) as Error,
    );
    expect(decodeAll(broken, [t.lossyString])).toEqual(["a\ufffd"]);
    expect(decodeAll(broken, [t.rawString])).toEqual([Uint8Array.of(0x61, 0xff)]);
    expect(decodeAll(broken, [t.generic])[0]).toBeInstanceOf(GenericText);
  });

  it.each([
    "",
    "a",
    "\ufeffbom",
    "é".repeat(40),
    "x".repeat(15),
    "x".repeat(16),
    "x".repeat(17),
    "世界🎉",
    "x".repeat(3_000_000),
  ])("keeps %#", (text) => {
    expect(through(t.string, text)).toBe(text);
  });
});

describe("names that go on the wire", () => {
  it("keeps the name of a map that holds itself", () => {
    const tree: Schema<unknown> = t.named(
      "t.Tree",
      t.map(
        t.rawString,
        t.lazy(() => tree),
      ),
    );
    const bytes = new Encoder({ firstId: 64 }).encode(tree, new Map());
    expect(toHex(bytes)).toBe("147f040101045472656501ff8000010c01ff80000004ff800000");
  });

  it("writes a named optional map without its star in the text of what holds it", () => {
    const held = t.struct("", {
      In: t.struct("", { M: t.named("map[string]int64", t.ptr(t.map(t.string, t.int64))) }),
    });
    const bytes = new Encoder().encode(held, { In: { M: undefined } });
    expect(new TextDecoder().decode(bytes)).toContain("struct { M map[string]int64 }");
  });
});

describe("names that come from the peer", () => {
  it("cannot reach a prototype", () => {
    const bytes = concatBytes(
      structType(65, [
        ["__proto__", 6],
        ["constructor", 6],
      ]),
      message(int(65), 1, 1, "x", 0),
    );
    const [value] = decodeAll(bytes, [t.generic]);
    expect(isGenericStruct(value as never)).toBe(true);
    expect(Object.keys(value as object)).toEqual(["__proto__", "constructor"]);
    expect(decodeAll(bytes, [t.struct("", {})])).toEqual([{}]);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  it("cannot be in a schema unless Go exports them", () => {
    expect(() => t.struct("", { lower: t.int })).toThrowError(/exported/);
  });
});

describe("interfaces", () => {
  const point = t.struct("x.Point", { X: t.int });
  const box = t.struct("x.Box", {
    In: t.iface(t.registry({ "x.Point": point, "x.Box": t.lazy((): Schema<unknown> => box) })),
  });

  it("define types in the middle of a value, nested and again on one stream", () => {
    const deep = { In: { name: "x.Box", value: { In: { name: "x.Point", value: { X: 5 } } } } };
    const flat = { In: { name: "x.Point", value: { X: 6 } } };
    const encoder = new Encoder();
    for (const value of [deep, flat, deep]) encoder.append(box, value);
    encoder.append(point, { X: 7 });
    const bytes = encoder.take();
    for (let cut = 0; cut < bytes.length; cut += 1) {
      expect(decodeAll(bytes, [box, box, box, point], [cut])).toEqual([deep, flat, deep, { X: 7 }]);
    }
  });

  it("of an unknown name are refused and passed over, new types and all", () => {
    const encoder = new Encoder();
    encoder.append(box, { In: { name: "x.Point", value: { X: 6 } } });
    encoder.append(t.string, "after");
    const decoder = new Decoder();
    decoder.push(encoder.take());
    expect(() => decoder.next(t.struct("x.Box", { In: t.iface() }))).toThrowError(
      /name not registered for interface: "x.Point"/,
    );
    expect(decoder.next(t.string)?.value).toBe("after");
  });
});

describe("decoding", () => {
  it("copies bytes out of the chunk, of Node's own kind too", () => {
    const bytes = new Encoder().encode(t.bytes, utf8("abc"));
    const chunk = Buffer.from(bytes);
    const decoder = new Decoder();
    decoder.push(chunk);
    const value = decoder.next(t.bytes)?.value;
    chunk.fill(0);
    expect(value).toEqual(utf8("abc"));
    expect(value?.buffer.byteLength).toBe(3);
  });

  it("starts each value fresh", () => {
    const encoder = new Encoder();
    encoder.append(inner, { A: 7 });
    encoder.append(inner, { A: 0 });
    expect(decodeAll(encoder.take(), [inner])).toEqual([{ A: 7 }, { A: 0 }]);
  });

  it("meets fields by name in any order, passes over unknown ones", () => {
    const wide = t.struct("", { Z: t.list(inner), B: t.string, A: t.int });
    const narrow = t.struct("", { A: t.int, B: t.string, Missing: t.bool });
    const bytes = new Encoder().encode(wide, { Z: [{ A: 1 }], B: "b", A: 3 });
    expect(decodeAll(bytes, [narrow])).toEqual([{ A: 3, B: "b", Missing: false }]);
  });

  it("refuses payloads a type's own format refuses, and goes on", () => {
    const encoder = new Encoder();
    encoder.append(t.opaque("gobEncoder"), Uint8Array.of(9));
    encoder.append(t.opaque("binaryMarshaler"), Uint8Array.of(1, 2));
    encoder.append(t.opaque("gobEncoder"), Uint8Array.of(9, 9));
    encoder.append(t.string, "after");
    const decoder = new Decoder();
    decoder.push(encoder.take());
    const opaque = expect.objectContaining({ code: "gob/opaque" }) as Error;
    expect(() => decoder.next(time)).toThrowError(opaque);
    expect(() => decoder.next(key33)).toThrowError(opaque);
    expect(() => decoder.next(logEntry)).toThrowError(opaque);
    expect(decoder.next(t.string)?.value).toBe("after");
  });

  it("hands over what came instead when asked", () => {
    const decoder = new Decoder();
    decoder.push(new Encoder().encode(t.list(t.string), ["x"]));
    expect(decoder.nextOrRefused(t.uint16)).toMatchObject({
      error: { code: "gob/mismatch" },
      received: ["x"],
    });
  });

  it("keeps maps with keys that are no primitives", () => {
    const schema = t.keyedMap(inner, t.string, (key) => String(key.A));
    const value = new Map([["4", { key: { A: 4 }, value: "four" }]]);
    expect(through(schema, value)).toEqual(value);
  });
});

describe("times", () => {
  it.each<readonly [string, number | undefined]>([
    ["UTC", undefined],
    ["a zone of hours", -18_000],
    ["a zone with odd seconds", 3_600 + 17],
    ["one minute west, which the format must not take for UTC", 60],
  ])("keep %s", (_, zoneOffsetSeconds) => {
    const value = { unixSeconds: 1_700_000_000n, nanoseconds: 5, zoneOffsetSeconds };
    expect(through(time, value)).toEqual(value);
  });

  it("turn into milliseconds and back", () => {
    expect(timeToMs(timeFromMs(1_700_000_000_123))).toBe(1_700_000_000_123);
    expect(timeToMs(timeFromMs(-1))).toBe(-1);
    expect(isZeroTime(ZERO_TIME)).toBe(true);
    expect(isZeroTime(timeFromMs(0))).toBe(false);
  });

  it("are what Go writes", () => {
    const bytes = new Encoder({ firstId: 64 }).encode(time, {
      unixSeconds: 1_795_342_830n,
      nanoseconds: 123_456_789,
      zoneOffsetSeconds: undefined,
    });
    expect(toHex(bytes).endsWith("075bcd15ffff")).toBe(true);
    expect(decodeAll(fromHex("03060005050600fe012c"), [t.uint64])).toEqual([5n, 300n]);
  });
});
