import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { concatBytes, FleetError } from "../../../src/core/index.ts";
import { Decoder, type GobLimits, LIMITS, type Schema, t } from "../../../src/skywire/gob/index.ts";
import {
  bytesOf,
  int,
  listType,
  mapType,
  message,
  structType,
  uint,
} from "../../support/gob-bytes.ts";

function codeOf(
  bytes: Uint8Array,
  schema: Schema<unknown> = t.generic,
  limits: Partial<GobLimits> = {},
): string {
  const decoder = new Decoder(limits);
  decoder.push(bytes);
  try {
    while (decoder.next(schema) !== undefined);
    decoder.end();
    return "accepted";
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    expect(() => decoder.next(t.generic)).toThrow();
    return error.code;
  }
}

const nested = (depth: number): Uint8Array =>
  concatBytes(listType(65, 65), message(int(65), 0, new Uint8Array(depth).fill(1), 0));
const manyFields = (count: number): readonly (readonly [string, number])[] =>
  Array.from({ length: count }, (_, index) => [`F${index}`, 2]);
const manyTypes = (count: number): Uint8Array =>
  concatBytes(...Array.from({ length: count }, (_, index) => listType(65 + index, 2)));
const emptyStructs = (count: number): Uint8Array =>
  concatBytes(
    structType(65, []),
    listType(66, 65),
    message(int(66), 0, uint(count), new Uint8Array(count)),
  );

/** A value split over many messages: each defines a type inside an interface value. */
function split(messages: number): Uint8Array {
  const parts = [listType(65, 8)];
  let open = bytesOf(int(65), 0, uint(messages));
  for (let index = 0; index < messages; index += 1) {
    const id = 100 + index;
    const named = bytesOf(open, 1, "x", int(-id), 2, 1, 2, int(id), 0, 1, int(2), 0, 0);
    parts.push(message(named));
    open = bytesOf(int(id), 2, 0, 0);
  }
  return concatBytes(...parts, message(open));
}

describe("limits of a stream", () => {
  it.each<readonly [string, string, () => string]>([
    [
      "a message too long to buffer",
      "gob/limit",
      () => codeOf(bytesOf(uint(LIMITS.messageBytes + 1))),
    ],
    [
      "a message of any length within",
      "gob/malformed",
      () => codeOf(bytesOf(uint(LIMITS.messageBytes), 1)),
    ],
    ["nesting at the limit", "accepted", () => codeOf(nested(LIMITS.depth - 1))],
    ["nesting beyond it", "gob/limit", () => codeOf(nested(LIMITS.depth + 1))],
    ["a megabyte of nesting", "gob/limit", () => codeOf(nested(1_000_000))],
    [
      "nesting beyond it, with a schema",
      "gob/limit",
      () => codeOf(nested(LIMITS.depth + 1), selfList),
    ],
    [
      "a count beyond the message",
      "gob/malformed",
      () => codeOf(concatBytes(listType(65, 2), message(int(65), 0, uint(1_000), 2, 4))),
    ],
    [
      "a count of 2^40",
      "gob/malformed",
      () => codeOf(concatBytes(listType(65, 2), message(int(65), 0, uint(2 ** 40)))),
    ],
    [
      "a map count beyond half the message",
      "gob/malformed",
      () => codeOf(concatBytes(mapType(65, 2, 2), message(int(65), 0, 3, 1, 1, 1, 1))),
    ],
    [
      "a count of interfaces that may go on later",
      "gob/malformed",
      () => codeOf(concatBytes(listType(65, 8), message(int(65), 0, uint(900_000), 0))),
    ],
    [
      "as many nodes as allowed",
      "accepted",
      () => codeOf(emptyStructs(10_000), t.generic, { nodes: 20_000 }),
    ],
    [
      "one node more",
      "gob/limit",
      () => codeOf(emptyStructs(10_001), t.generic, { nodes: 20_000 }),
    ],
    [
      "more nodes with a schema",
      "gob/limit",
      () => codeOf(emptyStructs(1_000_001), t.list(t.empty)),
    ],
    ["as many types as allowed", "accepted", () => codeOf(manyTypes(LIMITS.types))],
    ["one type more", "gob/limit", () => codeOf(manyTypes(LIMITS.types + 1))],
    [
      "as many fields as allowed",
      "accepted",
      () => codeOf(structType(65, manyFields(LIMITS.fieldsPerStruct))),
    ],
    [
      "one field more",
      "gob/limit",
      () => codeOf(structType(65, manyFields(LIMITS.fieldsPerStruct + 1))),
    ],
    [
      "fields of all types together",
      "gob/limit",
      () =>
        codeOf(
          concatBytes(
            ...Array.from({ length: 17 }, (_, index) => structType(65 + index, manyFields(2_048))),
          ),
        ),
    ],
    ["a name of 1,024 bytes", "accepted", () => codeOf(structType(65, [["N".repeat(1_024), 2]]))],
    ["a name of 1,025 bytes", "gob/limit", () => codeOf(structType(65, [["N".repeat(1_025), 2]]))],
    [
      "an interface name of 1,025 bytes",
      "gob/limit",
      () => codeOf(message(int(8), 0, uint(1_025), "n".repeat(1_025))),
    ],
    ["a value in 200 messages", "accepted", () => codeOf(split(200))],
    ["a value in 300 messages", "gob/limit", () => codeOf(split(300))],
  ])("%s: %s", (_, code, run) => {
    expect(run()).toBe(code);
  });

  it("does not decode a split value again and again", () => {
    const decoder = new Decoder({ repeatedBytes: 10_000 });
    const bytes = split(200);
    const feed = (): void => {
      for (const byte of bytes) {
        decoder.push(Uint8Array.of(byte));
        decoder.next(t.generic);
      }
    };
    expect(feed).toThrowError(expect.objectContaining({ code: "gob/limit" }) as Error);
  });
});

type Nested = readonly Nested[];
const selfList: Schema<Nested> = t.list(t.lazy((): Schema<Nested> => selfList));

describe("bytes that are refused", () => {
  it.each<readonly [string, Uint8Array]>([
    ["a message of no bytes", bytesOf(0)],
    ["bytes after a value", message(int(2), 0, 2, 2)],
    ["bytes after a definition", message(int(-65), 2, 1, 2, int(65), 0, 0, 0, 9, 9)],
    ["a definition without a kind", message(int(-65), 0)],
    ["a definition of two kinds", message(int(-65), 2, 0, 1, 0, 0)],
    [
      "two fields of one name",
      structType(65, [
        ["A", 2],
        ["A", 2],
      ]),
    ],
    ["a field without a name", structType(65, [["", 2]])],
    ["a second definition", concatBytes(listType(65, 2), listType(65, 2))],
    ["a definition of a reserved id", listType(63, 2)],
    ["an undefined id", message(int(70), 0, 2)],
    ["the id 0", message(0, 0, 2)],
    ["the reserved id 9", message(int(9), 0, 2)],
    ["an id beyond 32 bits", message([0xfb, 2, 0, 0, 0, 4], 0, 6)],
    ["a field past the last", concatBytes(structType(65, [["A", 2]]), message(int(65), 2, 2, 0))],
    [
      "a delta of 2^64-1",
      concatBytes(
        structType(65, [["A", 2]]),
        message(int(65), 0xf8, new Uint8Array(8).fill(255), 0),
      ),
    ],
    ["an integer of 9 bytes", message(int(2), 0, 0xf7, new Uint8Array(9))],
    ["an integer cut off", message(int(2), 0, 0xfe, 1)],
    ["a string past the end", message(int(6), 0, 5, "ab")],
    ["no zero in front of an integer", message(int(2), 1, 6)],
  ])("%s", (_, bytes) => {
    expect(codeOf(bytes)).toBe("gob/malformed");
    const skipping = new Decoder();
    skipping.push(bytes);
    expect(() => {
      while (skipping.skip());
    }).toThrowError(expect.objectContaining({ code: "gob/malformed" }) as Error);
  });

  it("takes what Go takes: a missing end of the last struct, long integers, types nobody uses", () => {
    expect(codeOf(concatBytes(structType(65, [["A", 2]]), message(int(65), 1, 2)))).toBe(
      "accepted",
    );
    expect(codeOf(message(int(2), 0, 0xff, 5))).toBe("accepted");
    expect(codeOf(structType(65, [["A", 999]]))).toBe("accepted");
  });
});

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Heap and buffers held by what `run` returns. */
function heldBytes(run: () => unknown): number {
  collect();
  const before = process.memoryUsage();
  const held = run();
  collect();
  const after = process.memoryUsage();
  expect(held).toBeDefined();
  return after.heapUsed + after.external - before.heapUsed - before.external;
}

const COUNT = 200_000;
const wide = t.struct("", Object.fromEntries(manyFields(400).map(([name]) => [name, t.int64])));
const hostile: readonly (readonly [string, Uint8Array, Schema<unknown>])[] = [
  ["empty structs", emptyStructs(COUNT), t.list(t.empty)],
  [
    "empty lists",
    concatBytes(
      listType(65, 2),
      listType(66, 65),
      message(int(66), 0, uint(COUNT), new Uint8Array(COUNT)),
    ),
    t.list(t.list(t.int)),
  ],
  [
    "empty maps",
    concatBytes(
      mapType(65, 2, 2),
      listType(66, 65),
      message(int(66), 0, uint(COUNT), new Uint8Array(COUNT)),
    ),
    t.list(t.map(t.int, t.int)),
  ],
  [
    "single bytes",
    concatBytes(
      listType(65, 5),
      message(int(65), 0, uint(COUNT), new Uint8Array(2 * COUNT).fill(1)),
    ),
    t.list(t.bytes),
  ],
  [
    "short texts",
    concatBytes(
      listType(65, 6),
      message(int(65), 0, uint(COUNT), new Uint8Array(2 * COUNT).fill(1)),
    ),
    t.list(t.string),
  ],
  [
    "big integers",
    concatBytes(listType(65, 2), message(int(65), 0, uint(COUNT), new Uint8Array(COUNT).fill(1))),
    t.list(t.int64),
  ],
  [
    "small maps",
    concatBytes(
      mapType(65, 2, 2),
      listType(66, 65),
      message(int(66), 0, uint(COUNT), new Uint8Array(3 * COUNT).fill(1)),
    ),
    t.list(t.map(t.int, t.int)),
  ],
  [
    "structs of many absent fields",
    concatBytes(
      structType(65, manyFields(400)),
      listType(66, 65),
      message(int(66), 0, uint(2_400), new Uint8Array(2_400)),
    ),
    t.list(wide),
  ],
];

describe("memory of a hostile value stays below 64 bytes a byte and 4 MiB", () => {
  it.each(hostile)("%s", (_, bytes, schema) => {
    for (const way of [schema, t.generic]) {
      const held = heldBytes(() => {
        const decoder = new Decoder();
        decoder.push(bytes.slice());
        try {
          return [decoder, decoder.next(way)];
        } catch (error) {
          expect(error).toMatchObject({ code: "gob/limit" });
          return [decoder, error];
        }
      });
      expect(held).toBeLessThan(64 * bytes.length + 4 * 1024 * 1024);
    }
  });

  it("an announced length and single bytes that trickle in", () => {
    const count = 100_000;
    const held = heldBytes(() => {
      const decoder = new Decoder();
      decoder.push(bytesOf(uint(LIMITS.messageBytes)));
      for (let index = 0; index < count; index += 1) {
        decoder.push(new Uint8Array(1));
        decoder.next(t.generic);
      }
      return decoder;
    });
    expect(held).toBeLessThan(64 * count);
  });
});
