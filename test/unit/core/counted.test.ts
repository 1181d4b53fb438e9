import { expect, it } from "vitest";
import { counted, someOf } from "../../../src/core/index.ts";

it.each([
  { name: "none", count: 0, want: "0 visors" },
  { name: "one", count: 1, want: "1 visor" },
  { name: "several", count: 12, want: "12 visors" },
])("counts $name with the noun", ({ count, want }) => {
  expect(counted(count, "visor")).toBe(want);
});

it("takes the words of many where an s is not enough", () => {
  expect(counted(1, "visor changes", "visors change")).toBe("1 visor changes");
  expect(counted(2, "visor changes", "visors change")).toBe("2 visors change");
});

it.each([
  { name: "no text", texts: [], noun: undefined, want: "" },
  { name: "as many as fit", texts: ["a", "b"], noun: undefined, want: "a, b" },
  { name: "one too many", texts: ["a", "b", "c"], noun: undefined, want: "a, b and 1 more" },
  {
    name: "one visor too many",
    texts: ["a", "b", "c"],
    noun: "visor",
    want: "a, b and 1 more visor",
  },
  {
    name: "several visors too many",
    texts: ["a", "b", "c", "d"],
    noun: "visor",
    want: "a, b and 2 more visors",
  },
])("names the first of $name and counts the rest", ({ texts, noun, want }) => {
  expect(someOf(texts, 2, noun)).toBe(want);
});
