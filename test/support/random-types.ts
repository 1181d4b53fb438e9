import fc from "fast-check";
import {
  type GoTime,
  key33,
  logEntry,
  type Schema,
  t,
  time,
  uuid,
} from "../../src/skywire/gob/index.ts";

/** A type in the words of the Go peer. */
interface TypeDescription {
  readonly kind: string;
  readonly elem?: TypeDescription;
  readonly key?: TypeDescription;
  readonly len?: number;
  readonly fields?: readonly { readonly name: string; readonly type: TypeDescription }[];
}

/** A random type: its description for Go, its schema, and values it can have. */
export interface RandomType {
  readonly description: TypeDescription;
  readonly schema: Schema<unknown>;
  readonly value: fc.Arbitrary<unknown>;
  /** A value that is the same after a round trip as a field, where zero and nil are not sent. */
  readonly fieldValue: fc.Arbitrary<unknown>;
}

function same(
  description: TypeDescription,
  schema: Schema<unknown>,
  value: fc.Arbitrary<unknown>,
): RandomType {
  return { description, schema, value, fieldValue: value };
}

const text = fc.string({ unit: "grapheme", maxLength: 24 });
const bytes = fc.uint8Array({ maxLength: 24 });
const hex = (size: number): fc.Arbitrary<string> =>
  fc
    .uint8Array({ minLength: size, maxLength: size })
    .map((raw) => Array.from(raw, (byte) => byte.toString(16).padStart(2, "0")).join(""));
const float = fc.double({ noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value));
const uuidText = hex(16).map((digits) =>
  digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
);
const instant: fc.Arbitrary<GoTime> = fc.record({
  unixSeconds: fc.bigInt({ min: -62_135_596_800n, max: 4_000_000_000n }),
  nanoseconds: fc.nat(999_999_999),
  zoneOffsetSeconds: fc.option(
    fc.integer({ min: -12, max: 14 }).map((hours) => hours * 3600),
    { nil: undefined },
  ),
});
const signed = (bits: number): fc.Arbitrary<number> =>
  fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
const unsigned = (bits: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** bits - 1 });

const logValue = fc.record({
  recvBytes: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  sentBytes: fc.bigInt({ min: 0n, max: 2n ** 40n }),
});
/** Behind a pointer only: Go cannot take the address of a map's value, which its marshaler needs. */
const LOG: RandomType = {
  description: { kind: "ptr", elem: { kind: "log" } },
  schema: t.ptr(logEntry),
  value: logValue,
  fieldValue: fc.option(logValue, { nil: undefined }),
};

const BASICS: readonly RandomType[] = [
  same({ kind: "bool" }, t.bool, fc.boolean()),
  same({ kind: "int" }, t.int, fc.maxSafeInteger()),
  same({ kind: "int8" }, t.int8, signed(8)),
  same({ kind: "int16" }, t.int16, signed(16)),
  same({ kind: "int32" }, t.int32, signed(32)),
  same({ kind: "int64" }, t.int64, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  same({ kind: "uint" }, t.uint, fc.maxSafeNat()),
  same({ kind: "uint16" }, t.uint16, unsigned(16)),
  same({ kind: "uint32" }, t.uint32, unsigned(32)),
  same({ kind: "uint64" }, t.uint64, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  same({ kind: "float" }, t.float, float),
  same(
    { kind: "float32" },
    t.float32,
    fc.float({ noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
  ),
  same({ kind: "complex" }, t.complex, fc.record({ re: float, im: float })),
  same({ kind: "string" }, t.string, text),
  same({ kind: "bytes" }, t.bytes, bytes),
  same({ kind: "time" }, time, instant),
  same({ kind: "key" }, key33, hex(33)),
  same({ kind: "uuid" }, uuid, uuidText),
  LOG,
  same(
    { kind: "array", len: 9, elem: { kind: "uint8" } },
    t.byteArray(9),
    fc.uint8Array({ minLength: 9, maxLength: 9 }),
  ),
  same(
    { kind: "any" },
    t.iface(),
    fc.option(
      fc.oneof(
        text.map((value) => ({ name: "string", value })),
        fc
          .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
          .map((value) => ({ name: "int", value })),
        fc.boolean().map((value) => ({ name: "bool", value })),
        fc.array(text, { maxLength: 3 }).map((value) => ({ name: "[]string", value })),
      ),
      { nil: undefined },
    ),
  ),
];

const KEYS = BASICS.filter(({ description }) =>
  ["string", "int", "bool", "uint64", "key", "uuid"].includes(description.kind),
);

function listOf(inner: RandomType): RandomType {
  return same(
    { kind: "list", elem: inner.description },
    t.list(inner.schema),
    fc.array(inner.value, { maxLength: 4 }),
  );
}

function arrayOf(inner: RandomType): RandomType {
  const value = fc.array(inner.value, { minLength: 3, maxLength: 3 });
  return same({ kind: "array", len: 3, elem: inner.description }, t.array(inner.schema, 3), value);
}

function mapOf(key: RandomType, inner: RandomType): RandomType {
  const value = fc
    .array(fc.tuple(key.value, inner.value), { maxLength: 3 })
    .map((pairs) => new Map(pairs));
  return same(
    { kind: "map", key: key.description, elem: inner.description },
    t.map(key.schema, inner.schema),
    value,
  );
}

/** A pointer to a struct: as an element it cannot be nil. */
function ptrTo(inner: RandomType): RandomType {
  return {
    description: { kind: "ptr", elem: inner.description },
    schema: t.ptr(inner.schema),
    value: inner.value,
    fieldValue: fc.option(inner.value, { nil: undefined }),
  };
}

function structOf(members: readonly RandomType[]): RandomType {
  const named = members.map((member, index) => ({ name: `F${index}`, member }));
  const schema = t.struct(
    "",
    Object.fromEntries(named.map(({ name, member }) => [name, member.schema])),
  );
  const fields = Object.fromEntries(named.map(({ name, member }) => [name, member.fieldValue]));
  return same(
    {
      kind: "struct",
      fields: named.map(({ name, member }) => ({ name, type: member.description })),
    },
    schema,
    fc.record(fields),
  );
}

/** Random types up to a depth, structs at the top of pointers only. */
function randomType(depth: number): fc.Arbitrary<RandomType> {
  const basic = fc.constantFrom(...BASICS);
  if (depth === 0) return basic;
  const inner = randomType(depth - 1);
  const struct = fc.array(inner, { minLength: 1, maxLength: 5 }).map(structOf);
  return fc.oneof(
    { weight: 2, arbitrary: basic },
    { weight: 4, arbitrary: struct },
    { weight: 1, arbitrary: struct.map(ptrTo) },
    { weight: 1, arbitrary: inner.map(listOf) },
    { weight: 1, arbitrary: inner.map(arrayOf) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom(...KEYS), inner).map(([key, value]) => mapOf(key, value)),
    },
  );
}

/** A random type with one of its values. */
export const typeAndValue: fc.Arbitrary<{ readonly type: RandomType; readonly value: unknown }> =
  randomType(3).chain((type) => type.value.map((value) => ({ type, value })));
