// What a shape lets pass, and what it says of a value that it does not.
import { describe, expect, test } from "vitest";
import {
  ANYTHING,
  byMember,
  exactly,
  flag,
  hasShape,
  listOf,
  mapOf,
  memberNamed,
  membersOf,
  numberFrom,
  oneOf,
  type Shape,
  TEXT,
  textLike,
  where,
  wholeFrom,
  withShape,
} from "../../../src/core/index.ts";

function faultOf(value: unknown, shape: Shape<unknown>): string | undefined {
  try {
    withShape(value, shape, "it", (fault) => new RangeError(fault));
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

interface Pair {
  readonly name: string;
  readonly size?: number;
}

const OPEN: Shape<Pair> = membersOf({ name: TEXT }, { size: wholeFrom(1) });
const CLOSED: Shape<Pair> = exactly({ name: TEXT }, { size: wholeFrom(1) });
type Way = { readonly kind: "near" } | { readonly kind: "far"; readonly steps: number };
const WAY: Shape<Way> = byMember("kind", {
  near: exactly({ kind: oneOf("near") }),
  far: exactly({ kind: oneOf("far"), steps: wholeFrom(0) }),
});
const LEVEL = textLike("level", /^[a-z]+$/, (word) => word !== "none");

describe("a shape says what is wrong first, and where", () => {
  test.each<{ name: string; value: unknown; shape: Shape<unknown>; want: string | undefined }>([
    { name: "text", value: "x", shape: TEXT, want: undefined },
    { name: "no text", value: 1, shape: TEXT, want: "it is no text" },
    { name: "a text of a pattern", value: "low", shape: LEVEL, want: undefined },
    { name: "another text", value: "Low", shape: LEVEL, want: "it is no level" },
    { name: "what only a test tells", value: "none", shape: LEVEL, want: "it is no level" },
    {
      name: "a flag in words of its own",
      value: 1,
      shape: flag("yes or no"),
      want: "it is no yes or no",
    },
    { name: "half a number", value: 1.5, shape: wholeFrom(), want: "it is no whole number" },
    {
      name: "a number that is not exact",
      value: 2 ** 53,
      shape: wholeFrom(),
      want: "it is no whole number",
    },
    { name: "a number below the least", value: -1, shape: numberFrom(0), want: "it is no number" },
    { name: "a number without end", value: Infinity, shape: numberFrom(), want: "it is no number" },
    { name: "one word", value: false, shape: oneOf(true), want: "it is no true" },
    { name: "none of the words", value: "c", shape: oneOf("a", "b"), want: "it is no one of a, b" },
    { name: "a list that is a map", value: {}, shape: listOf(TEXT), want: "it is no list" },
    { name: "too few", value: [], shape: listOf(TEXT, 1), want: "it has 0 items" },
    { name: "too many", value: ["a", "b"], shape: listOf(TEXT, 0, 1), want: "it has 2 items" },
    { name: "an item", value: ["a", 2], shape: listOf(TEXT), want: "it[1] is no text" },
    { name: "a map that is a list", value: [], shape: mapOf(TEXT), want: "it is no map" },
    { name: "a member of a map", value: { a: 1 }, shape: mapOf(TEXT), want: "it.a is no text" },
    { name: "an empty map", value: {}, shape: mapOf(TEXT, TEXT, 1), want: "it is empty" },
    {
      name: "a name",
      value: { x: { A: 1 } },
      shape: mapOf(mapOf(ANYTHING, LEVEL)),
      want: "a name in it.x is no level",
    },
    {
      name: "a further member of an open one",
      value: { name: "a", more: 1 },
      shape: OPEN,
      want: undefined,
    },
    {
      name: "a further member of a closed one",
      value: { name: "a", more: 1 },
      shape: CLOSED,
      want: 'it has "more", which it never has',
    },
    { name: "what is missing", value: {}, shape: OPEN, want: "it lacks name" },
    {
      name: "a name that every object inherits",
      value: {},
      shape: membersOf<{ toString: string }>({ toString: TEXT }),
      want: "it lacks toString",
    },
    {
      name: "an own member of that name",
      value: JSON.parse('{"name":"a","__proto__":{"size":0}}'),
      shape: CLOSED,
      want: 'it has "__proto__", which it never has',
    },
    {
      name: "a member that may be absent",
      value: { name: "a", size: 0 },
      shape: OPEN,
      want: "it.size is no whole number",
    },
    { name: "one of several kinds", value: { kind: "far", steps: 2 }, shape: WAY, want: undefined },
    {
      name: "a member of another kind",
      value: { kind: "near", steps: 2 },
      shape: WAY,
      want: 'it has "steps", which it never has',
    },
    {
      name: "no kind there is",
      value: { kind: "off" },
      shape: WAY,
      want: "it.kind is not as it must be",
    },
    {
      name: "what several members are together",
      value: [2, 1],
      shape: where(listOf(numberFrom()), "is not sorted", ([a = 0, b = 0]) => a <= b),
      want: "it is not sorted",
    },
  ])("$name", ({ value, shape, want }) => {
    expect(faultOf(value, shape)).toBe(want);
    expect(hasShape(value, shape)).toBe(want === undefined);
  });

  test("a member of what may be anything", () => {
    expect(memberNamed({ format: "x" }, "format")).toBe("x");
    for (const value of [null, undefined, "text", ["x"], {}])
      expect(memberNamed(value, "toString")).toBeUndefined();
  });
});
